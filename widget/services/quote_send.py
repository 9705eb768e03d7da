"""A quote sent to a colleague, a member of the space. A link in a mail gives nobody the right to accept."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from widget.domain.quote import QuoteState
from widget.domain.terms import Terms
from widget.services import account, facts
from widget.services.keys import KeyReused, answered, hash_of
from widget.services.order import Unknown
from widget.services.quote import Over, day_of
from widget.store import audit, outbox
from widget.store import order as orders
from widget.store import quote as quotes
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction

OPERATION = "quote.send"
#: So many quotes a space may send in an hour: nobody's mailbox is flooded by way of us.
MOST_AN_HOUR = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """The message is in the outbox."""


@dataclass(frozen=True, slots=True)
class NotMember:
    """The address belongs to no active member of the space."""


@dataclass(frozen=True, slots=True)
class TooMany:
    """The space has sent as many as it may within the hour."""


def send(
    engine: Engine, terms: Terms, *, space_id: str, member_id: str, number: str, key: str, email: str, now: datetime
) -> Sent | NotMember | TooMany | Over | Unknown | KeyReused:
    """Put a quote that is still open into the outbox for a colleague, by the address of an active member.

    Once for a key; nothing in the subscription changes.
    """
    with transaction(engine) as connection:
        subscriptions.load(connection, space_id, lock=True)
        seen = account.of_administrator(connection, terms, space_id=space_id, member_id=member_id, now=now)
        kept = quotes.load(connection, space_id, number)
        if seen is None or kept is None:
            return Unknown()
        reader = next(
            (each for each in seen.occupants if each.state == "active" and each.email.lower() == email.lower()), None
        )
        # By the id of the person: the key is kept longer than their address may be.
        used = (key, hash_of(number, reader.id if reader else ""))
        before = answered(connection, space_id, OPERATION, used) if reader else None
        if before is not None:
            return before if isinstance(before, KeyReused) else Sent()
        state = kept.state_on(day_of(kept, now))
        if state is not QuoteState.OPEN:
            return Over(state, kept.order_id)
        if reader is None:
            return NotMember()
        if quotes.sent_since(connection, space_id, now - timedelta(hours=1)) >= MOST_AN_HOUR:
            return TooMany()
        data = {"quote": number, "member": reader.id}
        digest = audit.append(connection, space_id, at=now, actor=member_id, kind="quote.sent", data=data)
        told = facts.quote(kept.quote) | {"recipient": reader.id, "audit": digest}
        told["private"] |= {"actor": seen.member.name, "recipient": reader.name, "opens": reader.is_administrator}
        outbox.add(connection, space_id, kind="quote.sent", facts=told, at=now, to=[reader.email])
        orders.remember(connection, space_id, OPERATION, *used, number)
        return Sent()


def was_sent(engine: Engine, *, space_id: str, number: str, key: str) -> bool:
    """Return whether the form with this key has sent this quote."""
    with reading(engine) as connection:
        found = orders.answered(connection, space_id, OPERATION, key)
    return found is not None and found[1] == number
