"""Looking at what a quote would do now, and accepting it: the one act of a quote that changes a subscription."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine

from widget.domain.change import ChangePreview, preview
from widget.domain.quote import Offer, QuoteState, offer_of
from widget.domain.terms import Terms
from widget.services import account, billing, facts, order, quote_state
from widget.services.account import Account
from widget.services.keys import KeyReused, answered, hash_of
from widget.services.order import Incomplete, Placed, Refused, Unknown
from widget.services.quote import Over, day_of
from widget.store import order as orders
from widget.store import outbox
from widget.store import quote as quotes
from widget.store import subscription as subscriptions
from widget.store.engine import reading, refuse_full, transaction
from widget.store.quote import Kept

_OFFER = TypeAdapter(Offer)


@dataclass(frozen=True, slots=True)
class Look:
    """A quote as it stands now, and what accepting it now would give.

    `promised` is what the quote itself says of this day; None where it foresees no acceptance on it. `agreed` is the
    text that stands for `offered`: an acceptance that carries it says "I saw this".
    """

    kept: Kept
    seen: Account
    state: QuoteState
    result: ChangePreview
    promised: Offer | None
    offered: Offer

    @property
    def as_promised(self) -> bool:
        """Whether accepting now gives what the quote's own window says."""
        return self.offered == self.promised

    @property
    def agreed(self) -> str:
        """The fingerprint of what is offered now."""
        return hashlib.sha256(_OFFER.dump_json(self.offered)).hexdigest()


@dataclass(frozen=True, slots=True)
class Differs:
    """Accepting would not give what the reader saw last: nothing was placed, the reader decides again."""

    look: Look


Accepted = Placed | Over | Differs | Refused | Incomplete | Unknown | KeyReused


def look(engine: Engine, terms: Terms, *, space_id: str, member_id: str, number: str, now: datetime) -> Look | None:
    """Return a quote of the space and what accepting it now would give, to an administrator; None else."""
    with reading(engine) as connection:
        seen = account.of_administrator(connection, terms, space_id=space_id, member_id=member_id, now=now)
        kept = quotes.load(connection, space_id, number)
        if seen is None or kept is None:
            return None
        return _look(seen, kept, terms, now)


def _look(seen: Account, kept: Kept, terms: Terms, now: datetime) -> Look:
    frozen = terms.with_frozen_book(kept.quote.price_book)
    result = preview(seen.subscription, kept.quote.wish, on=seen.on, terms=frozen)
    return Look(
        kept=kept,
        seen=seen,
        state=kept.state_on(day_of(kept, now)),
        result=result,
        promised=kept.quote.promise(seen.on),
        offered=offer_of(result, billing.customer(seen.space)),
    )


def accept(
    engine: Engine,
    terms: Terms,
    *,
    space_id: str,
    member_id: str,
    number: str,
    key: str,
    agreed: str,
    late_ack: str,
    language: str,
    now: datetime,
) -> Accepted:
    """Accept a quote: everything is computed again under lock, at the quote's unit prices, and placed as an order.

    `agreed` is the `Look.agreed` of what the reader saw last; empty, it stands for what the quote itself says of this
    day. Anything else is a Differs, and nothing is placed. `late_ack` as for an order (rule: late-notice). Raises
    FullError as an order does.
    """
    used = (key, hash_of(number, agreed, late_ack))
    with transaction(engine) as connection:
        subscriptions.load(connection, space_id, lock=True)
        before = answered(connection, space_id, "quote.accept", used)
        if before is not None:
            return before if isinstance(before, KeyReused) else Placed(before, replayed=True)
        refuse_full(connection)
        seen = order.current(connection, terms, space_id=space_id, member_id=member_id, now=now)
        kept = quotes.load(connection, space_id, number)
        if seen is None or kept is None:
            return Unknown()
        found = _look(seen, kept, terms, now)
        draft = orders.load_draft(connection, space_id, kept.member_id, kept.draft_id)
        if draft is None:
            raise RuntimeError(f"{number}: its draft is gone")
        wanted = replace(draft, wish=kept.quote.wish, member_id=member_id)
        refusal = _refusal(found, wanted, agreed, late_ack)
        if refusal is not None:
            return refusal
        order_id = order.keep(connection, seen, wanted, found.result, language=language, now=now, quote=number)
        _settle(connection, seen, found, order_id, now)
        orders.remember(connection, space_id, "quote.accept", *used, order_id)
        return Placed(order_id)


def _refusal(found: Look, wanted: orders.Draft, agreed: str, late_ack: str) -> Accepted | None:
    if found.state is not QuoteState.OPEN:
        return Over(found.state, found.kept.order_id)
    refusal = order.objection(wanted, found.result, late_ack)
    if isinstance(refusal, Refused):
        return refusal
    if agreed != found.agreed and (agreed or not found.as_promised):
        return Differs(found)
    return refusal


def _settle(connection: Connection, seen: Account, found: Look, order_id: str, now: datetime) -> None:
    space_id, number = seen.space.id, found.kept.quote.number
    digest = quote_state.end(
        connection, space_id, number, QuoteState.ACCEPTED, by=seen.member.id, now=now, order_id=order_id
    )
    if digest is None:
        raise RuntimeError(f"{number}: settled under its lock")
    pending = subscriptions.pending(connection, space_id)
    told = facts.act(seen, digest) | facts.change(found.result)
    told |= {"number": number, "quote": number, "order": order_id, "change": pending.id if pending else None}
    told |= {"replaces": seen.pending.id if seen.pending else None, "version": seen.stored.version + 1}
    outbox.add(connection, space_id, kind="quote.accepted", facts=told, at=now, subject=number)
