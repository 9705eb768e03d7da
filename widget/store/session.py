"""Sessions: only the hash of the random id is stored, so that a copy of the database signs nobody in."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from widget.store.tables import session


@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in, where, and the token that the forms of this session carry."""

    member_id: str
    space_id: str
    token: str


def _hashed(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def add(connection: Connection, session_id: str, found: Session, now: datetime) -> None:
    """Keep a new session."""
    connection.execute(
        insert(session).values(
            id_hash=_hashed(session_id),
            member_id=found.member_id,
            space_id=found.space_id,
            token=found.token,
            created_at=now.isoformat(),
        )
    )


def load(connection: Connection, session_id: str) -> tuple[Session, datetime] | None:
    """Return a session and when it began, or None for an unknown id."""
    row = connection.execute(select(session).where(session.c.id_hash == _hashed(session_id))).first()
    if row is None:
        return None
    return Session(row.member_id, row.space_id, row.token), datetime.fromisoformat(row.created_at)


def remove(connection: Connection, session_id: str) -> None:
    """End a session; unknown ids are nothing to end."""
    connection.execute(delete(session).where(session.c.id_hash == _hashed(session_id)))
