"""Exceptions turned into answers: problem documents for the API, pages for people. Nowhere else is a status decided."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from widget.web.context import accepted_language, context_of
from widget.web.pages import help_notice, language_of
from widget.web.problem import TITLES, problem
from widget.wording import N_

log = logging.getLogger("widget")
#: What a page says for a status: its title, and what to do.
PAGES = {
    403: (
        N_("This form was not sent from this site"),
        N_("Nothing was done. Open the page on this site and send the form from there."),
    ),
    405: (N_("This address does not work this way"), N_("Nothing was done. Start again from the help article.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was changed. Try again; if it happens again, tell support."),
    ),
}


async def http_error(request: Request, error: Exception) -> Response:
    """Answer a routing error: no such address, or a method it does not take."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class alone
    headers = dict(error.headers or {})
    if request.url.path.startswith("/widget/api/"):
        status = error.status_code if error.status_code in TITLES else 404
        return problem(status, accepted_language(request), headers=headers)
    if error.status_code == 404:
        return not_found(request)
    return page(request, error.status_code, headers)


def page(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return what a person reads for a status that no step explains by itself, in the language of the address."""
    title, line = PAGES.get(status, PAGES[500])
    response = help_notice(request, title, [line], status)
    response.headers.update(headers or {})
    return response


def not_found(request: Request) -> Response:
    """Return the site's 404 page in the language that the path names, else the reader's."""
    code = language_of(request).code
    return FileResponse(context_of(request).settings.site / code / "404.html", 404, media_type="text/html")


async def server_error(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw: logged whole, told without details."""
    log.exception("unforeseen error at %s", request.scope.get("path"), exc_info=error)
    if request.url.path.startswith("/widget/api/"):
        return problem(500, accepted_language(request))
    return page(request, 500)
