"""Ending sessions at the vendor's word: all of a space, or all of one person as somebody who vouches names them."""

from collections import Counter
from datetime import datetime

from sqlalchemy import Connection, Engine

from widget.logs import Event, tell
from widget.store import audit
from widget.store import session as rows
from widget.store import subscription as subscriptions
from widget.store.engine import transaction
from widget.store.session import Session, StaffSession


class NobodyError(Exception):
    """There is no such space, or nobody of this name is signed in. The message is one line."""


def end_in_space(engine: Engine, space_id: str, *, now: datetime) -> int:
    """End every session in a space; return how many that were. Raises NobodyError for an unknown space."""
    with transaction(engine) as connection:
        try:
            subscriptions.load(connection, space_id, lock=True)
        except KeyError:
            raise NobodyError(f"no space has the id {space_id}") from None
        ended = rows.remove_space(connection, space_id)
        _note(connection, space_id, now, {"sessions": ended})
    return ended


def end_of_subject(engine: Engine, subject: str, *, issuer: str | None = None, now: datetime) -> int:
    """End every session that was vouched for with a subject, by one issuer or by any; return how many that were.

    It stands in the audit log of each space; of the vendor's own people, who belong to none, in the security log.
    Raises NobodyError where there is none.
    """
    with transaction(engine) as connection:
        found = rows.of_subject(connection, subject, issuer)
        if not found:
            raise NobodyError("nobody with this subject is signed in")
        places = Counter((each.space_id, each.member_id) for each in found if isinstance(each, Session))
        for (space_id, member_id), count in sorted(places.items()):
            subscriptions.load(connection, space_id, lock=True)
            _note(connection, space_id, now, {"member": member_id, "sessions": count})
        rows.remove_handles(connection, [each.handle for each in found])
    own = Counter(each.staff_id for each in found if isinstance(each, StaffSession))
    for staff_id, count in sorted(own.items()):
        tell(Event.SESSIONS_ENDED, staff=staff_id, sessions=count)
    return len(found)


def _note(connection: Connection, space_id: str, now: datetime, data: dict[str, str | int]) -> None:
    audit.append(connection, space_id, at=now, actor="system", kind="sessions.ended", data=data)
