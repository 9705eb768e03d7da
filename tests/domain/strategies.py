"""Subscriptions as they come about: a start, then orders one on top of the other; and billing of any shape at all."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.builders import MONTHLY_USER_PRICES, a_policy, a_price_book, a_subscription, after, some_terms
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.domain.policy import PlanDowngrade
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.domain.undo import in_use_on

# Few values, so that equal ones meet often.
LEVELS = st.builds(
    Level,
    st.sampled_from(list(MONTHLY_USER_PRICES)),
    st.sampled_from([5, 8, 10, 12, 20]),
    st.sampled_from([0, 2, 4, 6]),
)
# Renewals on the 1st, in the middle, and on the days that not every month has.
ANCHORS = st.one_of(
    st.sampled_from([date(2023, 7, 1), date(2024, 2, 29), date(2024, 1, 31), date(2023, 7, 20), date(2023, 3, 30)]),
    st.dates(date(2023, 1, 1), date(2024, 12, 31)),
)
TERM_STARTS = st.one_of(st.none(), ANCHORS)
FIRST_DAYS = st.dates(date(2025, 1, 1), date(2026, 12, 31))
THREE_PRICE_BOOKS = (
    a_price_book("A", date(2000, 1, 1)),
    a_price_book("B", date(2026, 1, 1), percent=110),
    a_price_book("C", date(2027, 1, 1), percent=90),
)


@dataclass(frozen=True)
class Case:
    """A question: this wish, on this subscription, on this day, under these terms."""

    subscription: Subscription
    wish: Level
    on: date
    terms: Terms


@st.composite
def terms_of_any_kind(draw: st.DrawFn) -> Terms:
    policy = a_policy(
        notice_months=draw(st.sampled_from([1, 1, 1, 2, 3])), plan_downgrade=draw(st.sampled_from(list(PlanDowngrade)))
    )
    return some_terms(*draw(st.sampled_from([THREE_PRICE_BOOKS, THREE_PRICE_BOOKS[:1]])), policy=policy)


@st.composite
def cases(draw: st.DrawFn, *, orders: int = 3) -> Case:
    """A subscription with up to `orders` orders behind it, of which any may still be pending."""
    terms = draw(terms_of_any_kind())
    start = draw(LEVELS)
    on = draw(FIRST_DAYS)
    subscription = a_subscription(start, term_start=draw(TERM_STARTS))
    for _ in range(draw(st.integers(0, orders))):
        subscription = after(preview(subscription, draw(LEVELS), on=on, terms=terms))
        on += timedelta(days=draw(st.integers(0, 120)))
        subscription = replace(subscription, in_use=in_use_on(subscription, on=on, terms=terms))
    return Case(subscription, draw(LEVELS), on, terms)


@st.composite
def cases_of_any_billing(draw: st.DrawFn) -> Case:
    """What the public calculator may be told: any level in use, and steps up and down on any days."""
    terms, on = draw(terms_of_any_kind()), draw(FIRST_DAYS)
    starts = draw(st.lists(st.integers(-200, 500), unique=True, max_size=4))
    days = [SINCE_EVER, *(on + timedelta(days=each) for each in sorted(starts))]
    versions = st.sampled_from([None, *(book.version for book in terms.price_books)])
    billed = tuple(Step(day, draw(LEVELS), draw(versions)) for day in days)
    subscription = a_subscription(draw(LEVELS), term_start=draw(TERM_STARTS), billed=billed)
    subscription = replace(subscription, in_use=in_use_on(subscription, on=on, terms=terms))
    return Case(subscription, draw(LEVELS), on, terms)


def falling(case: Case) -> Case:
    """Return the case with billing that never rises after its first step, line by line, as orders leave it."""
    steps, held = [], None
    for step in case.subscription.billed:
        level = step.level if held is None else lowest(held, step.level)
        steps.append(replace(step, level=level))
        held = level
    return replace(case, subscription=replace(case.subscription, billed=tuple(steps), in_use=steps[-1].level))


def lowest(one: Level, other: Level) -> Level:
    plan = min(one.plan, other.plan, key=list(MONTHLY_USER_PRICES).index)
    return Level(plan, min(one.users, other.users), min(one.zoom_licenses, other.zoom_licenses))
