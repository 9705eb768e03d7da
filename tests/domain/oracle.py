"""The rules once more, day by day and as slowly as they read, to hold against `preview`.

Nothing is imported from the calendar, the timeline or the change: each line is worked out alone, on each single day.
`s` is the first of the next month, `P` the price date for going down, `b` what is billed, as in rules.md.
"""

from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

from widget.domain.plan import Interval, Level
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms

ITEMS = ("plan", "users", "zoom_licenses")
DAY = timedelta(days=1)
HORIZON = timedelta(days=3 * 366)
Value = int


def months_later(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def next_first(day: date) -> date:
    day += DAY
    while day.day != 1:
        day += DAY
    return day


def price_date(subscription: Subscription, on: date, terms: Terms) -> date:
    """P: the next first of a month, or the first renewal that notice reaches, each counted from the anchor."""
    if subscription.interval is Interval.MONTH:
        return next_first(on)
    term = 1
    while True:
        renewal = months_later(subscription.anchor, 12 * term)
        if renewal > on and months_later(on, terms.policy(on).notice_months) <= renewal:
            return renewal
        term += 1


class Book:
    """Ranks and levels by line, so that plans are numbers like users and licenses."""

    def __init__(self, terms: Terms, on: date) -> None:
        self.terms, self.book = terms, terms.price_book(on)
        self.plans = {plan.rank: plan.id for plan in self.book.plans}
        self.ranks = {plan.id: plan.rank for plan in self.book.plans}

    def values(self, level: Level) -> tuple[Value, ...]:
        return (self.ranks[level.plan], level.users, level.zoom_licenses)

    def level(self, values: tuple[Value, ...]) -> Level:
        return Level(self.plans[values[0]], values[1], values[2])

    def fee(self, level: Level, version: str | None, interval: Interval) -> int:
        book = self.terms.price_book_version(version) if version else self.book
        prices = next(plan for plan in book.plans if plan.id == level.plan).prices[interval]
        return sum([prices.user] * level.users) + sum([prices.zoom_license] * level.zoom_licenses)


def billed_on(subscription: Subscription, day: date) -> tuple[Level, str | None]:
    """b: the last step that has started."""
    started = [step for step in subscription.billed if step.starts_on <= day]
    return started[-1].level, started[-1].price_book


def days_from(on: date) -> list[date]:
    return [on + timedelta(days=each) for each in range(HORIZON.days)]


def billed_after(
    subscription: Subscription, wish: Level, on: date, terms: Terms
) -> dict[date, tuple[Level, str | None]]:
    """b' on each day from `on`: the formula of rules.md, one line and one day at a time, with the price book."""
    book, s, p = Book(terms, on), next_first(on), price_date(subscription, on, terms)
    billed = {}
    for day in days_from(on):
        level, version = billed_on(subscription, day)
        values = []
        for old, new in zip(book.values(level), book.values(wish), strict=True):
            if day < s:
                values.append(old)
            elif day < p:
                values.append(max(old, new))
            else:
                values.append(new)
        after = book.level(tuple(values))
        billed[day] = (after, version if after == level else book.book.version)
    return billed


def fees(subscription: Subscription, wish: Level, on: date, terms: Terms) -> list[tuple[date, Level, int]]:
    """Return each day on which what is billed from `on`, or its fee, becomes another."""
    book = Book(terms, on)
    periods: list[tuple[date, Level, int]] = []
    for day, (level, version) in billed_after(subscription, wish, on, terms).items():
        if not periods or day.day == 1 or (level, version) != seen:
            amount = book.fee(level, version, subscription.interval)
            if not periods or periods[-1][1:] != (level, amount):
                periods.append((day, level, amount))
        seen = (level, version)
    return periods


def priced_from(subscription: Subscription, wish: Level, on: date, terms: Terms) -> tuple[date | None, ...]:
    """For each line: down, the first day at or under the wish for good; up, s if the price of s changes; else None."""
    book, s = Book(terms, on), next_first(on)
    billed = billed_after(subscription, wish, on, terms)
    in_use = book.values(subscription.in_use)
    for_good = book.values(subscription.billed[-1].level)
    dates: list[date | None] = []
    for index, new in enumerate(book.values(wish)):
        old = in_use[index] if in_use[index] != new else for_good[index]
        if new < old:
            above = [day for day, (level, _) in billed.items() if book.values(level)[index] > new]
            dates.append(max(above) + DAY if above else on)
        elif new > old:
            before = book.values(billed_on(subscription, s)[0])[index]
            dates.append(s if book.values(billed[s][0])[index] != before else None)
        else:
            dates.append(None)
    return tuple(dates)


def goes_down(subscription: Subscription, wish: Level, on: date, terms: Terms) -> bool:
    book = Book(terms, on)
    lines = zip(
        book.values(subscription.in_use),
        book.values(subscription.billed[-1].level),
        book.values(wish),
        strict=True,
    )
    return any(new < (used if used != new else for_good) for used, for_good, new in lines)


def as_it_is_on(subscription: Subscription, day: date, terms: Terms) -> Subscription:
    """Return the subscription on a later day, nothing having been ordered: a plan in use never outlives its price."""
    book = Book(terms, day)
    still_billed = [billed_on(subscription, later)[0] for later in days_from(day)]
    rank = min(book.ranks[subscription.in_use.plan], max(book.ranks[level.plan] for level in still_billed))
    return replace(subscription, in_use=replace(subscription.in_use, plan=book.plans[rank]))


def last_day_to_order(subscription: Subscription, wish: Level, on: date, terms: Terms) -> date | None:
    """Walk to the last day before the same request, on the same subscription, gets other price dates."""
    if not goes_down(subscription, wish, on, terms):
        return None
    wanted = priced_from(subscription, wish, on, terms)
    day = on
    while priced_from(as_it_is_on(subscription, day + DAY, terms), wish, day + DAY, terms) == wanted:
        day += DAY
    return day
