"""Deliveries: claimed on a lease, settled with its token, so that a worker that came back late settles nothing."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping, and_, case, or_, select, update

from widget.store.outbox import instant
from widget.store.tables import delivery

#: How long a worker holds what it claimed; longer than any attempt takes.
LEASE = timedelta(seconds=120)
MAIL, WEBHOOK = "mail", "webhook"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One way of one message. `state` is waiting, delivered or dead; `lease` is the token of who holds it."""

    id: str
    outbox_id: str
    channel: str
    target: str
    language: str
    state: str
    attempts: int
    available_at: datetime
    error: str
    lease: str | None

    @property
    def lane(self) -> str:
        """What stands still as a whole while it does not answer: the mail server, or an endpoint."""
        return MAIL if self.channel == MAIL else self.target


_lane = case((delivery.c.channel == MAIL, MAIL), else_=delivery.c.target)
_columns = [delivery.c[each.name] for each in fields(Delivery)]


def claim(connection: Connection, *, now: datetime, limit: int, busy: Collection[str] = ()) -> list[Delivery]:
    """Return deliveries whose time has come and that nobody holds, now held by the caller, oldest first.

    `busy` names lanes to leave alone. Two workers never get the same one: PostgreSQL skips locked rows, SQLite has
    one writer at a time, and a lease that its worker outlived is free again.
    """
    free = or_(delivery.c.leased_until.is_(None), delivery.c.leased_until <= instant(now))
    query = (
        select(*_columns)
        .where(delivery.c.state == "waiting", delivery.c.available_at <= instant(now), free)
        .order_by(delivery.c.available_at, delivery.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    if busy:
        query = query.where(_lane.not_in(busy))
    lease = uuid.uuid4().hex
    found = [replace(_read(row), lease=lease) for row in connection.execute(query).mappings()]
    if found:
        connection.execute(
            update(delivery)
            .where(delivery.c.id.in_([each.id for each in found]))
            .values(lease=lease, leased_until=instant(now + LEASE))
        )
    return found


def _settle(connection: Connection, held: Delivery, **values: object) -> bool:
    changed = connection.execute(
        update(delivery)
        .where(delivery.c.id == held.id, delivery.c.lease == held.lease, delivery.c.state == "waiting")
        .values(lease=None, leased_until=None, **values)
    )
    return changed.rowcount == 1


def delivered(connection: Connection, held: Delivery, *, at: datetime) -> bool:
    """Note that it arrived; return False where somebody else holds it by now."""
    return _settle(connection, held, state="delivered", attempts=held.attempts + 1, settled_at=instant(at), error="")


def retry(connection: Connection, held: Delivery, *, at: datetime, error: str) -> bool:
    """Note a failed attempt and when the next one is due; return False where somebody else holds it by now."""
    return _settle(connection, held, attempts=held.attempts + 1, available_at=instant(at), error=error)


def give_up(connection: Connection, held: Delivery, *, at: datetime, error: str) -> bool:
    """Note that it will not be tried again by itself; return False where somebody else holds it by now."""
    return _settle(connection, held, state="dead", attempts=held.attempts + 1, settled_at=instant(at), error=error)


def release(connection: Connection, held: Delivery, *, at: datetime) -> bool:
    """Put back what was not tried, to be tried at `at`; no attempt is counted."""
    return _settle(connection, held, available_at=instant(at))


def give_up_lane(connection: Connection, target: str, *, at: datetime, error: str) -> int:
    """Give up whatever waits for an endpoint that is no more; return how many."""
    changed = connection.execute(
        update(delivery)
        .where(delivery.c.channel == WEBHOOK, delivery.c.target == target, delivery.c.state == "waiting")
        .values(state="dead", lease=None, leased_until=None, settled_at=instant(at), error=error)
    )
    return changed.rowcount


def revive(connection: Connection, delivery_id: str, *, at: datetime) -> bool:
    """Send again what was given up on or delivered, from the first attempt; return False for an unknown one.

    What is being sent at this moment stays with who sends it: a second worker would send it beside the first.
    """
    is_sent = and_(delivery.c.state == "waiting", delivery.c.leased_until > instant(at))
    changed = connection.execute(
        update(delivery)
        .where(delivery.c.id == delivery_id)
        .values(
            state="waiting",
            attempts=0,
            available_at=instant(at),
            lease=case((is_sent, delivery.c.lease)),
            leased_until=case((is_sent, delivery.c.leased_until)),
            settled_at=None,
        )
    )
    return changed.rowcount == 1


def load(connection: Connection, delivery_id: str) -> Delivery | None:
    """Return a delivery, or None for an unknown one."""
    row = connection.execute(select(*_columns).where(delivery.c.id == delivery_id)).mappings().first()
    return _read(row) if row else None


def listed(connection: Connection, *states: str) -> list[Delivery]:
    """Return the deliveries in these states, oldest first."""
    query = select(*_columns).where(delivery.c.state.in_(states)).order_by(delivery.c.available_at, delivery.c.id)
    return [_read(row) for row in connection.execute(query).mappings()]


def _read(row: RowMapping) -> Delivery:
    return Delivery(**{**row, "available_at": datetime.fromisoformat(row["available_at"])})
