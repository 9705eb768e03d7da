"""The way in, the way out, and where one is signed in."""

from collections.abc import Mapping
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.logs import Event, tell
from widget.services import sign_in
from widget.services.limits import Limit
from widget.store.session import Session
from widget.web import demo, hand_off, openid
from widget.web.account import account_of
from widget.web.context import accepted_language, context_of
from widget.web.forms import OLD_FORM
from widget.web.limits import limited
from widget.web.pages import TITLES, answer, notice, to_sign_in
from widget.web.session import forget, is_own_form, not_theirs, session_id_of, session_of
from widget.web.threads import asking, formed


@asking
def enter(request: Request, body: str) -> Response:
    """Lead to whoever signs people in here: the provider, the demo's list of people, the product; else nowhere."""
    context = context_of(request)
    if request.method == "POST" or context.provider:
        limited(request, Limit.SIGN_IN)
    if context.settings.demo:
        return demo.choose_person(request, body)
    if context.provider and request.method != "POST":
        return openid.begin(request, context.provider)
    if context.settings.trust.product and request.method != "POST":
        return hand_off.come_back(request, context.settings.trust.product)
    raise HTTPException(404)


@formed
def sign_out(request: Request, body: str) -> Response:
    """End the session, on the server too, and lead to the home page of the page's language."""
    context, session_id = context_of(request), session_id_of(request)
    if session_id:
        sign_in.end(context.engine, session_id)
        tell(Event.SIGNED_OUT)
    fields = dict(parse_qsl(body))
    language = context.languages.get(fields.get("language", "")) or accepted_language(request)
    # "cache" alone: "storage" would take the reader's palette too.
    headers = {"Cache-Control": "no-store", "Clear-Site-Data": '"cache"'}
    response = RedirectResponse(f"/{language.code}/", 303, headers)
    forget(request, response)
    return response


@formed
def places(request: Request, body: str) -> Response:
    """Show where the person is signed in (GET), or end one of those sessions, or all others (POST).

    Ending others wants a proof as fresh as an order does: whoever finds a browser open ends nobody's sessions.
    """
    language = context_of(request).languages[request.path_params["language"]]
    session = session_of(request)
    if session is None:
        return to_sign_in(request)
    if request.method != "POST":
        return _places(request, session)
    if not is_own_form(request, session, body):
        back_to = TITLES["session/places.html"]
        return notice(request, language, OLD_FORM, back=request.url.path, back_to=back_to, status=403)
    fields = dict(parse_qsl(body))
    here = "others" not in fields and fields.get("session") == session.handle
    home = f"/widget/{language.code}/sessions"
    if not here and not sign_in.is_fresh(session, now=context_of(request).now()):
        return to_sign_in(request, home, again=True)
    if not _ended(request, session, fields):
        raise not_theirs(request)
    target = f"/{language.code}/" if here else home
    response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    if here:
        forget(request, response)
    return response


def _ended(request: Request, session: Session, fields: Mapping[str, str]) -> bool:
    """End one session, or all but the one that asks; return False where the one is not the person's own."""
    engine = context_of(request).engine
    if "others" in fields:
        tell(Event.SIGNED_OUT, sessions=sign_in.end_others(engine, session))
        return True
    ended = sign_in.end_mine(engine, session, fields.get("session", ""))
    if ended:
        tell(Event.SIGNED_OUT, sessions=1)
    return ended


def _places(request: Request, session: Session) -> Response:
    context = context_of(request)
    seen = account_of(request, session)
    if seen is None:
        return to_sign_in(request)
    language, zone = context.languages[request.path_params["language"]], ZoneInfo(seen.space.time_zone)
    values = {
        "places": [
            {
                "browser": each.browser,
                "begun": each.created_at.astimezone(zone),
                "seen": each.seen_at.astimezone(zone),
                "handle": each.handle,
                "here": each.handle == session.handle,
            }
            for each in sign_in.mine(context.engine, session, now=context.now())
        ],
        "person": seen.member.name,
        "space": seen.space.name,
        "action": f"/widget/{language.code}/sessions",
        "token": session.token,
        "back": f"/widget/{language.code}/change",
    }
    return answer(request, "session/places.html", language, values)
