"""Too much in a short time: 429 with the seconds to wait, on a page for people, as a problem document for machines."""

import re

import pytest
from starlette.testclient import TestClient

from tests.web.people import sign_in
from tests.web.test_api import QUESTION
from widget.services import quote_send
from widget.services.limits import WINDOWS, Limit
from widget.settings import ROOT
from widget.web import connection
from widget.web.body import MAX_BODY


@pytest.fixture
def stranger(client: TestClient) -> TestClient:
    """A reader who comes from another machine."""
    outside = TestClient(client.app, base_url="http://127.0.0.1", client=("203.0.113.9", 40_000))
    outside.headers["Sec-Fetch-Site"] = "same-origin"
    return outside


def test_a_reader_who_calculates_without_pause_is_told_to_wait(stranger: TestClient) -> None:
    statuses = [stranger.get("/widget/fr/change/result").status_code for _ in range(WINDOWS[Limit.CALCULATE].amount)]
    refused = stranger.get("/widget/fr/change/result")

    assert set(statuses) == {200}
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert "Trop de demandes en peu de temps" in refused.text
    assert refused.headers["x-request-id"] in refused.text


def test_a_machine_is_told_with_a_problem_document(stranger: TestClient) -> None:
    for _ in range(WINDOWS[Limit.CALCULATE].amount):
        stranger.get("/widget/fr/change/result")

    refused = stranger.post("/widget/api/v1/preview", json=QUESTION, headers={"Accept-Language": "en"})

    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "/widget/problems/too-many-requests"
    assert int(refused.headers["retry-after"]) >= 1


def test_one_reader_does_not_use_up_what_others_have(client: TestClient, stranger: TestClient) -> None:
    for _ in range(WINDOWS[Limit.CALCULATE].amount + 1):
        stranger.get("/widget/fr/change/result")
    neighbour = TestClient(client.app, base_url="http://127.0.0.1", client=("203.0.113.10", 40_000))

    assert neighbour.get("/widget/fr/change/result").status_code == 200
    assert client.get("/widget/fr/change/result").status_code == 200


def test_sign_in_is_not_tried_again_and_again(client: TestClient, stranger: TestClient) -> None:
    tries = WINDOWS[Limit.SIGN_IN].amount
    for _ in range(tries):
        assert stranger.post("/widget/signin", data={"person": "nobody"}, follow_redirects=False).status_code != 429

    assert stranger.post("/widget/signin", data={"person": "nobody"}).status_code == 429
    sign_in(client, "Claire Martin")
    assert client.get("/widget/fr/space").status_code == 200


def test_the_limits_are_written_down_as_they_are() -> None:
    told = (ROOT / "SECURITY.md").read_text("utf-8")
    of_a_request = {
        "body": f"{MAX_BODY} bytes",
        "address": f"{connection.LONGEST_ADDRESS} bytes",
        "headers": f"{connection.MOST_HEADERS} bytes",
        "headers to arrive": f"{connection.HEADERS_WITHIN:.0f} seconds",
        "body to arrive": f"{connection.BODY_WITHIN:.0f} seconds",
        "answer to be taken": f"{connection.READ_WITHIN:.0f} seconds",
        "connections at a time": str(connection.MOST_CONNECTIONS),
    }

    assert f"{quote_send.MOST_AN_HOUR} quotes an hour go by mail from one space" in told
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (\d+ per [^|]+) \|", told, re.MULTILINE)) == {
        limit.value: str(window) for limit, window in WINDOWS.items()
    }
    assert dict(re.findall(r"^\| ([a-z ]+) \| (\d+[^|]*) \| [^|]+ \|$", told, re.MULTILINE)) == of_a_request
