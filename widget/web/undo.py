"""Taking back a pending decrease (rule: undo)."""

from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.services import undo
from widget.web.context import context_of
from widget.web.pages import notice, read_form, to_sign_in
from widget.web.session import session_of
from widget.wording import N_


async def take_back(request: Request) -> Response:
    """Undo a pending decrease, and lead to the state after it; twice is once."""
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    session = session_of(request)
    body = await read_form(request)
    if session is None:
        return to_sign_in(request, f"/widget/{language.code}/change")
    if body is None or dict(parse_qsl(body)).get("token") != session.token:
        raise HTTPException(403)
    done = undo.undo(
        context.engine,
        context.terms,
        space_id=session.space_id,
        member_id=session.member_id,
        change_id=request.path_params["change"],
        now=context.now(),
    )
    if done:
        return RedirectResponse(f"/widget/{language.code}/change", 303, {"Cache-Control": "no-store"})
    title = N_("This change can no longer be undone: it is in force, or another order replaced it.")
    return notice(request, language, title, back=f"/widget/{language.code}/change", status=409)
