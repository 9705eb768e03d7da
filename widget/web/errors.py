"""Exceptions turned into answers, here alone: problem documents for the API, pages for people."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from widget.logs import TOLD
from widget.rendering import render
from widget.web.context import accepted_language, context_of
from widget.web.pages import help_notice, language_of, reference
from widget.web.problem import TITLES, problem
from widget.web.site import notes_of, with_notes
from widget.wording import N_

log = logging.getLogger("widget")
#: What a page says for a status: its title, and what to do.
PAGES = {
    400: (N_("The request could not be understood"), N_("Nothing was done. Start again from the help article.")),
    403: (
        N_("This form was not sent from this site"),
        N_("Nothing was done. Open the page on this site and send the form from there."),
    ),
    404: (
        N_("There is nothing at this address"),
        N_("The page may have moved. Look for it, or start from the list of articles."),
    ),
    405: (N_("This address does not work this way"), N_("Nothing was done. Start again from the help article.")),
    408: (N_("The request took too long to arrive"), N_("Nothing was done. Try again.")),
    429: (N_("Too many requests in a short time"), N_("Nothing was done. Wait a moment, then try again.")),
    500: (
        N_("Something went wrong on our side"),
        N_("Nothing was changed. Try again; if it happens again, tell support."),
    ),
    503: (
        N_("Nothing can be kept at the moment"),
        N_("Nothing was changed. The articles stay readable; try again in a few minutes."),
    ),
}
#: When to try again while the database takes nothing, in seconds.
LATER = {"Retry-After": "30"}
#: Where the built 404 page leaves room for the reference.
_ROOM = "<!-- reference -->"


async def http_error(request: Request, error: Exception) -> Response:
    """Answer a routing error: no such address, a method it does not take, too many requests."""
    assert isinstance(error, HTTPException)  # noqa: S101 -- registered for this class alone
    return refused(request, error.status_code, dict(error.headers or {}))


async def gone(_: Request, __: Exception) -> Response:
    """End a request whose client hung up while it was sending: nobody reads the answer."""
    return Response(status_code=400)


async def unheard_of(request: Request, error: Exception) -> Response:
    """Answer a name or a number such as no row can have, which PostgreSQL says and SQLite just does not find.

    It is logged: a value of our own making that no column holds would be a fault.
    """
    log.warning("the database cannot hold what was asked for", exc_info=error)
    return refused(request, 404)


async def server_error(request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw: logged by its class and place, told without details."""
    log.error("unforeseen error", exc_info=error)
    error.add_note(TOLD)
    return refused(request, 500)


async def unavailable(request: Request, error: Exception) -> Response:
    """Answer while the database takes nothing: full, locked, or away. The same form sent again later is done once."""
    log.error("the database cannot be used", exc_info=error)
    return refused(request, 503, LATER)


def refused(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return the answer of a status that is an error: a problem document for the API, else a readable page."""
    if f"{request.url.path}/".startswith("/widget/api/"):
        return problem(status if status in TITLES else 404, accepted_language(request), headers=headers)
    return not_found(request) if status == 404 else page(request, status, headers)


def page(request: Request, status: int, headers: dict[str, str] | None = None) -> Response:
    """Return what a person reads for a status that no step explains by itself, in the language of the address."""
    title, line = PAGES.get(status, PAGES[500])
    response = help_notice(request, title, [line], status)
    response.headers.update(headers or {})
    return response


def not_found(request: Request) -> Response:
    """Return the site's 404 page in the language of the address, else the reader's, with its reference.

    A plain page of our own stands in where there is no site, as while another is put in its place.
    """
    language = language_of(request)
    try:
        built = (context_of(request).settings.site / language.code / "404.html").read_text(encoding="utf-8")
    except OSError:
        return page(request, 404)
    html = with_notes(built, notes_of(request))
    html = html.replace(_ROOM, render("reference.html", language, {"text": reference(language)}))
    # A page of the site, also below /widget/, whose own policy would block its two scripts: it would ignore the dark.
    return HTMLResponse(html, 404, context_of(request).site_headers)
