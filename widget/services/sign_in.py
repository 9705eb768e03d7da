"""Sessions: begun, read, listed, ended. Eight hours at most, and half an hour without a request."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from widget.store import attempt as attempts
from widget.store import session as sessions
from widget.store import space as spaces
from widget.store.engine import reading, transaction
from widget.store.session import AnySession, Session, StaffSession

LONGEST = timedelta(hours=8)
IDLE = timedelta(minutes=30)
#: How old the proof of who somebody is may be when they order.
FRESH = timedelta(minutes=15)
#: The last request is noted to the minute, so that reading a page seldom writes.
COARSE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Voucher:
    """Who says who the person is, and when they proved it; `provider_session` is the provider's name for that."""

    issuer: str
    subject: str
    authenticated_at: datetime
    provider_session: str | None = None


def begin(
    engine: Engine,
    *,
    space_id: str,
    member_id: str,
    now: datetime,
    ends: str | None = None,
    browser: str = "",
    voucher: Voucher | None = None,
) -> str | None:
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
        begun = Session(member_id=member_id, space_id=space_id, **_signed(now, browser, voucher))
        sessions.add(connection, session_id, begun)
    return session_id


def begin_staff(
    engine: Engine,
    staff_id: str,
    *,
    now: datetime,
    ends: str | None = None,
    browser: str = "",
    voucher: Voucher | None = None,
) -> str:
    """Begin a session for one of the vendor's own people and return its random id; any they had before are over."""
    session_id = secrets.token_urlsafe(32)
    begun = StaffSession(staff_id=staff_id, **_signed(now, browser, voucher))
    with transaction(engine) as connection:
        if ends:
            sessions.remove(connection, ends)
        sessions.remove_staff(connection, staff_id)
        sessions.add(connection, session_id, begun)
    return session_id


def _signed(now: datetime, browser: str, voucher: Voucher | None) -> dict[str, Any]:
    """Return what every new session has (`Signed`), with what vouches for it."""
    begun = {"token": secrets.token_urlsafe(32), "browser": browser, "created_at": now, "seen_at": now}
    return begun | (asdict(voucher) if voucher else {"authenticated_at": now})


def read(engine: Engine, session_id: str, *, now: datetime, demo: bool = False) -> AnySession | None:
    """Return the session of an id, or None where it is unknown or over, or nobody vouched for it outside a demo."""
    with reading(engine) as connection:
        found = sessions.load(connection, session_id)
    if found is None or not _is_alive(found, now) or not (found.issuer or demo):
        return None
    if now - found.seen_at >= COARSE:
        with transaction(engine) as connection:
            sessions.see(connection, session_id, now)
    return found


def _is_alive(found: AnySession, now: datetime) -> bool:
    return now - found.created_at <= LONGEST and now - found.seen_at <= IDLE


def is_fresh(found: AnySession, *, now: datetime) -> bool:
    """Whether the person proved who they are so recently that they may order."""
    return now - found.authenticated_at <= FRESH


def mine(engine: Engine, session: Session, *, now: datetime) -> list[AnySession]:
    """Return where the person is signed in, in this space."""
    with reading(engine) as connection:
        found = sessions.of_member(connection, session.space_id, session.member_id)
    return [each for each in found if _is_alive(each, now)]


def end(engine: Engine, session_id: str) -> None:
    """End a session."""
    with transaction(engine) as connection:
        sessions.remove(connection, session_id)


def end_mine(engine: Engine, session: Session, handle: str) -> bool:
    """End one of the person's own sessions; return False where it is none of theirs."""
    with transaction(engine) as connection:
        return sessions.remove_handle(connection, session.space_id, session.member_id, handle) == 1


def end_others(engine: Engine, session: Session) -> int:
    """End all of the person's sessions in this space but this one; return how many that were."""
    with transaction(engine) as connection:
        others = [each.handle for each in sessions.of_member(connection, session.space_id, session.member_id)]
        return sessions.remove_handles(connection, [each for each in others if each != session.handle])


def tidy(engine: Engine, *, now: datetime) -> int:
    """Remove sessions that are over and what was on its way to one; return how many rows that were."""
    with transaction(engine) as connection:
        over = sessions.remove_begun_before(connection, now - LONGEST, now - IDLE)
        return over + attempts.remove_expired(connection, now)
