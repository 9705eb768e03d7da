"""What the calendar does to quotes: they expire, and before that their readers are reminded. Workers call both."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, Engine

from widget.domain.quote import QuoteState
from widget.domain.terms import Terms
from widget.services import facts, quote_state
from widget.services.alone import each_alone
from widget.services.quote import day_of
from widget.store import outbox
from widget.store import quote as quotes
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.quote import Kept

#: Somewhere on earth it is already tomorrow: no zone is further ahead of UTC.
FURTHEST_AHEAD = timedelta(hours=14)


def expire_due(engine: Engine, now: datetime) -> int:
    """Expire every open quote whose last day is over in its own zone; return how many. Twice changes nothing.

    Each is its own transaction, with its audit event and its message. Raises LeftError at the end, when every other
    quote has had its turn: the next run tries again.
    """

    def is_over(kept: Kept) -> bool:
        return kept.state_on(day_of(kept, now)) is QuoteState.EXPIRED

    return _each(engine, now, -timedelta(1), is_over, _expire, "quotes not expired")


def remind(engine: Engine, terms: Terms, now: datetime) -> int:
    """Put one reminder into the outbox for each quote about to expire, once in its life; return how many are due.

    Those are the open ones within the policy's days before their last day, today included. Raises LeftError at the end,
    as `expire_due` does.
    """

    def is_ending(kept: Kept) -> bool:
        day = day_of(kept, now)
        return day <= kept.quote.valid_until <= day + timedelta(terms.policy(day).quote_reminder_days)

    longest = timedelta(max(policy.quote_reminder_days for policy in terms.policies))
    return _each(engine, now, longest, is_ending, _remind, "quotes not reminded of")


def _each(
    engine: Engine,
    now: datetime,
    ahead: timedelta,
    is_due: Callable[[Kept], bool],
    act: Callable[[Connection, Kept, datetime], bool],
    what: str,
) -> int:
    """Act on each open quote that is due, of those whose last day comes within so long, wherever on earth."""

    def settle(space_id: str, number: str) -> bool:
        # Each is read by itself: a document that is damaged holds up no other quote.
        with reading(engine) as connection:
            kept = quotes.load(connection, space_id, number)
        if kept is None or not is_due(kept):
            return False
        with transaction(engine) as connection:
            subscriptions.load(connection, space_id, lock=True)
            return act(connection, kept, now)

    with reading(engine) as connection:
        ending = quotes.ending(connection, (now + FURTHEST_AHEAD).date() + ahead)
    acts = {number: partial(settle, space_id, number) for space_id, number in ending}
    return each_alone(acts, what)


def _expire(connection: Connection, kept: Kept, now: datetime) -> bool:
    space_id, number = kept.space_id, kept.quote.number
    digest = quote_state.end(connection, space_id, number, QuoteState.EXPIRED, by="system", now=now)
    if digest is None:  # settled by somebody else meanwhile
        return False
    told = facts.quote(kept.quote) | {"audit": digest}
    outbox.add(connection, space_id, kind="quote.expired", facts=told, at=now, subject=number)
    return True


def _remind(connection: Connection, kept: Kept, now: datetime) -> bool:
    if kept.quote.number not in quotes.open_numbers(connection, kept.space_id):
        return False
    told = facts.quote(kept.quote)
    outbox.add(connection, kept.space_id, kind="quote.expiring", facts=told, at=now, subject=kept.quote.number)
    return True
