"""Demo sign-in: invented people. It exists only where the settings say so, on this machine alone."""

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.logs import Event, tell
from widget.services import sign_in
from widget.services.demo import STAFF, enter_staff, people, places
from widget.services.openid import Entered
from widget.web.context import accepted_language, context_of
from widget.web.forms import parse
from widget.web.openid import enter, language_for
from widget.web.pages import answer
from widget.web.security import safe_next
from widget.web.session import browser_of, session_id_of
from widget.wording import N_


def choose_person(request: Request, body: str) -> Response:
    """Show the people (GET), or sign one of them in (POST) and lead back to where they came from."""
    context, asked = context_of(request), safe_next(request.query_params.get("next", "")) or ""
    language = language_for(request, asked)
    summary: list[tuple[str, str]] = []
    if request.method == "POST":
        form = parse(body, {}, ("person", "next"), language)
        entered = None if form.errors else _sign_in(request, form.typed)
        if entered:
            return entered
        tell(Event.SIGN_IN_REFUSED, reason="person")
        summary = form.summary or [("", language.gettext(N_("Choose one of the people of this list.")))]
    found = people(context.engine)
    values = {
        "people": found,
        "places": places(context.engine, found),
        "staff": STAFF,
        "next": asked,
        "summary": summary,
    }
    return answer(request, "account/sign_in.html", language, values, 422 if summary else 200, leads_to=asked)


def _sign_in(request: Request, typed: dict[str, str]) -> Response | None:
    context = context_of(request)
    staff = enter_staff(
        context.engine,
        typed.get("person", ""),
        now=context.now(),
        ends=session_id_of(request),
        browser=browser_of(request),
    )
    if staff:
        return enter(request, replace(staff, then=typed.get("next", "")))
    chosen = [each for each in people(context.engine) if each.id == typed.get("person")]
    if not chosen:
        return None
    session_id = sign_in.begin(
        context.engine,
        space_id=chosen[0].space_id,
        member_id=chosen[0].id,
        now=context.now(),
        ends=session_id_of(request),
        browser=browser_of(request),
    )
    target = safe_next(typed.get("next", "")) or f"/widget/{accepted_language(request).code}/change"
    return enter(request, Entered(session_id, target)) if session_id else RedirectResponse("/widget/signin", 303)
