"""CPU of a page with the walls (guards, headers, request id, log line, session) against the same page without them."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from starlette.routing import Router

from tests.web.world import make

Row = tuple[str, str, str]
ROUNDS, TIMES = 200, 7
#: A whole page: the result alone is remembered (decisions/0015), and would compare the walls with a look-up.
PATH = "/widget/fr/change"


def cost(folder: Path) -> list[Row]:
    """Return the ratios: the walls round a page for anybody, and with the session of somebody signed in."""
    folder.mkdir(parents=True, exist_ok=True)
    world = make(folder)
    app: Any = world.client.app
    bare: Router = app.router
    rows = []
    for what, cookie in (("anybody's page", ""), ("a signed-in page", world.cookies["administrator"])):
        pairs = [(cpu(app, cookie, app), cpu(bare, cookie, app)) for _ in range(TIMES)]
        whole, inner = (median(each) for each in zip(*pairs, strict=True))
        rows.append(
            (f"walls round {what}, CPU", f"{whole / inner:.2f}x ({whole:.0f} us against {inner:.0f} us)", "1.5x")
        )
    world.engine.dispose()
    return rows


def cpu(called: Callable[..., Any], cookie: str, app: object) -> float:
    """Return the microseconds of CPU of one request, over many."""
    headers = [(b"host", b"127.0.0.1"), (b"accept", b"text/html")]
    headers += [(b"cookie", f"session={cookie}".encode())] if cookie else []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_: object) -> None:
        pass

    async def many() -> None:
        for _ in range(ROUNDS):
            scope = {"type": "http", "method": "GET", "path": PATH, "raw_path": b"", "query_string": b"users=7"}
            scope |= {"root_path": "", "scheme": "http", "headers": list(headers), "server": ("127.0.0.1", 80)}
            await called(
                scope | {"client": ("127.0.0.1", 1), "http_version": "1.1", "app": app, "state": {}}, receive, send
            )

    began = time.process_time()
    asyncio.run(many())
    return (time.process_time() - began) / ROUNDS * 1e6
