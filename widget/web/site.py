"""The built site: static pages, and a 404 in the reader's language."""

import os
import re
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from widget import languages
from widget.headers import ASKED_AGAIN, FINGERPRINTED, FOREVER
from widget.rendering import content_hash, render
from widget.web.context import context_of
from widget.web.permalinks import renamed


class Site(StaticFiles):
    """The folder that MkDocs built, with caching headers: pages are asked for again, named assets are kept."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file of the site, or raise the 404 that web/errors.py turns into a page."""
        moved = renamed(scope)
        if moved:
            return moved
        response = await super().get_response(path, scope)
        if response.status_code == 404:
            raise HTTPException(404)
        if response.status_code == 307:
            # Made of the tidied path and not of what was asked: "//evil.example/../fr" is a folder of ours, and to a
            # browser another site. (Starlette makes an absolute address of it and of the Host header.)
            return RedirectResponse("/" if path == os.curdir else f"/{Path(path).as_posix()}/", 301)
        response.headers["Cache-Control"] = FOREVER if FINGERPRINTED.search(path) else ASKED_AGAIN
        if path.endswith("/search-index.json"):
            # Says that a service is there which counts searches without a result; plain files on a host say nothing.
            response.headers["Search-Misses"] = f"/widget/{path[:2]}/searches"
        return response

    def file_response(
        self, full_path: str | os.PathLike[str], stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Return a file, or a page with what is to be said above it: such a page is never "not modified"."""
        notes = notes_of(Request(scope))
        if notes and str(full_path).endswith(".html"):
            return HTMLResponse(with_notes(Path(full_path).read_text(encoding="utf-8"), notes), status_code)
        return super().file_response(full_path, stat_result, scope, status_code)


class Assets(StaticFiles):
    """The widget's own files: kept under the address that names their content, asked for again under any other."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or raise the 404 that web/errors.py turns into a page."""
        response = await super().get_response(path, scope)
        is_current = Request(scope).query_params.get("v") == content_hash(path)
        response.headers["Cache-Control"] = FOREVER if is_current else ASKED_AGAIN
        return response


def notes_of(request: Request) -> dict[str, dict[str, bool]]:
    """Return what is to be said above each page: a demo is never taken for the real thing, nor old figures for new."""
    context = context_of(request)
    found: dict[str, dict[str, bool]] = {}
    if context.settings.demo:
        found["demo"] = {"mailbox": context.settings.smtp is None}
    if not context.has_current_articles():
        found["outdated"] = {}
    return found


def with_notes(html: str, notes: dict[str, dict[str, bool]]) -> str:
    """Return a page with these notes first, in its own language."""
    code = html.partition('<html lang="')[2][:2]
    language = languages.load().get(code) or languages.load()[languages.ORIGINAL]
    said = "".join(render(f"{name}.html", language, values) for name, values in notes.items())
    # After the skip link, which has to be the first link of a page.
    place = r"(?=<header )" if "<header " in html else r"(?<=<body class=\"hc-root\">)"
    return re.sub(place, lambda _: said, html, count=1)
