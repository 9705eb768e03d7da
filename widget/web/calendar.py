"""Calendar files: of a what-if (also anonymous), of a receipt, and the subscription at a secret address."""

from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from widget import calendars
from widget.logs import Event, tell
from widget.panels import sample
from widget.services import calendar
from widget.services.limits import Limit
from widget.web import quote, receipt
from widget.web.account import account_of, tried_own
from widget.web.change import sign_in_again, tried
from widget.web.context import context_of, query_of
from widget.web.forms import SAMPLE, of_own_subscription, parse
from widget.web.limits import limited
from widget.web.session import not_theirs, session_of
from widget.web.threads import worked

#: A secret address is in no referrer, in no search engine and in no cache.
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}


def _file(content: bytes) -> Response:
    headers = PRIVATE | {"Content-Disposition": 'attachment; filename="calendar.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@worked
def of_change(request: Request) -> Response:
    """Answer the days of the change that the query describes, over what is in use, or over the example.

    The page that asks says which it showed, whoever has signed in or out since.
    """
    limited(request, Limit.CALCULATE)
    context, session, query = context_of(request), session_of(request), query_of(request)
    language = context.languages[request.path_params["language"]]
    if of_own_subscription(query):
        seen = account_of(request, session) if session else None
        if seen is None:
            return sign_in_again(request, language, query)
        form, result = tried_own(request, seen, language, query)
        of, name, sequence = f"{seen.space.id}/", seen.space.name, seen.stored.version
    else:
        form = parse(query, sample().fields(), SAMPLE, language)
        result, _ = tried(form, context.terms)
        of, name, sequence = "", "", 0
    if result is None or not result.allowed:
        raise HTTPException(404)
    content = calendars.write(
        calendars.of_change(result),
        # Never the owner of what is ordered: a calendar would put the days of a mere wish over the real ones.
        owner=f"what-if/{of}{urlencode(sorted(form.typed.items()))}",
        name=name,
        link=f"{context.settings.address}/widget/{language.code}/change",
        language=language,
        stamp=context.now(),
        sequence=sequence,
    )
    return _file(content)


def of_receipt(page: receipt.Page) -> Response:
    """Answer the days of an order or of an undo, to an active member of its space."""
    context = context_of(page.request)
    if not calendar.has_days(page.message):
        raise not_theirs(page.request)
    link = f"{context.settings.address}{page.address}"
    return _file(calendar.of_receipt(page.message, page.language, context.terms, link))


def of_quote(page: quote.Page, _: str) -> Response:
    """Answer the days of a quote, to whoever sees its page."""
    link = f"{context_of(page.request).settings.address}{page.address}"
    return _file(calendar.of_quote(page.kept, context_of(page.request).terms, page.language, link))


@worked
def feed(request: Request) -> Response:
    """Answer the calendar of the space whose secret address this is; any other address is no address."""
    context = context_of(request)
    content = calendar.feed(
        context.engine,
        context.terms,
        context.languages,
        token=request.path_params["token"],
        link=f"{context.settings.address}/widget/change",
        now=context.now(),
    )
    if content is None:
        tell(Event.NOT_ALLOWED)  # somebody guesses a secret, or has one that was taken back
        limited(request, Limit.GUESS)  # only what misses is counted: many people's calendars may share an address
        raise HTTPException(404)
    return _file(content)
