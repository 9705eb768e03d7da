"""What support would say: which day the price changes, what can be used when, and until when to order."""

from datetime import date

import pytest

from tests.builders import a_policy, a_subscription, after, level, levels, line, some_terms
from widget.domain.change import ChangePreview, preview
from widget.domain.lines import ITEMS, Direction, LineChange
from widget.domain.plan import Level
from widget.domain.policy import PlanDowngrade
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER

TERMS = some_terms()
FEWER_USERS = level(users=15)
MORE_USERS = level(users=25)


def dates(answer: ChangePreview) -> list[date | None]:
    return [each.priced_from for each in answer.lines]


@pytest.mark.parametrize(
    ("term_start", "ordered", "priced_from"),
    [
        pytest.param(None, date(2027, 3, 1), date(2027, 4, 1), id="monthly, ordered 1 March: 1 April"),
        pytest.param(None, date(2027, 3, 15), date(2027, 4, 1), id="monthly, ordered 15 March: 1 April"),
        pytest.param(None, date(2027, 3, 31), date(2027, 4, 1), id="monthly, ordered 31 March: 1 April"),
        pytest.param(None, date(2028, 2, 29), date(2028, 3, 1), id="monthly, ordered 29 February: 1 March"),
        pytest.param(None, date(2027, 12, 31), date(2028, 1, 1), id="monthly, ordered 31 December: 1 January"),
        pytest.param(
            date(2026, 7, 1),
            date(2027, 3, 15),
            date(2027, 7, 1),
            id="annual, renewal 1 July, ordered 15 March: this July",
        ),
        pytest.param(
            date(2026, 7, 1), date(2027, 6, 1), date(2027, 7, 1), id="annual, renewal 1 July, ordered 1 June: this July"
        ),
        pytest.param(
            date(2026, 7, 1),
            date(2027, 6, 2),
            date(2028, 7, 1),
            id="annual, renewal 1 July, ordered 2 June: a year later",
        ),
        pytest.param(
            date(2026, 7, 1), date(2027, 7, 1), date(2028, 7, 1), id="annual, ordered on the renewal: the next one"
        ),
        pytest.param(
            date(2024, 2, 29), date(2027, 1, 31), date(2027, 2, 28), id="annual, from 29 February, ordered 31 January"
        ),
        pytest.param(
            date(2024, 2, 29),
            date(2027, 2, 1),
            date(2028, 2, 29),
            id="annual, from 29 February 2024, late: the 29th again",
        ),
    ],
)
def test_the_lower_price_starts_when_support_says(term_start: date | None, ordered: date, priced_from: date) -> None:
    answer = preview(a_subscription(term_start=term_start), FEWER_USERS, on=ordered, terms=TERMS)

    assert dates(answer) == [None, priced_from, None]
    assert levels(answer.billed) == [(SINCE_EVER, level()), (priced_from, FEWER_USERS)]


@pytest.mark.parametrize(
    "term_start", [None, date(2026, 7, 1), date(2026, 7, 20)], ids=["monthly", "annual", "mid-month"]
)
@pytest.mark.parametrize(
    ("ordered", "priced_from"),
    [
        pytest.param(date(2027, 3, 15), date(2027, 4, 1), id="ordered 15 March: 1 April"),
        pytest.param(date(2027, 4, 1), date(2027, 5, 1), id="ordered 1 April: 1 May, a whole month free"),
        pytest.param(date(2027, 6, 30), date(2027, 7, 1), id="ordered 30 June: 1 July"),
        pytest.param(date(2027, 12, 31), date(2028, 1, 1), id="ordered 31 December: 1 January"),
    ],
)
def test_more_can_be_used_at_once_and_is_free_until_the_end_of_the_month(
    term_start: date | None, ordered: date, priced_from: date
) -> None:
    answer = preview(a_subscription(term_start=term_start), MORE_USERS, on=ordered, terms=TERMS)

    assert answer.in_use == MORE_USERS
    assert line(answer, "users").usable_from == ordered
    assert levels(answer.billed) == [(SINCE_EVER, level()), (priced_from, MORE_USERS)]
    assert dates(answer) == [None, priced_from, None]


@pytest.mark.parametrize(
    ("wish", "overall", "by_line"),
    [
        pytest.param(level(users=15), "downgrade", ["same", "down", "same"], id="fewer users"),
        pytest.param(level("essential"), "downgrade", ["down", "same", "same"], id="a lower plan"),
        pytest.param(level("essential", 15, 2), "downgrade", ["down", "down", "down"], id="everything lower"),
        pytest.param(level(zoom_licenses=5), "upgrade", ["same", "same", "up"], id="one more license"),
        pytest.param(level("ultimate", 25, 5), "upgrade", ["up", "up", "up"], id="everything higher"),
        pytest.param(level("ultimate", 15), "mixed", ["up", "down", "same"], id="a higher plan for fewer users"),
        pytest.param(level("essential", 25), "mixed", ["down", "up", "same"], id="a lower plan for more users"),
        pytest.param(level(), "none", ["same", "same", "same"], id="nothing"),
    ],
)
def test_each_line_has_its_direction_and_so_has_the_whole(wish: Level, overall: str, by_line: list[str]) -> None:
    answer = preview(a_subscription(), wish, on=date(2027, 3, 15), terms=TERMS)

    assert answer.direction == overall
    assert [each.direction for each in answer.lines] == by_line
    assert [each.item for each in answer.lines] == list(ITEMS)
    assert answer.goes_down == ("down" in by_line)


def test_the_example_of_the_interface_is_answered_as_documented() -> None:
    subscription = a_subscription(level("premium", 20, 4), term_start=date(2026, 7, 1), active_users=14)

    answer = preview(subscription, level("premium", 15, 4), on=date(2027, 3, 15), terms=TERMS)

    assert answer.direction is Direction.DOWNGRADE
    assert answer.allowed
    assert (answer.blockers, answer.warnings, answer.invoices) == ((), (), ())
    down = (Rule.SEATS_DROP_AT_ONCE, Rule.ANNUAL_PRICE_DATE)
    assert answer.lines == (
        LineChange("plan", "premium", "premium", Direction.SAME, None, None, ()),
        LineChange("users", 20, 15, Direction.DOWN, date(2027, 3, 15), date(2027, 7, 1), down),
        LineChange("zoom_licenses", 4, 4, Direction.SAME, None, None, ()),
    )
    assert [(fee.starts_on, fee.ends_on, fee.level) for fee in answer.fees] == [
        (date(2027, 3, 15), date(2027, 7, 1), level("premium", 20, 4)),
        (date(2027, 7, 1), None, level("premium", 15, 4)),
    ]
    assert answer.renewal_date == date(2027, 7, 1)
    assert answer.notice_deadline == date(2027, 6, 1)
    assert answer.notice_in_time is True
    assert answer.last_day_to_order == date(2027, 6, 1)
    assert answer.late_price_date is None


def test_monthly_payment_knows_no_renewal_and_no_notice() -> None:
    answer = preview(a_subscription(term_start=None), FEWER_USERS, on=date(2027, 3, 15), terms=TERMS)

    assert (answer.renewal_date, answer.notice_deadline, answer.notice_in_time) == (None, None, None)
    assert line(answer, "users").rules == (Rule.SEATS_DROP_AT_ONCE, Rule.MONTHLY_PRICE_DATE)
    assert answer.rules == (
        Rule.SEATS_DROP_AT_ONCE,
        Rule.MONTHLY_PRICE_DATE,
        Rule.BEST_DAY,
        Rule.PRICE_OF_THE_DAY,
    )


def test_users_and_licenses_drop_at_once_even_when_notice_is_late() -> None:
    answer = preview(a_subscription(), level(users=15, zoom_licenses=2), on=date(2027, 6, 2), terms=TERMS)

    assert answer.in_use == level(users=15, zoom_licenses=2)
    assert [each.usable_from for each in answer.lines] == [None, date(2027, 6, 2), date(2027, 6, 2)]
    assert line(answer, "users").rules == (Rule.SEATS_DROP_AT_ONCE, Rule.LATE_NOTICE)
    assert answer.notice_in_time is False
    assert answer.late_price_date == date(2028, 7, 1)


@pytest.mark.parametrize(
    ("switch", "usable_from", "plan_in_use"),
    [
        pytest.param(PlanDowngrade.WITH_PRICE, date(2027, 7, 1), "premium", id="with the price"),
        pytest.param(PlanDowngrade.AT_ONCE, date(2027, 3, 15), "essential", id="at once, if the policy says so"),
    ],
)
def test_a_lower_plan_starts(switch: PlanDowngrade, usable_from: date, plan_in_use: str) -> None:
    terms = some_terms(policy=a_policy(plan_downgrade=switch))

    answer = preview(a_subscription(), level("essential"), on=date(2027, 3, 15), terms=terms)

    assert line(answer, "plan").usable_from == usable_from
    assert line(answer, "plan").priced_from == date(2027, 7, 1)
    assert line(answer, "plan").rules == (Rule.PLAN_DROPS_WITH_PRICE, Rule.ANNUAL_PRICE_DATE)
    assert answer.in_use == level(plan_in_use)


def test_up_and_down_in_one_change_each_line_follows_its_own_direction() -> None:
    answer = preview(a_subscription(), level("ultimate", 15, 4), on=date(2027, 3, 15), terms=TERMS)

    assert dates(answer) == [date(2027, 4, 1), date(2027, 7, 1), None]
    assert answer.in_use == level("ultimate", 15, 4)
    assert levels(answer.billed) == [
        (SINCE_EVER, level("premium", 20, 4)),
        (date(2027, 4, 1), level("ultimate", 20, 4)),
        (date(2027, 7, 1), level("ultimate", 15, 4)),
    ]


def test_a_second_change_keeps_the_earlier_date_of_the_first() -> None:
    first = preview(a_subscription(), level(users=15), on=date(2027, 5, 20), terms=TERMS)

    second = preview(after(first), level(users=10), on=date(2027, 6, 20), terms=TERMS)

    assert line(second, "users").before == 15
    assert dates(second) == [None, date(2028, 7, 1), None]
    assert levels(second.billed) == [
        (SINCE_EVER, level(users=20)),
        (date(2027, 7, 1), level(users=15)),
        (date(2028, 7, 1), level(users=10)),
    ]


def test_a_late_change_to_another_line_leaves_the_first_its_date() -> None:
    first = preview(a_subscription(), level("essential"), on=date(2027, 5, 20), terms=TERMS)

    second = preview(after(first), level("essential", 15), on=date(2027, 6, 20), terms=TERMS)

    assert dates(second) == [date(2027, 7, 1), date(2028, 7, 1), None]
    assert [each.usable_from for each in second.lines] == [date(2027, 7, 1), date(2027, 6, 20), None]
    assert line(second, "plan").rules == (Rule.PLAN_DROPS_WITH_PRICE, Rule.ANNUAL_PRICE_DATE)
    assert second.late_price_date == date(2028, 7, 1)


def test_taking_back_a_plan_that_is_to_drop_is_a_change_though_it_is_still_in_use() -> None:
    first = preview(a_subscription(), level("essential"), on=date(2027, 3, 15), terms=TERMS)

    back = preview(after(first), level(), on=date(2027, 4, 20), terms=TERMS)

    assert back.direction is Direction.UPGRADE
    assert line(back, "plan").rules == (Rule.AVAILABLE_AT_ONCE, Rule.PAID_ALREADY)
    assert {step.level for step in back.billed} == {level()}


def test_a_plan_raised_and_lowered_within_its_free_month_is_the_old_plan_at_once() -> None:
    raised = preview(a_subscription(term_start=None), level("ultimate"), on=date(2027, 3, 3), terms=TERMS)

    lowered = preview(after(raised), level("premium"), on=date(2027, 3, 5), terms=TERMS)

    assert {step.level for step in lowered.billed} == {level("premium")}
    assert line(lowered, "plan").usable_from == date(2027, 3, 5)
    assert lowered.in_use == level("premium")


def test_an_increase_that_is_partly_given_up_within_its_free_month_costs_what_is_left_from_the_next() -> None:
    raised = preview(a_subscription(term_start=None), level(users=28), on=date(2027, 3, 3), terms=TERMS)

    partly = preview(after(raised), level(users=24), on=date(2027, 3, 20), terms=TERMS)

    assert dates(partly) == [None, date(2027, 4, 1), None]
    assert line(partly, "users").rules == (Rule.SEATS_DROP_AT_ONCE, Rule.MONTHLY_PRICE_DATE)
    assert [(fee.starts_on, fee.level.users) for fee in partly.fees] == [
        (date(2027, 3, 20), 20),
        (date(2027, 4, 1), 24),
    ]
    assert partly.last_day_to_order == date(2027, 3, 31)


def test_an_increase_that_is_wholly_given_up_within_its_free_month_has_no_price_date() -> None:
    raised = preview(a_subscription(term_start=None), level(users=28), on=date(2027, 3, 3), terms=TERMS)

    wholly = preview(after(raised), level(users=20), on=date(2027, 3, 20), terms=TERMS)

    assert dates(wholly) == [None, None, None]
    assert line(wholly, "users").rules == (Rule.SEATS_DROP_AT_ONCE,)
    assert [(fee.starts_on, fee.level.users) for fee in wholly.fees] == [(date(2027, 3, 20), 20)]
    assert wholly.last_day_to_order == date(2027, 3, 31)


@pytest.mark.parametrize("term_start", [None, date(2026, 7, 1)], ids=["monthly", "annual"])
def test_nobody_is_told_that_prices_rose_who_gives_up_a_part_of_what_was_just_added(term_start: date | None) -> None:
    raised = preview(a_subscription(term_start=term_start), level(users=28), on=date(2027, 3, 3), terms=TERMS)

    partly = preview(after(raised), level(users=24), on=date(2027, 3, 20), terms=TERMS)

    assert partly.fees[-1].amount > partly.fees[0].amount
    assert Rule.PRICE_OF_THE_DAY not in [each.rule for each in partly.warnings]


@pytest.mark.parametrize("term_start", [None, date(2026, 7, 1)], ids=["monthly", "annual"])
def test_nobody_is_told_that_prices_rose_who_drops_less_than_was_to_be_dropped(term_start: date | None) -> None:
    ultimate = a_subscription(term_start=term_start, in_use=level("ultimate"))
    to_the_lowest = preview(ultimate, level("essential"), on=date(2027, 3, 3), terms=TERMS)

    only_one_down = preview(after(to_the_lowest), level("premium"), on=date(2027, 3, 20), terms=TERMS)

    assert only_one_down.goes_down
    assert only_one_down.fees[-1].amount > to_the_lowest.fees[-1].amount
    assert [each.rule for each in only_one_down.warnings] == [Rule.ONE_PENDING_CHANGE]


@pytest.mark.parametrize(
    ("term_start", "wish", "ordered", "last_day"),
    [
        pytest.param(None, FEWER_USERS, date(2027, 3, 2), date(2027, 3, 31), id="monthly: the end of the month"),
        pytest.param(
            date(2026, 7, 1), FEWER_USERS, date(2026, 9, 2), date(2027, 6, 1), id="annual: the notice deadline"
        ),
        pytest.param(date(2026, 7, 1), FEWER_USERS, date(2027, 6, 1), date(2027, 6, 1), id="annual, deadline: today"),
        pytest.param(
            date(2026, 7, 1), FEWER_USERS, date(2027, 6, 2), date(2028, 6, 1), id="annual, late: next deadline"
        ),
        pytest.param(
            date(2026, 7, 1),
            level("ultimate", 15),
            date(2026, 9, 2),
            date(2026, 9, 30),
            id="mixed: the raise, if sooner",
        ),
        pytest.param(
            date(2026, 7, 1),
            level("ultimate", 15),
            date(2027, 6, 1),
            date(2027, 6, 1),
            id="mixed: the notice, if sooner",
        ),
        pytest.param(date(2026, 7, 1), MORE_USERS, date(2026, 9, 2), None, id="nothing goes down: no such day"),
        pytest.param(date(2026, 7, 1), level(), date(2026, 9, 2), None, id="nothing changes: no such day"),
    ],
)
def test_the_last_day_to_order_reaches_the_same_price_dates(
    term_start: date | None, wish: Level, ordered: date, last_day: date | None
) -> None:
    answer = preview(a_subscription(term_start=term_start), wish, on=ordered, terms=TERMS)

    assert answer.last_day_to_order == last_day
    assert (Rule.BEST_DAY in answer.rules) == (last_day is not None)


def test_no_notice_is_needed_for_a_price_that_an_earlier_order_brings_down_already() -> None:
    first = preview(a_subscription(), level("essential"), on=date(2027, 5, 20), terms=TERMS)

    second = preview(after(first), level("essential", zoom_licenses=6), on=date(2027, 6, 1), terms=TERMS)

    assert dates(second) == [date(2027, 7, 1), None, date(2027, 7, 1)]
    assert second.last_day_to_order == date(2027, 6, 30)


def test_the_policy_can_leave_the_best_day_unsaid() -> None:
    terms = some_terms(policy=a_policy(best_day=False))

    answer = preview(a_subscription(), FEWER_USERS, on=date(2027, 3, 15), terms=terms)

    assert Rule.BEST_DAY not in answer.rules


def test_a_longer_notice_moves_the_deadline() -> None:
    terms = some_terms(policy=a_policy(notice_months=2))

    answer = preview(a_subscription(), FEWER_USERS, on=date(2027, 5, 2), terms=terms)

    assert answer.notice_deadline == date(2027, 5, 1)
    assert dates(answer) == [None, date(2028, 7, 1), None]
