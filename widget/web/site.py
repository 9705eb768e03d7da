"""The built site: static pages, the neutral root by the reader's language, and a 404 in that language."""

from pathlib import Path

from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from widget.web.context import accepted_language


class Site(StaticFiles):
    """The folder that MkDocs built, with caching headers: pages are asked for again, named assets are kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the site, or raise the 404 that web/errors.py turns into a page."""
        response = await super().get_response(path, scope)
        if response.status_code == 307:
            # Starlette builds an absolute address from the Host header; a path cannot leave this site.
            return RedirectResponse(URL(scope=scope).path + "/", 301)
        response.headers["Cache-Control"] = "no-cache"
        return response


async def home(request: Request) -> Response:
    """Lead the neutral root to the language chosen before, else the browser's."""
    language = accepted_language(request)
    return RedirectResponse(f"/{language.code}/", 302, {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"})
