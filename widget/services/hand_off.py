"""A person whom the vendor's product hands over: shown first to themselves, signed in when they say so."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from widget.gateways.product import HandOffError, handed
from widget.services import openid, sign_in
from widget.services.openid import Entered, NoPlaceError
from widget.services.sign_in import Voucher
from widget.store import attempt as attempts
from widget.store.engine import transaction
from widget.trust import Product

#: How long the question "Continue as …" stands.
PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Offer:
    """Who would be signed in where; nobody is until they say so."""

    attempt_id: str
    person: str
    space: str


def offer(
    engine: Engine, product: Product, *, token: str, audience: str, then: str, browser: str, now: datetime
) -> Offer:
    """Return whom a token hands over, to be asked. A token counts once, also where nobody says yes.

    Raises HandOffError for a token that is not right, NoPlaceError for who is no active member of the space.
    """
    found = handed(product, token, audience=audience, now=now)
    attempt_id = secrets.token_urlsafe(32)
    with transaction(engine) as connection:
        # Kept a little longer than the token lives, so that a clock that is off cannot make it new.
        if not attempts.use(connection, product.issuer, found.token_id, expires=found.expires + PATIENCE):
            raise HandOffError("jti")
        places = openid.places(connection, found.claims, {found.space_id: found.role}, now)
        if places:
            data = {
                "issuer": found.claims.issuer,
                "subject": found.claims.subject,
                "authenticated_at": found.claims.authenticated_at.isoformat(),
                "member": places[0][0].id,
                "space": found.space_id,
                "then": then,
            }
            attempts.add(connection, attempt_id, kind="hand-off", browser=browser, data=data, expires=now + PATIENCE)
    if not places:
        raise NoPlaceError
    return Offer(attempt_id, places[0][0].name, places[0][1])


def accept(engine: Engine, *, attempt_id: str, browser: str, agent: str, ends: str | None, now: datetime) -> Entered:
    """Sign in who was offered, in the browser that asked. Raises HandOffError, NoPlaceError."""
    with transaction(engine) as connection:
        data = attempts.take(connection, attempt_id, kind="hand-off", browser=browser, now=now)
    if data is None:
        raise HandOffError("offer")
    voucher = Voucher(data["issuer"], data["subject"], datetime.fromisoformat(data["authenticated_at"]))
    session_id = sign_in.begin(
        engine,
        space_id=data["space"],
        member_id=data["member"],
        now=now,
        ends=ends,
        browser=agent,
        voucher=voucher,
    )
    if session_id is None:
        raise NoPlaceError
    return Entered(session_id, data["then"])
