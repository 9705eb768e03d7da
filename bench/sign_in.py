"""What signing in takes at a real provider, and what the guards, the headers and the session cost a page."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Page, sync_playwright
from starlette.types import ASGIApp, Message

from tests.chromium import launch
from tests.provider.real import Signed, running
from widget import catalogue
from widget.app import create_app, system_clock
from widget.services import demo, sign_in
from widget.services.sign_in import Voucher
from widget.services.transfer import import_file
from widget.settings import read
from widget.store.engine import migrate, open_engine

Row = tuple[str, str, str]
TIMES, CALLS = 7, 300
PAGE = "/widget/en/change"


def round_trip(home: Path) -> list[Row]:
    """Return how long a sign-in takes in Chromium: through the provider's two pages, and where it remembers."""
    home.mkdir(exist_ok=True)
    with running(home) as signed, sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        asked, remembered = [], []
        for _ in range(TIMES):
            page = browser.new_page()
            asked.append(_timed(lambda page=page: _through_both_pages(page, signed)))  # type: ignore[misc]  # a default binds it
            page.context.clear_cookies(name="session")
            remembered.append(_timed(lambda page=page: page.goto(_address(signed))))  # type: ignore[misc]  # the same
            assert page.url == f"{signed.service.address}{PAGE}", page.url
            page.close()
        browser.close()
    return [
        ("sign-in, from the click through the provider's two pages", f"{median(asked) * 1000:.0f} ms", "-"),
        ("sign-in where the provider remembers", f"{median(remembered) * 1000:.0f} ms", "-"),
    ]


def _address(signed: Signed) -> str:
    return f"{signed.service.address}/widget/signin?next={PAGE}"


def _through_both_pages(page: Page, signed: Signed) -> None:
    page.goto(_address(signed))
    page.get_by_placeholder("Enter any login").fill("claire")
    page.get_by_placeholder("and password").fill("anything")
    page.get_by_role("button", name="Sign-in").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url(f"{signed.service.address}{PAGE}")


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def costs(home: Path) -> list[Row]:
    """Return the CPU of a page with guards, headers, id and log line against the bare routes, and of a session."""
    settings = read({"HELPCENTER_DATA": str(home)})
    engine = open_engine(settings.database_url)
    migrate(engine)
    import_file(engine, catalogue.load(), demo.FILE, now=system_clock())
    app = create_app(settings, engine)

    async def bare(scope: Any, receive: Any, send: Any) -> None:
        await app.router({**scope, "app": app}, receive, send)

    claire = demo.people(engine)[0]
    now = system_clock()
    proof = Voucher("https://id.example", claire.id, now)
    session_id = sign_in.begin(engine, space_id=claire.space_id, member_id=claire.id, now=now, voucher=proof) or ""
    pairs = [(_cpu(app, settings.port), _cpu(bare, settings.port)) for _ in range(TIMES)]
    whole, routes = (median(each) for each in zip(*pairs, strict=True))
    began = time.process_time()
    for _ in range(CALLS):
        assert sign_in.read(engine, session_id, now=system_clock())
    session = (time.process_time() - began) / CALLS
    engine.dispose()
    figure = f"{whole / routes:.2f}x ({whole * 1e6:.0f} us against {routes * 1e6:.0f} us)"
    return [
        ("page with guards, headers, id and log line, CPU against without", figure, "-"),
        ("reading the session of a request, CPU", f"{session * 1e6:.0f} us ({session / routes:.0%} of that page)", "-"),
    ]


def _cpu(app: ASGIApp | Callable[..., Awaitable[None]], port: int) -> float:
    async def calls() -> float:
        statuses = set()

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                statuses.add(message["status"])

        began = time.process_time()
        for _ in range(CALLS):
            scope: dict[str, Any] = {
                "type": "http",
                "method": "GET",
                "path": PAGE,
                "raw_path": PAGE.encode(),
                "root_path": "",
                "query_string": b"",
                "scheme": "http",
                "server": ("127.0.0.1", port),
                "client": ("127.0.0.1", 1),
                "headers": [(b"host", f"127.0.0.1:{port}".encode()), (b"accept", b"text/html")],
            }
            await app(scope, receive, send)
        took = time.process_time() - began
        assert statuses == {200}, statuses
        return took / CALLS

    return asyncio.run(calls())
