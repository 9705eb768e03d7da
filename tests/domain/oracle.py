"""The rules once more, day by day and as slowly as they read, to hold against `preview`.

Nothing is imported from the calendar, the timeline or the change: each line is worked out alone, on each single day.
`s` is the first of the next month, `P` the price date for going down, `b` what is billed, as in rules.md. Plans are
numbers here, their ranks, so that the three lines are alike.
"""

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta

from widget.domain.plan import Interval, Level
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms

DAY = timedelta(days=1)
Values = tuple[int, ...]


def months_later(day: date, months: int) -> date:
    count = day.year * 12 + day.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def next_first(day: date) -> date:
    day += DAY
    while day.day != 1:
        day += DAY
    return day


def days_from(on: date) -> list[date]:
    """Three years of days: no price date lies further ahead, and no step of a test."""
    return [on + timedelta(days=each) for each in range(3 * 366)]


class Oracle:
    """One request on one subscription, asked on any day."""

    def __init__(self, subscription: Subscription, wish: Level, terms: Terms) -> None:
        self.subscription, self.terms = subscription, terms
        self.ranks = {plan.id: plan.rank for plan in terms.price_books[0].plans}
        self.plans = {rank: plan for plan, rank in self.ranks.items()}
        self.wish = self.values(wish)
        self._billed: dict[date, tuple[Values, str | None]] = {}

    def values(self, level: Level) -> Values:
        return (self.ranks[level.plan], level.users, level.zoom_licenses)

    def billed(self, day: date) -> tuple[Values, str | None]:
        """b: the last step that has started, and the price book frozen for it."""
        if day not in self._billed:
            step = [step for step in self.subscription.billed if step.starts_on <= day][-1]
            self._billed[day] = self.values(step.level), step.price_book
        return self._billed[day]

    def price_date(self, on: date) -> date:
        """P: the next first of a month, or the first renewal, counted from the anchor, that notice reaches."""
        if self.subscription.interval is Interval.MONTH:
            return next_first(on)
        term = 1
        while True:
            renewal = months_later(self.subscription.anchor, 12 * term)
            if renewal > on and months_later(on, self.terms.policy(on).notice_months) <= renewal:
                return renewal
            term += 1

    def billed_after(self, on: date) -> Callable[[date], tuple[Values, str | None]]:
        """b': the formula of rules.md, with the price book of what it sets and of what no order had frozen."""
        s, p, today = next_first(on), self.price_date(on), self.terms.price_book(on).version

        def after(day: date) -> tuple[Values, str | None]:
            values, book = self.billed(day)
            new = values if day < s else tuple(map(max, values, self.wish)) if day < p else self.wish
            return new, (book if new == values else None) or today

        return after

    def fee(self, values: Values, version: str | None, on: date) -> int:
        book = self.terms.price_book_version(version) if version else self.terms.price_book(on)
        plan = next(plan for plan in book.plans if plan.rank == values[0])
        prices = plan.prices[self.subscription.interval]
        return values[1] * prices.user + values[2] * prices.zoom_license

    def fees(self, on: date) -> list[tuple[date, Level, int]]:
        """Each day from `on` on which what is billed, or its fee, becomes another."""
        after, periods, seen = self.billed_after(on), list[tuple[date, Level, int]](), None
        for day in days_from(on):
            if after(day) == seen:
                continue
            values, version = seen = after(day)
            now = Level(self.plans[values[0]], values[1], values[2]), self.fee(values, version, on)
            if not periods or periods[-1][1:] != now:
                periods.append((day, *now))
        return periods

    def in_use(self, day: date) -> Values:
        """What is in use on a later day, nothing having been ordered: a plan does not outlive what is billed for it."""
        plan, users, zoom_licenses = self.values(self.subscription.in_use)
        to_come = [self.values(step.level)[0] for step in self.subscription.billed if step.starts_on > day]
        return (min(plan, max([self.billed(day)[0][0], *to_come])), users, zoom_licenses)

    def directions(self, on: date) -> tuple[int, ...]:
        """-1, 0 or 1 for each line: against what is in use or, where equal, against what is billed for good."""
        for_good = self.values(self.subscription.billed[-1].level)
        compared = zip(self.wish, self.in_use(on), for_good, strict=True)
        pairs = [(wished, used if used != wished else good) for wished, used, good in compared]
        return tuple((wished > old) - (wished < old) for wished, old in pairs)

    def priced_from(self, on: date) -> tuple[date | None, ...]:
        """Down: the first later day that costs the wish for good. Up: s, if the price of s changes. Else None."""
        s, after = next_first(on), self.billed_after(on)
        dates: list[date | None] = []
        for item, direction in enumerate(self.directions(on)):
            if direction < 0:
                day = self.price_date(on)
                while day > on and after(day - DAY)[0][item] == self.wish[item]:
                    day -= DAY
                dates.append(day if day > on else None)
            else:
                changes = after(s)[0][item] != self.billed(s)[0][item]
                dates.append(s if direction > 0 and changes else None)
        return tuple(dates)

    def last_day_to_order(self, on: date) -> date | None:
        """Walk to the last day before the same request would get other price dates; without any, to the month's end."""
        if -1 not in self.directions(on):
            return None
        wanted, day = self.priced_from(on), on
        while self.priced_from(day + DAY) == wanted and (any(wanted) or day + DAY < next_first(on)):
            day += DAY
        return day
