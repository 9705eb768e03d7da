"""Signing in with an OpenID provider: the way there, the way back, and into which space."""

import secrets
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from widget.gateways.openid import Asked, Claims, OpenIdProvider, ProviderError
from widget.services import sign_in
from widget.services.grants import granted
from widget.services.sign_in import LONGEST, Voucher
from widget.store import attempt as attempts
from widget.store import audit
from widget.store import calendar as feeds
from widget.store import identity as identities
from widget.store import session as sessions
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.identity import Staff
from widget.store.space import Member
from widget.trust import Grant

#: How long a person may take at the provider.
PATIENCE = timedelta(minutes=10)


class NoPlaceError(Exception):
    """The provider vouches for the person, and they are no active member of any space here."""


@dataclass(frozen=True, slots=True)
class Entered:
    """The person is signed in; `then` is where they were going, `staff` their role among the vendor's people."""

    session_id: str
    then: str
    staff: Staff | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The person is a member of several spaces: the attempt goes on with one of these, by id and name."""

    attempt_id: str
    spaces: tuple[tuple[str, str], ...]


def start(
    engine: Engine, provider: OpenIdProvider, *, then: str, fresh: bool, browser: str, language: str, now: datetime
) -> str:
    """Return the address at the provider to go to. `fresh` asks for a new proof, whatever the provider remembers.

    Raises ProviderError where the provider cannot be reached, or is not the one configured.
    """
    state = secrets.token_urlsafe(32)
    max_age = 0 if fresh else int(LONGEST.total_seconds())
    asked = Asked(nonce=secrets.token_urlsafe(32), verifier=secrets.token_urlsafe(48), max_age=max_age, at=now)
    address = provider.authorization(asked, state, language=language)
    data = {"nonce": asked.nonce, "verifier": asked.verifier, "max_age": max_age, "at": now.isoformat(), "then": then}
    with transaction(engine) as connection:
        attempts.add(connection, state, kind="openid", browser=browser, data=data, expires=now + PATIENCE)
    return address


def finish(
    engine: Engine,
    provider: OpenIdProvider,
    grants: tuple[Grant, ...],
    *,
    callback: Mapping[str, str],
    browser: str,
    agent: str,
    ends: str | None,
    now: datetime,
) -> Entered | Choice:
    """Sign in who comes back from the provider, or ask into which space.

    Raises ProviderError where the provider did not vouch for them in answer to this very browser's question, and
    NoPlaceError where they belong nowhere here.
    """
    with transaction(engine) as connection:
        sent = attempts.take(connection, callback.get("state", ""), kind="openid", browser=browser, now=now)
    if sent is None:
        raise ProviderError("state")
    asked = Asked(sent["nonce"], sent["verifier"], sent["max_age"], datetime.fromisoformat(sent["at"]))
    claims = provider.identify(callback, asked, now=now)
    found = granted(grants, claims.all)
    voucher = Voucher(claims.issuer, claims.subject, claims.authenticated_at, claims.provider_session)
    with transaction(engine) as connection:
        here = places(connection, claims, found.spaces, now)
        staff = _staff(connection, claims, found.staff)
        sessions.remove_elsewhere(connection, claims.issuer, claims.subject, found.spaces, staff=staff is not None)
    if len(here) + (staff is not None) > 1:
        return _ask(engine, voucher, here, staff, then=sent["then"], browser=browser, now=now)
    if staff:
        session_id = sign_in.begin_staff(engine, staff.id, now=now, ends=ends, browser=agent, voucher=voucher)
        return Entered(session_id, sent["then"], staff)
    if not here:
        raise NoPlaceError
    return _enter(
        engine, (here[0][0].space_id, here[0][0].id), voucher, then=sent["then"], ends=ends, agent=agent, now=now
    )


def choose(
    engine: Engine, *, attempt_id: str, space_id: str, browser: str, agent: str, ends: str | None, now: datetime
) -> Entered:
    """Sign in to the space chosen among those that the attempt offered.

    Raises ProviderError where there is no such attempt of this browser, NoPlaceError for a space that it never offered.
    """
    with transaction(engine) as connection:
        data = attempts.take(connection, attempt_id, kind="choice", browser=browser, now=now)
    if data is None:
        raise ProviderError("state")
    voucher = Voucher(
        **data["voucher"] | {"authenticated_at": datetime.fromisoformat(data["voucher"]["authenticated_at"])}
    )
    if space_id == "" and data["staff"]:
        session_id = sign_in.begin_staff(engine, data["staff"], now=now, ends=ends, browser=agent, voucher=voucher)
        with reading(engine) as connection:
            return Entered(session_id, data["then"], identities.load_staff(connection, data["staff"]))
    if space_id not in data["members"]:
        raise NoPlaceError
    place = (space_id, data["members"][space_id])
    return _enter(engine, place, voucher, then=data["then"], ends=ends, agent=agent, now=now)


def end(engine: Engine, provider: OpenIdProvider, token: str, *, now: datetime) -> int:
    """End the sessions that a provider's logout token names; return how many that were.

    Raises ProviderError for a token that is not right, or was used before.
    """
    ended = provider.ended(token, now=now)
    with transaction(engine) as connection:
        if not attempts.use(connection, ended.issuer, ended.token_id, expires=ended.expires):
            raise ProviderError("logout-jti")
        return sessions.remove_subject(connection, ended.issuer, ended.subject, ended.provider_session)


def places(
    connection: Connection, claims: Claims, roles: Mapping[str, str | None], now: datetime
) -> list[tuple[Member, str]]:
    """Return the member that the person is in each of their spaces, with the space's name."""
    found = []
    for space_id, role in sorted(roles.items()):
        space = spaces.load(connection, space_id)
        member = _member(connection, claims, space_id) if space else None
        if space and member and member.state == "active":
            if role and role != member.role:
                _take_role(connection, member, role, now)
            found.append((member, space.name))
    return found


def _member(connection: Connection, claims: Claims, space_id: str) -> Member | None:
    """Return who a subject is in a space: known by (issuer, subject); the first time by a verified address."""
    known = identities.member_id(connection, claims.issuer, claims.subject, space_id)
    if known:
        return spaces.load_member(connection, space_id, known)
    email = claims.verified_email
    member = spaces.member_by_email(connection, space_id, email) if email else None
    if member is None or identities.is_linked(connection, claims.issuer, member.id):
        return None
    identities.link(connection, claims.issuer, claims.subject, space_id, member.id)
    return member


def _take_role(connection: Connection, member: Member, role: str, now: datetime) -> None:
    """Keep the role that the provider gives now: it is what an order reads; what the old one opened is over."""
    subscriptions.load(connection, member.space_id, lock=True)
    spaces.set_role(connection, member.space_id, member.id, role)
    sessions.remove_member(connection, member.space_id, member.id)
    feeds.remove_of(connection, member.space_id, member.id)
    data = {"member": member.id, "before": member.role, "after": role}
    audit.append(connection, member.space_id, at=now, actor=member.id, kind="member.role", data=data)


def _staff(connection: Connection, claims: Claims, role: str | None) -> Staff | None:
    if role is None:
        return None
    name = claims.text("name") or claims.text("preferred_username") or claims.subject
    return identities.put_staff(connection, claims.issuer, claims.subject, Staff(uuid.uuid4().hex, name, role))


def _ask(
    engine: Engine,
    voucher: Voucher,
    here: list[tuple[Member, str]],
    staff: Staff | None,
    *,
    then: str,
    browser: str,
    now: datetime,
) -> Choice:
    attempt_id = secrets.token_urlsafe(32)
    data: dict[str, Any] = {
        "voucher": {
            "issuer": voucher.issuer,
            "subject": voucher.subject,
            "authenticated_at": voucher.authenticated_at.isoformat(),
            "provider_session": voucher.provider_session,
        },
        "members": {member.space_id: member.id for member, _ in here},
        "staff": staff and staff.id,
        "then": then,
    }
    with transaction(engine) as connection:
        attempts.add(connection, attempt_id, kind="choice", browser=browser, data=data, expires=now + PATIENCE)
    offered = [(member.space_id, name) for member, name in here]
    return Choice(attempt_id, tuple(offered + ([("", staff.role)] if staff else [])))


def _enter(
    engine: Engine, place: tuple[str, str], voucher: Voucher, *, then: str, ends: str | None, agent: str, now: datetime
) -> Entered:
    session_id = sign_in.begin(
        engine, space_id=place[0], member_id=place[1], now=now, ends=ends, browser=agent, voucher=voucher
    )
    if session_id is None:
        raise NoPlaceError
    return Entered(session_id, then)
