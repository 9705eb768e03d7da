"""What a change costs: the fee of each period, the invoice of an upgrade, what stays paid and unused, in minor units.

Per user and year 200.00 (premium), per Zoom license and year 50.00; a month costs a tenth of a year.
"""

from dataclasses import replace
from datetime import date

import pytest

from tests.builders import a_policy, a_price_book, a_subscription, after, level, line, some_terms
from widget.domain.amounts import FeePeriod, InvoiceLine, Unused, fee_periods
from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Interval
from widget.domain.policy import PlanDowngrade
from widget.domain.refusal import Rule

TERMS = some_terms()
TWO_BOOKS = some_terms(a_price_book("A"), a_price_book("B", date(2027, 1, 1), percent=110))
YEARS_FEE, MONTHS_FEE = 4_200_00, 420_00


def amounts(answer: ChangePreview) -> list[tuple[date, int]]:
    return [(fee.starts_on, fee.amount) for fee in answer.fees]


def test_an_upgrade_paid_monthly_has_no_invoice_of_its_own() -> None:
    answer = preview(a_subscription(term_start=None), level(users=25), on=date(2027, 3, 15), terms=TERMS)

    assert answer.fees == (
        FeePeriod(date(2027, 3, 15), date(2027, 4, 1), level(), MONTHS_FEE),
        FeePeriod(date(2027, 4, 1), None, level(users=25), 520_00),
    )
    assert answer.invoices == ()
    assert line(answer, "users").rules == (Rule.AVAILABLE_AT_ONCE, Rule.UPGRADE_PRICE_DATE)


def test_an_upgrade_paid_annually_is_invoiced_for_the_months_to_the_renewal() -> None:
    answer = preview(a_subscription(), level(users=25), on=date(2027, 3, 15), terms=TERMS)

    assert answer.invoices == (InvoiceLine(Rule.UPGRADE_INVOICE, date(2027, 4, 1), date(2027, 7, 1), 3, 250_00),)
    assert amounts(answer) == [(date(2027, 3, 15), YEARS_FEE), (date(2027, 4, 1), 5_200_00)]
    assert Rule.UPGRADE_INVOICE in answer.rules


@pytest.mark.parametrize(
    ("term_start", "ordered", "months"),
    [
        pytest.param(date(2026, 7, 1), date(2026, 7, 1), 11, id="renewal 1 July, on 1 July: eleven months from August"),
        pytest.param(date(2026, 7, 1), date(2027, 3, 15), 3, id="renewal 1 July, on 15 March: three months"),
        pytest.param(date(2026, 7, 1), date(2027, 5, 31), 1, id="renewal 1 July, on 31 May: one month"),
        pytest.param(
            date(2026, 7, 20), date(2027, 5, 15), 1, id="renewal 20 July, on 15 May: June, and no half of July"
        ),
        pytest.param(date(2026, 7, 20), date(2027, 7, 10), 11, id="renewal 20 July, on 10 July: the term after it"),
    ],
)
def test_the_invoice_counts_complete_months(term_start: date, ordered: date, months: int) -> None:
    answer = preview(a_subscription(term_start=term_start), level(users=32), on=ordered, terms=TERMS)

    assert [(invoice.months, invoice.amount) for invoice in answer.invoices] == [(months, months * 200_00)]


@pytest.mark.parametrize(
    ("term_start", "ordered"),
    [
        pytest.param(date(2026, 7, 1), date(2027, 6, 1), id="renewal 1 July, ordered 1 June"),
        pytest.param(date(2026, 7, 1), date(2027, 6, 30), id="renewal 1 July, ordered 30 June"),
        pytest.param(date(2026, 7, 20), date(2027, 6, 15), id="renewal 20 July, ordered 15 June"),
    ],
)
def test_without_a_complete_month_there_is_no_invoice(term_start: date, ordered: date) -> None:
    answer = preview(a_subscription(term_start=term_start), level(users=25), on=ordered, terms=TERMS)

    assert answer.invoices == ()


@pytest.mark.parametrize(
    ("more_licenses", "amount"),
    [pytest.param(1, 12_63, id="12.625 is 12.63"), pytest.param(2, 25_25, id="rounded once, not once a license")],
)
def test_half_a_cent_goes_up_once_per_invoice(more_licenses: int, amount: int) -> None:
    terms = some_terms(a_price_book(percent=101))  # a license at 50.50 a year

    answer = preview(a_subscription(), level(zoom_licenses=4 + more_licenses), on=date(2027, 3, 15), terms=terms)

    assert [invoice.amount for invoice in answer.invoices] == [amount]


def test_raising_again_what_is_still_paid_for_costs_nothing() -> None:
    lowered = after(preview(a_subscription(), level(users=15), on=date(2027, 3, 15), terms=TERMS))

    answer = preview(lowered, level(users=18), on=date(2027, 4, 20), terms=TERMS)

    assert answer.invoices == ()
    assert line(answer, "users").priced_from is None
    assert line(answer, "users").rules == (Rule.AVAILABLE_AT_ONCE, Rule.PAID_ALREADY)
    assert amounts(answer) == [(date(2027, 4, 20), YEARS_FEE), (date(2027, 7, 1), 3_800_00)]


def test_raising_above_what_is_still_paid_for_costs_only_what_lies_above_it() -> None:
    lowered = after(preview(a_subscription(), level(users=15), on=date(2027, 3, 15), terms=TERMS))

    answer = preview(lowered, level(users=23), on=date(2027, 4, 20), terms=TERMS)

    assert [(invoice.months, invoice.amount) for invoice in answer.invoices] == [(2, 100_00)]
    assert line(answer, "users").priced_from == date(2027, 5, 1)


def test_a_mixed_change_is_invoiced_for_what_rises_at_the_numbers_still_paid_for() -> None:
    answer = preview(a_subscription(), level("ultimate", 15), on=date(2027, 3, 15), terms=TERMS)

    assert [invoice.amount for invoice in answer.invoices] == [20 * 100_00 * 3 // 12]
    assert amounts(answer) == [
        (date(2027, 3, 15), YEARS_FEE),
        (date(2027, 4, 1), 6_200_00),
        (date(2027, 7, 1), 4_700_00),
    ]


@pytest.mark.parametrize(
    ("ordered", "version", "fee_for_good"),
    [
        pytest.param(date(2026, 12, 31), "A", 3_200_00, id="on the last day of the old prices: the old price"),
        pytest.param(date(2027, 1, 1), "B", 3_520_00, id="on the first day of the new prices: the new price"),
    ],
)
def test_each_fee_of_a_change_is_the_price_of_the_day(ordered: date, version: str, fee_for_good: int) -> None:
    answer = preview(a_subscription(), level(users=15), on=ordered, terms=TWO_BOOKS)

    assert answer.price_book.version == version
    assert answer.fees[-1] == FeePeriod(date(2027, 7, 1), None, level(users=15), fee_for_good)


def test_a_later_price_book_does_not_touch_what_was_ordered() -> None:
    ordered = after(preview(a_subscription(), level(users=15), on=date(2026, 12, 31), terms=TWO_BOOKS))

    seen_later = fee_periods(ordered.billed, date(2028, 1, 1), Interval.YEAR, TWO_BOOKS)

    assert seen_later == (FeePeriod(date(2028, 1, 1), None, level(users=15), 3_200_00),)


def test_a_later_price_book_does_not_touch_the_fee_that_the_order_told_until_its_price_date() -> None:
    answer = preview(a_subscription(), level(users=15), on=date(2026, 12, 31), terms=TWO_BOOKS)

    seen_later = fee_periods(answer.billed, date(2027, 1, 2), Interval.YEAR, TWO_BOOKS)

    assert [(each.level, each.amount) for each in seen_later] == [(level(), YEARS_FEE), (level(users=15), 3_200_00)]
    assert [(each.level, each.amount) for each in seen_later] == [(each.level, each.amount) for each in answer.fees]


def test_what_an_earlier_order_froze_keeps_its_price_through_another_order() -> None:
    first = after(preview(a_subscription(), level(users=15), on=date(2026, 12, 31), terms=TWO_BOOKS))

    second = preview(first, level(users=10), on=date(2027, 2, 1), terms=TWO_BOOKS)

    assert [(each.starts_on, each.amount) for each in second.fees] == [
        (date(2027, 2, 1), YEARS_FEE),
        (date(2027, 7, 1), 2_420_00),
    ]


def test_periods_that_bill_the_same_for_the_same_are_one() -> None:
    first = after(preview(a_subscription(), level(users=25), on=date(2027, 3, 15), terms=TERMS))
    back = preview(first, level(), on=date(2027, 3, 20), terms=TERMS)

    assert back.fees[0].starts_on == date(2027, 3, 20)
    assert [fee.level.users for fee in back.fees] == [20, 25, 20]
    again = preview(after(back), level(users=25), on=date(2027, 3, 21), terms=TERMS)
    assert [fee.level.users for fee in again.fees] == [20, 25]


@pytest.mark.parametrize(
    ("ordered", "unused"),
    [
        pytest.param(date(2027, 3, 15), Unused(date(2027, 4, 1), date(2027, 7, 1), 3, 250_00), id="in time: to July"),
        pytest.param(date(2027, 6, 1), None, id="in time, on the last day: no complete month"),
        pytest.param(
            date(2027, 6, 2), Unused(date(2027, 7, 1), date(2028, 7, 1), 12, 1_000_00), id="late: a whole year"
        ),
    ],
)
def test_what_is_paid_for_and_no_longer_usable_has_an_amount(ordered: date, unused: Unused | None) -> None:
    answer = preview(a_subscription(), level(users=15), on=ordered, terms=TERMS)

    assert answer.unused == unused
    assert (Rule.NO_CREDIT in answer.rules) == (unused is not None)


def test_what_is_unused_ends_with_its_last_whole_month_where_the_renewal_is_in_the_middle_of_one() -> None:
    answer = preview(a_subscription(term_start=date(2026, 5, 8)), level(users=15), on=date(2026, 11, 24), terms=TERMS)

    assert answer.lines[1].priced_from == date(2027, 5, 8)
    assert answer.unused == Unused(date(2026, 12, 1), date(2027, 5, 1), 5, 416_67)


def test_what_an_earlier_order_brings_down_meanwhile_is_not_counted_as_unused() -> None:
    subscription = a_subscription(term_start=date(2026, 7, 20))
    first = after(preview(subscription, level(users=15), on=date(2027, 5, 10), terms=TERMS))

    late = preview(first, level(users=10), on=date(2027, 6, 25), terms=TERMS)

    july_at_twenty_then_eleven_months_at_fifteen = round(20_000 * (10 * 1 + 5 * 11) / 12)
    assert late.unused == Unused(date(2027, 7, 1), date(2028, 7, 1), 12, july_at_twenty_then_eleven_months_at_fifteen)


def test_a_plan_that_drops_with_its_price_stays_usable_as_long_as_it_is_paid_for() -> None:
    answer = preview(a_subscription(), level("essential"), on=date(2027, 3, 15), terms=TERMS)

    assert answer.unused is None


def test_a_plan_that_drops_at_once_is_paid_for_and_not_usable() -> None:
    terms = some_terms(policy=a_policy(plan_downgrade=PlanDowngrade.AT_ONCE))

    answer = preview(a_subscription(), level("essential"), on=date(2027, 3, 15), terms=terms)

    assert answer.unused == Unused(date(2027, 4, 1), date(2027, 7, 1), 3, 20 * 100_00 * 3 // 12)


def test_the_largest_subscription_is_still_exact() -> None:  # M8
    largest = level("ultimate", 100_000, 100_000)

    answer = preview(a_subscription(), largest, on=date(2027, 3, 15), terms=TERMS)

    assert answer.allowed
    assert answer.fees[-1].amount == 100_000 * 300_00 + 100_000 * 50_00


def test_a_higher_plan_that_costs_less_is_not_an_invoice_below_nothing() -> None:  # no-credit
    book = a_price_book()
    cheap = replace(book.plan("ultimate"), prices=book.plan("essential").prices)
    terms = some_terms(replace(book, plans=(*book.plans[:3], cheap)))

    answer = preview(a_subscription(), level("ultimate"), on=date(2027, 3, 15), terms=terms)

    assert answer.invoices == ()
    assert amounts(answer) == [(date(2027, 3, 15), YEARS_FEE), (date(2027, 4, 1), 2_200_00)]
