"""The guards before every route: who may send a form, which host is ours, where a sign-in may lead."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.web.conftest import Today
from widget.app import create_app
from widget.settings import read
from widget.store.engine import migrate, open_engine

GUARDED = ("/widget/signin", "/widget/signout", "/widget/fr/change", "/widget/fr/change/x/order", "/widget/fr/undo/x")
HERE = "https://help.example.com"


@pytest.fixture
def app(tmp_path: Path, today: Today) -> Iterator[Starlette]:
    """The service as its readers reach it at https://help.example.com."""
    settings = read({"HELPCENTER_DATA": str(tmp_path), "HELPCENTER_ADDRESS": HERE})
    engine = open_engine(settings.database_url)
    migrate(engine)
    yield create_app(settings, engine, today)
    engine.dispose()


@pytest.fixture
def outside(app: Starlette) -> TestClient:
    return TestClient(app, base_url=HERE)


FORGERIES = {
    "neither header": {},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "a sibling host": {"Sec-Fetch-Site": "same-site"},
    "another origin": {"Origin": "https://evil.example"},
    "an opaque origin": {"Origin": "null"},
    "an empty origin": {"Origin": ""},
    "another port": {"Origin": "https://help.example.com:8443"},
    "our name in theirs": {"Origin": "https://help.example.com.evil.example"},
    "our name as their user": {"Origin": "https://help.example.com@evil.example"},
    "an origin that is no address": {"Origin": "https://"},
    "their say against the browser's": {"Sec-Fetch-Site": "cross-site", "Origin": HERE},
    "a value that browsers do not send": {"Sec-Fetch-Site": "same-origin, cross-site"},
}


@pytest.mark.parametrize("path", GUARDED)
@pytest.mark.parametrize("forged", FORGERIES.values(), ids=FORGERIES)
def test_a_form_of_another_site_is_refused_and_told(
    outside: TestClient, caplog: pytest.LogCaptureFixture, path: str, forged: dict[str, str]
) -> None:
    assert outside.post(path, data={"person": "x"}, headers=forged).status_code == 403
    assert [each.getMessage() for each in caplog.records if each.name == "widget.security"] == ["cross-origin-refused"]


@pytest.mark.parametrize(
    "sent", [{"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": HERE}], ids=str
)
def test_our_own_form_passes_the_guard(outside: TestClient, sent: dict[str, str]) -> None:
    assert outside.post("/widget/fr/change", data={"users": "15"}, headers=sent).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_every_method_that_could_change_something_is_guarded(outside: TestClient, method: str) -> None:
    assert outside.request(method, "/widget/fr/change").status_code == 403


@pytest.mark.parametrize(
    ("path", "language", "title"),
    [
        ("/widget/fr/change", "en", "Ce formulaire n’a pas été envoyé depuis ce site"),
        ("/widget/en/change", "fr", "This form was not sent from this site"),
        ("/widget/signin", "en", "This form was not sent from this site"),
    ],
)
def test_a_refused_form_is_told_so_on_a_page_in_the_readers_language(
    outside: TestClient, path: str, language: str, title: str
) -> None:
    page = outside.post(path, headers={"Origin": "null", "Accept-Language": language})

    assert f'<h2 class="sw-heading" tabindex="-1">{title}</h2>' in page.text
    assert page.headers["x-request-id"] in page.text


HOSTS = [
    "evil.example",
    "help.example.com.evil.example",
    "help.example.com@evil.example",
    "evil.example:443",
    "help.example.com:443:443",
    "help.example.com/evil",
    "help.example.com\\evil",
    "help.example.com evil.example",
    "http://help.example.com",
    "help.example.com#evil",
    "help.example.com?evil",
    "[::1",
    "",
    "169.254.169.254",
    "help.example.com.",
]


@pytest.mark.parametrize("host", HOSTS)
def test_another_host_is_refused_and_told(outside: TestClient, caplog: pytest.LogCaptureFixture, host: str) -> None:
    assert outside.get("/widget/health", headers={"Host": host}).status_code == 400
    assert [each.getMessage() for each in caplog.records if each.name == "widget.security"] == ["host-refused"]


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Original-URL", "X-Rewrite-URL", "X-Host"]
)
def test_no_header_about_another_host_is_believed(outside: TestClient, name: str) -> None:
    plain, claimed = (
        outside.get("/widget/change", headers=headers, follow_redirects=False)
        for headers in ({}, {name: "evil.example"})
    )

    assert (claimed.status_code, claimed.headers["location"]) == (plain.status_code, plain.headers["location"])


def test_our_own_host_and_this_machine_are_served(outside: TestClient) -> None:
    for host in ("help.example.com", "help.example.com:443", "127.0.0.1:8000", "localhost", "[::1]:8000"):
        assert outside.get("/widget/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://help.example.com.evil.example"])
def test_no_other_origin_may_read_an_answer(outside: TestClient, origin: str) -> None:
    for path in ("/widget/fr/change", "/widget/fr/change/result", "/widget/api/v1/policy", "/fr/"):
        told = outside.get(path, headers={"Origin": origin})
        assert "access-control-allow-origin" not in told.headers
