"""Whom the vendor's product hands over: who is signed in there, in a token of one minute, signed with ES256."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jws import JWSRegistry

from widget.gateways.openid import Claims
from widget.trust import Product

KIND, ALGORITHM = "hand-off+jwt", "ES256"
#: How long a token may live, and how far the product's clock may be off, in seconds.
LONGEST, LEEWAY = 60, 30
_TEXTS = ("iss", "aud", "sub", "space", "jti")


class HandOffError(Exception):
    """The token is not right. `code` names what is wrong with it; nothing of the token is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Handed:
    """Who is handed over, into which space, with which role there (None: as the list of members says)."""

    claims: Claims
    space_id: str
    role: str | None
    token_id: str
    expires: datetime


def handed(product: Product, token: str, *, audience: str, now: datetime) -> Handed:
    """Return whom a token hands over. Raises HandOffError. Keys come from the settings alone, whatever it names."""
    claims = _claims(product, token)
    for name, right in (
        *((name, isinstance(claims.get(name), str) and 0 < len(claims[name]) <= 255) for name in _TEXTS),
        ("iss", claims.get("iss") == product.issuer),
        ("aud", claims.get("aud") == audience),
        ("iat", _is_time(claims.get("iat"))),
        ("exp", _is_time(claims.get("exp"))),
        ("email", isinstance(claims.get("email", ""), str)),
        ("role", claims.get("role") in (None, "administrator", "user")),
        ("auth_time", _is_time(claims.get("auth_time", 0))),
    ):
        if not right:
            raise HandOffError(name)
    issued, expires = claims["iat"], claims["exp"]
    if not issued < expires <= issued + LONGEST:
        raise HandOffError("life")
    if not issued - LEEWAY <= now.timestamp() < expires:
        raise HandOffError("time")
    return Handed(
        claims=Claims(
            issuer=claims["iss"],
            subject=claims["sub"],
            authenticated_at=datetime.fromtimestamp(min(claims.get("auth_time", issued), issued), UTC),
            provider_session=None,
            all={"email": claims.get("email", ""), "email_verified": True},
        ),
        space_id=claims["space"],
        role=claims.get("role"),
        token_id=claims["jti"],
        expires=datetime.fromtimestamp(expires, UTC),
    )


def _claims(product: Product, token: str) -> Mapping[str, Any]:
    if len(token) > 4_096:
        raise HandOffError("length")
    registry = JWSRegistry(algorithms=[ALGORITHM], strict_check_header=False)
    try:
        read = jwt.decode(token, product.keys, registry=registry)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise HandOffError("signature") from None
    if read.header.get("typ") != KIND or "crit" in read.header:
        raise HandOffError("typ")
    return read.claims


def _is_time(found: object) -> bool:
    return isinstance(found, int) and not isinstance(found, bool) and 0 <= found < 2**40
