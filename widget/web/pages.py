"""A step of the widget as a whole page, or as the fragment that the element in an article asks for."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from widget.languages import Language
from widget.rendering import render
from widget.store.space import Member
from widget.web.body import read_body
from widget.web.context import accepted_language, context_of

HEADERS = {"Cache-Control": "no-store", "Vary": "Accept, Cookie"}


def wants_fragment(request: Request) -> bool:
    """Whether the element asks: by `Accept`, so that no request needs a preflight."""
    return "fragment=1" in request.headers.get("accept", "")


def answer(
    request: Request, template: str, language: Language, values: dict[str, Any], status: int = 200
) -> HTMLResponse:
    """Return a step, bare for the element, else inside a page with its title, language and way back."""
    inner = render(template, language, values)
    if not wants_fragment(request):
        context = context_of(request)
        inner = render(
            "page.html",
            language,
            {
                "inner": inner,
                "failed": bool(values.get("summary")),
                "article": context.articles.article("downgrade", language.code),
                "others": [
                    (each.code, each.name, _in_language(request, each.code))
                    for each in context.languages.values()
                    if each.code != language.code
                ],
                "demo": context.settings.demo,
            },
        )
    return HTMLResponse(inner, status, HEADERS | {"Content-Language": language.code})


def notice(
    request: Request,
    language: Language,
    title: str,
    lines: Sequence[str] = (),
    people: Sequence[Member] = (),
    *,
    back: str,
    status: int = 200,
) -> HTMLResponse:
    """Say something instead of a step: a title and lines (messages to translate), whom to ask, and the way on."""
    values = {
        "title": language.gettext(title),
        "lines": [language.gettext(line) for line in lines],
        "people": people,
        "back": back,
    }
    return answer(request, "notice.html", language, values, status)


def to_sign_in(request: Request, then: str = "") -> Response:
    """Lead to sign-in, and from there to a path, by default the one that was asked for.

    The element is told so with a link: a fetch cannot follow to an identity provider.
    """
    address = f"/widget/signin?{urlencode({'next': then or request.url.path})}"
    if not wants_fragment(request):
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    code = request.path_params.get("language") or accepted_language(request).code
    return answer(request, "session/over.html", context_of(request).languages[code], {"sign_in": address}, 401)


def _in_language(request: Request, code: str) -> str:
    parts = request.url.path.split("/")
    if len(parts) < 4 or parts[2] not in context_of(request).languages:
        return f"/widget/{code}/change"
    parts[2] = code
    query = f"?{request.url.query}" if request.url.query else ""
    return "/".join(parts) + query


async def read_form(request: Request) -> str | None:
    """Return a urlencoded body as text, or None when it is larger than any form of ours."""
    body = await read_body(request)
    return None if body is None else body.decode("ascii", "replace")
