"""The built site: static pages, and a 404 in the reader's language."""

import re
from pathlib import Path

from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from widget import languages
from widget.headers import FINGERPRINTED, FOREVER
from widget.rendering import render
from widget.web.permalinks import renamed


class Site(StaticFiles):
    """The folder that MkDocs built, with caching headers: pages are asked for again, named assets are kept."""

    def __init__(self, folder: Path, *, demo: bool) -> None:
        super().__init__(directory=folder, html=True)
        self.demo = demo

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the site, or raise the 404 that web/errors.py turns into a page."""
        moved = renamed(scope)
        if moved:
            return moved
        response = await super().get_response(path, scope)
        if response.status_code == 404:
            raise HTTPException(404)
        if response.status_code == 307:
            # Starlette builds an absolute address from the Host header; a path cannot leave this site.
            return RedirectResponse(URL(scope=scope).path + "/", 301)
        if self.demo and isinstance(response, FileResponse) and response.media_type == "text/html":
            return _with_banner(Path(response.path))
        response.headers["Cache-Control"] = FOREVER if FINGERPRINTED.search(path) else "no-cache"
        if path.endswith("/search-index.json"):
            # Says that a service is there which counts searches without a result; plain files on a host say nothing.
            response.headers["Search-Misses"] = f"/widget/{path[:2]}/searches"
        return response


def _with_banner(path: Path) -> Response:
    """Return a page of the site with the demo's banner first: a demo is never mistaken for the real thing."""
    html = path.read_text(encoding="utf-8")
    code = html.partition('<html lang="')[2][:2]
    language = languages.load().get(code) or languages.load()[languages.ORIGINAL]
    banner = render("demo.html", language, {})
    # After the skip link, which has to be the first link of a page.
    place = r"(?=<header )" if "<header " in html else r"(?<=<body class=\"hc-root\">)"
    return HTMLResponse(re.sub(place, lambda _: banner, html, count=1))
