"""Addresses that are neutral in language, and those that were renamed: on to the page that answers for them."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from widget.web.context import context_of
from widget.web.pages import language_of

HEADERS = {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"}


async def home(request: Request) -> Response:
    """Lead the neutral root to the reader's language."""
    return _lead(request, {code: f"/{code}/" for code in context_of(request).languages})


async def permalink(request: Request) -> Response:
    """Lead `/a/1001/` or `/a/1001/section/` to the article in the reader's language; anything else raises a 404."""
    paths = context_of(request).articles.permalinks.get(request.path_params["address"].rstrip("/"))
    if paths is None:
        raise HTTPException(404)
    return _lead(request, paths)


async def named(request: Request) -> Response:
    """Lead `/policy` and `/price-book` to the article in the reader's language."""
    return _lead(request, context_of(request).articles.named[request.url.path.strip("/")])


def renamed(scope: Scope) -> Response | None:
    """Return the way from an address whose slug was changed, or None for any other."""
    request = Request(scope)
    target = context_of(request).articles.renamed.get(f"{request.url.path.rstrip('/')}/")
    return RedirectResponse(_with_query(target, request), 301) if target else None


def _lead(request: Request, paths: Mapping[str, str]) -> Response:
    return RedirectResponse(_with_query(paths[language_of(request).code], request), 302, HEADERS)


def _with_query(target: str, request: Request) -> str:
    """Return the target with what the link proposes; a hash without a section in its way goes along by itself."""
    path, mark, section = target.partition("#")
    query = "&".join(part for part in request.url.query.split("&") if part and part.partition("=")[0] != "lang")
    return f"{path}{'?' if query else ''}{query}{mark}{section}"
