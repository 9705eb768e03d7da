"""Undo: what was in use and billed before, as long as the price date has not come."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, update

from tests.services.conftest import (
    NOW,
    TERMS,
    Administrator,
    administrator,
    at_once,
    bring_in,
    contents,
    demo_space,
    events,
)
from widget import languages, receipts
from widget.domain.amounts import FeePeriod, fee_periods
from widget.domain.plan import Level
from widget.services import calendar, receipt
from widget.services.account import Account
from widget.services.apply_due import apply_due
from widget.services.undo import receipt_of, undo
from widget.store import outbox
from widget.store.engine import transaction
from widget.store.tables import space

PRICE_DATE = datetime(2027, 5, 7, 22, 0, tzinfo=UTC)  # midnight of 8 May 2027 in Paris
WISHES = (Level("premium", 12, 2), Level("essential", 12, 4), Level("essential", 12, 0))


@pytest.fixture
def olivia(engine: Engine, tmp_path: Path) -> Administrator:
    """Return the administrator of Harbour Studio: paid monthly, 8 users, 2 Zoom licenses."""
    bring_in(engine, tmp_path, demo_space("harbour-studio"))
    return administrator(engine, "harbour-studio", "Olivia Hughes")


def undone(claire: Administrator, change_id: str, *, now: datetime = NOW) -> bool:
    return undo(
        claire.engine, TERMS, space_id=claire.space_id, member_id=claire.member_id, change_id=change_id, now=now
    )


def told(seen: Account) -> tuple[Level, tuple[FeePeriod, ...]]:
    """Return what an account shows: what is in use, and what is billed from when."""
    billed, interval = seen.subscription.billed, seen.subscription.interval
    return seen.subscription.in_use, fee_periods(billed, seen.on, interval, TERMS)


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_undo_gives_back_what_was_in_use_and_billed(claire: Administrator, wish: Level) -> None:
    before = claire.seen()
    claire.orders(wish)
    assert claire.seen().subscription != before.subscription

    assert undone(claire, claire.pending().id)

    after = claire.seen()
    assert told(after) == told(before)
    assert after.pending is None
    assert not after.can_undo


@pytest.mark.parametrize(
    ("users", "back", "offered"),
    [
        pytest.param((12, 9), 12, True, id="up, then down: what was in use, though it was never billed"),
        pytest.param((12, 9, 7), 9, True, id="down again, under the bill: what was in use before that"),
        pytest.param((12,), None, False, id="only up"),
        pytest.param((12, 8), None, False, id="back to what is billed: nothing is pending, and nobody says it was"),
    ],
)
def test_undo_after_an_increase_in_its_free_month_gives_what_its_receipt_promises(
    olivia: Administrator, users: tuple[int, ...], back: int | None, offered: bool
) -> None:
    for number, each in enumerate(users):
        before = olivia.seen()
        order = olivia.orders(Level("premium", each, 2), key=f"key-number-{number}")
    message = receipt.of_order(olivia.engine, TERMS, space_id=olivia.space_id, order_id=order)
    assert message is not None
    shown = receipts.receipt(message.kind, NOW, message.facts, message.private, languages.load()["en"], TERMS)

    assert ("Until the price date you can take this decrease back, at no cost." in shown.notes) == offered
    assert olivia.seen().can_undo == offered

    if offered:
        assert undone(olivia, olivia.pending().id)
        after = olivia.seen()
        assert told(after) == told(before)
        assert (after.subscription.in_use.users, after.can_undo) == (back, False)


def test_undoing_twice_is_undoing_once(claire: Administrator) -> None:
    claire.orders(WISHES[0])
    change_id = claire.pending().id
    undone(claire, change_id)
    once = contents(claire.engine)

    assert undone(claire, change_id)

    assert contents(claire.engine) == once


@pytest.mark.parametrize(("code", "price"), [("fr", "Nouveau tarif"), ("en", "New price")])
def test_the_calendar_of_an_undo_names_the_price_that_is_left_to_come(
    claire: Administrator, code: str, price: str
) -> None:
    order = claire.orders(
        Level("essential", 12, 5)
    )  # one license more at the next month, the lower plan at the renewal
    change_id = claire.pending().id
    undone(claire, change_id)

    first = days(claire, outbox.id_of(claire.space_id, "order.placed", order), code)
    after = days(claire, receipt_of(claire.space_id, change_id), code)

    name = f"Atelier Nord{languages.load()[code].gettext(':')} {price}"
    assert (first[name], after[name]) == (("2027-05-08", ""), ("2026-12-01", ""))
    assert sorted(status for _, status in after.values()) == ["", "CANCELLED"]


def days(who: Administrator, message_id: str, code: str) -> dict[str, tuple[str, str]]:
    """Return the days of a receipt's calendar by their names, each with its status."""
    message = receipt.load(who.engine, space_id=who.space_id, message_id=message_id)
    assert message is not None
    content = calendar.of_receipt(message, languages.load()[code], TERMS, "https://help.example")
    events: list[Any] = Calendar.from_ical(content).walk("VEVENT")
    return {str(each["SUMMARY"]): (each["DTSTART"].dt.isoformat(), str(each.get("STATUS", ""))) for each in events}


def test_undo_from_ten_windows_at_once_is_one_undo(claire: Administrator) -> None:
    claire.orders(WISHES[0])

    answers = at_once([partial(undone, claire, claire.pending().id)] * 10)

    assert answers == [True] * 10
    assert len(events(claire.engine, "change.undone")) == 1


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_undo_works_until_the_last_moment_before_the_price_date(claire: Administrator, wish: Level) -> None:
    before = claire.seen(PRICE_DATE)
    claire.orders(wish)

    assert undone(claire, claire.pending().id, now=PRICE_DATE - timedelta(seconds=1))

    assert told(claire.seen(PRICE_DATE)) == told(before)


@pytest.mark.parametrize("wish", WISHES, ids=str)
def test_from_the_price_date_on_nothing_is_undone(claire: Administrator, wish: Level) -> None:
    claire.orders(wish)
    change_id = claire.pending().id

    assert not undone(claire, change_id, now=PRICE_DATE)

    assert claire.seen(PRICE_DATE).subscription.in_use == wish
    assert [row["state"] for row in contents(claire.engine)["pending_change"]] == ["applied"]


def test_only_an_administrator_of_the_space_undoes_its_own_change(claire: Administrator) -> None:
    claire.orders(WISHES[0])
    change_id = claire.pending().id
    (karim,) = claire.member_ids("Karim Benali")
    before = contents(claire.engine)

    assert not undone(replace(claire, member_id=karim), change_id)
    assert not undone(replace(claire, space_id="elsewhere"), change_id)
    assert not undone(claire, "no-such-change")

    assert contents(claire.engine) == before


def test_a_locked_contract_is_not_changed_back_and_no_undo_is_offered(claire: Administrator) -> None:
    claire.orders(WISHES[0])
    lock(claire, locked=True)
    before = contents(claire.engine)

    assert not claire.seen().can_undo
    assert not undone(claire, claire.pending().id)

    assert contents(claire.engine) == before
    lock(claire, locked=False)
    assert claire.seen().can_undo
    assert undone(claire, claire.pending().id)


def test_what_was_undone_before_the_contract_was_locked_stays_undone(claire: Administrator) -> None:
    claire.orders(WISHES[0])
    change_id = claire.pending().id
    undone(claire, change_id)
    lock(claire, locked=True)

    assert undone(claire, change_id)


def lock(who: Administrator, *, locked: bool) -> None:
    with transaction(who.engine) as connection:
        connection.execute(update(space).where(space.c.id == who.space_id).values(locked=locked))


def test_a_change_that_was_replaced_is_not_undone(claire: Administrator) -> None:
    claire.orders(WISHES[0])
    replaced = claire.pending().id
    claire.orders(WISHES[2], key="a-second-key")

    assert not undone(claire, replaced)

    assert claire.pending().id != replaced


def test_two_decreases_and_an_undo_keep_no_old_price_beyond_what_was_the_price_date(claire: Administrator) -> None:
    before = claire.seen().subscription.billed
    assert [step.price_book for step in before] == [None]  # never ordered here: priced by the book of each day
    claire.orders(Level("premium", 12, 3))
    claire.orders(Level("premium", 12, 2), key="a-second-key")

    assert undone(claire, claire.pending().id)

    now, later = claire.seen().subscription.billed
    assert (now.level, later.level) == (before[0].level, before[0].level)
    assert (later.starts_on, later.price_book) == (date(2027, 5, 8), None)


def test_undo_against_the_price_date_has_one_winner_and_the_other_is_told(claire: Administrator) -> None:
    claire.orders(Level("essential", 12, 4))
    take_back = partial(undone, claire, claire.pending().id, now=PRICE_DATE - timedelta(microseconds=1))

    acts: list[Callable[[], object]] = [take_back, partial(apply_due, claire.engine, TERMS, now=PRICE_DATE)]
    done, applied = at_once(acts)

    winner = "undone" if done else "applied"
    assert (done, applied) in {(True, 0), (False, 1)}
    assert [row["state"] for row in contents(claire.engine)["pending_change"]] == [winner]
    told = [row["kind"] for row in contents(claire.engine)["outbox"]]
    assert [each for each in told if each.startswith("change.")] == [f"change.{winner}"]
