"""Taking back a pending decrease, and the day on which a lower plan comes into force."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.builders import MONTHLY_USER_PRICES, a_price_book, a_subscription, after, level, levels, some_terms
from tests.domain.oracle import Oracle, days_from
from tests.domain.strategies import LEVELS, Case, cases, lowest
from widget.domain.amounts import FeePeriod, fee_periods
from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Level
from widget.domain.subscription import SINCE_EVER, Subscription
from widget.domain.terms import Terms
from widget.domain.timeline import highest, step_at
from widget.domain.undo import can_undo, in_use_on, undo

TERMS = some_terms()
MARCH, RENEWAL = date(2027, 3, 15), date(2027, 7, 1)
LOWERED = after(preview(a_subscription(), level(users=15), on=MARCH, terms=TERMS))


def lowered(case: Case) -> Subscription:
    """Order the part of the wish that goes down."""
    return after(preview(case.subscription, lowest(case.subscription.in_use, case.wish), on=case.on, terms=case.terms))


def highest_of(case: Case, more: Level) -> Level:
    return highest(case.subscription.in_use, more, list(MONTHLY_USER_PRICES).index)


def told(subscription: Subscription, on: date, terms: Terms = TERMS) -> tuple[Subscription, tuple[FeePeriod, ...]]:
    """Return all that can be seen of a subscription on a day: its facts, and what is billed from when at which fee."""
    fees = fee_periods(subscription.billed, on, subscription.interval, terms)
    return replace(subscription, billed=()), fees


def test_undo_brings_back_the_old_numbers_at_once_and_at_no_cost() -> None:
    april = date(2027, 4, 20)

    assert told(undo(LOWERED, on=april, terms=TERMS), april) == told(a_subscription(), april)


@pytest.mark.parametrize(
    ("term_start", "fees"),
    [
        pytest.param(date(2026, 7, 1), [4_200_00, 4_620_00], id="annual: the fee of the term stays, the next is new"),
        pytest.param(None, [420_00, 462_00], id="monthly: the fee of the month stays, the next is new"),
    ],
)
def test_undo_after_a_new_price_book_costs_nothing_and_promises_no_old_price_for_ever(  # M2
    term_start: date | None, fees: list[int]
) -> None:
    terms = some_terms(a_price_book("A"), a_price_book("B", date(2027, 3, 20), percent=110))
    before = a_subscription(term_start=term_start)
    ordered = after(preview(before, level(users=15), on=MARCH, terms=terms))

    back = undo(ordered, on=date(2027, 3, 25), terms=terms, before=before.billed)

    assert [each.amount for each in told(back, date(2027, 3, 25), terms)[1]] == fees


def test_undo_brings_back_the_old_users_though_more_are_active_by_now() -> None:  # U5
    busy = replace(LOWERED, active_users=20)

    assert undo(busy, on=date(2027, 4, 20), terms=TERMS).in_use.users == 20


@pytest.mark.parametrize(
    ("day", "possible"),
    [
        pytest.param(MARCH, True, id="on the day of the order: yes"),
        pytest.param(date(2027, 6, 30), True, id="the day before the price date: yes"),
        pytest.param(RENEWAL, False, id="on the price date: no"),
        pytest.param(date(2027, 8, 1), False, id="after it: no"),
    ],
)
def test_a_decrease_can_be_undone_until_its_price_date(day: date, possible: bool) -> None:  # U2
    assert can_undo(LOWERED, on=day, terms=TERMS) == possible
    assert (undo(LOWERED, on=day, terms=TERMS) == LOWERED) != possible


def test_undo_keeps_what_was_ordered_upwards() -> None:
    mixed = after(preview(a_subscription(), level("ultimate", 15, 4), on=MARCH, terms=TERMS))

    back = undo(mixed, on=date(2027, 3, 20), terms=TERMS)

    assert back.in_use == level("ultimate", 20, 4)
    assert levels(back.billed) == [(SINCE_EVER, level()), (date(2027, 4, 1), level("ultimate", 20, 4))]


def test_undo_takes_back_every_decrease_still_to_come() -> None:
    twice = after(preview(LOWERED, level(users=10), on=date(2027, 6, 20), terms=TERMS))

    assert told(undo(twice, on=date(2027, 6, 30), terms=TERMS), MARCH) == told(a_subscription(), MARCH)
    assert undo(twice, on=RENEWAL, terms=TERMS).in_use == level(users=15)


MONTHLY = a_subscription(level(users=8), term_start=None)


def orders(subscription: Subscription, *users: int) -> tuple[Subscription, ChangePreview]:
    """Order so many users, one number after the other on the same day; return what was before the last, and that."""
    for each in users[:-1]:
        subscription = after(preview(subscription, level(users=each), on=MARCH, terms=TERMS))
    return subscription, preview(subscription, level(users=users[-1]), on=MARCH, terms=TERMS)


@pytest.mark.parametrize(
    ("users", "back"),
    [
        pytest.param((12, 9), 12, id="up, then down to what is still above the bill"),
        pytest.param((12, 9, 7), 9, id="down twice: what was in use before the last order"),
        pytest.param((12, 5), 12, id="up, then down under the bill"),
        pytest.param((6, 7, 5), 8, id="a decrease that was replaced does not come back"),
    ],
)
def test_undo_brings_back_what_was_in_use_in_its_free_month(users: tuple[int, ...], back: int) -> None:
    before, last = orders(MONTHLY, *users)

    undone = undo(after(last), on=date(2027, 3, 20), terms=TERMS, before=before.billed)

    assert last.can_be_undone
    assert undone.in_use == level(users=back)
    assert [each.users for _, each in levels(undone.billed)] == list(dict.fromkeys([8, back]))
    assert not can_undo(undone, on=date(2027, 3, 20), terms=TERMS, before=before.billed)


@pytest.mark.parametrize(
    "users",
    [
        pytest.param((12,), id="only up"),
        pytest.param((12, 8), id="up, and back to what is billed: nothing is pending"),
        pytest.param((6, 8), id="down, and back"),
    ],
)
def test_an_order_that_leaves_nothing_pending_to_fall_cannot_be_undone(users: tuple[int, ...]) -> None:
    assert not orders(MONTHLY, *users)[1].can_be_undone


@pytest.mark.parametrize(
    "subscription",
    [
        pytest.param(a_subscription(), id="nothing was ordered"),
        pytest.param(after(preview(a_subscription(), level(users=25), on=MARCH, terms=TERMS)), id="only an upgrade"),
        pytest.param(after(preview(LOWERED, level(), on=MARCH, terms=TERMS)), id="the old numbers were ordered again"),
    ],
)
def test_there_is_nothing_to_undo_where_nothing_is_to_fall(subscription: Subscription) -> None:
    assert not can_undo(subscription, on=MARCH, terms=TERMS)
    assert undo(subscription, on=MARCH, terms=TERMS) is subscription


@pytest.mark.parametrize(
    ("day", "plan"),
    [
        pytest.param(date(2027, 3, 15), "premium", id="on the day of the order: the old plan"),
        pytest.param(date(2027, 6, 30), "premium", id="the day before the price date: still the old plan"),
        pytest.param(date(2027, 7, 1), "essential", id="on the price date: the lower plan"),
    ],
)
def test_a_lower_plan_comes_into_force_with_its_price(day: date, plan: str) -> None:
    ordered = after(preview(a_subscription(), level("essential", 15), on=MARCH, terms=TERMS))

    assert in_use_on(ordered, on=day, terms=TERMS) == level(plan, 15)


@pytest.mark.parametrize("day", [MARCH, date(2027, 3, 31), date(2027, 4, 1)], ids=str)
def test_a_higher_plan_is_in_use_before_it_is_billed(day: date) -> None:
    ordered = after(preview(a_subscription(), level("ultimate"), on=MARCH, terms=TERMS))

    assert in_use_on(ordered, on=day, terms=TERMS) == level("ultimate")


@given(cases(orders=0))
def test_undoing_a_decrease_leaves_everything_as_it_was(case: Case) -> None:  # U1
    ordered = lowered(case)
    assume(ordered != case.subscription)

    for before in (None, case.subscription.billed):
        back = undo(ordered, on=case.on, terms=case.terms, before=before)
        assert told(back, case.on, case.terms) == told(case.subscription, case.on, case.terms)


@given(cases(orders=0), LEVELS)
def test_undoing_a_decrease_leaves_an_increase_of_the_same_month_as_it_was(case: Case, more: Level) -> None:  # U1
    raised = after(preview(case.subscription, highest_of(case, more), on=case.on, terms=case.terms))
    ordered = lowered(replace(case, subscription=raised))
    assume(ordered != raised)

    assert undo(ordered, on=case.on, terms=case.terms, before=raised.billed) == raised


@given(cases())
def test_undo_never_leaves_less_than_was_in_use_before_the_order(case: Case) -> None:  # U1, U5
    ordered = after(preview(case.subscription, case.wish, on=case.on, terms=case.terms))

    back = undo(ordered, on=case.on, terms=case.terms, before=case.subscription.billed)

    assert lowest(back.in_use, case.subscription.in_use) == case.subscription.in_use
    assert not can_undo(back, on=case.on, terms=case.terms, before=case.subscription.billed)  # U3
    assert undo(back, on=case.on, terms=case.terms, before=case.subscription.billed) is back


@given(cases(orders=0), LEVELS)
def test_ordering_again_after_undoing_is_ordering_after_an_increase_as_well(case: Case, more: Level) -> None:  # U4
    raised = after(preview(case.subscription, highest_of(case, more), on=case.on, terms=case.terms))
    ordered = lowered(replace(case, subscription=raised))
    undone = undo(ordered, on=case.on, terms=case.terms, before=raised.billed)

    assert lowered(replace(case, subscription=undone)) == ordered


@given(cases(), st.integers(0, 500))
def test_undoing_twice_is_undoing_once(case: Case, days: int) -> None:  # U3
    on = case.on + timedelta(days=days)
    once = undo(case.subscription, on=on, terms=case.terms)

    assert not can_undo(once, on=on, terms=case.terms)
    assert undo(once, on=on, terms=case.terms) is once


@given(cases(orders=0))
def test_ordering_again_after_undoing_is_ordering(case: Case) -> None:  # U4
    ordered = lowered(case)
    undone = undo(ordered, on=case.on, terms=case.terms)

    assert lowered(replace(case, subscription=undone)) == ordered


@given(cases())
def test_undo_is_the_running_maximum_of_each_line_day_by_day(case: Case) -> None:
    oracle = Oracle(case.subscription, case.wish, case.terms)
    back = undo(case.subscription, on=case.on, terms=case.terms)

    reached, falls = oracle.billed(case.on)[0], False
    for day in days_from(case.on):
        billed = oracle.billed(day)[0]
        reached, falls = tuple(map(max, reached, billed)), falls or billed != tuple(map(max, reached, billed))
        assert oracle.values(step_at(back.billed, day).level) == reached, day
    assert can_undo(case.subscription, on=case.on, terms=case.terms) == falls
    assert oracle.values(back.in_use) == (reached if falls else oracle.values(case.subscription.in_use))
