"""Cancelling: the end that the notice reaches, found by the rules and by walking through the calendar."""

from datetime import date, timedelta

import pytest
from hypothesis import given

from tests.builders import a_policy, a_subscription, billed_as, level, some_terms
from tests.domain.oracle import DAY, days_from, months_later, next_first
from tests.domain.strategies import Case, cases
from widget.domain.amounts import FeePeriod
from widget.domain.cancellation import CancellationPreview, cancel_preview
from widget.domain.plan import Interval
from widget.domain.refusal import Refusal, Rule
from widget.domain.subscription import SINCE_EVER
from widget.domain.timeline import step_at

FOUR_YEARS = [date(2024, 1, 1) + timedelta(days=each) for each in range(1461)]


def cancelled(on: date, *, term_start: date | None = date(2026, 7, 1)) -> CancellationPreview:
    return cancel_preview(a_subscription(term_start=term_start), on=on, terms=some_terms())


def asked(case: Case) -> CancellationPreview:
    return cancel_preview(case.subscription, on=case.on, terms=case.terms)


def walked_end(case: Case, on: date) -> date:
    """Walk to the first day after `on` that ends a month or a term, and that the notice reaches."""
    end, months = on + DAY, case.terms.policy(on).notice_months
    while not (is_an_end(case, end) and months_later(on, months) <= end):
        end += DAY
    return end


def is_an_end(case: Case, day: date) -> bool:
    if case.subscription.interval is Interval.MONTH:
        return day.day == 1
    anchor = case.subscription.anchor
    return day == months_later(anchor, 12 * (day.year - anchor.year))


@pytest.mark.parametrize(
    ("on", "last_day"),
    [
        pytest.param(date(2027, 8, 3), date(2027, 9, 30), id="3 August: 30 September"),
        pytest.param(date(2027, 7, 1), date(2027, 7, 31), id="1 July: 31 July"),
        pytest.param(date(2027, 7, 2), date(2027, 8, 31), id="2 July: 31 August"),
        pytest.param(date(2024, 1, 31), date(2024, 2, 29), id="31 January of a leap year: 29 February"),
        pytest.param(date(2027, 1, 29), date(2027, 2, 28), id="29 January: 28 February, though February has no 29th"),
        pytest.param(date(2027, 12, 1), date(2027, 12, 31), id="1 December: 31 December"),
        pytest.param(date(2027, 12, 2), date(2028, 1, 31), id="2 December: 31 January"),
    ],
)
def test_a_monthly_subscription_ends_with_the_first_month_that_the_notice_reaches(on: date, last_day: date) -> None:
    answer = cancelled(on, term_start=None)

    assert (answer.last_day, answer.ends_on) == (last_day, last_day + DAY)


@pytest.mark.parametrize(
    ("anchor", "on", "ends_on", "in_time"),
    [
        pytest.param(date(2026, 7, 1), date(2027, 6, 1), date(2027, 7, 1), True, id="on the deadline: this renewal"),
        pytest.param(date(2026, 7, 1), date(2027, 6, 2), date(2028, 7, 1), False, id="a day late: the renewal after"),
        pytest.param(date(2026, 7, 1), date(2027, 7, 1), date(2028, 7, 1), True, id="on the renewal: the new term"),
        pytest.param(date(2024, 2, 29), date(2027, 1, 31), date(2027, 2, 28), True, id="anchor 29 February, 31 Jan."),
        pytest.param(date(2024, 2, 29), date(2027, 2, 1), date(2028, 2, 29), False, id="anchor 29 February, late"),
    ],
)
def test_an_annual_subscription_ends_on_the_renewal_that_the_notice_reaches(
    anchor: date, on: date, ends_on: date, in_time: bool
) -> None:
    answer = cancelled(on, term_start=anchor)

    assert (answer.ends_on, answer.last_day, answer.notice_in_time) == (ends_on, ends_on - DAY, in_time)


def test_the_days_around_a_late_cancellation_are_told() -> None:
    answer = cancelled(date(2027, 6, 15))

    assert (answer.next_end, answer.notice_deadline, answer.notice_in_time) == (
        date(2027, 7, 1),
        date(2027, 6, 1),
        False,
    )
    assert (answer.ends_on, answer.last_day_to_order) == (date(2028, 7, 1), date(2028, 6, 1))


def test_a_monthly_cancellation_has_the_first_of_the_month_as_its_deadline() -> None:
    answer = cancelled(date(2027, 8, 3), term_start=None)

    assert (answer.notice_deadline, answer.notice_in_time) == (date(2027, 8, 1), False)
    assert answer.last_day_to_order == date(2027, 9, 1)


def test_every_monthly_cancellation_of_four_years_ends_28_to_61_days_ahead_and_never_before_an_earlier_one() -> None:
    # T9: E is a first of a month, a month's notice reaches it, no earlier one would do, and it never goes back
    previous = date.min
    for on in FOUR_YEARS:
        end = cancelled(on, term_start=None).ends_on

        firsts = [first for first in (next_first(on), next_first(next_first(on))) if months_later(on, 1) <= first]
        assert end == firsts[0], on
        assert timedelta(days=28) <= end - on <= timedelta(days=61), on
        assert previous <= end, on
        previous = end


@given(cases())
def test_the_end_is_the_first_one_that_the_notice_reaches(case: Case) -> None:
    answer = asked(case)

    assert answer.ends_on == walked_end(case, case.on)
    assert is_an_end(case, answer.next_end)
    assert not any(is_an_end(case, day) for day in days_from(case.on)[1 : (answer.next_end - case.on).days])
    assert answer.notice_in_time == (answer.ends_on == answer.next_end) == (case.on <= answer.notice_deadline)


@given(cases())
def test_the_last_day_to_order_is_the_last_with_the_same_end(case: Case) -> None:
    answer = asked(case)

    assert answer.last_day_to_order >= case.on
    assert walked_end(case, answer.last_day_to_order) == answer.ends_on
    assert walked_end(case, answer.last_day_to_order + DAY) > answer.ends_on


@given(cases())
def test_what_is_billed_until_the_end_is_what_was_billed_anyway_and_nothing_after(case: Case) -> None:
    answer = asked(case)

    assert answer.fees[0].starts_on == case.on
    assert [fee.ends_on for fee in answer.fees] == [*(fee.starts_on for fee in answer.fees[1:]), answer.ends_on]
    for fee in answer.fees:
        for day in days_from(fee.starts_on)[: (answer.ends_on - fee.starts_on).days]:
            if fee.ends_on is not None and day < fee.ends_on:
                assert step_at(case.subscription.billed, day).level == fee.level, day


def test_a_change_that_would_start_on_the_end_never_comes_and_an_earlier_one_does() -> None:
    lower, lowest = level(users=15), level(users=10)
    steps = billed_as((SINCE_EVER, level()), (date(2027, 7, 1), lower), (date(2028, 7, 1), lowest))

    answer = cancel_preview(a_subscription(billed=steps), on=date(2027, 6, 15), terms=some_terms())

    assert answer.fees == (
        FeePeriod(date(2027, 6, 15), date(2027, 7, 1), level(), 420_000),
        FeePeriod(date(2027, 7, 1), date(2028, 7, 1), lower, 320_000),
    )


def test_a_cancellation_can_be_taken_back_until_its_end_date() -> None:
    answer = cancelled(date(2027, 8, 3), term_start=None)

    assert (answer.last_day_to_undo, answer.ends_on) == (date(2027, 9, 30), date(2027, 10, 1))


def test_the_policy_can_forbid_taking_a_cancellation_back() -> None:
    policy = a_policy(undo_cancel=False)
    answer = cancel_preview(a_subscription(), on=date(2027, 3, 15), terms=some_terms(policy=policy))

    assert answer.last_day_to_undo is None


def test_a_locked_contract_is_not_cancelled_here() -> None:
    answer = cancel_preview(a_subscription(locked=True), on=date(2027, 3, 15), terms=some_terms())

    assert answer.blockers == (Refusal(Rule.LOCKED_CONTRACT, {"support_email": "support@example.org"}),)
    assert not answer.allowed
    assert cancelled(date(2027, 3, 15)).allowed
