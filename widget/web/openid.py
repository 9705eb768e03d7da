"""Signing in at the vendor's OpenID provider: there, back, into which space, and out when the provider says so."""

import secrets
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from widget.gateways.openid import OpenIdProvider, ProviderError
from widget.languages import Language
from widget.logs import Event, tell
from widget.services import openid, sign_in
from widget.services.limits import Limit
from widget.services.openid import Choice, Entered, NoPlaceError
from widget.web.context import accepted_language, context_of
from widget.web.desk import home_of
from widget.web.limits import limited
from widget.web.pages import answer
from widget.web.security import safe_next
from widget.web.session import browser_of, cookie, remember, session_id_of, signed_in
from widget.web.threads import asking, formed
from widget.wording import N_

NO_STORE = {"Cache-Control": "no-store"}
TITLE = N_("You are not signed in")
AGAIN = N_("Nothing was changed, and what you had chosen is kept. Sign in again.")
REASONS = {
    "denied": N_("You stopped on the sign-in page."),
    "state": N_("This sign-in took too long, was already used, or began in another browser."),
    "stale": N_("The sign-in service did not ask you again who you are, and an order needs that."),
    "unreachable": N_("The sign-in service does not answer. Try again in a moment."),
    "no-place": N_("Your account belongs to no space here. Ask an administrator of your space to add you."),
    "": N_("The answer of the sign-in service was not accepted."),
}
#: Requests that the person made here, or typed; a browser that says nothing may be led here by anybody.
OWN = frozenset({"same-origin", "same-site", "none"})
#: What is not the fault of the person's own request.
STATUSES = {
    "unreachable": 503,
    "certificate": 502,
    "metadata-issuer": 502,
    "metadata-endpoint": 502,
    "metadata-pkce": 502,
    "no-place": 403,
}


def begin(request: Request, provider: OpenIdProvider) -> Response:
    """Lead to the provider; who is signed in already is asked for a new proof, who comes from elsewhere for a yes."""
    context = context_of(request)
    then = safe_next(request.query_params.get("next", "")) or ""
    language = language_for(request, then)
    if request.headers.get("sec-fetch-site") not in OWN:
        # A provider that remembers the person asks them nothing: another site could sign them in behind their back.
        values = {"sign_in": f"/widget/signin?{urlencode({'next': then})}"}
        return answer(request, "session/ask.html", language, values, leads_to=then)
    session, browser = signed_in(request), request.cookies.get(attempt_cookie(request)) or secrets.token_urlsafe(32)
    try:
        address = openid.start(
            context.engine,
            provider,
            then=then or f"/widget/{language.code}/change",
            fresh=session is not None and not sign_in.is_fresh(session, now=context.now()),
            browser=browser,
            language=language.code,
            now=context.now(),
        )
    except ProviderError as error:
        return refuse(request, error.code, language)
    response = RedirectResponse(address, 303, NO_STORE)
    keep_attempt(request, response, browser)
    return response


@asking
def callback(request: Request, _: str) -> Response:
    """Sign in who comes back from the provider, ask into which space, or say why not."""
    context = context_of(request)
    assert context.provider  # noqa: S101 -- the route exists only with a provider
    limited(request, Limit.SIGN_IN)
    asked = request.query_params.multi_items()
    if len(asked) != len(dict(asked)) or any(len(value) > 4_096 for _, value in asked):
        return refuse(request, "callback-fields")
    try:
        outcome = openid.finish(
            context.engine,
            context.provider,
            context.settings.trust.grants,
            callback=dict(asked),
            browser=request.cookies.get(attempt_cookie(request), ""),
            agent=browser_of(request),
            ends=session_id_of(request),
            now=context.now(),
        )
    except ProviderError as error:
        return refuse(request, error.code)
    except NoPlaceError:
        return refuse(request, "no-place")
    if isinstance(outcome, Choice):
        values = {"places": outcome.spaces, "attempt": outcome.attempt_id}
        return answer(request, "session/choose.html", accepted_language(request), values)
    return enter(request, outcome)


@formed
def choose(request: Request, body: str) -> Response:
    """Sign in to the space chosen."""
    context = context_of(request)
    fields = dict(parse_qsl(body, keep_blank_values=True))
    try:
        outcome = openid.choose(
            context.engine,
            attempt_id=fields.get("attempt", ""),
            space_id=fields.get("space", "?"),
            browser=request.cookies.get(attempt_cookie(request), ""),
            agent=browser_of(request),
            ends=session_id_of(request),
            now=context.now(),
        )
    except ProviderError as error:
        return refuse(request, error.code)
    except NoPlaceError:
        return refuse(request, "no-place")
    return enter(request, outcome)


@asking
def logged_out(request: Request, body: str) -> Response:
    """End the sessions that the provider's logout token names. Called by the provider, never by a browser."""
    context = context_of(request)
    assert context.provider  # noqa: S101 -- the route exists only with a provider
    fields = parse_qsl(body)
    tokens = [value for name, value in fields if name == "logout_token"]
    try:
        if len(tokens) != 1:
            raise ProviderError("logout-fields")
        ended = openid.end(context.engine, context.provider, tokens[0], now=context.now())
    except ProviderError as error:
        tell(Event.SIGN_IN_REFUSED, reason=error.code)
        return JSONResponse({"error": "invalid_request"}, 400, NO_STORE)
    tell(Event.SIGNED_OUT, sessions=ended)
    return Response(status_code=200, headers=NO_STORE)


def enter(request: Request, entered: Entered) -> Response:
    """Set the new session's cookies and lead on."""
    tell(Event.SIGNED_IN)
    then = safe_next(entered.then) or "/"
    if entered.staff:
        language = language_for(request, then)
        home, links = home_of(entered.staff, language), f"/widget/{language.code}/support"
        # A page of a space's own people is none of theirs.
        if then == "/" or (then.startswith("/widget/") and not then.startswith((home, links))):
            then = home
    site = context_of(request).settings.trust.site
    if site and not then.startswith("/widget/"):
        then = site + then  # the articles are there
    response = RedirectResponse(then, 303, NO_STORE)
    remember(request, response, entered.session_id)
    return response


def refuse(request: Request, code: str, language: Language | None = None) -> Response:
    """Say that nobody was signed in, and why as far as it helps the person; the log has the code."""
    tell(Event.SIGN_IN_REFUSED, reason=code)
    language = language or accepted_language(request)
    reason = REASONS.get("unreachable" if STATUSES.get(code, 0) >= 500 else code, REASONS[""])
    lines = [language.gettext(each) for each in (reason, AGAIN)]
    values = {"title": language.gettext(TITLE), "lines": lines, "sign_in": "/widget/signin"}
    return answer(request, "session/refused.html", language, values, STATUSES.get(code, 400))


def language_for(request: Request, then: str) -> Language:
    """Return the language of the page that a sign-in leads to, else the reader's."""
    languages = context_of(request).languages
    for code, language in languages.items():
        if then.startswith((f"/{code}/", f"/widget/{code}/")):
            return language
    return accepted_language(request)


def attempt_cookie(request: Request) -> str:
    """Return the name of the cookie that says in which browser a sign-in began."""
    return cookie(context_of(request).settings, "attempt")


def keep_attempt(request: Request, response: Response, browser: str) -> None:
    """Let the browser remember that a sign-in began in it."""
    keep(request, response, "attempt", browser, openid.PATIENCE)


def keep(request: Request, response: Response, name: str, value: str, time: timedelta) -> None:
    """Let the browser keep something of a sign-in for a time, out of the reach of any script; no time means no more."""
    response.set_cookie(
        cookie(context_of(request).settings, name),
        value,
        max_age=int(time.total_seconds()),
        httponly=True,
        samesite="lax",
        path="/",
        secure=context_of(request).settings.is_https,
    )
