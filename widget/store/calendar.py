"""The secret address of a space's calendar: only its hash is kept, so that a copy of the database opens no calendar."""

from datetime import datetime

from sqlalchemy import Connection, delete, insert, select

from widget.store.outbox import instant
from widget.store.session import hashed
from widget.store.tables import calendar_feed


def put(connection: Connection, space_id: str, member_id: str, token: str, *, at: datetime) -> None:
    """Keep a new secret address; the one before no longer opens anything."""
    remove(connection, space_id)
    connection.execute(
        insert(calendar_feed).values(
            token_hash=hashed(token), space_id=space_id, member_id=member_id, created_at=instant(at)
        )
    )


def remove(connection: Connection, space_id: str) -> None:
    """Take the secret address back."""
    connection.execute(delete(calendar_feed).where(calendar_feed.c.space_id == space_id))


def remove_of(connection: Connection, space_id: str, member_id: str) -> None:
    """Take the secret address back where this member had it made: who leaves may have it written down."""
    connection.execute(
        delete(calendar_feed).where(calendar_feed.c.space_id == space_id, calendar_feed.c.member_id == member_id)
    )


def space_of(connection: Connection, token: str) -> str | None:
    """Return the space that a secret address opens, or None."""
    return connection.execute(
        select(calendar_feed.c.space_id).where(calendar_feed.c.token_hash == hashed(token))
    ).scalar()


def since(connection: Connection, space_id: str) -> datetime | None:
    """Return since when a space has a secret address, or None where it has none."""
    found = connection.execute(select(calendar_feed.c.created_at).where(calendar_feed.c.space_id == space_id)).scalar()
    return datetime.fromisoformat(found) if found else None
