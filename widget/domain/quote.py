"""A quote: a change at promised unit prices, with what happens on each day on which it may be accepted.

`preview` decides every window; nothing here computes a date or a fee of its own (rules: order-or-quote, quotes).
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from widget.domain.amounts import InvoiceLine, Unused
from widget.domain.calendar import ONE_DAY
from widget.domain.change import ChangePreview, preview
from widget.domain.lines import Direction, LineChange
from widget.domain.plan import Interval, Level, PriceBook
from widget.domain.policy import Seller
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms
from widget.domain.undo import in_use_on
from widget.domain.vat import Vat, treatment, vat


class QuoteState(StrEnum):
    """How a quote stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Customer:
    """To whom a quote is made out, as the space's data said on its day. `vat_number_valid` speaks of the format."""

    space_id: str
    space: str
    name: str
    address: tuple[str, ...]
    country: str | None
    siren: str | None
    vat_number: str | None
    vat_number_valid: bool


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line: so many at a unit price for a whole month or year, in minor units without VAT."""

    item: str
    quantity: int
    unit_price: int
    amount: int


@dataclass(frozen=True, slots=True)
class ItemDates:
    """What happens to the plan, the users or the Zoom licenses; `at_once` is the day of acceptance."""

    item: str
    before: str | int
    after: str | int
    direction: Direction
    at_once: bool
    usable_from: date | None
    priced_from: date | None


@dataclass(frozen=True, slots=True)
class Fee:
    """What is billed from a day on, for a whole month or year; None is the day of acceptance."""

    starts_on: date | None
    level: Level
    amount: int


@dataclass(frozen=True, slots=True)
class Effect:
    """What accepting leads to, told without the day of acceptance, so that days with the same effect are equal.

    `unused` is told where notice is late (rule: late-notice): before that it is no reason to part two windows.
    """

    items: tuple[ItemDates, ...]
    fees: tuple[Fee, ...]
    invoices: tuple[InvoiceLine, ...]
    unused: Unused | None
    late_date: date | None


@dataclass(frozen=True, slots=True)
class Window:
    """The days of acceptance, first and last included, that lead to the same effect."""

    first: date
    last: date
    effect: Effect


@dataclass(frozen=True, slots=True)
class Offer:
    """What accepting on one day gives: the effect, and VAT on the new fee."""

    effect: Effect
    vat: Vat


@dataclass(frozen=True, slots=True)
class Quote:
    """What a quote promises, never changed once drawn up.

    Days are civil dates in `time_zone`; amounts are minor units of `currency`. `vat` is on the new fee for a whole
    month or year (`interval`), which the `lines` make up. A day without a window is a day on which nothing is left to
    change, so that it cannot be accepted.
    """

    number: str
    language: str
    time_zone: str
    issued_on: date
    valid_until: date
    asked_by: str
    seller: Seller
    customer: Customer
    interval: Interval
    wish: Level
    direction: Direction
    lines: tuple[QuoteLine, ...]
    vat: Vat
    currency: str
    windows: tuple[Window, ...]
    renewal_date: date | None
    notice_deadline: date | None
    price_book: str
    policy: str
    sample_data: bool

    def window(self, day: date) -> Window | None:
        """Return the window that a day of acceptance falls in, or None where the quote foresees none."""
        return next((each for each in self.windows if each.first <= day <= each.last), None)

    def promise(self, day: date) -> Offer | None:
        """Return what the quote says of acceptance on this day, or None where it foresees none."""
        found = self.window(day)
        return Offer(found.effect, self.vat) if found else None

    def state(self, kept: QuoteState, day: date) -> QuoteState:
        """Return how a quote kept in this state stands on a day: open until the end of its last day."""
        return QuoteState.EXPIRED if kept is QuoteState.OPEN and day > self.valid_until else kept


def number_of(year: int, sequence: int) -> str:
    """Return the number of the sequence-th quote of a year: `Q-2026-000123`."""
    return f"Q-{year}-{sequence:06d}"


def draw_up(
    subscription: Subscription,
    wish: Level,
    *,
    on: date,
    terms: Terms,
    number: str,
    language: str,
    time_zone: str,
    asked_by: str,
    customer: Customer,
) -> Quote:
    """Return the quote for a wish that the rules allow on `on` (rule: order-or-quote).

    Raises KeyError where the wish names a plan that the price book of the day does not sell.
    """
    book, policy = terms.price_book(on), terms.policy(on)
    frozen = terms.with_frozen_book(book.version)
    valid_until = on + timedelta(policy.quote_valid_days)
    result = preview(subscription, wish, on=on, terms=frozen)
    return Quote(
        number=number,
        language=language,
        time_zone=time_zone,
        issued_on=on,
        valid_until=valid_until,
        asked_by=asked_by,
        seller=policy.seller,
        customer=customer,
        interval=subscription.interval,
        wish=wish,
        direction=result.direction,
        lines=lines(wish, subscription.interval, book),
        vat=_vat(customer, result),
        currency=book.currency,
        windows=windows(subscription, wish, first=on, last=valid_until, terms=frozen),
        renewal_date=result.renewal_date,
        notice_deadline=result.notice_deadline,
        price_book=book.version,
        policy=policy.version,
        sample_data=book.sample_data,
    )


def lines(wish: Level, interval: Interval, book: PriceBook) -> tuple[QuoteLine, ...]:
    """Return what the new fee is made of; Zoom licenses only where there are any."""
    prices = book.plan(wish.plan).prices[interval]
    found = [QuoteLine("users", wish.users, prices.user, wish.users * prices.user)]
    if wish.zoom_licenses:
        amount = wish.zoom_licenses * prices.zoom_license
        found.append(QuoteLine("zoom_licenses", wish.zoom_licenses, prices.zoom_license, amount))
    return tuple(found)


def windows(subscription: Subscription, wish: Level, *, first: date, last: date, terms: Terms) -> tuple[Window, ...]:
    """Return the days from `first` to `last` on which the wish may be accepted, equal neighbours as one window."""
    found: list[Window] = []
    for ahead in range((last - first).days + 1):
        day = first + timedelta(ahead)
        result = accepted(subscription, wish, on=day, terms=terms)
        if result.direction is Direction.NONE:
            continue
        effect = effect_of(result)
        if found and found[-1].effect == effect and found[-1].last == day - ONE_DAY:
            found[-1] = replace(found[-1], last=day)
        else:
            found.append(Window(day, day, effect))
    return tuple(found)


def accepted(subscription: Subscription, wish: Level, *, on: date, terms: Terms) -> ChangePreview:
    """Return what accepting on `on` does; `terms` hold the quote's price book (rule: price-of-the-day).

    A plan whose drop is pending has dropped by then, if its day has come (rule: plan-drops-with-price).
    """
    on_the_day = replace(subscription, in_use=in_use_on(subscription, on=on, terms=terms))
    return preview(on_the_day, wish, on=on, terms=terms)


def offer_of(result: ChangePreview, customer: Customer) -> Offer:
    """Return what a preview offers this customer, to be compared with what the quote promised."""
    return Offer(effect_of(result), _vat(customer, result))


def effect_of(result: ChangePreview) -> Effect:
    """Return what a preview leads to, told without its day."""
    first, *later = result.fees
    return Effect(
        items=tuple(_item(each, result.on) for each in result.lines),
        fees=(
            Fee(None, first.level, first.amount),
            *(Fee(each.starts_on, each.level, each.amount) for each in later),
        ),
        invoices=result.invoices,
        unused=result.unused if result.late_price_date else None,
        late_date=result.late_price_date,
    )


def _item(line: LineChange, on: date) -> ItemDates:
    at_once = line.usable_from == on
    return ItemDates(
        item=line.item,
        before=line.before,
        after=line.after,
        direction=line.direction,
        at_once=at_once,
        usable_from=None if at_once else line.usable_from,
        priced_from=line.priced_from,
    )


def _vat(customer: Customer, result: ChangePreview) -> Vat:
    terms = result.policy.vat
    why = treatment(customer.country, number_valid=customer.vat_number_valid, terms=terms)
    return vat(result.price_book.fee(result.wish, result.subscription.interval), why, terms)
