"""What a signed-in person sees of their space, and the day it is there."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from widget.domain.subscription import Subscription
from widget.domain.terms import Terms
from widget.domain.undo import can_undo, in_use_on
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import reading
from widget.store.space import Member, Space
from widget.store.subscription import Pending, Stored


@dataclass(frozen=True, slots=True)
class Account:
    """A space as one of its members sees it on a day of its own zone."""

    space: Space
    member: Member
    on: date
    stored: Stored
    pending: Pending | None
    can_undo: bool
    administrators: tuple[Member, ...]
    occupants: tuple[Member, ...]
    inactive: tuple[Member, ...]

    @property
    def subscription(self) -> Subscription:
        """The subscription as it stands on the day."""
        return self.stored.subscription


def day_in(zone: str, now: datetime) -> date:
    """Return the civil date in a zone at an instant."""
    return now.astimezone(ZoneInfo(zone)).date()


def local_day(space: Space, now: datetime) -> date:
    """Return the civil date in the space's zone at an instant."""
    return day_in(space.time_zone, now)


def load(engine: Engine, terms: Terms, *, space_id: str, member_id: str, now: datetime) -> Account | None:
    """Return what this member sees, or None where they are not an active member of the space."""
    with reading(engine) as connection:
        return read(connection, terms, space_id=space_id, member_id=member_id, now=now)


def read(connection: Connection, terms: Terms, *, space_id: str, member_id: str, now: datetime) -> Account | None:
    """Return the same inside a transaction that is already open."""
    space = spaces.load(connection, space_id)
    member = spaces.load_member(connection, space_id, member_id)
    if space is None or member is None or member.state != "active":
        return None
    on = local_day(space, now)
    stored = subscriptions.load(connection, space_id)
    current = replace(stored.subscription, in_use=in_use_on(stored.subscription, on=on, terms=terms))
    occupants = spaces.members(connection, space_id, "active", "invited")
    pending = subscriptions.pending(connection, space_id)
    # From its day on a change is in force, be it announced yet or not: what was before it no longer counts.
    waits = pending is not None and pending.due_on > on
    before = subscriptions.billed_before(connection, space_id, pending.id) if pending and waits else None
    return Account(
        space=space,
        member=member,
        on=on,
        stored=replace(stored, subscription=current),
        pending=pending,
        can_undo=not current.locked and can_undo(current, on=on, terms=terms, before=before),
        administrators=tuple(each for each in occupants if each.is_administrator),
        occupants=tuple(occupants),
        inactive=tuple(spaces.members(connection, space_id, "inactive", "withdrawn")),
    )


def of_administrator(
    connection: Connection, terms: Terms, *, space_id: str, member_id: str, now: datetime
) -> Account | None:
    """Return what `read` does to an administrator of the space, and None to anybody else (rule: admin-only)."""
    seen = read(connection, terms, space_id=space_id, member_id=member_id, now=now)
    return seen if seen and seen.member.is_administrator else None
