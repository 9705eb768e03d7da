"""What every answer carries: security headers, a request id; what every log line leaves out."""

import io
import json
import logging
from datetime import datetime, timedelta

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from widget.headers import content_policy
from widget.logs import JsonLines

EXPECTED = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-site",
    "referrer-policy": "strict-origin-when-cross-origin",
    "x-content-type-options": "nosniff",
}
ANSWERS = {
    200: "/widget/fr/change",
    302: "/widget/change",
    304: "/assets/site.css",
    404: "/widget/fr/orders/unknown/x",
    405: "/widget/fr/undo/x",
    422: "/widget/fr/change?users=douze",
    500: "/widget/broken",
}


@pytest.fixture
def broken(client: TestClient) -> TestClient:
    """The service with one route that fails in a way nobody foresaw."""

    async def fail(_: Request) -> Response:
        raise RuntimeError("canary-in-an-exception")

    client.app.router.routes.insert(0, Route("/widget/broken", fail))  # type: ignore[attr-defined]  # a Starlette application
    return TestClient(client.app, base_url="http://127.0.0.1", raise_server_exceptions=False)


@pytest.mark.parametrize(("status", "path"), ANSWERS.items())
def test_every_kind_of_answer_has_every_header(broken: TestClient, status: int, path: str) -> None:
    tag = {"If-None-Match": broken.get(path).headers["etag"]} if status == 304 else {}

    answer = broken.get(path, headers=tag, follow_redirects=False)

    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EXPECTED} == EXPECTED
    assert len(answer.headers["x-request-id"]) == 16
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "strict-transport-security" not in answer.headers
    assert "server" not in answer.headers


INSIDE = [
    *("/docs", "/redoc", "/swagger", "/openapi.json", "/metrics", "/status", "/server-status", "/health", "/debug"),
    *("/actuator", "/admin", "/console", "/.git/config", "/.git/HEAD", "/.env", "/.hg", "/.svn/entries"),
    *("/pyproject.toml", "/mkdocs.yml", "/widget/app.py", "/widget/metrics", "/widget/docs", "/widget/debug"),
    *("/var/helpcentre.sqlite3", "/backup.zip", "/phpinfo.php"),
]
TYPES = {
    "/widget/fr/change": "text/html; charset=utf-8",
    "/fr/": "text/html; charset=utf-8",
    "/fr/nowhere/": "text/html; charset=utf-8",
    "/assets/site.css": "text/css; charset=utf-8",
    "/widget/static/subscription-widget.js": "text/javascript; charset=utf-8",
    "/robots.txt": "text/plain; charset=utf-8",
    "/widget/api/v1/policy": "application/json",
    "/widget/fr/change/calendar.ics?plan=premium&users=18&zoom_licenses=2": "text/calendar; charset=utf-8",
}


@pytest.mark.parametrize(("path", "kind"), TYPES.items())
def test_every_text_says_its_kind_and_its_encoding(client: TestClient, path: str, kind: str) -> None:
    assert client.get(path).headers["content-type"] == kind


@pytest.mark.parametrize("path", ["/", "/fr/", "/widget/fr/change", "/widget/health", "/widget/api/v1/preview"])
@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "DEBUG", "TRACK"])
def test_a_method_that_shows_what_was_sent_does_nothing(client: TestClient, path: str, method: str) -> None:
    answer = client.request(method, path, headers={"X-Canary": "canary-in-a-header"})

    assert answer.status_code == 405
    assert "canary" not in answer.text


@pytest.mark.parametrize("path", INSIDE)
def test_nothing_of_the_inside_has_an_address(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_widgets_pages_allow_no_inline_script_and_the_sites_only_their_own(client: TestClient) -> None:
    policies = [client.get(path).headers["content-security-policy"] for path in ("/widget/fr/change", "/fr/")]

    assert policies[0] == content_policy()
    assert policies[1].count("'sha256-") == 2


def test_strict_transport_is_said_over_https_alone(client: TestClient) -> None:
    over_https = TestClient(client.app, base_url="https://127.0.0.1")

    said = {
        over_https.get(path, follow_redirects=False).headers["strict-transport-security"]
        for path in (
            "/fr/",
            "/widget/fr/change",
            "/widget/change",
            "/assets/site.css",
            "/fr/nowhere/",
            "/widget/health",
        )
    }

    assert said == {"max-age=31536000; includeSubDomains"}


def test_an_error_page_names_its_request_in_the_readers_language(broken: TestClient) -> None:
    for language, words in (("fr", "Référence pour le support\u00a0: "), ("en", "Reference for support: ")):
        for path in ("/widget/broken", f"/{language}/nowhere/"):
            page = broken.get(path, headers={"Accept-Language": language})
            assert words + page.headers["x-request-id"] in page.text


def test_what_fails_tells_nobody_how_the_service_is_made(broken: TestClient) -> None:
    for kind in ("text/html", "application/json"):
        answer = broken.get("/widget/broken", headers={"Accept": kind})

        assert answer.status_code == 500
        assert [
            told for told in ("canary", "RuntimeError", "Traceback", ".py", "starlette") if told in answer.text
        ] == []


@pytest.mark.parametrize("path", ["/assets/", "/assets/stylesheets/", "/cards/", "/cards/fr/", "/widget/static/"])
def test_no_folder_is_listed(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.status_code == 404
    assert "Index of" not in answer.text


def test_a_line_says_when_in_universal_time_and_of_which_request(client: TestClient) -> None:
    written, log = io.StringIO(), logging.getLogger("widget.request")
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLines())
    log.addHandler(handler)
    log.setLevel(logging.INFO)

    answer = client.get("/widget/health")
    log.removeHandler(handler)
    log.setLevel(logging.NOTSET)

    line = json.loads(written.getvalue())
    assert datetime.fromisoformat(line["at"]).utcoffset() == timedelta(0)
    assert line["request"] == answer.headers["x-request-id"]
    assert (line["route"], line["status"]) == ("/widget/health", 200)


def test_a_problem_document_names_its_request(client: TestClient) -> None:
    answer = client.post("/widget/api/v1/preview", content=b"{", headers={"Content-Type": "application/json"})

    assert answer.json()["instance"] == f"urn:request:{answer.headers['x-request-id']}"


def test_what_fails_is_logged_by_class_and_place_never_by_its_words(
    broken: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    broken.get("/widget/broken?name=canary-in-a-query")

    lines = [JsonLines().format(record) for record in caplog.records]
    failure = next(line for line in lines if "unforeseen error" in line)
    assert '"error": "RuntimeError"' in failure
    assert "test_envelope.py" in failure
    assert [line for line in lines if "canary" in line] == []


def test_a_log_line_has_ids_by_name_and_no_query(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "widget")
    client.get("/widget/fr/orders/secret-order?name=claire", follow_redirects=False)
    client.get("/fr/claire@example.org/")

    told = [vars(record)["facts"] for record in caplog.records if record.name == "widget.request"]
    assert [(each["method"], each["route"], each["status"]) for each in told] == [
        ("GET", "/widget/fr/orders/{order}", 303),
        ("GET", "-", 404),
    ]
