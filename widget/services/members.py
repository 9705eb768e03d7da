"""Deactivating surplus users, and taking it back: an act of its own, audited, reversible."""

from datetime import datetime

from sqlalchemy import Engine

from widget.store import audit
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import transaction


class MembersError(Exception):
    """The choice of people is not possible. `code` is "none", "oneself", "unknown", "full" or "not-allowed"."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def set_active(
    engine: Engine, *, space_id: str, actor_id: str, member_ids: list[str], active: bool, now: datetime
) -> None:
    """Activate or deactivate these members, all or none; each is one audit event.

    Raises MembersError; nobody deactivates themselves, so that a space keeps an administrator. Who is already in
    the state asked for stays there.
    """
    with transaction(engine) as connection:
        stored = subscriptions.load(connection, space_id, lock=True)
        actor = spaces.load_member(connection, space_id, actor_id)
        if actor is None or not actor.is_administrator:
            raise MembersError("not-allowed")
        if not member_ids:
            raise MembersError("none")
        if actor_id in member_ids:
            raise MembersError("oneself")
        free = stored.subscription.in_use.users - stored.subscription.occupied_users
        if active and len(member_ids) > free:
            raise MembersError("full")
        for member_id in member_ids:
            found = spaces.load_member(connection, space_id, member_id)
            if found is None:
                raise MembersError("unknown")
            after = "active" if active else "inactive"
            if found.state == after:
                continue
            spaces.set_state(connection, space_id, member_id, before=found.state, after=after)
            kind = "member.activated" if active else "member.deactivated"
            audit.append(connection, space_id, at=now, actor=actor_id, kind=kind, data={"member": member_id})
