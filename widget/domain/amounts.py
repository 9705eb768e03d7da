"""The amounts of a change: what is billed when, the upgrade invoice, and what is paid for in vain."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from widget.domain.calendar import add_months, anniversary_from, complete_months
from widget.domain.lines import Dates, Direction, LineChange
from widget.domain.money import round_half_up
from widget.domain.plan import Interval, Level, PriceBook
from widget.domain.refusal import Rule
from widget.domain.subscription import Step, Subscription
from widget.domain.terms import Terms
from widget.domain.timeline import step_at


@dataclass(frozen=True, slots=True)
class FeePeriod:
    """What is billed in `[starts_on, ends_on)`: a level, and its fee for a whole month or year in minor units."""

    starts_on: date
    ends_on: date | None
    level: Level
    amount: int


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A separate invoice for the complete months in `[starts_on, ends_on)`, in minor units."""

    rule: Rule
    starts_on: date
    ends_on: date
    months: int
    amount: int


@dataclass(frozen=True, slots=True)
class Unused:
    """What is paid for from `starts_on` to `ends_on` and can no longer be used, in minor units (rule: no-credit).

    Whole months, from the month after the order: where the renewal is not on the 1st, the part of a month before it is
    in neither the period nor the amount.
    """

    starts_on: date
    ends_on: date
    months: int
    amount: int


def fee_periods(billed: tuple[Step, ...], on: date, interval: Interval, terms: Terms) -> tuple[FeePeriod, ...]:
    """Return what is billed from `on`, as consecutive half-open periods; equal neighbours are one period."""
    book = terms.price_book(on)
    periods: list[FeePeriod] = []
    for step in (step_at(billed, on), *(step for step in billed if step.starts_on > on)):
        priced_by = terms.price_book_version(step.price_book) if step.price_book else book
        amount = priced_by.fee(step.level, interval)
        start = max(step.starts_on, on)
        if periods and (periods[-1].level, periods[-1].amount) == (step.level, amount):
            continue
        if periods:
            last = periods[-1]
            periods[-1] = FeePeriod(last.starts_on, start, last.level, last.amount)
        periods.append(FeePeriod(start, None, step.level, amount))
    return tuple(periods)


def upgrade_invoices(
    subscription: Subscription, billed: tuple[Step, ...], dates: Dates, book: PriceBook
) -> tuple[InvoiceLine, ...]:
    """Return the separate invoice of an annual upgrade, or nothing (rule: upgrade-invoice)."""
    if subscription.interval is Interval.MONTH:
        return ()
    start = dates.up_from
    new, old = step_at(billed, start).level, step_at(subscription.billed, start).level
    if new == old:
        return ()
    end = anniversary_from(subscription.anchor, start)
    months = complete_months(start, end)
    difference = book.fee(new, Interval.YEAR) - book.fee(old, Interval.YEAR)
    amount = round_half_up(difference * months, 12)
    return (InvoiceLine(Rule.UPGRADE_INVOICE, start, end, months, amount),) if amount > 0 else ()


def unused_part(
    lines: tuple[LineChange, ...],
    wish: Level,
    billed: tuple[Step, ...],
    dates: Dates,
    book: PriceBook,
    interval: Interval,
) -> Unused | None:
    """Return what stays paid in the complete months from s to P and can no longer be used, or None.

    Rules: no-credit, late-notice.
    """
    dropped = [(line.item, line.usable_from) for line in lines if line.direction is Direction.DOWN and line.usable_from]
    months = complete_months(dates.up_from, dates.down_from) if interval is Interval.YEAR else 0
    if not dropped or months == 0:
        return None
    # Month by month: an earlier order may bring down what is paid for before this one does.
    difference = lost = 0
    before: tuple[Level, set[str]] | None = None
    for month in (add_months(dates.up_from, count) for count in range(months)):
        now = (step_at(billed, month).level, {item for item, since in dropped if since <= month})
        if now != before:
            before, lost = now, _lost(*now, wish, book, interval)
        difference += lost
    amount = round_half_up(difference, 12)
    return Unused(dates.up_from, add_months(dates.up_from, months), months, amount) if amount > 0 else None


def _lost(paid: Level, dropped: Collection[str], wish: Level, book: PriceBook, interval: Interval) -> int:
    """Return what of a whole year's fee is paid for lines that have dropped to the wish."""
    usable = Level(
        plan=wish.plan if "plan" in dropped else paid.plan,
        users=wish.users if "users" in dropped else paid.users,
        zoom_licenses=wish.zoom_licenses if "zoom_licenses" in dropped else paid.zoom_licenses,
    )
    return book.fee(paid, interval) - book.fee(usable, interval)
