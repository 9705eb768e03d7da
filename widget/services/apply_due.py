"""Brings due changes into force, each exactly once, however many run."""

from dataclasses import replace
from datetime import date, datetime
from functools import partial

from sqlalchemy import Connection, Engine

from widget.domain.plan import Level
from widget.domain.terms import Terms
from widget.domain.undo import in_use_on
from widget.services import facts
from widget.services.account import day_in
from widget.services.alone import each_alone
from widget.store import audit, outbox
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.subscription import Pending, Stored

KIND = "change.applied"


def apply_due(engine: Engine, terms: Terms, *, now: datetime) -> int:
    """Bring every due step into force; return how many spaces changed. Each space is its own transaction.

    Raises LeftError at the end, when every other space has had its turn: the next run tries again.
    """

    def apply(space_id: str, zone: str) -> bool:
        with transaction(engine) as connection:
            return in_space(connection, terms, space_id, on=day_in(zone, now), now=now)

    with reading(engine) as connection:
        waiting = subscriptions.due_spaces(connection)
    acts = {space_id: partial(apply, space_id, zone) for space_id, zone in waiting}
    return each_alone(acts, "due changes not applied")


def in_space(connection: Connection, terms: Terms, space_id: str, *, on: date, now: datetime) -> bool:
    """Bring what is due in one space into force; return whether anything was. Locks the subscription."""
    stored = subscriptions.load(connection, space_id, lock=True)
    pending = subscriptions.pending(connection, space_id)
    before, after = stored.subscription.in_use, in_use_on(stored.subscription, on=on, terms=terms)
    ended = pending is not None and pending.due_on <= on
    if pending is not None:
        _tell_steps(connection, terms, stored, pending, on=on, now=now)
    if before == after and not ended:
        return False
    if not subscriptions.save(connection, stored, after, stored.subscription.billed):
        return False
    if ended:
        subscriptions.settle(connection, space_id, "applied")
    subject = pending.id if pending and ended else None
    _tell(connection, terms, stored, after, pending, on=on, now=now, subject=subject)
    return True


def _tell_steps(
    connection: Connection, terms: Terms, stored: Stored, pending: Pending, *, on: date, now: datetime
) -> None:
    """Announce each new price of a pending change on its own day: the last one comes with its end."""
    space_id = stored.space_id
    ordered = subscriptions.ordered_on(connection, space_id, pending.id)
    days = [step.starts_on for step in stored.subscription.billed]
    steps = [day for day in days if ordered and ordered < day <= on and day < pending.due_on]
    subjects = {outbox.id_of(space_id, KIND, f"{pending.id}/{day}"): f"{pending.id}/{day}" for day in steps}
    told, in_use = outbox.known(connection, list(subjects)), stored.subscription.in_use
    for message_id, subject in subjects.items():
        if message_id not in told:
            _tell(connection, terms, stored, in_use, pending, on=on, now=now, subject=subject)


def _tell(
    connection: Connection,
    terms: Terms,
    stored: Stored,
    after: Level,
    pending: Pending | None,
    *,
    on: date,
    now: datetime,
    subject: str | None,
) -> None:
    """Keep the audit event and the message of a day on which something came into force."""
    space_id, before, change_id = stored.space_id, stored.subscription.in_use, pending.id if pending else None
    data = {"before": before.plan, "after": after.plan, "on": on.isoformat(), "change": change_id}
    digest = audit.append(connection, space_id, at=now, actor="system", kind=KIND, data=data)
    told = facts.where(spaces.known(connection, space_id), on) | {"change": change_id, "audit": digest}
    told |= facts.standing(replace(stored.subscription, in_use=after), before, on=on, terms=terms)
    outbox.add(connection, space_id, kind=KIND, facts=told, at=now, subject=subject)
