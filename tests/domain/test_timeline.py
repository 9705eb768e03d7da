"""What is billed when: steps, the one formula, and what is left when nothing falls any more."""

from datetime import date

import pytest

from tests.builders import MONTHLY_USER_PRICES, billed_as, level, levels
from widget.domain.plan import Level
from widget.domain.subscription import SINCE_EVER, Step
from widget.domain.timeline import changed, days_to_come, highest, highest_from, merged, step_at, undone

JANUARY, APRIL, JULY, NEXT_JULY = date(2027, 1, 1), date(2027, 4, 1), date(2027, 7, 1), date(2028, 7, 1)
TWENTY, FIFTEEN, TEN = level(users=20), level(users=15), level(users=10)


def rank(plan: str) -> int:
    return list(MONTHLY_USER_PRICES).index(plan)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(date(2027, 1, 1), TWENTY, id="on the first day of a step: that step"),
        pytest.param(date(2027, 6, 30), TWENTY, id="the day before the next: still that step"),
        pytest.param(date(2027, 7, 1), FIFTEEN, id="on the next: the next"),
        pytest.param(date(2099, 1, 1), FIFTEEN, id="long after: the last"),
    ],
)
def test_a_step_holds_until_the_next_one(day: date, expected: Level) -> None:
    assert step_at(billed_as((JANUARY, TWENTY), (JULY, FIFTEEN)), day).level == expected


def test_before_the_first_step_nothing_is_billed() -> None:
    with pytest.raises(ValueError, match="nothing is billed on 2026-12-31: the first step starts on 2027-01-01"):
        step_at(billed_as((JANUARY, TWENTY)), date(2026, 12, 31))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(level("premium", 20, 2), level("essential", 10, 4), level("premium", 20, 4), id="each line alone"),
        pytest.param(level("essential", 10, 4), level("premium", 20, 2), level("premium", 20, 4), id="in either order"),
        pytest.param(
            level("premium", 5, 0), level("ultimate", 5, 0), level("ultimate", 5, 0), id="by rank, not by name"
        ),
    ],
)
def test_the_highest_of_two_levels_is_taken_line_by_line(one: Level, other: Level, expected: Level) -> None:
    assert highest(one, other, rank) == expected


def test_steps_that_change_nothing_are_left_out_and_those_at_another_price_are_kept() -> None:
    steps = [Step(JANUARY, TWENTY, "A"), Step(APRIL, TWENTY, "A"), Step(JULY, TWENTY, "B"), Step(NEXT_JULY, TEN, "B")]

    assert merged(steps) == (steps[0], steps[2], steps[3])


@pytest.mark.parametrize(
    ("billed", "wish", "expected"),
    [
        pytest.param([(SINCE_EVER, TWENTY)], TEN, [(SINCE_EVER, TWENTY), (JULY, TEN)], id="down: from P"),
        pytest.param([(SINCE_EVER, TEN)], TWENTY, [(SINCE_EVER, TEN), (APRIL, TWENTY)], id="up: from s"),
        pytest.param(
            [(SINCE_EVER, level("essential", 20))],
            level("premium", 10),
            [(SINCE_EVER, level("essential", 20)), (APRIL, level("premium", 20)), (JULY, level("premium", 10))],
            id="plan up and users down: each from its day",
        ),
        pytest.param(
            [(SINCE_EVER, TWENTY), (date(2027, 5, 1), FIFTEEN)],
            TEN,
            [(SINCE_EVER, TWENTY), (date(2027, 5, 1), FIFTEEN), (JULY, TEN)],
            id="down again while one is pending: the first keeps its date",
        ),
        pytest.param(
            [(SINCE_EVER, TWENTY), (date(2027, 5, 1), TEN)],
            FIFTEEN,
            [(SINCE_EVER, TWENTY), (date(2027, 5, 1), FIFTEEN)],
            id="raised again to what is still paid: only what lies above falls",
        ),
        pytest.param(
            [(SINCE_EVER, TWENTY), (NEXT_JULY, TEN)],
            FIFTEEN,
            [(SINCE_EVER, TWENTY), (JULY, FIFTEEN)],
            id="half taken back: what was to fall later is forgotten",
        ),
        pytest.param([(SINCE_EVER, TWENTY), (JULY, TEN)], TWENTY, [(SINCE_EVER, TWENTY)], id="taken back: as it was"),
    ],
)
def test_the_formula(billed: list[tuple[date, Level]], wish: Level, expected: list[tuple[date, Level]]) -> None:
    steps = changed(billed_as(*billed), wish, up_from=APRIL, down_from=JULY, price_book=None, rank=rank)

    assert levels(steps) == expected


def test_only_what_the_wish_sets_is_priced_anew() -> None:
    billed = (Step(SINCE_EVER, TWENTY, "A"), Step(JULY, FIFTEEN, "B"))

    steps = changed(billed, TEN, up_from=APRIL, down_from=NEXT_JULY, price_book="C", rank=rank)

    assert steps == (*billed, Step(NEXT_JULY, TEN, "C"))


def test_that_the_book_of_the_day_holds_again_is_nothing_to_come() -> None:
    ordered = (Step(JANUARY, TWENTY, "A"), Step(APRIL, TWENTY, "B"), Step(JULY, FIFTEEN))
    undone_again = (Step(JANUARY, TWENTY, "A"), Step(JULY, TWENTY))

    assert days_to_come(ordered, JANUARY) == [APRIL, JULY]
    assert days_to_come(ordered, APRIL) == [JULY]
    assert days_to_come(undone_again, JANUARY) == []


@pytest.mark.parametrize(
    ("billed", "expected"),
    [
        pytest.param([(JANUARY, TWENTY), (JULY, TEN)], [(JANUARY, TWENTY)], id="one decrease: gone"),
        pytest.param(
            [(JANUARY, TWENTY), (JULY, FIFTEEN), (NEXT_JULY, TEN)], [(JANUARY, TWENTY)], id="two decreases: both gone"
        ),
        pytest.param(
            [(JANUARY, TEN), (JULY, TWENTY)], [(JANUARY, TEN), (JULY, TWENTY)], id="an increase: stays as ordered"
        ),
        pytest.param(
            [(JANUARY, TEN), (APRIL, TWENTY), (JULY, FIFTEEN)],
            [(JANUARY, TEN), (APRIL, TWENTY)],
            id="an increase, then a decrease: the increase stays",
        ),
        pytest.param(
            [(JANUARY, level("essential", 20)), (APRIL, level("premium", 20)), (JULY, level("premium", 10))],
            [(JANUARY, level("essential", 20)), (APRIL, level("premium", 20))],
            id="plan up and users down: the plan stays up",
        ),
        pytest.param(
            [(date(2026, 1, 1), TWENTY), (JANUARY, TEN)],
            [(date(2026, 1, 1), TWENTY), (JANUARY, TEN)],
            id="a decrease that is in force: stays",
        ),
    ],
)
def test_taking_back_keeps_each_line_at_the_highest_it_reaches(
    billed: list[tuple[date, Level]], expected: list[tuple[date, Level]]
) -> None:
    assert levels(undone(billed_as(*billed), date(2027, 2, 1), rank)) == expected


def test_the_same_level_at_a_later_price_is_not_a_decrease() -> None:
    billed = (Step(JANUARY, TWENTY, "A"), Step(JULY, TWENTY, "B"))

    assert undone(billed, date(2027, 2, 1), rank) == billed


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        pytest.param(JANUARY, level("premium", 20, 4), id="from the start: the highest of all, line by line"),
        pytest.param(APRIL, level("premium", 15, 4), id="from the second step: what is over does not count"),
        pytest.param(JULY, level("essential", 10, 4), id="from the last: the last"),
    ],
)
def test_the_highest_still_to_come_includes_today(day: date, expected: Level) -> None:
    billed = billed_as(
        (JANUARY, level("essential", 20, 2)), (APRIL, level("premium", 15, 2)), (JULY, level("essential", 10, 4))
    )

    assert highest_from(billed, day, rank) == expected
