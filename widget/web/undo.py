"""Taking back a pending decrease (rule: undo)."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.services import undo
from widget.web.account import administered, locked_view
from widget.web.context import context_of
from widget.web.forms import OLD_FORM, parse
from widget.web.pages import notice, to_sign_in
from widget.web.session import refuse_form, session_of
from widget.web.threads import formed
from widget.wording import N_


@formed
def take_back(request: Request, body: str) -> Response:
    """Undo a pending decrease, and lead to its receipt; twice is once."""
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    session = session_of(request)
    home = f"/widget/{language.code}/change"
    if session is None:
        return to_sign_in(request, home)
    form = parse(body, {}, ("token",), language)
    if form.errors or form.typed.get("token") != session.token:
        refuse_form(request)
        return notice(request, language, OLD_FORM, back=home, status=422 if form.errors else 403)
    seen = administered(request, session)
    done = undo.undo(
        context.engine,
        context.terms,
        space_id=seen.space.id,
        member_id=seen.member.id,
        change_id=request.path_params["change"],
        now=context.now(),
    )
    if done:
        found = undo.receipt_of(seen.space.id, request.path_params["change"])
        return RedirectResponse(f"/widget/{language.code}/receipts/{found}", 303, {"Cache-Control": "no-store"})
    seen = administered(request, session)  # it may have been locked meanwhile
    if locked := locked_view(request, seen, language):
        return notice(request, language, locked["title"], [locked["text"]], back=home, status=409)
    title = N_("This change can no longer be undone: it is in force, or another order replaced it.")
    return notice(request, language, title, back=home, status=409)
