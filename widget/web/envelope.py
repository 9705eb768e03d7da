"""What every answer gets, whatever it is: a request id, security headers, one log line."""

import json
import logging
import secrets
import time
from pathlib import Path

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from widget import logs
from widget.headers import STRICT_TRANSPORT, content_policy, security_headers
from widget.web.articles import MissingSiteError

log = logging.getLogger("widget.request")


def site_headers(site: Path) -> dict[str, str]:
    """Return the security headers that the site's build computed. Raises MissingSiteError where it did not."""
    path = site / "headers.json"
    try:
        found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise MissingSiteError(f"{path}: the site is not built; run `make docs`") from None
    return found


class Envelope:
    """The outermost layer: also what goes wrong inside leaves with an id, headers and a line in the log."""

    def __init__(self, app: ASGIApp, *, site: dict[str, str], https: bool, partner: str = "") -> None:
        self.app = app
        self.https = https
        # The widget's own pages have no inline script: they allow no hash. `partner` is the site on a host of its own,
        # to which a form of ours may lead back. They are somebody's own, and no search engine's.
        own = security_headers(content_policy(service=partner)) | {"X-Robots-Tag": "noindex"}
        self.site, self.widget = _sealed(site), _sealed(own)
        self.transport = _sealed({STRICT_TRANSPORT.header_name: STRICT_TRANSPORT.header_value})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add to its answer, and log it when it is answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        identity = secrets.token_hex(8)
        logs.request_id.set(identity)
        headers = self.widget if scope["path"].startswith("/widget/") else self.site
        if self.https or scope["scheme"] == "https":
            headers = headers + self.transport
        status, began = 500, time.perf_counter()

        async def wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                given = {name for name, _ in message["headers"]}  # an endpoint may set its own: the frame does
                added = [each for each in headers if each[0] not in given]
                message["headers"] = [*message["headers"], *added, (b"x-request-id", identity.encode())]
            await send(message)

        try:
            await self.app(scope, receive, wrapped)
        finally:
            took = round((time.perf_counter() - began) * 1000, 1)
            facts = {"method": scope["method"], "route": _route(scope, status), "status": status, "ms": took}
            log.info("answered", extra={"facts": facts})


def _sealed(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    """Return headers as the server sends them, made once."""
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _route(scope: Scope, status: int) -> str:
    """Return the address without what could be personal: the names of ids for ids, nothing for what is not there."""
    path: str = scope["path"]
    if status == 404 or "endpoint" not in scope:
        return "-"
    for name, value in scope.get("path_params", {}).items():
        if isinstance(value, str) and name not in {"language", "path"}:
            path = path.replace(value, f"{{{name}}}")
    return path
