"""A provider that answers as it is told, rightly by default: each trick changes one thing of one answer.

It checks the PKCE verifier as strictly as a real one, and remembers every address that it was asked for.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from socket import socket
from typing import Any

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from joserfc.jws import JWSRegistry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.running import in_a_thread

#: Unmistakable, wherever it should turn up.
ACCESS_TOKEN, REFRESH_TOKEN = "canary-access-token-7c1e", "canary-refresh-token-7c1e"


@dataclass
class Hostile:
    """What the provider knows, and how it lies. `claims` and `userinfo` are what it says of the person."""

    address: str
    clock: datetime
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "one", "use": "sig"}))
    tricks: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def metadata(self) -> dict[str, Any]:
        changed: dict[str, Any] = self.tricks.get("metadata", {})
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/keys",
            "userinfo_endpoint": f"{self.address}/userinfo",
            "id_token_signing_alg_values_supported": ["ES256"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        } | changed

    def claims(self, sent: dict[str, str]) -> dict[str, Any]:
        now = int(self.clock.timestamp())
        return {
            "iss": self.address,
            "aud": sent["client_id"],
            "sub": "claire-at-the-provider",
            "iat": now,
            "exp": now + 300,
            "nonce": sent["nonce"],
            "auth_time": now,
        }

    def id_token(self, sent: dict[str, str]) -> str:
        claims = self.claims(sent) | self.tricks.get("claims", {})
        claims = {name: value for name, value in claims.items() if value is not GONE}
        header = {"alg": "ES256", "kid": "one"} | self.tricks.get("header", {})
        token = sign(header, claims, self.tricks.get("signed_by", self.key))
        altered: str = self.tricks.get("alter", lambda text: text)(token)
        return altered


class _Gone:
    """Stands for what is left out of an answer; it prints the same in every process, as test ids must."""

    def __repr__(self) -> str:
        return "GONE"


GONE = _Gone()


def sign(header: dict[str, Any], claims: dict[str, Any], key: ECKey | RSAKey) -> str:
    """Return a signed token: also unsigned, or with the public key for a secret, which a library rightly refuses."""
    if header["alg"] in {"ES256", "RS256"}:
        registry = JWSRegistry(algorithms=[header["alg"]], strict_check_header=False)
        return jwt.encode(header, claims, key, registry=registry)
    text = ".".join(encoded(json.dumps(part).encode()) for part in (header, claims))
    digest = hmac.digest(key.as_pem(private=False), text.encode(), "sha256")
    return f"{text}.{encoded(digest) if header['alg'] == 'HS256' else ''}"


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def application(state: Hostile) -> Starlette:
    """Return the provider."""

    def trick(name: str, otherwise: Response) -> Response:
        found: Response = state.tricks.get(name, otherwise)
        return found

    async def metadata(_: Request) -> Response:
        return trick("metadata_answer", JSONResponse(state.metadata()))

    async def authorize(request: Request) -> Response:
        sent = dict(request.query_params)
        code = secrets.token_urlsafe(8)
        state.codes[code] = sent
        back = {"code": code, "state": sent["state"], "iss": state.address} | state.tricks.get("callback", {})
        query = "&".join(f"{name}={value}" for name, value in back.items() if value is not GONE)
        return RedirectResponse(f"{sent['redirect_uri']}?{query}", 302)

    async def token(request: Request) -> Response:
        form = dict(pair.split("=", 1) for pair in (await request.body()).decode().split("&"))
        sent = state.codes.pop(form.get("code", ""), None)
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = encoded(digest)
        if sent is None or sent["code_challenge"] != challenge or sent["code_challenge_method"] != "S256":
            return JSONResponse({"error": "invalid_grant"}, 400)
        body = {
            "access_token": ACCESS_TOKEN,
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": state.id_token(sent),
        }
        body["refresh_token"] = REFRESH_TOKEN
        body |= state.tricks.get("token", {})
        return trick("token_answer", JSONResponse({name: value for name, value in body.items() if value is not GONE}))

    async def keys(_: Request) -> Response:
        key_set = KeySet([state.tricks.get("published", state.key)]).as_dict(private=False)
        return trick("keys_answer", JSONResponse(key_set))

    async def userinfo(_: Request) -> Response:
        return trick("userinfo_answer", JSONResponse({"sub": "claire-at-the-provider"} | state.userinfo))

    async def elsewhere(request: Request) -> Response:
        state.asked.append(request.url.path)
        return JSONResponse({}, 404)

    return Starlette(
        routes=[
            Route("/.well-known/openid-configuration", metadata),
            Route("/authorize", authorize),
            Route("/token", token, methods=["POST"]),
            Route("/keys", keys),
            Route("/userinfo", userinfo),
            Route("/{rest:path}", elsewhere, methods=["GET", "POST"]),
        ]
    )


@contextmanager
def running(clock: datetime) -> Iterator[Hostile]:
    """Run it on a port of the kernel's choice, in this process, so that a test can tell it how to lie."""
    listener = socket()
    listener.bind(("127.0.0.1", 0))
    state = Hostile(f"http://127.0.0.1:{listener.getsockname()[1]}", clock)
    server = uvicorn.Server(uvicorn.Config(application(state), log_level="error", access_log=False, ws="none"))
    with in_a_thread(server, listener):
        yield state
