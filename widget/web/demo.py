"""Demo sign-in: three invented people. It exists only where the settings say so, on this machine alone."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.services import sign_in
from widget.services.demo import people
from widget.web.context import accepted_language, context_of
from widget.web.errors import not_found
from widget.web.forms import parse
from widget.web.pages import answer, read_form
from widget.web.security import COOKIE, forget, remember, safe_next


async def choose_person(request: Request) -> Response:
    """Show the three people (GET), or sign one of them in (POST) and lead back to where they came from."""
    context, language = context_of(request), accepted_language(request)
    if not context.settings.demo:
        return not_found(request)
    asked = safe_next(request.query_params.get("next", "")) or ""
    for code in context.languages:
        if asked.startswith((f"/{code}/", f"/widget/{code}/")):
            language = context.languages[code]
    if request.method == "POST":
        form = parse(await read_form(request) or "", {}, ("person", "next"), language)
        return _sign_in(request, form.typed)
    values = {"people": people(context.engine), "next": asked, "summary": []}
    return answer(request, "account/sign_in.html", language, values)


def _sign_in(request: Request, typed: dict[str, str]) -> Response:
    context = context_of(request)
    chosen = [each for each in people(context.engine) if each.id == typed.get("person")]
    if not chosen:
        return RedirectResponse("/widget/signin", 303)
    session_id = sign_in.begin(
        context.engine,
        space_id=chosen[0].space_id,
        member_id=chosen[0].id,
        now=context.now(),
        ends=request.cookies.get(COOKIE),
    )
    target = safe_next(typed.get("next", "")) or f"/widget/{accepted_language(request).code}/change"
    response = RedirectResponse(target, 303, {"Cache-Control": "no-store"})
    if session_id:
        remember(response, session_id)
    return response


async def sign_out(request: Request) -> Response:
    """End the session, on the server too, and lead to the reader's home page."""
    session_id = request.cookies.get(COOKIE)
    if session_id:
        sign_in.end(context_of(request).engine, session_id)
    response = RedirectResponse(f"/{accepted_language(request).code}/", 303, {"Cache-Control": "no-store"})
    forget(response)
    return response
