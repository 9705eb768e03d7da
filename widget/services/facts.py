"""What a message and a receipt say, as plain values frozen at the moment: amounts in minor units, civil dates as texts.

What is `private` (names of people and of the space) is for the space's own mail and receipts.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import TypeAdapter
from pydantic_core import to_jsonable_python as plain

from widget.domain.amounts import fee_periods
from widget.domain.change import ChangePreview
from widget.domain.plan import Level
from widget.domain.quote import Quote
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms
from widget.services.account import Account
from widget.store.space import Space

_QUOTE = TypeAdapter(Quote)


def where(space: Space, on: date) -> dict[str, Any]:
    """Return the day in the space's zone, and whose space it is."""
    return {"on": on.isoformat(), "zone": space.time_zone, "private": {"space": space.name}}


def act(seen: Account, digest: str) -> dict[str, Any]:
    """Return who did something, where and on which day, with the hash of the audit event that proves it."""
    told = where(seen.space, seen.on) | {"actor": seen.member.id, "audit": digest}
    told["private"] |= {"actor": seen.member.name}
    return told


def change(result: ChangePreview) -> dict[str, Any]:
    """Return what was asked, its dates and amounts, and the versions of the rules that decided them."""
    return {
        "direction": result.direction,
        "lines": plain(result.lines),
        "fees": plain(result.fees),
        "invoices": plain(result.invoices),
        "unused": plain(result.unused),
        "interval": result.subscription.interval,
        "currency": result.price_book.currency,
        "renewal": plain(result.renewal_date),
        "deadline": plain(result.notice_deadline),
        "in_time": result.notice_in_time,
        "late_date": plain(result.late_price_date),
        "last_day": plain(result.last_day_to_order),
        "undo": result.can_be_undone,
        "price_book": result.price_book.version,
        "policy": result.policy.version,
    }


def standing(subscription: Subscription, before: Level, *, on: date, terms: Terms) -> dict[str, Any]:
    """Return what is in use and billed from the day, and what was in use before."""
    book = terms.price_book(on)
    return {
        "before": plain(before),
        "after": plain(subscription.in_use),
        "fees": plain(fee_periods(subscription.billed, on, subscription.interval, terms)),
        "interval": subscription.interval,
        "currency": book.currency,
        "price_book": book.version,
        "policy": terms.policy(on).version,
    }


def quote(drawn_up: Quote) -> dict[str, Any]:
    """Return what a quote promises: its number, days, lines, VAT, windows. Who asked and whom it is for is private."""
    told: dict[str, Any] = plain(drawn_up)
    private = {name: told.pop(name) for name in ("asked_by", "customer")}
    told |= {"gross": drawn_up.vat.gross, "private": {"space": drawn_up.customer.space, **private}}
    return told


def quote_of(told: Mapping[str, Any], private: Mapping[str, Any]) -> Quote:
    """Return the quote that `quote` told. Raises pydantic.ValidationError for facts that are none."""
    return _QUOTE.validate_python({**told, **{name: private[name] for name in ("asked_by", "customer")}}, strict=False)
