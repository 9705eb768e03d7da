"""The OpenID provider: Authlib and joserfc behind a guard that takes nothing on trust but the configured issuer.

Authlib alone accepts a callback or metadata of another issuer, `alg: none` where the metadata lists it, and an answer
without an ID token; each is refused here, and whatever goes wrong is a ProviderError with a code of a closed list.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ssl import SSLCertVerificationError
from typing import Any, Generic, TypeVar

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.base import OAuth2Error
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, RSAKey
from joserfc.jws import JWSRegistry

from widget.gateways.bounded import Bounded, TooLargeError
from widget.gateways.failure import kind_of
from widget.trust import Provider, is_trustworthy

T = TypeVar("T")

#: What an ID token may be signed with: public-key signatures alone, whatever the metadata lists.
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY = 60
#: How long metadata and keys are kept, and how soon they may be asked for again because of an unknown key.
KEEP, AGAIN = timedelta(hours=1), timedelta(minutes=1)
#: How soon a provider that did not answer as it should is asked again: until then nobody waits for it.
LET_BE = timedelta(seconds=30)
#: How old a logout token may be, in seconds.
MOST_AGE = 300
LONGEST_TOKEN = 32 * 1024
#: Bits of the shortest RSA key that is believed: NIST SP 800-131A allows no shorter one.
SHORTEST_RSA = 2048


class ProviderError(Exception):
    """The provider did not vouch for anybody. `code` is one of a closed list; nothing that was sent is in it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent to the provider, and must come back."""

    nonce: str
    verifier: str
    max_age: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Claims:
    """Who a person is, as the provider says it: keyed on issuer and subject; `all` holds every claim."""

    issuer: str
    subject: str
    authenticated_at: datetime
    provider_session: str | None
    all: Mapping[str, Any]

    def text(self, name: str) -> str:
        """Return a claim that is a text, or an empty one."""
        value = self.all.get(name)
        return value if isinstance(value, str) and len(value) <= 320 else ""

    @property
    def verified_email(self) -> str:
        """The e-mail address, in small letters, or an empty text where the provider has not verified it."""
        return self.text("email").lower() if self.all.get("email_verified") is True else ""


@dataclass(frozen=True, slots=True)
class Ended:
    """Whose sessions a provider ends: of a subject, of one session there, or both."""

    issuer: str
    subject: str | None
    provider_session: str | None
    token_id: str
    expires: datetime


class _Kept(Generic[T]):
    """Something of the provider's that is fetched when it is needed and kept for an hour, by one thread at a time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: tuple[datetime, T] | None = None
        self._failed: tuple[datetime, str] | None = None

    def get(self, fetch: Callable[[], T], now: datetime, *, renew: bool = False) -> T:
        """Return it, fetched where it is too old, or (`renew`) not new enough. Raises ProviderError.

        A provider that did not answer as it should is let be for a while; what is not too old serves on meanwhile.
        """
        with self._lock:
            if not _is_within(AGAIN if renew else KEEP, self._found, now):
                self._fetch(fetch, now)
            if self._found is None or not _is_within(KEEP, self._found, now):
                raise ProviderError(self._failed[1] if self._failed else "unreachable")
            return self._found[1]

    def _fetch(self, fetch: Callable[[], T], now: datetime) -> None:
        if _is_within(LET_BE, self._failed, now):
            return
        try:
            self._found, self._failed = (now, fetch()), None
        except ProviderError as error:
            self._failed = (now, error.code)


def _is_within(most: timedelta, noted: tuple[datetime, object] | None, now: datetime) -> bool:
    """Whether something was noted lately. What lies as far ahead was noted by a clock that ran ahead: it is old too."""
    return noted is not None and abs(now - noted[0]) < most


class OpenIdProvider:
    """One provider. Metadata and keys are fetched when they are first needed, and kept for an hour."""

    def __init__(self, provider: Provider, redirect_uri: str) -> None:
        self.provider = provider
        self.redirect_uri = redirect_uri
        self._metadata = _Kept[dict[str, Any]]()
        self._keys = _Kept[KeySet]()

    def authorization(self, asked: Asked, state: str, *, language: str) -> str:
        """Return the address at the provider to which the browser is sent. Raises ProviderError."""
        metadata = self._discovered(asked.at)
        extra = {"prompt": "login"} if asked.max_age == 0 else {}
        if self.provider.acr:
            extra["acr_values"] = " ".join(self.provider.acr)
        with self._client() as client:
            address, _ = client.create_authorization_url(
                metadata["authorization_endpoint"],
                state=state,
                code_verifier=asked.verifier,
                nonce=asked.nonce,
                max_age=asked.max_age,
                ui_locales=language,
                **extra,
            )
        return str(address)

    def identify(self, callback: Mapping[str, str], asked: Asked, *, now: datetime) -> Claims:
        """Return who came back, after every check. Raises ProviderError."""
        metadata = self._discovered(now)
        self._check_callback(callback, metadata)
        with self._client() as client:
            token = self._token(client, metadata, callback["code"], asked.verifier)
            claims = self._id_token(token, metadata, asked, now)
        userinfo = self._userinfo(metadata, token["access_token"], claims["sub"])
        session = claims.get("sid")
        return Claims(
            issuer=claims["iss"],
            subject=claims["sub"],
            authenticated_at=datetime.fromtimestamp(claims["auth_time"], UTC),
            provider_session=session if isinstance(session, str) else None,
            all={**claims, **userinfo},
        )

    def ended(self, token: str, *, now: datetime) -> Ended:
        """Return whose sessions a logout token ends (OpenID Connect Back-Channel Logout). Raises ProviderError."""
        claims, _ = self._verified(token, self._discovered(now), now, kinds=("logout+jwt", "jwt", None))
        for name, right in (
            ("iss", claims.get("iss") == self.provider.issuer),
            ("aud", _is_audience(claims.get("aud"), self.provider.client_id)),
            ("events", _is_logout(claims.get("events"))),
            ("nonce", "nonce" not in claims),
            ("jti", isinstance(claims.get("jti"), str) and 0 < len(claims["jti"]) <= 255),
            ("iat", _is_recent(claims.get("iat"), now)),
            ("exp", "exp" not in claims or (_is_number(claims["exp"]) and claims["exp"] > now.timestamp() - LEEWAY)),
            ("sub", all(isinstance(claims.get(each, ""), str) for each in ("sub", "sid"))),
            ("sub", bool(claims.get("sub") or claims.get("sid"))),
        ):
            if not right:
                raise ProviderError(f"logout-{name}")
        expires = now + timedelta(seconds=2 * MOST_AGE)
        return Ended(claims["iss"], claims.get("sub"), claims.get("sid"), claims["jti"], expires)

    def _client(self) -> OAuth2Client:
        return OAuth2Client(
            client_id=self.provider.client_id,
            client_secret=self.provider.client_secret,
            scope=" ".join(self.provider.scopes),
            redirect_uri=self.redirect_uri,
            code_challenge_method="S256",
            transport=Bounded(),
            timeout=httpx2.Timeout(5),
        )

    def _discovered(self, now: datetime) -> dict[str, Any]:
        address = f"{self.provider.issuer.rstrip('/')}/.well-known/openid-configuration"
        return self._metadata.get(lambda: self._checked(_fetched(address)), now)

    def _checked(self, metadata: dict[str, Any]) -> dict[str, Any]:
        if metadata.get("issuer") != self.provider.issuer:
            raise ProviderError("metadata-issuer")
        needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        optional = [name for name in ("userinfo_endpoint",) if name in metadata]
        for name in (*needed, *optional):
            if not isinstance(metadata.get(name), str) or not is_trustworthy(metadata[name]):
                raise ProviderError("metadata-endpoint")
        if "S256" not in metadata.get("code_challenge_methods_supported", ["S256"]):
            raise ProviderError("metadata-pkce")
        return metadata

    def _check_callback(self, callback: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        # RFC 9207: a callback of another provider must not be taken for ours.
        said = callback.get("iss")
        promised = metadata.get("authorization_response_iss_parameter_supported") is True
        if (said is None and promised) or (said is not None and said != self.provider.issuer):
            raise ProviderError("callback-issuer")
        if "error" in callback:
            raise ProviderError("denied" if callback["error"] == "access_denied" else "provider-refused")
        if not callback.get("code"):
            raise ProviderError("callback-code")

    def _token(self, client: OAuth2Client, metadata: Mapping[str, Any], code: str, verifier: str) -> dict[str, Any]:
        try:
            token: dict[str, Any] = client.fetch_token(
                metadata["token_endpoint"], grant_type="authorization_code", code=code, code_verifier=verifier
            )
        except (OAuthError, OAuth2Error):
            raise ProviderError("code-refused") from None
        except TooLargeError:
            raise ProviderError("too-large") from None
        except (httpx2.HTTPError, ValueError, TypeError) as error:
            raise _silent(error) from None
        if str(token.get("token_type", "")).lower() != "bearer" or not isinstance(token.get("access_token"), str):
            raise ProviderError("token-type")
        return token

    def _id_token(
        self, token: Mapping[str, Any], metadata: Mapping[str, Any], asked: Asked, now: datetime
    ) -> dict[str, Any]:
        if not isinstance(token.get("id_token"), str):
            raise ProviderError("no-id-token")
        claims, algorithm = self._verified(token["id_token"], metadata, now, kinds=("jwt", None))
        if not _is_audience(claims.get("aud"), self.provider.client_id):
            raise ProviderError("id-token-aud")
        options = {"iss": {"essential": True, "value": self.provider.issuer}, "sub": {"essential": True}}
        params = {"nonce": asked.nonce, "client_id": self.provider.client_id, "access_token": token["access_token"]}
        try:
            CodeIDToken(claims, {"alg": algorithm}, options, params).validate(int(now.timestamp()), LEEWAY)
        except JoseError as error:
            raise ProviderError(f"id-token-{getattr(error, 'claim', None) or 'claims'}") from None
        except (TypeError, ValueError, AttributeError):
            raise ProviderError("id-token-claims") from None
        self._check_claims(claims, asked, now)
        return claims

    def _check_claims(self, claims: Mapping[str, Any], asked: Asked, now: datetime) -> None:
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ProviderError("id-token-sub")
        if not _is_number(claims.get("auth_time")) or not 0 < claims["auth_time"] <= now.timestamp() + LEEWAY:
            raise ProviderError("id-token-auth_time")
        if claims["auth_time"] < asked.at.timestamp() - asked.max_age - LEEWAY:
            raise ProviderError("stale")
        # To ask for it is a wish (OpenID Connect Core 3.1.2.1): what the provider did stands in the token.
        if self.provider.acr and claims.get("acr") not in self.provider.acr:
            raise ProviderError("id-token-acr")

    def _verified(
        self, token: str, metadata: Mapping[str, Any], now: datetime, *, kinds: tuple[str | None, ...]
    ) -> tuple[dict[str, Any], str]:
        """Return the claims of a signed token, and what it is signed with."""
        if len(token) > LONGEST_TOKEN:
            raise ProviderError("too-large")
        listed = metadata.get("id_token_signing_alg_values_supported", ["RS256"])
        algorithms = [each for each in ALGORITHMS if isinstance(listed, list) and each in listed]
        registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
        try:
            try:
                read = jwt.decode(token, self._key_set(metadata, now), registry=registry)
            except InvalidKeyIdError:
                read = jwt.decode(token, self._key_set(metadata, now, renew=True), registry=registry)
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            raise ProviderError("signature") from None
        kind = read.header.get("typ")
        if (kind.lower() if isinstance(kind, str) else kind) not in kinds or "crit" in read.header:
            raise ProviderError("token-kind")
        return dict(read.claims), read.header["alg"]

    def _key_set(self, metadata: Mapping[str, Any], now: datetime, *, renew: bool = False) -> KeySet:
        return self._keys.get(lambda: _usable(metadata["jwks_uri"]), now, renew=renew)

    def _userinfo(self, metadata: Mapping[str, Any], access_token: str, subject: str) -> dict[str, Any]:
        address = metadata.get("userinfo_endpoint")
        if address is None:
            return {}
        found = _fetched(address, {"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != subject:
            raise ProviderError("userinfo-sub")
        return {name: value for name, value in found.items() if name not in {"iss", "aud", "sid", "auth_time"}}


def _usable(address: str) -> KeySet:
    """Return the keys at an address that are long enough. Raises ProviderError."""
    try:
        found = KeySet.import_key_set(_fetched(address))  # type: ignore[arg-type]  # what is no set of keys is refused
    except (JoseError, ValueError, TypeError, KeyError):
        raise ProviderError("keys") from None
    return KeySet([key for key in found.keys if not _is_weak(key)])


def _is_weak(key: Key) -> bool:
    return isinstance(key, RSAKey) and key.public_key.key_size < SHORTEST_RSA


def _fetched(address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the JSON object at an address of the provider; redirects are not followed. Raises ProviderError."""
    try:
        with httpx2.Client(transport=Bounded(), timeout=httpx2.Timeout(5)) as client:
            answer = client.get(address, headers=headers)
            answer.raise_for_status()
            found = answer.json()
    except TooLargeError:
        raise ProviderError("too-large") from None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, RecursionError) as error:
        raise _silent(error) from None
    if not isinstance(found, dict):
        raise ProviderError("unreachable")
    return found


def _silent(error: Exception) -> ProviderError:
    """Return what is told of a provider that gave no answer, or could not prove that it is the one."""
    return ProviderError("certificate" if kind_of(error) == SSLCertVerificationError.__name__ else "unreachable")


def _is_audience(found: object, client_id: str) -> bool:
    return found == client_id or (isinstance(found, list) and client_id in found)


def _is_logout(found: object) -> bool:
    return isinstance(found, dict) and isinstance(found.get(LOGOUT_EVENT), dict)


def _is_number(found: object) -> bool:
    return isinstance(found, (int, float)) and not isinstance(found, bool)


def _is_recent(found: Any, now: datetime) -> bool:
    return _is_number(found) and -LEEWAY <= now.timestamp() - found <= MOST_AGE
