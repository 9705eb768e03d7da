"""Quotes: asked for, listed, withdrawn. Nothing here changes a subscription."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from widget.domain.change import preview
from widget.domain.quote import QuoteState, draw_up
from widget.domain.terms import Terms
from widget.services import account, billing, facts, order, quote_state
from widget.services.account import Account
from widget.services.keys import KeyReused, answered, hash_of
from widget.services.order import Incomplete, Ordered, Refused, Unknown
from widget.store import audit, outbox
from widget.store import order as orders
from widget.store import quote as quotes
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.quote import Kept


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


Asked = Requested | Refused | Incomplete | Ordered | Unknown | KeyReused


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
    used = (key, hash_of(draft_id, language))
    with transaction(engine) as connection:
        subscriptions.load(connection, space_id, lock=True)  # so that no order moves the ground under it
        before = answered(connection, space_id, "quote", used)
        if before is not None:
            return before if isinstance(before, KeyReused) else Requested(before, replayed=True)
        seen = account.of_administrator(connection, terms, space_id=space_id, member_id=member_id, now=now)
        draft = orders.load_draft(connection, space_id, member_id, draft_id)
        if seen is None or draft is None:
            return Unknown()
        order_id = orders.of_draft(connection, space_id, draft_id)
        if order_id is not None:  # a draft is ordered once: nobody could accept its quote
            return Ordered(order_id)
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
    spaces.reads(connection, space_id, member_id, language)
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


def day_of(kept: Kept, now: datetime) -> date:
    """Return the civil date in the quote's own zone, which decides whether it still holds."""
    return account.day_in(kept.quote.time_zone, now)


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
        seen = account.of_administrator(connection, terms, space_id=space_id, member_id=member_id, now=now)
        kept = quotes.load(connection, space_id, number)
        if seen is None or kept is None:
            return Unknown()
        state = kept.state_on(day_of(kept, now))
        if state is not QuoteState.OPEN:
            return Over(state, kept.order_id)
        quote_state.end(connection, space_id, number, QuoteState.WITHDRAWN, by=member_id, now=now)
        return Over(QuoteState.WITHDRAWN, None)
