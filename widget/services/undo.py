"""Taking back a pending decrease. Undoing twice is undoing once."""

import uuid
from dataclasses import asdict
from datetime import date, datetime

from pydantic_core import to_jsonable_python as plain
from sqlalchemy import Connection, Engine

from widget.domain.subscription import Subscription
from widget.domain.terms import Terms
from widget.domain.timeline import days_to_come
from widget.domain.undo import undo as undone
from widget.services import account, apply_due, facts, quote_state
from widget.services.account import Account
from widget.store import audit, outbox
from widget.store import subscription as subscriptions
from widget.store.engine import transaction
from widget.store.subscription import Pending


def undo(engine: Engine, terms: Terms, *, space_id: str, member_id: str, change_id: str, now: datetime) -> bool:
    """Take back the pending change of this id; return whether it is undone, now or before (rule: undo).

    False means that it cannot be: it is in force, was replaced, is not of this space, the person may not, or the
    contract is locked (rule: locked-contract).
    """
    with transaction(engine) as connection:
        try:
            subscriptions.load(connection, space_id, lock=True)
        except KeyError:
            return False
        seen = account.of_administrator(connection, terms, space_id=space_id, member_id=member_id, now=now)
        if seen is None:
            return False
        apply_due.in_space(connection, terms, space_id, on=seen.on, now=now)
        pending = subscriptions.pending(connection, space_id)
        if pending is None or pending.id != change_id:
            return subscriptions.state_of(connection, space_id, change_id) == "undone"
        stored = subscriptions.load(connection, space_id)
        if stored.subscription.locked:
            return False
        before = subscriptions.billed_before(connection, space_id, change_id)
        after = undone(stored.subscription, on=seen.on, terms=terms, before=before)
        if after == stored.subscription or not subscriptions.save(connection, stored, after.in_use, after.billed):
            return False
        subscriptions.settle(connection, space_id, "undone", change_id)
        left = _still_to_come(connection, after, pending, seen)
        quote_state.supersede(connection, space_id, by=member_id, now=now)
        data = {"change": change_id, "before": asdict(stored.subscription.in_use), "after": asdict(after.in_use)}
        digest = audit.append(connection, space_id, at=now, actor=member_id, kind="change.undone", data=data)
        told = facts.act(seen, digest) | {"change": change_id}
        told |= {"version": stored.version + 1, "left": plain(left)}
        told |= {"withdrawn": _withdrawn(connection, pending, space_id)}
        told |= facts.standing(after, stored.subscription.in_use, on=seen.on, terms=terms)
        outbox.add(connection, space_id, kind="change.undone", facts=told, at=now, subject=change_id)
        return True


def _still_to_come(connection: Connection, after: Subscription, ended: Pending, seen: Account) -> date | None:
    """Keep what the same order raises as a change of its own, so that its day is announced as it was promised.

    Return that day, or None where nothing is left to come.
    """
    future = days_to_come(after.billed, seen.on)
    if future:
        subscriptions.schedule(connection, seen.space.id, uuid.uuid4().hex, ended.order_id, max(future))
    return max(future, default=None)


def _withdrawn(connection: Connection, pending: Pending, space_id: str) -> dict[str, str | None]:
    """Return the days that the order of the pending change had named and that calendars are to forget."""
    order = outbox.of_space(connection, space_id, outbox.id_of(space_id, "order.placed", pending.order_id or ""))
    return {"price": pending.due_on.isoformat(), "last_day": order.facts.get("last_day") if order else None}


def receipt_of(space_id: str, change_id: str) -> str:
    """Return the id of the message, and so of the receipt, of a change that was taken back."""
    return outbox.id_of(space_id, "change.undone", change_id)
