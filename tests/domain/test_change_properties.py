"""`preview` against the oracle, and what holds for each change whatever its numbers."""

from datetime import date

from hypothesis import example, given
from hypothesis import strategies as st

from tests.builders import a_subscription, billed_as, level, some_terms
from tests.domain.oracle import Oracle, days_from
from tests.domain.strategies import Case, cases, cases_of_any_billing, falling
from widget.domain.change import preview
from widget.domain.subscription import SINCE_EVER
from widget.domain.timeline import step_at

ANY_CASE = st.one_of(cases(), cases_of_any_billing())


def oracle_of(case: Case) -> Oracle:
    return Oracle(case.subscription, case.wish, case.terms)


@given(ANY_CASE)
def test_what_is_billed_is_the_formula_of_the_rules_on_each_single_day(case: Case) -> None:
    answer = preview(case.subscription, case.wish, on=case.on, terms=case.terms)

    oracle = oracle_of(case)
    formula = oracle.billed_after(case.on)
    for day in days_from(case.on):
        step = step_at(answer.billed, day)
        assert (oracle.values(step.level), step.price_book) == formula(day), day


@given(ANY_CASE)
def test_the_fees_are_those_of_each_single_day(case: Case) -> None:
    answer = preview(case.subscription, case.wish, on=case.on, terms=case.terms)

    assert [(fee.starts_on, fee.level, fee.amount) for fee in answer.fees] == oracle_of(case).fees(case.on)
    assert [fee.ends_on for fee in answer.fees] == [*(fee.starts_on for fee in answer.fees[1:]), None]


@given(ANY_CASE)
def test_each_line_is_priced_from_the_day_on_which_its_price_changes(case: Case) -> None:
    answer = preview(case.subscription, case.wish, on=case.on, terms=case.terms)

    assert tuple(line.priced_from for line in answer.lines) == oracle_of(case).priced_from(case.on)


@given(cases())
def test_the_last_day_to_order_is_found_by_walking_after_any_orders(case: Case) -> None:
    answer = preview(case.subscription, case.wish, on=case.on, terms=case.terms)

    assert answer.last_day_to_order == oracle_of(case).last_day_to_order(case.on)


@given(cases_of_any_billing().map(falling))
def test_the_last_day_to_order_is_found_by_walking_whatever_is_still_to_fall(case: Case) -> None:
    answer = preview(case.subscription, case.wish, on=case.on, terms=case.terms)

    assert answer.last_day_to_order == oracle_of(case).last_day_to_order(case.on)


# 10 users in use, 15 asked, 20 billed for another year; on 1 June the order meets the renewal itself.
@example(
    Case(
        a_subscription(
            level(users=10), billed=billed_as((SINCE_EVER, level(users=20)), (date(2028, 7, 1), level(users=10)))
        ),
        level(users=15, zoom_licenses=2),
        date(2027, 3, 15),
        some_terms(),
    )
)
@given(cases_of_any_billing())
def test_the_last_day_to_order_is_never_too_late(case: Case) -> None:
    answer = preview(case.subscription, case.wish, on=case.on, terms=case.terms)

    walked = oracle_of(case).last_day_to_order(case.on)
    assert (answer.last_day_to_order is None) == (walked is None)
    if walked is not None and answer.last_day_to_order is not None:
        assert case.on <= answer.last_day_to_order <= walked
