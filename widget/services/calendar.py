"""The days of a space as a calendar: of one receipt, or as a subscription at a secret, revocable address."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine

from widget import calendars
from widget.calendars import Entry
from widget.domain.calendar import anniversary_after, notice_deadline
from widget.domain.quote import Quote, QuoteState
from widget.domain.terms import Terms
from widget.languages import Language
from widget.services import account
from widget.services.quote import day_of
from widget.store import calendar as feeds
from widget.store import quote as quotes
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.outbox import Message
from widget.store.quote import Kept


def has_days(message: Message) -> bool:
    """Return whether a receipt promises days, or takes some back."""
    return "lines" in message.facts or "withdrawn" in message.facts


def of_receipt(message: Message, language: Language, terms: Terms, link: str) -> bytes:
    """Return the days that an order promised, or that an undo took back, of a receipt that has some.

    What comes later has the same identities and higher sequences.
    """
    facts = message.facts
    return calendars.write(
        _ordered(facts, terms) if "lines" in facts else _undone(facts, terms),
        owner=message.space_id,
        name=message.private.get("space", ""),
        link=link,
        language=language,
        stamp=message.at,
        sequence=facts.get("version", message.sequence),
    )


def _ordered(facts: Mapping[str, Any], terms: Terms) -> list[Entry]:
    prices = [line["priced_from"] for line in facts["lines"] if line["priced_from"]]
    return calendars.days(
        last_day=_last_day(facts, facts.get("last_day"), terms),
        deadline=_day(facts.get("deadline")),
        price=_day(max(prices, default=None)),
        renewal=_day(facts.get("renewal")),
    )


def _undone(facts: Mapping[str, Any], terms: Terms) -> list[Entry]:
    """Return the days that a calendar forgets; where a price of the same order is left to come, its day instead."""
    gone, left = facts["withdrawn"], _day(facts["left"])
    last = _last_day(facts, gone["last_day"], terms)
    found = calendars.days(last_day=last, deadline=None, price=_day(gone["price"]), renewal=None)
    forgotten = [replace(each, cancelled=True) for each in found if not (left and each.kind == "price")]
    return forgotten + calendars.days(last_day=None, deadline=None, price=left, renewal=None)


def _last_day(facts: Mapping[str, Any], day: str | None, terms: Terms) -> date | None:
    return _day(day) if facts.get("policy") in _naming_a_last_day(terms) else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _naming_a_last_day(terms: Terms) -> set[str]:
    return {each.version for each in terms.policies if each.best_day}


def of_quote(kept: Kept, terms: Terms, language: Language, link: str) -> bytes:
    """Return the days that a quote names: the last to order with its dates, its own last one, deadline and renewal.

    What an order says of the same days later is newer: a quote changes nothing, so its entries are the first.
    """
    quote = kept.quote
    entries = calendars.days(last_day=None, deadline=quote.notice_deadline, price=None, renewal=quote.renewal_date)
    return calendars.write(
        [*_acceptance(quote, terms), *entries],
        owner=kept.space_id,
        name=quote.customer.space,
        link=link,
        language=language,
        stamp=kept.issued_at,
        sequence=0,
    )


def _acceptance(quote: Quote, terms: Terms) -> list[Entry]:
    """Return the last day on which accepting leads to the dates that the quote names first, and its last day at all."""
    first = quote.window(quote.issued_on)
    until = [Entry("last-day", first.last, quote.number)] if first and quote.policy in _naming_a_last_day(terms) else []
    return [*until, Entry("quote", quote.valid_until, quote.number)]


def create(engine: Engine, *, space_id: str, member_id: str, now: datetime) -> str | None:
    """Return a new secret token for the calendar of the space, to an administrator; None else. The old one is over."""
    token = secrets.token_urlsafe(32)
    with transaction(engine) as connection:
        member = spaces.load_member(connection, space_id, member_id)
        if member is None or not member.is_administrator:
            return None
        feeds.put(connection, space_id, member_id, token, at=now)
    return token


def revoke(engine: Engine, *, space_id: str, member_id: str) -> bool:
    """Take the secret address back; return whether the person may."""
    with transaction(engine) as connection:
        member = spaces.load_member(connection, space_id, member_id)
        if member is None or not member.is_administrator:
            return False
        feeds.remove(connection, space_id)
    return True


def since(engine: Engine, *, space_id: str) -> datetime | None:
    """Return since when the space has a secret address, or None."""
    with reading(engine) as connection:
        return feeds.since(connection, space_id)


def feed(
    engine: Engine, terms: Terms, languages: dict[str, Language], *, token: str, link: str, now: datetime
) -> bytes | None:
    """Return the calendar that a secret address opens, in the language of its space; None for one that opens none."""
    with reading(engine) as connection:
        space_id = feeds.space_of(connection, token)
        space = spaces.load(connection, space_id) if space_id else None
        if space is None:
            return None
        stored = subscriptions.load(connection, space.id)
        pending = subscriptions.pending(connection, space.id)
        on = account.local_day(space, now)
        kept = quotes.of_space(connection, space.id)
        offered = [each for each in kept if each.state_on(day_of(each, now)) is QuoteState.OPEN]
        sequence = stored.version
    renewal = anniversary_after(stored.subscription.anchor, on) if stored.subscription.term_start else None
    entries = calendars.days(
        last_day=None,
        deadline=notice_deadline(renewal, terms.policy(on).notice_months) if renewal else None,
        price=pending.due_on if pending else None,
        renewal=renewal,
    )
    for each in offered:
        entries += _acceptance(each.quote, terms)
    return calendars.write(
        entries,
        owner=space.id,
        name=space.name,
        link=link,
        language=languages[space.language],
        stamp=now,
        sequence=sequence,
    )
