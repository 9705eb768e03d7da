"""Sessions: begun, read, ended."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import Engine

from widget.store import session as sessions
from widget.store import space as spaces
from widget.store.engine import reading, transaction
from widget.store.session import Session

LONGEST = timedelta(hours=8)


def begin(engine: Engine, *, space_id: str, member_id: str, now: datetime, ends: str | None = None) -> str | None:
    """Begin a session for an active member and return its random id; None for anybody else.

    A session that the browser had before (`ends`) is over: the id is new at each sign-in.
    """
    session_id = secrets.token_urlsafe(32)
    with transaction(engine) as connection:
        if ends:
            sessions.remove(connection, ends)
        member = spaces.load_member(connection, space_id, member_id)
        if member is None or member.state != "active":
            return None
        sessions.add(connection, session_id, Session(member_id, space_id, secrets.token_urlsafe(32)), now)
    return session_id


def read(engine: Engine, session_id: str, *, now: datetime) -> Session | None:
    """Return the session of an id, or None where it is unknown or over."""
    with reading(engine) as connection:
        found = sessions.load(connection, session_id)
    if found is None or now - found[1] > LONGEST:
        return None
    return found[0]


def end(engine: Engine, session_id: str) -> None:
    """End a session."""
    with transaction(engine) as connection:
        sessions.remove(connection, session_id)
