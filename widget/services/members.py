"""Deactivating surplus users, and taking it back: an act of its own, audited, reversible."""

from datetime import datetime

from sqlalchemy import Connection, Engine

from widget.services import account, facts
from widget.store import audit, outbox
from widget.store import calendar as feeds
from widget.store import session as sessions
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import transaction
from widget.store.space import Member

#: Where somebody goes who is deactivated: an invitation not accepted yet is withdrawn, and sent again.
AWAY = {"active": "inactive", "invited": "withdrawn"}
BACK = {after: before for before, after in AWAY.items()}


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
    the state asked for stays there and takes no place. Who never accepted an invitation is invited again, not active.
    """
    moves = BACK if active else AWAY
    with transaction(engine) as connection:
        stored = subscriptions.load(connection, space_id, lock=True)
        actor = spaces.load_member(connection, space_id, actor_id)
        if actor is None or not actor.is_administrator:
            raise MembersError("not-allowed")
        if not member_ids:
            raise MembersError("none")
        if actor_id in member_ids:
            raise MembersError("oneself")
        known = {each.id: each for each in spaces.members(connection, space_id, *AWAY, *BACK)}
        if not known.keys() >= set(member_ids):
            raise MembersError("unknown")
        moved = [known[each] for each in dict.fromkeys(member_ids) if known[each].state in moves]
        if active and moved and len(moved) > stored.subscription.in_use.users - stored.subscription.occupied_users:
            raise MembersError("full")
        digest = ""
        for each in moved:
            spaces.set_state(connection, space_id, each.id, before=each.state, after=moves[each.state])
            if not active:
                sessions.remove_member(connection, space_id, each.id)
                feeds.remove_of(connection, space_id, each.id)
            kind = "member.activated" if active else "member.deactivated"
            data = {"member": each.id, "before": each.state, "after": moves[each.state]}
            digest = audit.append(connection, space_id, at=now, actor=actor_id, kind=kind, data=data)
        if moved and not active:
            _tell(connection, actor, moved, digest, now)


def _tell(connection: Connection, actor: Member, moved: list[Member], digest: str, now: datetime) -> None:
    space = spaces.known(connection, actor.space_id)
    told = facts.where(space, account.local_day(space, now)) | {"actor": actor.id, "audit": digest}
    told |= {"members": [each.id for each in moved]}
    told["private"] |= {"actor": actor.name, "members": [each.name for each in moved]}
    outbox.add(connection, space.id, kind="members.deactivated", facts=told, at=now)
