"""Sessions: only the hash of the random id is stored, so that a copy of the database signs nobody in."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from widget.store.tables import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What every session has: the token that its forms carry, a name for it that signs nobody in, and its times (UTC).

    `issuer`, `subject` and `provider_session` say who vouched for the person; all are None in the demo.
    """

    token: str
    handle: str = ""
    browser: str = ""
    created_at: datetime
    seen_at: datetime
    authenticated_at: datetime
    issuer: str | None = None
    subject: str | None = None
    provider_session: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session(Signed):
    """A member of a space, signed in there."""

    member_id: str
    space_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffSession(Signed):
    """One of the vendor's own people, signed in: of no space."""

    staff_id: str


AnySession = Session | StaffSession


def hashed(secret: str) -> str:
    """Return what is stored of a random secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def add(connection: Connection, session_id: str, begun: AnySession) -> None:
    """Keep a new session."""
    connection.execute(
        insert(session).values(
            id_hash=hashed(session_id),
            member_id=begun.member_id if isinstance(begun, Session) else None,
            space_id=begun.space_id if isinstance(begun, Session) else None,
            staff_id=begun.staff_id if isinstance(begun, StaffSession) else None,
            token=begun.token,
            issuer=begun.issuer,
            subject=begun.subject,
            provider_session=begun.provider_session,
            browser=begun.browser,
            created_at=begun.created_at.isoformat(),
            seen_at=begun.seen_at.isoformat(),
            authenticated_at=begun.authenticated_at.isoformat(),
        )
    )


def load(connection: Connection, session_id: str) -> AnySession | None:
    """Return a session, or None for an unknown id."""
    row = connection.execute(select(session).where(session.c.id_hash == hashed(session_id))).first()
    return _session(row) if row else None


def of_member(connection: Connection, space_id: str, member_id: str) -> list[AnySession]:
    """Return a member's sessions, the one used last first."""
    rows = connection.execute(
        select(session)
        .where(session.c.space_id == space_id, session.c.member_id == member_id)
        .order_by(session.c.seen_at.desc(), session.c.id_hash)
    )
    return [_session(row) for row in rows]


def of_subject(connection: Connection, subject: str, issuer: str | None) -> list[AnySession]:
    """Return the sessions that were vouched for with a subject, by one issuer or, where it is None, by any."""
    chosen = session.c.subject == subject
    if issuer is not None:
        chosen &= session.c.issuer == issuer
    return [_session(row) for row in connection.execute(select(session).where(chosen).order_by(session.c.id_hash))]


def see(connection: Connection, session_id: str, now: datetime) -> None:
    """Note when a session was used last."""
    connection.execute(update(session).where(session.c.id_hash == hashed(session_id)).values(seen_at=now.isoformat()))


def remove(connection: Connection, session_id: str) -> None:
    """End a session; unknown ids are nothing to end."""
    _end(connection, session.c.id_hash == hashed(session_id))


def remove_handle(connection: Connection, space_id: str, member_id: str, handle: str) -> int:
    """End one of a member's own sessions by its handle; return how many that were."""
    mine = (session.c.space_id == space_id) & (session.c.member_id == member_id)
    return _end(connection, mine & (session.c.id_hash == handle))


def remove_handles(connection: Connection, handles: Collection[str]) -> int:
    """End sessions by their handles; return how many that were."""
    return _end(connection, session.c.id_hash.in_(handles))


def remove_member(connection: Connection, space_id: str, member_id: str) -> int:
    """End all sessions of a member; return how many that were."""
    return _end(connection, (session.c.space_id == space_id) & (session.c.member_id == member_id))


def remove_staff(connection: Connection, staff_id: str) -> int:
    """End all sessions of one of the vendor's people; return how many that were."""
    return _end(connection, session.c.staff_id == staff_id)


def remove_space(connection: Connection, space_id: str) -> int:
    """End all sessions in a space; return how many that were."""
    return _end(connection, session.c.space_id == space_id)


def remove_subject(connection: Connection, issuer: str, subject: str | None, provider_session: str | None) -> int:
    """End all sessions that an issuer vouched for, of a subject, of one session there, or both; return how many."""
    chosen = session.c.issuer == issuer
    if subject is not None:
        chosen &= session.c.subject == subject
    if provider_session is not None:
        chosen &= session.c.provider_session == provider_session
    return _end(connection, chosen)


def remove_elsewhere(connection: Connection, issuer: str, subject: str, places: Collection[str], *, staff: bool) -> int:
    """End a subject's sessions in spaces that are none of these places, and as staff where they are none now."""
    gone: ColumnElement[bool] = session.c.space_id.not_in(places)
    if not staff:
        gone |= session.c.staff_id.is_not(None)
    return _end(connection, (session.c.issuer == issuer) & (session.c.subject == subject) & gone)


def remove_begun_before(connection: Connection, begun: datetime, seen: datetime) -> int:
    """Remove sessions begun before an instant, or last used before another; return how many that were."""
    return _end(connection, (session.c.created_at < begun.isoformat()) | (session.c.seen_at < seen.isoformat()))


def _end(connection: Connection, which: ColumnElement[bool]) -> int:
    return connection.execute(delete(session).where(which)).rowcount


def _session(row: Row[tuple[object, ...]]) -> AnySession:
    values = dict(row._mapping)
    values["handle"] = values.pop("id_hash")
    for name in ("created_at", "seen_at", "authenticated_at"):
        values[name] = datetime.fromisoformat(values[name])
    staff_id = values.pop("staff_id")
    if staff_id is not None:
        del values["member_id"], values["space_id"]
        return StaffSession(staff_id=staff_id, **values)
    return Session(**values)
