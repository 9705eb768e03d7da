"""CPU of a preview against a bare Starlette answer of the same size, in process, without a socket."""

import asyncio
import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from widget import catalogue
from widget.app import create_app
from widget.domain.change import preview
from widget.panels import sample
from widget.settings import read
from widget.store.engine import migrate, open_engine

Row = tuple[str, str, str]
QUESTION = json.dumps(
    {
        "on": "2027-03-15",
        "language": "fr",
        "subscription": {
            "interval": "year",
            "term_start": "2026-07-01",
            "plan": "premium",
            "users": 20,
            "zoom_licenses": 4,
            "active_users": 14,
        },
        "requested": {"plan": "premium", "users": 15, "zoom_licenses": 4},
    }
).encode()


def ratios(folder: Path) -> list[Row]:
    """Return the CPU ratios of the JSON preview and the HTML fragment, and the time of `preview` alone."""
    settings = read({"HELPCENTER_DATA": str(folder / "ratios")})
    engine = open_engine(settings.database_url)
    migrate(engine)
    app = create_app(settings, engine)
    json_body = asyncio.run(_call(app, "POST", "/widget/api/v1/preview", b"", QUESTION))
    html_body = asyncio.run(_call(app, "GET", "/widget/fr/change/result", b"users=15", b""))
    bare = _bare(json_body, html_body)
    figures = []
    for name, method, path, query, body, twin, budget in (
        ("JSON preview, CPU against bare Starlette", "POST", "/widget/api/v1/preview", b"", QUESTION, "/json", 3),
        ("what-if HTML fragment, CPU against bare", "GET", "/widget/fr/change/result", b"users=15", b"", "/html", 5),
    ):
        ours = _cpu(lambda m=method, p=path, q=query, b=body: _call(app, m, p, q, b))  # type: ignore[misc]
        floor = _cpu(lambda m=method, t=twin, q=query, b=body: _call(bare, m, t, q, b))  # type: ignore[misc]
        figures.append((name, f"{ours / floor:.1f}x ({ours:.0f} us against {floor:.0f} us)", f"{budget}x"))
    start, terms = sample(), catalogue.load()
    began, rounds = time.process_time(), 5_000
    for _ in range(rounds):
        preview(start.subscription, start.wish, on=date(2027, 3, 15), terms=terms)
    figures.append(("preview, domain only", f"{(time.process_time() - began) / rounds * 1e6:.0f} us", "-"))
    return figures


def _bare(json_body: bytes, html_body: bytes) -> Starlette:
    async def answer_json(request: Request) -> Response:
        await request.body()
        return Response(json_body, media_type="application/json")

    async def answer_html(_: Request) -> Response:
        return Response(html_body, media_type="text/html")

    return Starlette(routes=[Route("/json", answer_json, methods=["POST"]), Route("/html", answer_html)])


async def _call(app: Starlette, method: str, path: str, query: bytes, body: bytes) -> bytes:
    parts: list[bytes] = []
    scope: dict[str, Any] = {
        "type": "http",
        "method": method,
        "path": path,
        "root_path": "",
        "scheme": "http",
        "query_string": query,
        "headers": [(b"host", b"x"), (b"content-type", b"application/json"), (b"accept", b"text/html;fragment=1")],
        "server": ("x", 80),
        "client": ("x", 1),
        "http_version": "1.1",
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        parts.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(parts)


def _cpu(call: Callable[[], Any], rounds: int = 300, times: int = 7) -> float:
    async def many() -> None:
        for _ in range(rounds):
            await call()

    figures = []
    for _ in range(times):
        began = time.process_time()
        asyncio.run(many())
        figures.append((time.process_time() - began) / rounds * 1e6)
    return median(figures)
