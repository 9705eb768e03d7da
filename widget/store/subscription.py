"""Subscriptions, what is billed when, and the one pending change."""

import json
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, delete, insert, select, update

from widget.domain.plan import Interval, Level
from widget.domain.subscription import Step, Subscription
from widget.store import space as spaces
from widget.store.tables import billed_step, pending_change, placed_order, space, subscription


@dataclass(frozen=True, slots=True)
class Stored:
    """A subscription with the version that an order must still find."""

    space_id: str
    version: int
    subscription: Subscription


@dataclass(frozen=True, slots=True)
class Pending:
    """The change whose day is still to come."""

    id: str
    order_id: str | None
    due_on: date


def load(connection: Connection, space_id: str, *, lock: bool = False) -> Stored:
    """Return the subscription of a space, locked until the end of the transaction where asked.

    Raises KeyError for a space without one.
    """
    query = select(subscription, space.c.locked).join(space).where(subscription.c.space_id == space_id)
    row = connection.execute(query.with_for_update(of=subscription) if lock else query).first()
    if row is None:
        raise KeyError(space_id)
    steps = connection.execute(
        select(billed_step).where(billed_step.c.space_id == space_id).order_by(billed_step.c.starts_on)
    )
    billed = tuple(
        Step(step.starts_on, Level(step.plan, step.users, step.zoom_licenses), step.price_book) for step in steps
    )
    found = Subscription(
        interval=Interval(row.interval),
        term_start=row.term_start,
        in_use=Level(row.plan, row.users, row.zoom_licenses),
        billed=billed,
        active_users=spaces.count(connection, space_id, "active"),
        pending_invitations=spaces.count(connection, space_id, "invited"),
        locked=row.locked,
    )
    return Stored(space_id, row.version, found)


def save(connection: Connection, before: Stored, in_use: Level, billed: tuple[Step, ...]) -> bool:
    """Keep what is in use and billed; return False where another change was faster.

    Who changes them supersedes the quotes computed on them (services/quote_state.py); what comes due was foreseen.
    """
    changed = connection.execute(
        update(subscription)
        .where(subscription.c.space_id == before.space_id, subscription.c.version == before.version)
        .values(plan=in_use.plan, users=in_use.users, zoom_licenses=in_use.zoom_licenses, version=before.version + 1)
    )
    if changed.rowcount != 1:
        return False
    if billed != before.subscription.billed:
        connection.execute(delete(billed_step).where(billed_step.c.space_id == before.space_id))
        connection.execute(insert(billed_step), [row(before.space_id, step) for step in billed])
    return True


def row(space_id: str, step: Step) -> dict[str, object]:
    """Return a step of what is billed as its row."""
    level = step.level
    return {
        "space_id": space_id,
        "starts_on": step.starts_on,
        "plan": level.plan,
        "users": level.users,
        "zoom_licenses": level.zoom_licenses,
        "price_book": step.price_book,
    }


def pending(connection: Connection, space_id: str) -> Pending | None:
    """Return the pending change of a space, if any."""
    columns = (pending_change.c.id, pending_change.c.order_id, pending_change.c.due_on)
    row = connection.execute(
        select(*columns).where(pending_change.c.space_id == space_id, pending_change.c.state == "scheduled")
    ).first()
    return Pending(*row) if row else None


def ordered_on(connection: Connection, space_id: str, change_id: str) -> date | None:
    """Return the day on which the order behind a change of this space was placed; None where there is none."""
    return connection.execute(
        select(placed_order.c.placed_on)
        .join(pending_change, pending_change.c.order_id == placed_order.c.id)
        .where(pending_change.c.space_id == space_id, pending_change.c.id == change_id)
    ).scalar()


def billed_before(connection: Connection, space_id: str, change_id: str) -> tuple[Step, ...] | None:
    """Return what was billed before the order behind a change of this space; None where it is not known.

    That is so for a change that was imported, and for one that was ordered before this was kept.
    """
    told = connection.execute(
        select(placed_order.c.preview)
        .join(pending_change, pending_change.c.order_id == placed_order.c.id)
        .where(pending_change.c.space_id == space_id, pending_change.c.id == change_id)
    ).scalar()
    steps = json.loads(told).get("billed_before") if told else None
    return steps and tuple(
        Step(date.fromisoformat(step["starts_on"]), Level(**step["level"]), step["price_book"]) for step in steps
    )


def schedule(connection: Connection, space_id: str, change_id: str, order_id: str | None, due_on: date) -> None:
    """Keep a pending change; the database refuses a second one (rule: one-pending-change)."""
    connection.execute(
        insert(pending_change).values(
            id=change_id, space_id=space_id, order_id=order_id, state="scheduled", due_on=due_on
        )
    )


def settle(connection: Connection, space_id: str, state: str, change_id: str | None = None) -> bool:
    """End the scheduled change as applied, undone or superseded; return False where there is none (any more)."""
    query = update(pending_change).where(pending_change.c.space_id == space_id, pending_change.c.state == "scheduled")
    if change_id is not None:
        query = query.where(pending_change.c.id == change_id)
    return connection.execute(query.values(state=state)).rowcount == 1


def state_of(connection: Connection, space_id: str, change_id: str) -> str | None:
    """Return how a change of this space stands, or None for an unknown one."""
    return connection.execute(
        select(pending_change.c.state).where(pending_change.c.space_id == space_id, pending_change.c.id == change_id)
    ).scalar()


def due_spaces(connection: Connection) -> list[tuple[str, str]]:
    """Return the spaces with a pending change, each with its zone."""
    rows = connection.execute(
        select(space.c.id, space.c.time_zone)
        .join(pending_change, pending_change.c.space_id == space.c.id)
        .where(pending_change.c.state == "scheduled")
    )
    return [(row.id, row.time_zone) for row in rows]
