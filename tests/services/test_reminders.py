"""The administrators are reminded of a notice deadline a month and a week ahead: each once, in the space's own zone."""

from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update

from tests.services.conftest import NOW, TERMS, Administrator, at_once, bring_in, contents, demo_space
from widget.services.alone import LeftError
from widget.services.reminders import choose, due, remind
from widget.store.engine import transaction
from widget.store.tables import space

DEADLINE = date(2027, 4, 8)  # Atelier Nord renews on 8 May 2027
DAY = timedelta(days=1)


def told(engine: Engine) -> list[str]:
    return sorted(row["kind"] for row in contents(engine)["outbox"])


def at(day: date, hour: int = 12) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("on", "kind"),
    [
        (DEADLINE - 31 * DAY, None),
        (DEADLINE - 30 * DAY, "deadline.month"),
        (DEADLINE - 8 * DAY, "deadline.month"),
        (DEADLINE - 7 * DAY, "deadline.week"),
        (DEADLINE, "deadline.week"),
        (DEADLINE + DAY, None),
    ],
)
def test_the_day_decides_which_reminder_is_due(on: date, kind: str | None) -> None:
    found = due(date(2026, 5, 8), on, TERMS)

    assert (found and found.kind) == kind


def test_each_reminder_is_written_once_however_often_and_however_many_run(claire: Administrator) -> None:
    day = DEADLINE - 40 * DAY
    while day <= DEADLINE + 10 * DAY:
        at_once([partial(remind, claire.engine, TERMS, now=at(day))] * 2)
        day += 3 * DAY

    assert told(claire.engine) == ["deadline.month", "deadline.week"]
    assert {row["target"] for row in contents(claire.engine)["delivery"]} == {"claire.martin@atelier-nord.example"}


def test_after_an_outage_only_the_nearer_reminder_is_sent(claire: Administrator) -> None:
    assert remind(claire.engine, TERMS, now=at(DEADLINE - 5 * DAY)) == 1

    assert told(claire.engine) == ["deadline.week"]


def test_the_next_term_has_reminders_of_its_own(claire: Administrator) -> None:
    remind(claire.engine, TERMS, now=at(DEADLINE - 20 * DAY))
    remind(claire.engine, TERMS, now=at(date(2028, 4, 8) - 20 * DAY))

    assert told(claire.engine) == ["deadline.month", "deadline.month"]


def test_a_space_that_wants_none_gets_none(claire: Administrator) -> None:
    choose(claire.engine, space_id=claire.space_id, reminders=False)
    assert remind(claire.engine, TERMS, now=at(DEADLINE - 20 * DAY)) == 0
    choose(claire.engine, space_id=claire.space_id, reminders=True)
    assert remind(claire.engine, TERMS, now=at(DEADLINE - 20 * DAY)) == 1


@pytest.mark.parametrize("changes", [{"archived": True}, {"subscription": "month"}])
def test_archived_and_monthly_spaces_are_not_reminded(engine: Engine, tmp_path: Path, changes: dict[str, Any]) -> None:
    name = "harbour-studio" if "subscription" in changes else "atelier-nord"
    bring_in(engine, tmp_path, demo_space(name, **({} if "subscription" in changes else changes)), now=NOW)

    assert sum(remind(engine, TERMS, now=at(DEADLINE - day * DAY)) for day in range(40)) == 0


@pytest.mark.parametrize(
    ("zone", "hour", "kinds"),
    [("Pacific/Kiritimati", 10, ["deadline.month"]), ("Pacific/Pago_Pago", 10, []), ("Europe/Paris", 10, [])],
)
def test_the_day_is_that_of_the_space(engine: Engine, tmp_path: Path, zone: str, hour: int, kinds: list[str]) -> None:
    facts = demo_space("atelier-nord", time_zone=zone)
    bring_in(engine, tmp_path, facts | {"subscription": facts["subscription"] | {"term_start": "2026-05-08"}})

    remind(engine, TERMS, now=at(DEADLINE - 31 * DAY, hour))

    assert told(engine) == kinds


def test_a_space_that_cannot_be_reminded_is_named_and_holds_up_no_other(claire: Administrator, tmp_path: Path) -> None:
    facts = demo_space("atelier-nord", id="another", name="Another")
    bring_in(claire.engine, tmp_path, facts)
    with transaction(claire.engine) as connection:
        connection.execute(update(space).where(space.c.id == "another").values(time_zone="Claire/Martin"))

    with pytest.raises(LeftError, match=r"^spaces not reminded, .*: another: ZoneInfoNotFoundError$"):
        remind(claire.engine, TERMS, now=at(DEADLINE - 20 * DAY))

    assert [row["space_id"] for row in contents(claire.engine)["outbox"]] == [claire.space_id]
