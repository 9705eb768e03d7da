"""Placing an order: one transaction, all of it or nothing."""

import json
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python as plain
from sqlalchemy import Connection, Engine

from widget.domain.change import ChangePreview, preview
from widget.domain.subscription import Step
from widget.domain.terms import Terms
from widget.domain.timeline import levels, undone
from widget.services import account, apply_due, facts, quote_state
from widget.services.account import Account
from widget.services.keys import KeyReused, answered, hash_of
from widget.store import audit, outbox
from widget.store import order as orders
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import refuse_full, transaction
from widget.store.order import Draft, Order

OPERATION = "order"


@dataclass(frozen=True, slots=True)
class Placed:
    """The order exists; `replayed` where this key had placed it before."""

    order_id: str
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Stale:
    """What was reviewed is no longer what would be placed: the fields that differ, before and now."""

    differences: dict[str, tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Refused:
    """The rules say no, now."""

    preview: ChangePreview


@dataclass(frozen=True, slots=True)
class Incomplete:
    """A step was skipped: the one to go to is named ("survey", "review" or "late")."""

    step: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """There is no such draft for this person, or they may not order."""


@dataclass(frozen=True, slots=True)
class Ordered:
    """This draft has become an order before, by another form: nothing more was placed."""

    order_id: str


Outcome = Placed | Stale | Refused | Incomplete | Ordered | Unknown | KeyReused


def reviewed(seen: Account, result: ChangePreview) -> dict[str, Any]:
    """Return what a review promises, as plain values that can be kept and compared."""
    return {
        "version": seen.stored.version,
        "occupied_users": seen.subscription.occupied_users,
        "price_book": result.price_book.version,
        "policy": result.policy.version,
        "on": result.on.isoformat(),
        "lines": plain(result.lines),
        "fees": plain(result.fees),
        "invoices": plain(result.invoices),
        "late_date": plain(result.late_price_date),
    }


def fingerprint(promise: dict[str, Any]) -> str:
    """Return the text that stands for a promise in the form of its review."""
    return hash_of(json.dumps(promise, sort_keys=True))


def place(
    engine: Engine,
    terms: Terms,
    *,
    space_id: str,
    member_id: str,
    draft_id: str,
    key: str,
    agreed: str,
    late_ack: str,
    language: str,
    now: datetime,
) -> Outcome:
    """Place the order of a draft, or say why not; nothing is kept unless all of it is.

    `agreed` is the fingerprint of the review that the reader saw, whatever another tab was shown meanwhile. `late_ack`
    is the price date that they ticked, empty where none was asked (rule: late-notice). Raises FullError where the disk
    is all but full; what a key has placed before is still answered.
    """
    used = (key, hash_of(draft_id, agreed, late_ack))
    with transaction(engine) as connection:
        # Whoever orders in this space waits here: what is read below about keys and drafts stays so.
        subscriptions.load(connection, space_id, lock=True)
        before = answered(connection, space_id, OPERATION, used)
        if before is not None:
            return before if isinstance(before, KeyReused) else Placed(before, replayed=True)
        refuse_full(connection)
        seen = current(connection, terms, space_id=space_id, member_id=member_id, now=now)
        draft = orders.load_draft(connection, space_id, member_id, draft_id)
        if seen is None or draft is None:
            return Unknown()
        ordered = orders.of_draft(connection, space_id, draft_id)
        if ordered is not None:
            return Ordered(ordered)
        result = preview(seen.subscription, draft.wish, on=seen.on, terms=terms)
        refusal = _stale(draft, agreed, reviewed(seen, result)) or objection(draft, result, late_ack)
        if refusal is not None:
            return refusal
        order_id = keep(connection, seen, draft, result, language=language, now=now)
        orders.remember(connection, space_id, OPERATION, *used, order_id)
        return Placed(order_id)


def current(connection: Connection, terms: Terms, *, space_id: str, member_id: str, now: datetime) -> Account | None:
    """Return the space as this administrator may order in it, what is due brought into force; None for anybody else.

    The caller holds the lock on the subscription (rule: admin-only).
    """
    seen = account.of_administrator(connection, terms, space_id=space_id, member_id=member_id, now=now)
    if seen is None:
        return None
    if apply_due.in_space(connection, terms, space_id, on=seen.on, now=now):
        return account.read(connection, terms, space_id=space_id, member_id=member_id, now=now)
    return seen


def _stale(draft: Draft, agreed: str, promise: dict[str, Any]) -> Stale | Incomplete | None:
    seen = draft.reviews.get(agreed)
    if seen is None:
        return Incomplete("review")
    if seen == promise:
        return None
    return Stale({name: (seen.get(name), now) for name, now in promise.items() if seen.get(name) != now})


def objection(draft: Draft, result: ChangePreview, late_ack: str) -> Refused | Incomplete | None:
    """Return why a wish cannot be ordered as it is: the rules say no, or a step is missing; None where it can.

    Rules: active-user-floor and the other blockers, survey-first, late-notice.
    """
    if not result.allowed:
        return Refused(result)
    if result.goes_down and draft.reason is None:
        return Incomplete("survey")
    if result.late_price_date and late_ack != result.late_price_date.isoformat():
        return Incomplete("late")
    return None


def keep(
    connection: Connection,
    seen: Account,
    draft: Draft,
    result: ChangePreview,
    *,
    language: str,
    now: datetime,
    quote: str | None = None,
) -> str:
    """Keep an order whole and return its id: level, bill, pending change, answer, audit event, messages.

    `quote` is the number of the quote that is accepted by it; every other open quote of the space is superseded.
    The caller holds the lock on the subscription, and has asked for objections.
    """
    space_id, order_id = seen.space.id, uuid.uuid4().hex
    before = seen.subscription.in_use
    if not subscriptions.save(connection, seen.stored, result.in_use, result.billed):
        raise RuntimeError("the subscription changed under its lock")
    spaces.reads(connection, space_id, draft.member_id, language)
    snapshot = reviewed(seen, result)
    snapshot["billed_before"] = plain(_taken_back(connection, seen, result))
    orders.add(connection, space_id, draft.member_id, Order(order_id, draft.id, now, seen.on, snapshot))
    subscriptions.settle(connection, space_id, "superseded")
    future = [step.starts_on for step in result.billed if step.starts_on > seen.on]
    change_id = uuid.uuid4().hex if future else None
    if change_id:
        subscriptions.schedule(connection, space_id, change_id, order_id, max(future))
    if draft.reason is not None:
        orders.add_answer(connection, order_id, draft.reason, draft.comment, language)
    data = {
        "order": order_id,
        "before": plain(before),
        "after": plain(draft.wish),
        "price_book": result.price_book.version,
        "policy": result.policy.version,
        "promise": snapshot,
    }
    if quote:
        data["quote"] = quote
    quote_state.supersede(connection, space_id, by=draft.member_id, now=now, spared=quote)
    digest = audit.append(connection, space_id, at=now, actor=draft.member_id, kind="order.placed", data=data)
    told = facts.act(seen, digest) | facts.change(result)
    told |= {"order": order_id, "change": change_id, "quote": quote}
    told |= {"replaces": seen.pending.id if seen.pending else None, "version": seen.stored.version + 1}
    _tell(connection, space_id, draft, told, now)
    return order_id


def _taken_back(connection: Connection, seen: Account, result: ChangePreview) -> tuple[Step, ...]:
    """Return what undo is to bring back: what is billed, or where the order replaces a decrease, what was before both.

    Before both are the same levels, with the price books that no order had frozen (decisions/0007).
    """
    billed = seen.subscription.billed
    if seen.pending is None:
        return billed
    before = subscriptions.billed_before(connection, seen.space.id, seen.pending.id)
    rank = result.price_book.rank
    both = undone(billed, seen.on, rank, before)
    return both if levels(both) == levels(undone(billed, seen.on, rank)) else billed


def _tell(connection: Connection, space_id: str, draft: Draft, told: dict[str, Any], now: datetime) -> None:
    order_id = told["order"]
    # An order that accepts a quote is told to people by the receipt of the acceptance, which says all of it.
    to: list[str] | None = [] if told["quote"] else None
    outbox.add(connection, space_id, kind="order.placed", facts=told, at=now, subject=order_id, to=to)
    if draft.reason is not None:
        answer = {"order": order_id, "reason": draft.reason}
        outbox.add(connection, space_id, kind="survey.answered", facts=answer, at=now, subject=order_id)
