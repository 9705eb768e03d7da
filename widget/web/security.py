"""From where a request comes: the guard against forms of other sites, and addresses that stay on this one."""

import re
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from widget.logs import Event, tell
from widget.web.errors import refused

_PLAIN_HOST = re.compile(r"[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](?::[0-9]{1,5})?")

#: What comes here is a signed token, and no browser's cookie counts.
SIGNED = frozenset({"/widget/signin/ended", "/widget/handoff"})


def safe_next(path: str) -> str | None:
    """Return a path on this site, without a query that makes it too long; None for what may lead to another site."""
    path = path if len(path) <= 500 else path.partition("?")[0]
    if not path.startswith("/") or path.startswith(("//", "/\\")) or len(path) > 500:
        return None
    if any(not 33 <= ord(character) < 127 or character == "\\" for character in path):
        return None
    return path


class HostGuard:
    """Refuses requests for another host than ours: no link of ours may ever be made from what a client names."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str]) -> None:
        self.app = app
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 400. No hosts at all means any plain one: the address is not known."""
        if scope["type"] == "http" and not self._ours(scope):
            tell(Event.HOST_REFUSED)
            await refused(Request(scope), 400)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _ours(self, scope: Scope) -> bool:
        named = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        if len(named) != 1 or not _PLAIN_HOST.fullmatch(named[0]):
            return False
        return not self.hosts or urlsplit(f"//{named[0]}").hostname in self.hosts


class CrossOriginGuard:
    """Refuses state-changing requests that do not come from this site's own pages.

    The browser says so itself (Sec-Fetch-Site); an older one at least sends Origin, whose host and port must be the
    ones asked. A request with neither is refused, except to the public calculator, which changes nothing. `trusted`
    are other origins of the vendor that may send forms here.
    """

    def __init__(self, app: ASGIApp, *, trusted: frozenset[str] = frozenset()) -> None:
        self.app = app
        self.trusted = trusted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 403."""
        changes = scope["type"] == "http" and scope["method"] not in {"GET", "HEAD", "OPTIONS"}
        if changes and not self._allowed(scope):
            tell(Event.CROSS_ORIGIN_REFUSED)
            await refused(Request(scope), 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        # The calculator changes nothing: it answers whoever asks.
        if scope["path"].startswith("/widget/api/") or scope["path"] in SIGNED:
            return True
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get(b"origin", "")
        if origin in self.trusted:
            return True
        site: str | None = headers.get(b"sec-fetch-site")
        if site is not None:
            return site in {"same-origin", "none"}
        host = origin.partition("://")[2]
        return bool(host) and bool(host == headers.get(b"host"))
