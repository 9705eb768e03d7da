"""Months, anniversaries and notice, against a calendar that is counted day by day."""

from bisect import bisect_right
from calendar import monthrange
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widget.domain.calendar import (
    ONE_DAY,
    add_months,
    anniversary_after,
    anniversary_from,
    complete_months,
    first_anniversary_with_notice,
    first_of_next_month,
    is_notice_in_time,
    notice_deadline,
)

DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
FOUR_YEARS_OF_ANCHORS = [date(2024, 1, 1) + timedelta(days=each) for each in range(1461)]


@cache
def months_later(day: date, months: int) -> date:
    """Count months one by one, then take the day number or the last day there is."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    for number in range(day.day, 0, -1):
        try:
            return date(year, month, number)
        except ValueError:
            continue
    raise AssertionError("a month without days")


@cache
def next_first(day: date) -> date:
    """Walk to the next day whose number is 1."""
    day += ONE_DAY
    while day.day != 1:
        day += ONE_DAY
    return day


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        pytest.param(date(2027, 1, 31), 1, date(2027, 2, 28), id="31 January and a month: 28 February"),
        pytest.param(date(2028, 1, 31), 1, date(2028, 2, 29), id="31 January and a month in a leap year: 29 February"),
        pytest.param(date(2027, 1, 31), 2, date(2027, 3, 31), id="31 January and two months: 31 March, not the 28th"),
        pytest.param(date(2027, 1, 31), 3, date(2027, 4, 30), id="31 January and three months: 30 April"),
        pytest.param(date(2024, 2, 29), 12, date(2025, 2, 28), id="29 February and a year: 28 February"),
        pytest.param(date(2024, 2, 29), 48, date(2028, 2, 29), id="29 February and four years: 29 February"),
        pytest.param(date(2026, 12, 15), 1, date(2027, 1, 15), id="15 December and a month: 15 January"),
        pytest.param(date(2027, 3, 31), -1, date(2027, 2, 28), id="a month before 31 March: 28 February"),
        pytest.param(date(2027, 1, 15), -1, date(2026, 12, 15), id="a month before 15 January: 15 December"),
    ],
)
def test_months_keep_the_day_number_or_clamp_to_the_end_of_a_shorter_month(
    day: date, months: int, expected: date
) -> None:
    assert add_months(day, months) == expected


@given(DAYS, st.integers(0, 60))
def test_a_month_is_the_same_however_it_is_counted(day: date, months: int) -> None:
    assert add_months(day, months) == months_later(day, months)


def test_sixty_years_of_renewals_never_drift_from_any_anchor_of_four_years() -> None:  # T8
    for anchor in FOUR_YEARS_OF_ANCHORS:
        renewals = [add_months(anchor, 12 * terms) for terms in range(61)]

        years = range(anchor.year, anchor.year + 61)
        kept = [date(year, anchor.month, min(anchor.day, monthrange(year, anchor.month)[1])) for year in years]
        assert renewals == kept, anchor


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2027, 3, 1), date(2027, 4, 1), id="on the 1st: the next 1st, not the same day"),
        pytest.param(date(2027, 1, 31), date(2027, 2, 1), id="31 January: 1 February"),
        pytest.param(date(2028, 2, 29), date(2028, 3, 1), id="29 February: 1 March"),
        pytest.param(date(2027, 12, 31), date(2028, 1, 1), id="31 December: 1 January"),
    ],
)
def test_the_lower_monthly_price_starts_on_the_first_of_the_next_month(day: date, expected: date) -> None:  # T1
    assert first_of_next_month(day) == expected


def test_the_first_of_the_next_month_is_the_very_next_first_on_each_day_of_four_years() -> None:  # T1, T2, T7
    for day in FOUR_YEARS_OF_ANCHORS:
        assert first_of_next_month(day) == next_first(day)
        assert ONE_DAY <= first_of_next_month(day) - day <= timedelta(days=31)


@pytest.mark.parametrize(
    ("renewal", "deadline"),
    [
        pytest.param(date(2027, 7, 1), date(2027, 6, 1), id="renewal 1 July: 1 June"),
        pytest.param(date(2027, 2, 28), date(2027, 1, 31), id="renewal 28 February 2027: 31 January, not the 28th"),
        pytest.param(date(2028, 2, 29), date(2028, 1, 31), id="renewal 29 February 2028: 31 January"),
        pytest.param(date(2028, 2, 28), date(2028, 1, 28), id="renewal 28 February of a leap year: 28 January"),
        pytest.param(date(2027, 4, 30), date(2027, 3, 31), id="renewal 30 April: 31 March"),
        pytest.param(date(2027, 3, 31), date(2027, 2, 28), id="renewal 31 March: 28 February"),
        pytest.param(date(2027, 3, 29), date(2027, 2, 28), id="renewal 29 March: 28 February"),
        pytest.param(date(2027, 1, 15), date(2026, 12, 15), id="renewal 15 January: 15 December"),
    ],
)
def test_the_notice_deadline_is_counted_in_the_readers_favour(renewal: date, deadline: date) -> None:  # T4
    assert notice_deadline(renewal, 1) == deadline
    assert is_notice_in_time(deadline, renewal, 1)
    assert not is_notice_in_time(deadline + ONE_DAY, renewal, 1)


@pytest.mark.parametrize("notice_months", [1, 2, 3])
def test_the_notice_deadline_is_the_last_day_in_time_for_each_renewal_of_four_years(notice_months: int) -> None:
    for renewal in FOUR_YEARS_OF_ANCHORS:
        walked = renewal
        while months_later(walked, notice_months) > renewal:
            walked -= ONE_DAY

        assert notice_deadline(renewal, notice_months) == walked


@pytest.mark.parametrize(
    ("anchor", "day", "expected"),
    [
        pytest.param(date(2026, 7, 1), date(2027, 6, 1), date(2027, 7, 1), id="renewal 1 July, on 1 June: this year"),
        pytest.param(date(2026, 7, 1), date(2027, 6, 2), date(2028, 7, 1), id="renewal 1 July, on 2 June: next year"),
        pytest.param(date(2026, 7, 1), date(2027, 6, 30), date(2028, 7, 1), id="the day before the renewal: next year"),
        pytest.param(
            date(2026, 7, 1), date(2027, 7, 1), date(2028, 7, 1), id="on the renewal: the end of the new term"
        ),
        pytest.param(date(2026, 7, 1), date(2026, 7, 1), date(2027, 7, 1), id="on the first day of all: in a year"),
        pytest.param(
            date(2024, 2, 29), date(2027, 1, 31), date(2027, 2, 28), id="anchor 29 February, 31 Jan.: in time"
        ),
        pytest.param(
            date(2024, 2, 29), date(2027, 2, 1), date(2028, 2, 29), id="anchor 29 February 2024, late in 2027: the 29th"
        ),
    ],
)
def test_the_lower_annual_price_starts_on_the_first_renewal_that_notice_reaches(  # T3, T5
    anchor: date, day: date, expected: date
) -> None:
    assert first_anniversary_with_notice(anchor, day, 1) == expected


def test_every_anchor_of_four_years_gets_the_renewal_the_rules_give_it() -> None:  # T3-T7, T15, exhaustively
    for anchor in FOUR_YEARS_OF_ANCHORS:
        renewals = [months_later(anchor, 12 * terms) for terms in range(1, 9)]
        previous = date.min
        for day in days_to_ask(anchor, renewals):
            following = bisect_right(renewals, day)
            renewal = renewals[following]
            in_time = months_later(day, 1) <= renewal
            expected = renewal if in_time else renewals[following + 1]

            effective = first_anniversary_with_notice(anchor, day, 1)

            assert effective == expected, (anchor, day)
            assert anniversary_after(anchor, day) == renewal, (anchor, day)
            assert previous <= effective <= months_later(day, 13), (anchor, day)
            assert effective >= next_first(day), (anchor, day)  # the lower price never starts before the higher would
            previous = effective


def test_every_anchor_of_four_years_on_every_later_day_of_them() -> None:  # T3, T4, T5, T6, T7, T15
    month_ahead = [months_later(day, 1) for day in FOUR_YEARS_OF_ANCHORS]
    bounds = [(next_first(day), months_later(day, 13)) for day in FOUR_YEARS_OF_ANCHORS]
    asked = 0
    for begin, anchor in enumerate(FOUR_YEARS_OF_ANCHORS):
        renewals, previous = iter([months_later(anchor, 12 * terms) for terms in range(1, 8)]), date.min
        renewal, following = next(renewals), next(renewals)
        for place in range(begin, len(FOUR_YEARS_OF_ANCHORS)):
            day = FOUR_YEARS_OF_ANCHORS[place]
            if renewal <= day:
                renewal, following = following, next(renewals)

            effective = first_anniversary_with_notice(anchor, day, 1)

            assert effective == (renewal if month_ahead[place] <= renewal else following), (anchor, day)
            assert bounds[place][0] <= effective <= bounds[place][1], (anchor, day)
            assert previous <= effective, (anchor, day)
            previous, asked = effective, asked + 1
    assert asked == 1461 * 1462 // 2


def days_to_ask(anchor: date, renewals: list[date]) -> list[date]:
    """Each deadline and renewal with its neighbours, and every 7th day of four years between them."""
    edges = [renewal - timedelta(days=back) for renewal in renewals[:5] for back in (-1, 0, 1, 27, 28, 29, 30, 31, 32)]
    stride = [anchor + timedelta(days=each) for each in range(0, 1461, 7)]
    return sorted({day for day in edges + stride if day >= anchor})


@given(DAYS, st.integers(0, 4000))
def test_a_renewal_on_or_after_a_day_counts_the_day_itself(anchor: date, days: int) -> None:
    day = anchor + timedelta(days=days)
    renewals = [months_later(anchor, 12 * terms) for terms in range(14)]

    assert anniversary_from(anchor, day) == next(each for each in renewals if each >= day)
    assert anniversary_after(anchor, day) == next(each for each in renewals if each > day)


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        pytest.param(date(2027, 4, 1), date(2027, 7, 1), 3, id="1 April to 30 June: three months"),
        pytest.param(date(2027, 4, 1), date(2027, 6, 30), 2, id="a day short of three months: two"),
        pytest.param(date(2027, 4, 1), date(2027, 7, 20), 3, id="the days over do not count"),
        pytest.param(date(2027, 7, 1), date(2027, 7, 1), 0, id="an empty period: none"),
        pytest.param(date(2027, 8, 1), date(2027, 7, 1), 0, id="a period that never was: none"),
        pytest.param(date(2027, 1, 31), date(2027, 2, 28), 1, id="31 January to 28 February: one"),
    ],
)
def test_only_complete_months_count(start: date, end: date, months: int) -> None:
    assert complete_months(start, end) == months


@given(DAYS, st.integers(0, 800))
def test_complete_months_are_those_that_end_in_time(start: date, days: int) -> None:
    end = start + timedelta(days=days)

    assert complete_months(start, end) == sum(months_later(start, count) <= end for count in range(1, 30))
