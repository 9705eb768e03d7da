"""Every act keeps its messages in its own transaction; workers share them without ever holding the same one."""

import json
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.services.conftest import NOW, TERMS, Administrator, administrator, at_once, bring_in, contents, demo_space
from widget.domain.plan import Level
from widget.services import members, undo
from widget.services.apply_due import apply_due
from widget.store import delivery, outbox
from widget.store.delivery import LEASE, Delivery
from widget.store.engine import transaction

FEWER_LICENSES = Level("premium", 12, 2)
SECRET = "our director said it"
SECOND = timedelta(seconds=1)


def told(engine: Engine) -> list[tuple[int, str]]:
    rows = sorted(contents(engine)["outbox"], key=lambda row: row["sequence"])
    return [(row["sequence"], row["kind"]) for row in rows]


def claim(engine: Engine, now: datetime = NOW, limit: int = 50) -> list[Delivery]:
    with transaction(engine) as connection:
        return delivery.claim(connection, now=now, limit=limit)


def test_an_order_tells_what_was_placed_and_the_reason_but_never_the_comment(claire: Administrator) -> None:
    claire.orders(FEWER_LICENSES, comment=SECRET)

    rows = contents(claire.engine)["outbox"]

    assert told(claire.engine) == [(1, "order.placed"), (2, "survey.answered")]
    assert SECRET not in json.dumps(rows)
    assert [json.loads(row["facts"])["reason"] for row in rows if row["kind"] == "survey.answered"] == ["other"]


def test_each_act_counts_on_in_the_space_and_twice_is_once(claire: Administrator) -> None:
    claire.orders(FEWER_LICENSES)
    take_back = partial(
        undo.undo,
        claire.engine,
        TERMS,
        space_id=claire.space_id,
        member_id=claire.member_id,
        change_id=claire.pending().id,
        now=NOW,
    )
    assert at_once([take_back] * 4) == [True] * 4
    members.set_active(
        claire.engine,
        space_id=claire.space_id,
        actor_id=claire.member_id,
        member_ids=claire.member_ids("Luc Garnier"),
        active=False,
        now=NOW,
    )

    assert told(claire.engine) == [
        (1, "order.placed"),
        (2, "survey.answered"),
        (3, "change.undone"),
        (4, "members.deactivated"),
    ]


def test_what_comes_into_force_is_told_once_however_many_run(claire: Administrator) -> None:
    claire.orders(Level("essential", 12, 4))
    price_date = datetime(2027, 5, 7, 22, 0, tzinfo=UTC)

    at_once([partial(apply_due, claire.engine, TERMS, now=price_date)] * 4)

    assert told(claire.engine) == [(1, "order.placed"), (2, "survey.answered"), (3, "change.applied")]


def test_what_is_rolled_back_was_never_announced(claire: Administrator) -> None:
    before = contents(claire.engine)

    def announce_and_fail() -> None:
        with transaction(claire.engine) as connection:
            outbox.add(connection, claire.space_id, kind="order.placed", facts={}, at=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        announce_and_fail()

    assert contents(claire.engine) == before


def test_a_message_about_the_same_subject_is_the_same_message(claire: Administrator) -> None:
    def remind() -> str:
        with transaction(claire.engine) as connection:
            return outbox.add(connection, claire.space_id, kind="deadline.week", facts={}, at=NOW, subject="2027-05-08")

    assert len(set(at_once([remind] * 4))) == 1
    assert told(claire.engine) == [(1, "deadline.week")]
    assert [row["target"] for row in contents(claire.engine)["delivery"]] == ["claire.martin@atelier-nord.example"]


def test_a_mail_comes_in_the_language_of_its_reader_and_else_in_that_of_the_space(
    engine: Engine, tmp_path: Path
) -> None:
    members = demo_space("harbour-studio")["members"]
    second = members[0] | {"name": "Second Lead", "email": "second@harbour-studio.example"}
    bring_in(engine, tmp_path, demo_space("harbour-studio", members=[*members, second]))
    olivia = administrator(engine, "harbour-studio", "Olivia Hughes")  # whose space is English

    olivia.orders(Level("premium", 8, 1))  # placed on the French page

    mails = [row for row in contents(engine)["delivery"] if row["channel"] == "mail"]
    languages = {row["target"]: row["language"] for row in mails}
    assert languages == {"olivia.hughes@harbour-studio.example": "fr", "second@harbour-studio.example": "en"}


def test_workers_at_once_never_hold_the_same_delivery(claire: Administrator) -> None:
    with transaction(claire.engine) as connection:
        for _ in range(40):
            outbox.add(connection, claire.space_id, kind="order.placed", facts={}, at=NOW)

    held = at_once([partial(claim, claire.engine, NOW, 15)] * 4)

    ids = [each.id for batch in held for each in batch]
    assert len(ids) == len(set(ids)) > 0
    assert len(ids) + len(claim(claire.engine)) == 40
    assert claim(claire.engine) == []


def test_what_a_dead_worker_held_is_free_after_its_lease_and_its_late_answer_settles_nothing(
    claire: Administrator,
) -> None:
    claire.orders(FEWER_LICENSES)
    (late,) = claim(claire.engine)
    assert claim(claire.engine, NOW + LEASE - SECOND) == []

    (held,) = claim(claire.engine, NOW + LEASE)

    with transaction(claire.engine) as connection:
        assert not delivery.delivered(connection, late, at=NOW)
        assert delivery.delivered(connection, held, at=NOW)
        assert not delivery.give_up(connection, held, at=NOW, error="too late")
    assert [(row["state"], row["attempts"]) for row in contents(claire.engine)["delivery"]] == [("delivered", 1)]
