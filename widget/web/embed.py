"""The try-out for other people's sites, in a frame: nobody is signed in there, and no cookie is read."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from widget.headers import content_policy
from widget.languages import Language
from widget.panels import sample
from widget.rendering import render
from widget.services.limits import Limit
from widget.web.change import live_result, status_of, try_out
from widget.web.context import context_of, query_of
from widget.web.forms import ANYTHING, SAMPLE, Form, parse
from widget.web.limits import limited
from widget.web.threads import worked


@worked
def show(request: Request) -> Response:
    """Answer the first step as a page that only the sites of the settings may show in a frame."""
    limited(request, Limit.CALCULATE)
    form, language = _asked(request)
    address = f"/widget/{language.code}/embed"
    here = {"action": address, "live": f"{address}/result", "embedded": True}
    inner = render("change/choose.html", language, try_out(request, language, form) | here)
    return _framed(request, render("embed.html", language, {"inner": inner}), language, status_of(form))


async def live(request: Request) -> Response:
    """Answer the result panel alone, for the numbers typed so far."""
    limited(request, Limit.CALCULATE)
    form, language = _asked(request)
    html = render("change/live.html", language, live_result(request, language, form))
    return _framed(request, html, language, status_of(form))


def _asked(request: Request) -> tuple[Form, Language]:
    language = context_of(request).languages[request.path_params["language"]]
    return parse(query_of(request), sample().fields(), SAMPLE, language, ignored=ANYTHING), language


def _framed(request: Request, html: str, language: Language, status: int) -> Response:
    frames = context_of(request).settings.trust.frames
    headers = {"Content-Language": language.code, "Cache-Control": "no-store", "Vary": "Accept"}
    return HTMLResponse(html, status, headers | {"Content-Security-Policy": content_policy(ancestors=frames)})
