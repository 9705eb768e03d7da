"""What the calendar does to quotes: they expire, and before that their readers are reminded. Workers call both."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine

from widget.domain.quote import QuoteState
from widget.domain.terms import Terms
from widget.services import facts, quote_state
from widget.services.quote import day_of
from widget.store import outbox
from widget.store import quote as quotes
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.quote import Kept

#: Somewhere on earth it is already tomorrow: no zone is further ahead of UTC.
FURTHEST_AHEAD = timedelta(hours=14)


class QuotesNotSettledError(Exception):
    """Some quotes could not be expired or reminded of; all others were. The message names each with its reason."""


def expire_due(engine: Engine, terms: Terms, now: datetime) -> int:  # noqa: ARG001 -- workers call every task alike
    """Expire every open quote whose last day is over in its own zone; return how many. Twice changes nothing.

    Each is its own transaction, with its audit event and its message. Raises QuotesNotSettledError at the end, when
    every other quote has had its turn: the next run tries again.
    """
    with reading(engine) as connection:
        ending = quotes.ending(connection, (now + FURTHEST_AHEAD).date() - timedelta(1))
    return _each(
        [each for each in ending if each.state_on(day_of(each, now)) is QuoteState.EXPIRED], engine, now, _expire
    )


def about_to_expire(engine: Engine, terms: Terms, now: datetime) -> list[Kept]:
    """Return the open quotes within the policy's days before their last day, today included; the first to end first."""
    longest = max(policy.quote_reminder_days for policy in terms.policies)
    with reading(engine) as connection:
        ending = quotes.ending(connection, (now + FURTHEST_AHEAD).date() + timedelta(longest))
    found = []
    for each in ending:
        day = day_of(each, now)
        if day <= each.quote.valid_until <= day + timedelta(terms.policy(day).quote_reminder_days):
            found.append(each)
    return found


def remind(engine: Engine, terms: Terms, now: datetime) -> int:
    """Put one reminder into the outbox for each quote about to expire, once in its life; return how many are due.

    Raises QuotesNotSettledError at the end, as `expire_due` does.
    """
    return _each(about_to_expire(engine, terms, now), engine, now, _remind)


def _each(due: list[Kept], engine: Engine, now: datetime, act: Callable[[Connection, Kept, datetime], bool]) -> int:
    done, failed = 0, []
    for kept in due:
        try:
            with transaction(engine) as connection:
                subscriptions.load(connection, kept.space_id, lock=True)
                done += act(connection, kept, now)
        except Exception as error:
            failed.append(f"{kept.quote.number}: {type(error).__name__}: {error}")
    if failed:
        raise QuotesNotSettledError(f"quotes to be tried again: {'; '.join(failed)}")
    return done


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
