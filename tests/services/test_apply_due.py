"""A lower plan comes into force on its price date, in the space's own zone, exactly once."""

import json
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from tests.services.conftest import (
    NOW,
    TERMS,
    Administrator,
    administrator,
    at_once,
    bring_in,
    contents,
    decided,
    demo_space,
    events,
)
from widget.domain.plan import Level
from widget.services.alone import LeftError
from widget.services.apply_due import apply_due
from widget.services.undo import undo
from widget.store.engine import transaction
from widget.store.tables import subscription

PRICE_DATE = datetime(2027, 5, 7, 22, 0, tzinfo=UTC)  # midnight of 8 May 2027 in Paris
LOWER_PLAN = Level("essential", 12, 4)
SECOND = timedelta(seconds=1)


def plan(engine: Engine, space_id: str) -> str:
    (found,) = (row["plan"] for row in contents(engine)["subscription"] if row["space_id"] == space_id)
    return str(found)


def test_a_lower_plan_waits_for_its_price_date(claire: Administrator) -> None:
    claire.orders(LOWER_PLAN)
    before = contents(claire.engine)

    assert apply_due(claire.engine, TERMS, now=PRICE_DATE - SECOND) == 0

    assert contents(claire.engine) == before


def test_a_lower_plan_comes_into_force_once_however_many_run(claire: Administrator) -> None:
    claire.orders(LOWER_PLAN)

    applied = at_once([partial(apply_due, claire.engine, TERMS, now=PRICE_DATE)] * 4)

    assert sorted(applied) == [0, 0, 0, 1]
    assert plan(claire.engine, claire.space_id) == "essential"
    assert [row["state"] for row in contents(claire.engine)["pending_change"]] == ["applied"]
    assert len(events(claire.engine, "change.applied")) == 1
    assert apply_due(claire.engine, TERMS, now=PRICE_DATE + timedelta(days=400)) == 0


def test_each_new_price_of_a_change_is_told_once_on_its_own_day(claire: Administrator) -> None:
    claire.orders(Level("essential", 12, 5))  # one license more at the next month, the lower plan at the renewal
    next_month = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # midnight of 1 December in Paris

    apply_due(claire.engine, TERMS, now=next_month - SECOND)
    before = told(claire.engine)
    at_once([partial(apply_due, claire.engine, TERMS, now=next_month)] * 4)
    first = told(claire.engine)
    apply_due(claire.engine, TERMS, now=PRICE_DATE)

    assert before == []
    assert first == [("2026-12-01", "2026-12-01", "premium", 5)]
    assert told(claire.engine) == [*first, ("2027-05-08", "2027-05-08", "essential", 5)]
    assert len(events(claire.engine, "change.applied")) == 2


def test_what_an_undo_leaves_of_an_order_is_told_on_its_day_as_it_was_promised(claire: Administrator) -> None:
    claire.orders(Level("essential", 12, 5))  # one license more at the next month, the lower plan at the renewal
    change = claire.pending()
    who = {"space_id": claire.space_id, "member_id": claire.member_id}
    undo(claire.engine, TERMS, **who, change_id=change.id, now=NOW)
    left = claire.seen()
    next_month = datetime(2026, 11, 30, 23, 0, tzinfo=UTC)  # midnight of 1 December in Paris

    at_once([partial(apply_due, claire.engine, TERMS, now=next_month)] * 4)
    apply_due(claire.engine, TERMS, now=PRICE_DATE)

    assert left.pending is not None
    assert (left.pending.due_on, left.pending.order_id, left.can_undo) == (date(2026, 12, 1), change.order_id, False)
    assert told(claire.engine) == [("2026-12-01", "2026-12-01", "premium", 5)]
    assert sorted(row["state"] for row in contents(claire.engine)["pending_change"]) == ["applied", "undone"]


def told(engine: Engine) -> list[tuple[str, str, str, int]]:
    """Return of each message about a price: its day, and from when which plan and licenses are billed."""
    rows = sorted(contents(engine)["outbox"], key=lambda row: row["sequence"])
    facts = [json.loads(row["facts"]) for row in rows if row["kind"] == "change.applied"]
    first = [(each["on"], each["fees"][0]) for each in facts]
    return [(on, fee["starts_on"], fee["level"]["plan"], fee["level"]["zoom_licenses"]) for on, fee in first]


def test_an_order_on_the_price_date_first_brings_what_is_due_into_force(claire: Administrator) -> None:
    claire.orders(LOWER_PLAN)

    draft_id = claire.reviewed(Level("ultimate", 12, 4), now=PRICE_DATE)
    apply_due(claire.engine, TERMS, now=PRICE_DATE)
    claire.review(draft_id, now=PRICE_DATE)
    claire.place(draft_id, key="a-second-key", now=PRICE_DATE)

    assert plan(claire.engine, claire.space_id) == "ultimate"
    assert decided(claire.engine) == ["order.placed", "change.applied", "order.placed"]


def east_and_west(engine: Engine, folder: Path) -> tuple[Administrator, Administrator]:
    """Two spaces 25 hours apart, both premium and paid monthly."""
    facts = {"interval": "month", "plan": "premium", "users": 6, "zoom_licenses": 1}
    bring_in(engine, folder, *(demo_space(each, subscription=facts) for each in ("kiritimati", "pago-pago")))
    return administrator(engine, "kiritimati", "Teretia Ioane"), administrator(engine, "pago-pago", "Sina Tuala")


def test_an_order_bears_the_date_of_its_own_space(engine: Engine, tmp_path: Path) -> None:
    instant = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)

    for each in east_and_west(engine, tmp_path):
        each.orders(Level("essential", 6, 1), now=instant)

    days = {row["space_id"]: row["placed_on"] for row in contents(engine)["placed_order"]}
    assert days == {"kiritimati": date(2026, 11, 25), "pago-pago": date(2026, 11, 23)}


def test_each_space_changes_on_its_own_first_of_december(engine: Engine, tmp_path: Path) -> None:
    teretia, sina = east_and_west(engine, tmp_path)
    for each in (teretia, sina):
        each.orders(Level("essential", 6, 1), now=NOW)
    east, west = datetime(2026, 11, 30, 10, 0, tzinfo=UTC), datetime(2026, 12, 1, 11, 0, tzinfo=UTC)

    assert apply_due(engine, TERMS, now=east - SECOND) == 0
    assert apply_due(engine, TERMS, now=east) == 1
    assert (plan(engine, "kiritimati"), plan(engine, "pago-pago")) == ("essential", "premium")
    assert apply_due(engine, TERMS, now=west - SECOND) == 0
    assert apply_due(engine, TERMS, now=west) == 1
    assert plan(engine, "pago-pago") == "essential"


def test_a_person_sees_the_change_on_their_date_even_before_anything_ran(engine: Engine, tmp_path: Path) -> None:
    teretia, sina = east_and_west(engine, tmp_path)
    for each in (teretia, sina):
        each.orders(Level("essential", 6, 1), now=NOW)
    east = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)

    assert teretia.seen(east - SECOND).subscription.in_use.plan == "premium"
    assert teretia.seen(east).subscription.in_use.plan == "essential"
    assert sina.seen(east).subscription.in_use.plan == "premium"


def test_a_space_that_cannot_be_read_holds_up_no_other(engine: Engine, tmp_path: Path) -> None:
    for each in east_and_west(engine, tmp_path):
        each.orders(Level("essential", 6, 1), now=NOW)
    with transaction(engine) as connection:
        connection.execute(update(subscription).where(subscription.c.space_id == "kiritimati").values(plan="gone"))
    due = datetime(2026, 12, 1, 11, 0, tzinfo=UTC)

    with pytest.raises(
        LeftError, match=r"^due changes not applied, to be tried again: kiritimati: KeyError$"
    ) as failure:
        apply_due(engine, TERMS, now=due)

    assert "pago-pago" not in str(failure.value)
    assert plan(engine, "pago-pago") == "essential"
    with transaction(engine) as connection:
        connection.execute(update(subscription).where(subscription.c.space_id == "kiritimati").values(plan="premium"))
    assert apply_due(engine, TERMS, now=due) == 1
    assert plan(engine, "kiritimati") == "essential"
