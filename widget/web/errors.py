"""Exceptions turned into answers: problem documents for the API, pages for people. Nowhere else is a status decided."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from widget.web.context import accepted_language, context_of
from widget.web.problem import TITLES, problem

log = logging.getLogger("widget")


async def http_error(request: Request, error: Exception) -> Response:
    """Answer a routing error: no such address, or a method it does not take."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class alone
    language = accepted_language(request)
    headers = dict(error.headers or {})
    if request.url.path.startswith("/widget/api/"):
        return problem(error.status_code if error.status_code in TITLES else 404, language, headers=headers)
    if error.status_code == 404:
        return not_found(request)
    return PlainTextResponse(language.gettext(TITLES.get(error.status_code, TITLES[500])), error.status_code, headers)


def not_found(request: Request) -> Response:
    """Return the 404 page of the language that the path names, else of the reader's."""
    context = context_of(request)
    first = request.url.path.strip("/").partition("/")[0]
    code = first if first in context.languages else accepted_language(request).code
    return FileResponse(context.settings.site / code / "404.html", 404, media_type="text/html")


async def server_error(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw: logged whole, told without details."""
    log.exception("unforeseen error at %s", request.scope.get("path"), exc_info=error)
    language = accepted_language(request)
    if request.url.path.startswith("/widget/api/"):
        return problem(500, language)
    return PlainTextResponse(language.gettext(TITLES[500]), 500)
