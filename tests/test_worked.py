"""Worked cases: each rule decides one of its own, what cannot be is named, and the fingerprint follows the figures."""

import re
from dataclasses import replace
from datetime import date

import pytest

from tests.terms import TERMS
from widget.domain.cancellation import CancellationPreview
from widget.domain.change import ChangePreview
from widget.domain.refusal import Rule
from widget.domain.terms import Terms
from widget.worked import Answer, Undone, answer, cases, fingerprint, read

ON = date(2026, 11, 24)
#: Rules that decide who, how or where to, and neither a date, nor an amount, nor a number.
WITHOUT_CASES = {
    Rule.ADMIN_ONLY,
    Rule.ORDER_OR_QUOTE,
    Rule.ORDER_OR_QUOTE,
    Rule.CANCEL_SCOPE,
    Rule.BILLING_NEXT_INVOICE,
    Rule.PAYMENT_METHODS,
    Rule.CARD_NEEDS_ANNUAL,
    Rule.ONE_INVOICE_ADDRESS,
}


def deciding(result: Answer) -> set[Rule]:
    """Return the rules that had a say in a change or in taking one back."""
    if isinstance(result, Undone):
        return {Rule.UNDO} if result.possible else set()
    assert isinstance(result, ChangePreview)
    asked = {Rule.SURVEY_FIRST} if result.goes_down else set()
    return asked | {*result.rules} | {each.rule for each in (*result.blockers, *result.warnings)}


def test_every_rule_has_cases_but_those_that_calculate_nothing() -> None:
    assert set(Rule) - cases().keys() - WITHOUT_CASES == set()


#: Their cases are the same question, the end of a subscription; the days are held in test_a_cancellation_is_read.
CANCELLING = {Rule.CANCEL_ANNUAL, Rule.CANCEL_MONTHLY, Rule.DATA_AFTER_CANCEL, Rule.UNDO_CANCEL}


@pytest.mark.parametrize("rule", sorted(cases().keys() - CANCELLING))
def test_every_rule_decides_one_of_its_cases(rule: Rule) -> None:
    assert rule in set().union(*(deciding(answer(read(line), TERMS)) for line in cases()[rule]))


@pytest.mark.parametrize(
    ("line", "last_day"),
    [
        ("interval=month on=2027-08-03", date(2027, 9, 30)),
        ("interval=month on=2027-07-01", date(2027, 7, 31)),
        ("interval=year term_start=2026-07-01 on=2027-06-01", date(2027, 6, 30)),
        ("interval=year term_start=2026-07-01 on=2027-06-02", date(2028, 6, 30)),
    ],
)
def test_a_cancellation_is_read_as_it_is_written(line: str, last_day: date) -> None:
    result = answer(read(line), TERMS)

    assert isinstance(result, CancellationPreview)
    assert result.last_day == last_day


def test_a_pending_decrease_is_written_as_what_is_billed_when() -> None:
    line = "interval=month on=2027-03-20 from=premium/15/4 paid=premium/20/4 billed=2027-04-01:premium/15/4 undo=yes"

    result = answer(read(line), TERMS)

    assert isinstance(result, Undone)
    assert (result.possible, result.after.in_use.users) == (True, 20)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("interval=month", "write each of interval, on once"),
        ("interval=month on=2027-03-15 colour=red", "write each of interval, on once"),
        ("interval=month on=2027-02-30", "2027-02-30: write a day that there is"),
        ("interval=month on=2027-03-15 from=premium to=premium/1/0", "premium: write a level as plan/users/licenses"),
        ("interval=month on=2027-03-15 to=premium/1/0", "a change has both from and to"),
        ("interval=year on=2027-03-15", "term_start goes with interval=year"),
        ("interval=month on=2027-03-15 locked=true", "locked=true: write yes, or leave it out"),
        ("interval=month on=2027-03-15 undo=true", "undo=true: write yes, or leave it out"),
        ("interval=month on=2027-03-15 billed=2027-04-01", "write a level as plan/users/licenses"),
        ("interval=fortnight on=2027-03-15", "'fortnight' is not a valid Interval"),
    ],
)
def test_what_cannot_be_read_is_named(line: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        read(line)


@pytest.mark.parametrize(
    ("declared", "message"),
    [
        ("", "refused by active-user-floor, declared: nothing"),
        (" refused=plan-limits", "refused by active-user-floor, declared: plan-limits"),
    ],
)
def test_a_refusal_that_is_not_declared_is_a_mistake(declared: str, message: str) -> None:
    case = read(f"interval=month on=2027-03-15 active=14 from=premium/20/4 to=premium/13/4{declared}")

    with pytest.raises(ValueError, match=message):
        answer(case, TERMS)


def test_a_declared_refusal_that_does_not_come_is_a_mistake() -> None:
    case = read("interval=month on=2027-03-15 active=14 from=premium/20/4 to=premium/14/4 refused=active-user-floor")

    with pytest.raises(ValueError, match="refused by nothing, declared: active-user-floor"):
        answer(case, TERMS)


def test_the_fingerprint_is_that_of_the_figures_and_not_of_the_day() -> None:
    longer = Terms(TERMS.price_books, tuple(replace(each, notice_months=2) for each in TERMS.policies))
    dearer = Terms((*TERMS.price_books, replace(TERMS.price_books[-1], valid_from=date(2027, 1, 1))), TERMS.policies)
    dearer_book = replace(dearer.price_books[-1], version="2027-01")
    dearer = Terms((*TERMS.price_books, dearer_book), TERMS.policies)

    assert fingerprint(TERMS, ON) == fingerprint(TERMS, date(2026, 12, 31))
    assert fingerprint(longer, ON) != fingerprint(TERMS, ON)
    assert fingerprint(dearer, ON) != fingerprint(dearer, date(2027, 1, 1))
