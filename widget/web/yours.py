"""The personal sentence of an article: an administrator's own figures instead of the example's. Never kept anywhere."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from widget.panels import About, yours
from widget.web.account import account_of
from widget.web.context import context_of
from widget.web.session import session_of
from widget.web.threads import worked
from widget.wording import N_

HEADERS = {"Cache-Control": "no-store", "Vary": "Cookie"}


@worked
def sentence(request: Request) -> Response:
    """Answer the sentence about the space of a signed-in administrator; for everybody else nothing: 204.

    `?about=` says which article asks; a 404 answers what no article is about.
    """
    about = request.query_params.get("about", About.DOWNGRADE)
    if about not in list(About):
        raise HTTPException(404)
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    session = session_of(request)
    seen = account_of(request, session) if session else None
    if seen is None or not seen.member.is_administrator:
        return Response(None, 204, HEADERS)
    said = yours(seen.subscription, on=seen.on, terms=context.terms, language=language, about=About(about))
    lead = language.gettext(N_("Your subscription:"))
    return JSONResponse({"lead": lead, "text": said}, headers=HEADERS | {"Content-Language": language.code})
