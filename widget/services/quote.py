"""Quotes: asked for, looked at, withdrawn, accepted. Only acceptance changes a subscription, by an order."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine

from widget.domain.change import ChangePreview, preview
from widget.domain.quote import Offer, QuoteState, draw_up, offer_of
from widget.domain.terms import Terms
from widget.services import account, billing, facts, order, quote_state
from widget.services.account import Account
from widget.services.order import Incomplete, KeyReused, Placed, Refused, Unknown
from widget.store import audit, outbox
from widget.store import order as orders
from widget.store import quote as quotes
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.quote import Kept

_OFFER = TypeAdapter(Offer)


@dataclass(frozen=True, slots=True)
class Requested:
    """The quote exists; `replayed` where this key had asked for it before."""

    number: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Over:
    """The quote can no longer be accepted or withdrawn: how it ended, and the order that accepted it."""

    state: QuoteState
    order_id: str | None


@dataclass(frozen=True, slots=True)
class Look:
    """A quote as it stands now, and what accepting it now would give.

    `promised` is what the quote itself says of this day; None where it foresees no acceptance on it. `agreed` is the
    text that stands for `offered`: an acceptance that carries it says "I saw this".
    """

    kept: Kept
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


Asked = Requested | Refused | Incomplete | Unknown | KeyReused
Accepted = Placed | Over | Differs | Refused | Incomplete | Unknown | KeyReused


def request(
    engine: Engine,
    terms: Terms,
    *,
    space_id: str,
    member_id: str,
    draft_id: str,
    key: str,
    language: str,
    now: datetime,
) -> Asked:
    """Draw up the quote of a person's own draft, once for a key, or say why not (rule: order-or-quote).

    Nothing in the subscription changes.
    """
    used = (key, _hash(draft_id, language))
    with transaction(engine) as connection:
        subscriptions.load(connection, space_id, lock=True)  # so that no order moves the ground under it
        answered = _answered(connection, space_id, "quote", used)
        if answered is not None:
            return answered if isinstance(answered, KeyReused) else Requested(answered, replayed=True)
        seen = account.read(connection, terms, space_id=space_id, member_id=member_id, now=now)
        draft = orders.load_draft(connection, space_id, member_id, draft_id)
        if seen is None or draft is None or not seen.member.is_administrator:
            return Unknown()
        result = preview(seen.subscription, draft.wish, on=seen.on, terms=terms)
        # Late notice is confirmed when the quote is accepted: asking for one is what a late reader is offered.
        late_ack = result.late_price_date.isoformat() if result.late_price_date else ""
        refusal = order.objection(draft, result, late_ack)
        if refusal is not None:
            return refusal
        number = _keep(connection, terms, seen, draft, language, now)
        orders.remember(connection, space_id, "quote", *used, number)
        return Requested(number)


def _keep(
    connection: Connection, terms: Terms, seen: Account, draft: orders.Draft, language: str, now: datetime
) -> str:
    sequence, number = quotes.next_number(connection, seen.on.year)
    drawn_up = draw_up(
        seen.subscription,
        draft.wish,
        on=seen.on,
        terms=terms,
        number=number,
        language=language,
        time_zone=seen.space.time_zone,
        asked_by=seen.member.name,
        customer=billing.customer(seen.space),
    )
    space_id, member_id = seen.space.id, seen.member.id
    quotes.add(
        connection,
        drawn_up,
        space_id=space_id,
        member_id=member_id,
        draft_id=draft.id,
        sequence=sequence,
        at=now,
    )
    digest = audit.append(
        connection,
        space_id,
        at=now,
        actor=member_id,
        kind="quote.created",
        data={"quote": number, "price_book": drawn_up.price_book, "policy": drawn_up.policy},
    )
    told = facts.quote(drawn_up) | {"audit": digest}
    outbox.add(connection, space_id, kind="quote.created", facts=told, at=now, subject=number)
    return number


def look(engine: Engine, terms: Terms, *, space_id: str, member_id: str, number: str, now: datetime) -> Look | None:
    """Return a quote of the space and what accepting it now would give, to an administrator; None else."""
    with reading(engine) as connection:
        seen = account.read(connection, terms, space_id=space_id, member_id=member_id, now=now)
        kept = quotes.load(connection, space_id, number)
        if seen is None or kept is None or not seen.member.is_administrator:
            return None
        return _look(seen, kept, terms, now)


def _look(seen: Account, kept: Kept, terms: Terms, now: datetime) -> Look:
    frozen = terms.with_frozen_book(kept.quote.price_book)
    result = preview(seen.subscription, kept.quote.wish, on=seen.on, terms=frozen)
    return Look(
        kept=kept,
        state=kept.state_on(day_of(kept, now)),
        result=result,
        promised=kept.quote.promise(seen.on),
        offered=offer_of(result, billing.customer(seen.space)),
    )


def day_of(kept: Kept, now: datetime) -> date:
    """Return the civil date in the quote's own zone, which decides whether it still holds."""
    return now.astimezone(ZoneInfo(kept.quote.time_zone)).date()


def of_space(engine: Engine, *, space_id: str) -> list[Kept]:
    """Return every quote of a space, the newest first."""
    with reading(engine) as connection:
        return quotes.of_space(connection, space_id)


def withdraw(
    engine: Engine, terms: Terms, *, space_id: str, member_id: str, number: str, now: datetime
) -> Over | Unknown:
    """Withdraw an open quote and return how it stands; withdrawing twice is withdrawing once."""
    with transaction(engine) as connection:
        subscriptions.load(connection, space_id, lock=True)
        seen = account.read(connection, terms, space_id=space_id, member_id=member_id, now=now)
        kept = quotes.load(connection, space_id, number)
        if seen is None or kept is None or not seen.member.is_administrator:
            return Unknown()
        state = kept.state_on(day_of(kept, now))
        if state is not QuoteState.OPEN:
            return Over(state, kept.order_id)
        quote_state.end(connection, space_id, number, QuoteState.WITHDRAWN, by=member_id, now=now)
        return Over(QuoteState.WITHDRAWN, None)


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
    day. Anything else is a Differs, and nothing is placed. `late_ack` as for an order (rule: late-notice).
    """
    used = (key, _hash(number, agreed, late_ack))
    with transaction(engine) as connection:
        subscriptions.load(connection, space_id, lock=True)
        answered = _answered(connection, space_id, "quote.accept", used)
        if answered is not None:
            return answered if isinstance(answered, KeyReused) else Placed(answered, replayed=True)
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
        _settle(connection, seen, kept, order_id, now)
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


def _settle(connection: Connection, seen: Account, kept: Kept, order_id: str, now: datetime) -> None:
    space_id, number = seen.space.id, kept.quote.number
    digest = quote_state.end(
        connection, space_id, number, QuoteState.ACCEPTED, by=seen.member.id, now=now, order_id=order_id
    )
    if digest is None:
        raise RuntimeError(f"{number}: settled under its lock")
    told = facts.act(seen, digest) | {"number": number, "order": order_id}
    outbox.add(connection, space_id, kind="quote.accepted", facts=told, at=now, subject=number)


def _answered(connection: Connection, space_id: str, operation: str, used: tuple[str, str]) -> str | KeyReused | None:
    found = orders.answered(connection, space_id, operation, used[0])
    if found is None:
        return None
    return found[1] if found[0] == used[1] else KeyReused()


def _hash(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
