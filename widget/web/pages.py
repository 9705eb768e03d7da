"""A step of the widget as a whole page, or as the fragment that the element in an article asks for."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from widget.languages import Language
from widget.rendering import render
from widget.web.body import read_body
from widget.web.context import context_of

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
