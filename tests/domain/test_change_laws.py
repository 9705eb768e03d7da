"""What holds for each change, whatever its numbers: nobody pays more by going down, or for what was paid already."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.builders import a_subscription, after, some_terms
from tests.domain.oracle import DAY, Oracle, days_from, months_later, next_first
from tests.domain.strategies import ANCHORS, FIRST_DAYS, LEVELS, TERM_STARTS, Case, cases, lowest
from widget.domain.amounts import fee_periods
from widget.domain.change import ChangePreview, preview
from widget.domain.lines import Direction
from widget.domain.plan import Interval, Level
from widget.domain.policy import PlanDowngrade
from widget.domain.refusal import Rule
from widget.domain.timeline import step_at
from widget.domain.undo import in_use_on


def asked(case: Case) -> ChangePreview:
    return preview(case.subscription, case.wish, on=case.on, terms=case.terms)


def going_down(case: Case) -> Case:
    """Return the case with a wish under what is in use and under what an earlier order leaves for good."""
    for_good = case.subscription.billed[-1].level
    return replace(case, wish=lowest(lowest(case.subscription.in_use, for_good), case.wish))


def first_renewal_from(anchor: date, day: date) -> date:
    return next(each for each in (months_later(anchor, 12 * term) for term in range(99)) if each >= day)


def cents(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


@given(cases().map(going_down))
def test_going_down_changes_no_price_before_its_day(case: Case) -> None:  # M2
    answer = asked(case)

    price_date = Oracle(case.subscription, case.wish, case.terms).price_date(case.on)
    for day in days_from(case.on)[: (price_date - case.on).days]:
        old = step_at(case.subscription.billed, day)
        assert step_at(answer.billed, day).level == old.level, day
        assert step_at(answer.billed, day).price_book == (old.price_book or answer.price_book.version), day


@given(cases().map(going_down))
def test_going_down_never_costs_more_on_any_day(case: Case) -> None:  # M4, at the prices of one book
    answer = asked(case)

    for day in days_from(case.on)[::7]:
        new, old = (step_at(steps, day).level for steps in (answer.billed, case.subscription.billed))
        interval = case.subscription.interval
        assert answer.price_book.fee(new, interval) <= answer.price_book.fee(old, interval), day
    assert answer.invoices == ()


@given(cases(orders=0))
def test_a_lower_price_starts_after_the_order_and_a_higher_one_on_the_next_first(case: Case) -> None:  # T1, T15
    for line in asked(case).lines:
        if line.direction is Direction.DOWN:
            assert line.priced_from is not None
            assert line.priced_from > case.on
        if line.direction is Direction.UP:
            assert (line.priced_from, line.usable_from) == (next_first(case.on), case.on)


@given(cases())
def test_what_was_ordered_keeps_the_amount_that_was_shown(case: Case) -> None:  # M3
    answer = asked(case)

    for shown in answer.fees:
        for day in (shown.starts_on, shown.ends_on - DAY if shown.ends_on else shown.starts_on + 1_000 * DAY):
            seen_then = fee_periods(answer.billed, day, case.subscription.interval, case.terms)[0]
            assert (seen_then.level, seen_then.amount) == (shown.level, shown.amount)


@given(cases())
def test_an_annual_upgrade_is_invoiced_for_what_it_adds_until_the_renewal(case: Case) -> None:  # M6
    assume(case.subscription.interval is Interval.YEAR)
    oracle, s = Oracle(case.subscription, case.wish, case.terms), next_first(case.on)

    answer = asked(case)

    renewal = first_renewal_from(case.subscription.anchor, s)
    months = sum(months_later(s, count) <= renewal for count in range(1, 13))
    version = answer.price_book.version
    new, old = (
        oracle.fee(each, version, case.on) for each in (oracle.billed_after(case.on)(s)[0], oracle.billed(s)[0])
    )
    due = cents(Decimal((new - old) * months) / 12)
    invoiced = [(each.starts_on, each.ends_on, each.months, each.amount) for each in answer.invoices]
    assert invoiced == ([(s, renewal, months, due)] if due > 0 else [])
    assert months <= 11


@given(ANCHORS, FIRST_DAYS, st.integers(0, 364))
def test_a_later_upgrade_is_never_invoiced_for_more_months_of_the_same_term(  # M6
    anchor: date, on: date, days: int
) -> None:
    later = on + timedelta(days=days)
    assume(first_renewal_from(anchor, next_first(on)) == first_renewal_from(anchor, next_first(later)))
    subscription = a_subscription(Level("premium", 5, 0), term_start=anchor)

    counts = [
        sum(
            invoice.months
            for invoice in preview(subscription, Level("premium", 8, 0), on=day, terms=some_terms()).invoices
        )
        for day in (on, later)
    ]

    assert counts[0] >= counts[1]


@given(cases(orders=0).map(going_down), LEVELS, st.integers(0, 400))
def test_raising_again_up_to_what_is_paid_for_costs_nothing(case: Case, wish: Level, days: int) -> None:  # M7
    lowered = after(asked(case))
    later = case.on + timedelta(days=days)
    paid = step_at(lowered.billed, next_first(later)).level

    answer = preview(lowered, lowest(paid, wish), on=later, terms=case.terms)

    assert answer.invoices == ()
    assert all(Rule.UPGRADE_PRICE_DATE not in line.rules for line in answer.lines)


@given(cases(), st.integers(0, 25), st.integers(0, 3))
def test_what_is_allowed_leaves_room_for_everybody_and_changes_something(  # M1, M8
    case: Case, active: int, invited: int
) -> None:
    subscription = replace(case.subscription, active_users=active, pending_invitations=invited)

    answer = preview(subscription, case.wish, on=case.on, terms=case.terms)

    blocked_by = {blocker.rule for blocker in answer.blockers}
    plan = answer.price_book.plan(case.wish.plan)
    in_limits = plan.min_users <= case.wish.users <= plan.max_users
    in_limits = in_limits and case.wish.zoom_licenses <= plan.max_zoom_licenses
    nothing = case.wish == subscription.in_use == subscription.billed[-1].level
    assert (Rule.ACTIVE_USER_FLOOR in blocked_by) == (case.wish.users < active + invited)
    assert (Rule.PLAN_LIMITS in blocked_by) == (not in_limits)
    assert (Rule.NOTHING_CHANGES in blocked_by) == nothing == (answer.direction is Direction.NONE)
    assert answer.allowed == (not blocked_by)


@given(cases())
def test_orders_on_top_of_each_other_are_one_timeline(case: Case) -> None:  # L1
    answer = asked(case)

    starts = [step.starts_on for step in answer.billed]
    assert starts == sorted(set(starts))
    assert answer.billed[-1].level == case.wish
    rises = next_first(case.on)
    for before, step in zip(answer.billed, answer.billed[1:], strict=False):
        assert step.starts_on <= rises or lowest(before.level, step.level) == step.level


@given(cases())
def test_the_same_order_twice_is_the_same_order(case: Case) -> None:  # L1
    once = asked(case)

    twice = preview(after(once), case.wish, on=case.on, terms=case.terms)

    assert (twice.in_use, twice.billed, twice.invoices) == (once.in_use, once.billed, ())


@given(cases())
def test_a_lower_plan_is_in_use_from_the_day_that_was_said(case: Case) -> None:
    answer, plan = asked(case), asked(case).lines[0]
    assume(plan.direction is Direction.DOWN and plan.usable_from is not None)
    ordered, ranks = after(answer), {each.id: each.rank for each in answer.price_book.plans}
    start = plan.usable_from or case.on

    assert in_use_on(ordered, on=case.on, terms=case.terms) == answer.in_use
    assert in_use_on(ordered, on=start, terms=case.terms) == case.wish
    if start > case.on:
        before = in_use_on(ordered, on=start - DAY, terms=case.terms).plan
        assert ranks[before] > ranks[case.wish.plan]


@given(cases())
def test_what_stays_paid_and_unused_is_counted_month_by_month(case: Case) -> None:
    answer, oracle = asked(case), Oracle(case.subscription, case.wish, case.terms)
    s, p, after_order = next_first(case.on), oracle.price_date(case.on), oracle.billed_after(case.on)

    plan_drops = case.terms.policy(case.on).plan_downgrade is PlanDowngrade.AT_ONCE
    lost = [direction < 0 for direction in oracle.directions(case.on)]
    exact, months = Decimal(0), 0
    while months_later(s, months + 1) <= p:
        paid = after_order(months_later(s, months))[0]
        usable = tuple(new if down else old for old, new, down in zip(paid, oracle.wish, lost, strict=True))
        usable = usable if plan_drops else (paid[0], *usable[1:])
        fees = [oracle.fee(values, answer.price_book.version, case.on) for values in (paid, usable)]
        exact, months = exact + Decimal(fees[0] - fees[1]) / 12, months + 1
    amount = cents(exact)
    said = answer.unused and (
        answer.unused.starts_on,
        answer.unused.ends_on,
        answer.unused.months,
        answer.unused.amount,
    )
    assert said == ((s, months_later(s, months), months, amount) if amount > 0 else None)


@given(cases())
def test_every_amount_is_a_whole_number_of_cents(case: Case) -> None:  # M5
    answer = asked(case)

    amounts = [fee.amount for fee in answer.fees] + [invoice.amount for invoice in answer.invoices]
    amounts += [answer.unused.amount] if answer.unused else []
    assert {type(amount) for amount in amounts} == {int}


@given(TERM_STARTS, FIRST_DAYS, LEVELS, LEVELS)
def test_a_quote_or_a_refusal_leaves_the_subscription_as_it_was(  # M2
    term_start: date | None, on: date, in_use: Level, wish: Level
) -> None:
    subscription = a_subscription(in_use, term_start=term_start)

    preview(subscription, wish, on=on, terms=some_terms())

    assert subscription == a_subscription(in_use, term_start=term_start)
