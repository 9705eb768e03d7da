"""The whole URL table."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from widget.languages import LOCALES
from widget.settings import ROOT, Settings
from widget.web import api, change, site
from widget.web.context import context_of
from widget.web.openapi import document


class _LanguageConvertor(Convertor[str]):
    """A path segment that is one of our languages; anything else is no such address."""

    regex = "|".join(LOCALES)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("language", _LanguageConvertor())


async def health(_: Request) -> Response:
    """Answer that the service is up."""
    return JSONResponse({"status": "ok"})


async def openapi(request: Request) -> Response:
    """Answer the OpenAPI document."""
    return JSONResponse(document(context_of(request).terms))


def routes(settings: Settings) -> list[BaseRoute]:
    """Return every route of the service, most particular first."""
    return [
        Route("/", site.home),
        Route("/widget/health", health),
        Route("/widget/api/v1/preview", api.answer_preview, methods=["POST"]),
        Route("/widget/api/v1/price-book", api.answer_price_book),
        Route("/widget/api/v1/policy", api.answer_policy),
        Route("/widget/api/v1/openapi.json", openapi),
        Route("/widget/change", change.neutral),
        Route("/widget/{language:language}/change", change.choose, methods=["GET", "POST"]),
        Route("/widget/{language:language}/change/result", change.live),
        Mount("/widget/static", StaticFiles(directory=ROOT / "widget" / "static")),
        Mount("/", site.Site(settings.site)),
    ]
