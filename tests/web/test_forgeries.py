"""Every route that changes something, sent by another site with the person's own cookie and token: refused, undone."""

import pytest
from starlette.testclient import TestClient

from tests.services.conftest import contents
from tests.web.test_matrix import ROWS, path_to
from tests.web.test_security import FORGERIES
from tests.web.world import World

#: The calculator takes JSON from anywhere: it changes nothing.
CHANGING = [template for method, template in ROWS if method == "POST" and not template.startswith("/widget/api/")]
#: What another site's form can send, besides ours: no preflight is asked for either.
BODIES = {
    "as ours": "application/x-www-form-urlencoded",
    "as plain text": "text/plain",
    "in parts": "multipart/form-data; boundary=x",
    "without a kind": "",
}


@pytest.fixture
def browser(world: World) -> TestClient:
    """A browser in which the administrator is signed in, and which says of itself only what a test lets it say."""
    client = TestClient(world.client.app, base_url="http://127.0.0.1")
    client.cookies.set("session", world.cookies["administrator"])
    return client


@pytest.mark.parametrize("kind", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_a_form_of_another_site_is_refused_at_every_route_and_nothing_is_done(
    world: World, browser: TestClient, forged: dict[str, str], kind: str
) -> None:
    before, token = contents(world.engine), world.token("administrator")
    told = {}
    for template in CHANGING:
        body = f"token={token}&key=k&act=calendar&confirmed=1&session=x".encode()
        headers = {"Content-Type": kind} if kind else {}
        path = path_to(template, dict(world.ids["own"]))
        told[template] = browser.post(path, content=body, headers=headers | forged, follow_redirects=False).status_code

    assert told == dict.fromkeys(CHANGING, 403)
    assert contents(world.engine) == before


def test_the_same_forms_from_our_own_pages_do_something(world: World, browser: TestClient) -> None:
    before, token = contents(world.engine), world.token("administrator")
    own = {"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
    for template in CHANGING:
        for field in ("", "&key=k", "&act=calendar"):  # each form takes its own fields alone
            body = f"token={token}{field}".encode()
            browser.post(path_to(template, dict(world.ids["own"])), content=body, headers=own)

    changed = {name for name, rows in contents(world.engine).items() if rows != before[name]}
    world.put_back()
    assert {"quote", "calendar_feed", "audit_event", "session"} <= changed


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-HTTP-Method-Override": "POST"},
        {"X-Method-Override": "POST", "X-HTTP-Method": "POST"},
        {"Sec-Purpose": "prefetch", "Purpose": "prefetch"},
    ],
    ids=str,
)
def test_what_only_reads_changes_nothing_whatever_it_claims_to_be(
    world: World, browser: TestClient, method: str, headers: dict[str, str]
) -> None:
    before, token = contents(world.engine), world.token("administrator")
    told = {}
    for template in CHANGING:
        path = path_to(template, dict(world.ids["own"]))
        query = f"?_method=POST&token={token}&key=k&act=calendar&confirmed=1"
        told[template] = browser.request(method, path + query, headers=headers, follow_redirects=False).status_code

    # Where a page stands at the same address, it is read; the other addresses take no such method.
    shown = {template for template in CHANGING if ("GET", template) in ROWS}
    assert {template for template, status in told.items() if status == 405} == set(CHANGING) - shown
    after = contents(world.engine)
    assert {name for name, rows in after.items() if rows != before[name]} <= {"session", "subscription"}
    world.put_back()
