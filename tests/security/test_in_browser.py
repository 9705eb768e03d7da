"""In Chromium: nothing that people typed runs, our policy blocks nothing of ours, and nobody else is asked."""

import html
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Dialog, Page, Route

from tests.running import in_a_thread
from tests.security.corpora import OPEN_REDIRECTS, XSS
from tests.services.conftest import administrator, demo_space
from tests.web.world import NOW, TERMS, World
from widget.domain.plan import Level
from widget.services import sign_in
from widget.services.transfer import import_file
from widget.settings import ROOT
from widget.web.connection import Connection
from widget.web.security import safe_next


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    config = uvicorn.Config(
        world.client.app, port=0, http=Connection, log_config=None, access_log=False, lifespan="off"
    )
    with in_a_thread(uvicorn.Server(config)) as (host, port):
        yield f"http://{host}:{port}"


def ran(chromium: Browser, pages: list[str]) -> bool:
    """Return whether anything ran in these pages, put one after the other, without a policy that would stop it."""
    context = chromium.new_context(bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []

    def refuse(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    bodies = [re.sub(r".*?<body[^>]*>(.*)</body>.*", r"\1", each, flags=re.DOTALL) for each in pages]
    page.set_content("<!doctype html><body>" + "".join(f"<div>{each}</div>" for each in bodies))
    page.wait_for_timeout(300)
    found = bool(page.evaluate("window.__x")) or asked != []
    context.close()
    return found


def test_a_page_that_does_not_escape_is_caught(chromium: Browser) -> None:
    assert ran(chromium, [f"<body><p>{text}</p></body>" for text in XSS])


def hostile(world: World, folder: Path) -> None:
    """Bring in a space where every name and address is a payload, and sign its administrator in."""
    members = [
        {"name": text[:200], "email": f"p{number}@hostile.example", "role": "user", "state": "active"}
        for number, text in enumerate(XSS)
    ]
    boss = {"name": f"Boss {XSS[0]}", "email": "boss@hostile.example", "role": "administrator", "state": "active"}
    found = demo_space("atelier-nord", id="hostile", name=XSS[1], members=[boss, *members])
    found["billing"] |= {"name": XSS[2], "address": [XSS[3], XSS[4], XSS[5]]}
    found["subscription"] |= {"users": 200}
    path = folder / "hostile.json"
    path.write_text(json.dumps({"format": 1, "spaces": [found]}), "utf-8")
    import_file(world.engine, TERMS, path, now=NOW)
    who = administrator(world.engine, "hostile", f"Boss {XSS[0]}")
    begun = sign_in.begin(world.engine, space_id="hostile", member_id=who.member_id, now=NOW, browser=XSS[6])
    assert begun
    world.cookies["hostile"] = begun
    order = who.orders(Level("premium", 190, 2), comment=XSS[7])
    world.ids["hostile"] = {"draft": who.begin(Level("premium", 50, 2), comment=XSS[8]), "order": order}


def test_nothing_that_was_stored_or_sent_runs(world: World, chromium: Browser, tmp_path: Path) -> None:
    hostile(world, tmp_path)
    ids = world.ids["hostile"]
    stored = [
        "/widget/en/change",
        f"/widget/en/change/{ids['draft']}/members",
        f"/widget/en/change/{ids['draft']}/survey",
        f"/widget/en/change/{ids['draft']}/review",
        f"/widget/en/orders/{ids['order']}",
        "/widget/en/space",
        "/widget/en/sessions",
        "/widget/en/quotes",
    ]
    pages = [world.ask("hostile", "GET", path).text for path in stored]
    pages += [
        world.ask("support", "GET", "/widget/en/desk/hostile").text,
        world.ask("team", "GET", "/widget/en/team").text,
    ]
    for text in XSS:
        form = {"reason": text, "comment": text * 30}  # refused, and shown again
        pages.append(world.ask("hostile", "POST", f"/widget/en/change/{ids['draft']}/survey", form).text)
        pages.append(world.client.get("/widget/fr/change", params={"users": text, "plan": text, text: "1"}).text)
        pages.append(world.client.get(f"/fr/{text}").text)
    world.put_back()

    everything = html.unescape("".join(pages))
    assert sum(text in everything for text in XSS) == len(XSS)
    assert not ran(chromium, pages)


def test_an_accepted_way_on_stays_here_as_browsers_read_it(chromium: Browser) -> None:
    page = chromium.new_page()
    accepted = [
        text for text in [*OPEN_REDIRECTS, "/fr/", "/widget/en/change?plan=free"] if safe_next(text) is not None
    ]

    origins = page.evaluate(
        "(paths) => paths.map((path) => new URL(path, 'https://help.example/a/b').origin)", accepted
    )

    assert len(accepted) >= 2
    assert set(origins) == {"https://help.example"}
    page.close()


def watched(page: Page) -> tuple[list[str], list[str]]:
    """Return what the policy blocks, and where requests go, as the page tells them."""
    blocked: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
    page.on("request", lambda request: asked.append(request.url))
    return blocked, asked


def test_our_policy_blocks_nothing_of_ours_and_no_page_asks_anybody_else(
    world: World, chromium: Browser, address: str
) -> None:
    context = chromium.new_context()
    context.add_cookies([{"name": "session", "value": world.cookies["administrator"], "url": address}])
    page = context.new_page()
    blocked, asked = watched(page)
    site = ROOT / "site"
    pages = [each.parent.relative_to(site) for each in site.rglob("index.html") if each.parent != site]
    # What leads on from a ticket is one page over and over: two of them stand for all.
    tickets = sorted(each for each in pages if each.parts[0] == "a")
    articles = [f"/{each}/" for each in [*tickets[:1], *tickets[-1:], *(set(pages) - set(tickets))]]
    ids = world.ids["own"]
    draft = f"/widget/fr/change/{ids['draft']}"
    steps = ["/widget/fr/change", *(f"{draft}/{step}" for step in ("members", "survey", "review"))]
    steps += [
        f"/widget/en/quotes/{ids['number']}",
        f"/widget/en/orders/{ids['order']}",
        "/widget/en/space",
        "/fr/nowhere/",
    ]
    for path in [*articles, *steps]:
        page.goto(address + path, wait_until="load")
    page.wait_for_timeout(200)
    kept = str(page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")) + str(
        page.evaluate("document.cookie")
    )

    assert [word for word in ("Olivia", "own.example", world.token("administrator")) if word in kept] == []
    assert len(articles) >= 30
    assert blocked == []
    assert {url.split("/")[2] for url in asked if not url.startswith("data:")} == {address.removeprefix("http://")}
    context.close()


def test_a_script_that_is_not_ours_is_blocked(chromium: Browser, address: str) -> None:
    page = chromium.new_page()
    blocked, _ = watched(page)
    foreign = "<script>window.__x=1</script><img src=x onerror=window.__x=1><p style='color:red'>x</p>"

    def injected(route: Route) -> None:
        told = route.fetch()
        route.fulfill(response=told, body=re.sub("(<body[^>]*>)", rf"\1{foreign}", told.text(), count=1))

    page.route("**/fr/", injected)
    page.goto(f"{address}/fr/")
    page.wait_for_timeout(200)

    assert page.evaluate("window.__x") is None
    assert len(blocked) >= 3
    page.close()


def test_the_service_works_where_no_other_machine_can_be_reached(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[object] = []
    connect = socket.socket.connect

    def only_here(self: socket.socket, to: object) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and not str(to).startswith(("('127.", "('::1'")):
            tried.append(to)
            raise OSError("there is no network")
        connect(self, to)  # type: ignore[arg-type]  # an address of any family

    monkeypatch.setattr(socket.socket, "connect", only_here)
    for path in (
        "/fr/",
        "/widget/fr/change",
        "/widget/api/v1/policy",
        f"/widget/en/orders/{world.ids['own']['order']}",
    ):
        assert world.ask("administrator", "GET", path).status_code == 200
    own = world.ids["own"]
    form = {"key": "k", "agreed": own["agreed"]}
    told = world.ask("administrator", "POST", f"/widget/en/change/{own['draft']}/order", form)
    world.put_back()

    assert "/orders/" in told.headers["location"]
    assert tried == []
