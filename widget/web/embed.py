"""The try-out for other people's sites, in a frame: nobody is signed in there, and no cookie is read."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from widget.headers import content_policy
from widget.languages import Language
from widget.panels import sample
from widget.rendering import render
from widget.web.change import try_out
from widget.web.context import context_of
from widget.web.forms import ANYTHING, SAMPLE, parse


async def show(request: Request) -> Response:
    """Answer the first step as a page that only the sites of the settings may show in a frame."""
    values, language, status = _tried(request, "change/choose.html")
    inner = render("change/choose.html", language, values | {"embedded": True})
    return _framed(request, render("embed.html", language, {"inner": inner}), language, status)


async def live(request: Request) -> Response:
    """Answer the result panel alone, for the numbers typed so far."""
    values, language, status = _tried(request, "change/live.html")
    return _framed(request, render("change/live.html", language, values), language, status)


def _tried(request: Request, template: str) -> tuple[dict[str, Any], Language, int]:
    language = context_of(request).languages[request.path_params["language"]]
    form = parse(request.url.query, sample().fields(), SAMPLE, language, ignored=ANYTHING)
    address = f"/widget/{language.code}/embed"
    values = try_out(request, language, form, template) | {"action": address, "live": f"{address}/result"}
    return values, language, 422 if form.errors else 200


def _framed(request: Request, html: str, language: Language, status: int) -> Response:
    frames = context_of(request).settings.trust.frames
    headers = {"Content-Language": language.code, "Cache-Control": "no-store", "Vary": "Accept"}
    return HTMLResponse(html, status, headers | {"Content-Security-Policy": content_policy(ancestors=frames)})
