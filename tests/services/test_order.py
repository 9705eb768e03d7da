"""Placing an order: once, as reviewed, or not at all."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from tests.services.conftest import NOW, TERMS, Administrator, at_once, contents, decided
from widget import languages, receipts
from widget.domain.amounts import fee_periods
from widget.domain.plan import Level
from widget.domain.refusal import Rule
from widget.services import members, receipt, undo
from widget.services.keys import KeyReused
from widget.services.order import Incomplete, Ordered, Outcome, Placed, Refused, Stale, Unknown
from widget.store import audit
from widget.store import subscription as subscriptions
from widget.store.engine import transaction

FEWER_ZOOM = Level("premium", 12, 2)
FEWER_USERS = Level("premium", 10, 4)


def deactivate(claire: Administrator, *names: str, active: bool = False) -> None:
    members.set_active(
        claire.engine,
        space_id=claire.space_id,
        actor_id=claire.member_id,
        member_ids=claire.member_ids(*names),
        active=active,
        now=NOW,
    )


def test_an_order_is_kept_whole_level_bill_answer_key_and_audit_event(claire: Administrator) -> None:
    order_id = claire.orders(FEWER_ZOOM, comment="Merci")

    rows = contents(claire.engine)
    assert claire.seen().subscription.in_use == FEWER_ZOOM
    assert [step.level.zoom_licenses for step in claire.seen().subscription.billed] == [4, 2]
    assert [row["id"] for row in rows["placed_order"]] == [order_id]
    assert [(row["order_id"], row["reason"], row["comment"]) for row in rows["survey_answer"]] == [
        (order_id, "other", "Merci")
    ]
    assert [(row["order_id"], row["state"]) for row in rows["pending_change"]] == [(order_id, "scheduled")]
    assert [(row["key"], row["answer"]) for row in rows["idempotency"]] == [("a-first-key", order_id)]
    assert decided(claire.engine) == ["order.placed"]


@pytest.mark.parametrize(
    ("wish", "old_until", "new_from"),
    [
        pytest.param(FEWER_ZOOM, "7 May 2027", "8 May 2027", id="down: one new price"),
        pytest.param(Level("premium", 14, 4), "30 November 2026", "1 December 2026", id="up: one new price"),
        pytest.param(
            Level("essential", 12, 5), "30 November 2026", None, id="up, then down: the list tells each price"
        ),
    ],
)
def test_the_old_price_ends_the_day_before_the_next_one_starts(
    claire: Administrator, wish: Level, old_until: str, new_from: str | None
) -> None:
    order_id = claire.orders(wish)
    message = receipt.of_order(claire.engine, TERMS, space_id=claire.space_id, order_id=order_id)
    assert message is not None

    english = languages.load()["en"]
    facts = dict(receipts.receipt(message.kind, NOW, message.facts, message.private, english, TERMS).facts)

    assert (facts.get("Old price until"), facts.get("New price from")) == (old_until, new_from)


def test_a_later_price_book_touches_no_fee_that_the_receipt_told(claire: Administrator) -> None:
    ordered, later = (datetime(2026, 10, 20, 9, 0, tzinfo=UTC), datetime(2026, 11, 2, 9, 0, tzinfo=UTC))

    order_id = claire.orders(Level("premium", 12, 3), now=ordered)

    message = receipt.of_order(claire.engine, TERMS, space_id=claire.space_id, order_id=order_id)
    assert message is not None
    seen = claire.seen(later)
    fees = fee_periods(seen.subscription.billed, seen.on, seen.subscription.interval, TERMS)
    assert TERMS.price_book(seen.on).version != message.facts["price_book"]
    assert [fee.amount for fee in fees] == [fee["amount"] for fee in message.facts["fees"]] == [2_960_00, 2_670_00]


def test_the_same_key_answers_the_same_order_and_changes_nothing(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    first = claire.place(draft_id)
    before = contents(claire.engine)

    second = claire.place(draft_id)

    assert isinstance(first, Placed)
    assert second == Placed(first.order_id, replayed=True)
    assert contents(claire.engine) == before


def test_the_same_key_with_another_body_is_refused(claire: Administrator) -> None:
    first, other = claire.reviewed(FEWER_ZOOM), claire.reviewed(FEWER_USERS)
    claire.place(first)
    before = contents(claire.engine)

    assert claire.place(other) == KeyReused()
    assert claire.place(first, late_ack="2030-01-01") == KeyReused()
    assert contents(claire.engine) == before


def test_a_draft_that_is_not_ones_own_is_unknown(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    (karim,) = claire.member_ids("Karim Benali")

    assert replace(claire, member_id=karim).place(draft_id) == Unknown()
    assert claire.place("no-such-draft") == Unknown()


def test_users_deactivated_after_the_review_make_it_stale(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    deactivate(claire, "Anne Faure", "Éric Blanc")
    before = contents(claire.engine)

    outcome = claire.place(draft_id)

    assert outcome == Stale({"occupied_users": (12, 10)})
    assert contents(claire.engine) == before


def test_a_review_of_yesterday_is_stale(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    before = contents(claire.engine)

    outcome = claire.place(draft_id, now=NOW + timedelta(days=1))

    assert isinstance(outcome, Stale)
    assert outcome.differences["on"] == ("2026-11-24", "2026-11-25")
    assert contents(claire.engine) == before


def test_the_floor_of_active_users_is_checked_again_when_ordering(claire: Administrator) -> None:
    deactivate(claire, "Anne Faure", "Éric Blanc")
    draft_id = claire.reviewed(FEWER_USERS)
    deactivate(claire, "Éric Blanc", active=True)

    assert claire.place(draft_id) == Stale({"occupied_users": (10, 11)})

    claire.review(draft_id)
    before = contents(claire.engine)
    refused = claire.place(draft_id)
    assert isinstance(refused, Refused)
    assert [each.rule for each in refused.preview.blockers] == [Rule.ACTIVE_USER_FLOOR]
    assert contents(claire.engine) == before


def test_a_skipped_step_is_named_and_nothing_is_placed(claire: Administrator) -> None:
    not_reviewed = claire.begin(FEWER_ZOOM)
    not_answered = claire.begin(FEWER_ZOOM, reason=None)
    claire.review(not_answered)

    assert claire.place(not_reviewed) == Incomplete("review")
    assert claire.place(not_answered) == Incomplete("survey")
    assert contents(claire.engine)["placed_order"] == []


def test_notice_too_late_is_ordered_only_with_its_own_price_date_ticked(claire: Administrator) -> None:
    late = NOW.replace(year=2027, month=4, day=20)  # the renewal is on 8 May 2027
    draft_id = claire.reviewed(FEWER_ZOOM, now=late)

    assert claire.place(draft_id, now=late) == Incomplete("late")
    assert claire.place(draft_id, late_ack="2027-05-08", now=late) == Incomplete("late")
    assert isinstance(claire.place(draft_id, late_ack="2028-05-08", now=late), Placed)


def test_a_second_pending_change_is_refused_by_the_database(claire: Administrator) -> None:
    claire.orders(FEWER_ZOOM)
    due_on = claire.pending().due_on
    before = contents(claire.engine)

    with (
        pytest.raises(IntegrityError, match=r"one_pending_change|pending_change\.space_id"),
        transaction(claire.engine) as connection,
    ):
        subscriptions.schedule(connection, claire.space_id, "another", None, due_on)

    assert contents(claire.engine) == before


def test_a_second_order_replaces_the_pending_change(claire: Administrator) -> None:
    claire.orders(FEWER_ZOOM)

    second = claire.orders(Level("premium", 12, 1), key="a-second-key")

    states = {row["order_id"]: row["state"] for row in contents(claire.engine)["pending_change"]}
    assert states.pop(second) == "scheduled"
    assert list(states.values()) == ["superseded"]


def test_a_draft_is_ordered_once_even_when_it_is_reviewed_again(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    first = claire.place(draft_id)
    assert isinstance(first, Placed)
    change_id = claire.pending().id
    assert undo.undo(
        claire.engine, TERMS, space_id=claire.space_id, member_id=claire.member_id, change_id=change_id, now=NOW
    )
    claire.review(draft_id)
    before = contents(claire.engine)

    outcome = claire.place(draft_id, key="a-second-key")

    assert outcome == Ordered(first.order_id)
    assert contents(claire.engine) == before


def test_of_forty_forms_of_one_draft_at_once_one_is_placed_and_the_others_are_told_its_order(
    claire: Administrator,
) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)

    outcomes = at_once([partial(claire.place, draft_id, key=f"key-{number}") for number in range(40)])

    (order_id,) = (row["id"] for row in contents(claire.engine)["placed_order"])
    assert Counter(outcomes) == {Placed(order_id): 1, Ordered(order_id): 39}


def test_of_forty_different_orders_at_once_one_is_placed_and_the_others_are_stale(claire: Administrator) -> None:
    drafts = [claire.reviewed(Level("premium", 12 + number % 2, number % 4)) for number in range(40)]
    acts: list[Callable[[], Outcome]] = [
        partial(claire.place, draft_id, key=f"key-{number}") for number, draft_id in enumerate(drafts)
    ]

    outcomes = at_once(acts)

    assert Counter(type(each) for each in outcomes) == {Placed: 1, Stale: 39}
    assert {each.differences["version"] for each in outcomes if isinstance(each, Stale)} == {(1, 2)}
    rows = contents(claire.engine)
    assert [row["version"] for row in rows["subscription"]] == [2]
    assert [len(rows[name]) for name in ("placed_order", "pending_change", "idempotency")] == [1] * 3
    assert decided(claire.engine) == ["order.placed"]
    assert first_altered(claire.engine, claire.space_id) is None


def test_twenty_requests_with_one_key_at_once_are_one_order(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    acts: list[Callable[[], Outcome]] = [partial(claire.place, draft_id)] * 20

    outcomes = at_once(acts)

    (order_id,) = (row["id"] for row in contents(claire.engine)["placed_order"])
    assert Counter(outcomes) == {Placed(order_id): 1, Placed(order_id, replayed=True): 19}


def break_off(claire: Administrator) -> None:
    with transaction(claire.engine) as connection:
        stored = subscriptions.load(connection, claire.space_id, lock=True)
        subscriptions.save(connection, stored, FEWER_ZOOM, stored.subscription.billed)
        subscriptions.schedule(connection, claire.space_id, "a-change", None, NOW.date())
        audit.append(connection, claire.space_id, at=NOW, actor="nobody", kind="order.placed", data={})
        raise ConnectionResetError


def test_a_transaction_that_breaks_off_leaves_nothing(claire: Administrator) -> None:
    before = contents(claire.engine)

    with pytest.raises(ConnectionResetError):
        break_off(claire)

    assert contents(claire.engine) == before


def first_altered(engine: Engine, space_id: str) -> int | None:
    with transaction(engine) as connection:
        return audit.first_altered(connection, space_id)
