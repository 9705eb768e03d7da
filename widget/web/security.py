"""From where a request comes: the guard against forms of other sites, and addresses that stay on this one."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from widget.web.errors import page


def safe_next(path: str) -> str | None:
    """Return a path on this site, or None for anything that a browser could read as another site."""
    if not path.startswith("/") or path.startswith(("//", "/\\")) or len(path) > 500:
        return None
    if any(ord(character) < 33 or character == "\\" for character in path):
        return None
    return path


class CrossOriginGuard:
    """Refuses state-changing requests that do not come from this site's own pages.

    The browser says so itself (Sec-Fetch-Site); an older one at least sends Origin. A request with neither is refused,
    except to the public calculator, which changes nothing.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it with 403."""
        if scope["type"] == "http" and scope["method"] not in {"GET", "HEAD", "OPTIONS"} and not _allowed(scope):
            await page(Request(scope, receive), 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _allowed(scope: Scope) -> bool:
    # The calculator changes nothing; a provider's server sends a signed token, and no browser's cookie counts there.
    if scope["path"].startswith("/widget/api/") or scope["path"] == "/widget/signin/ended":
        return True
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    site = headers.get(b"sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin: str = urlsplit(headers.get(b"origin", "")).netloc
    return origin != "" and origin == headers.get(b"host")
