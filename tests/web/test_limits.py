"""Too much in a short time: 429 with the seconds to wait, on a page for people, as a problem document for machines."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.services.conftest import contents
from tests.web.conftest import Today
from tests.web.people import order_of, sign_in
from tests.web.test_api import QUESTION
from tests.web.test_quote import accept, ask, keys, to_review, to_send
from widget.services import quote_send
from widget.services.limits import WINDOWS, Limit
from widget.settings import ROOT
from widget.store.engine import reading
from widget.store.tables import member
from widget.web import connection
from widget.web.body import BODY_WITHIN, MAX_BODY


@pytest.fixture
def stranger(client: TestClient) -> TestClient:
    """A reader who comes from another machine."""
    outside = TestClient(client.app, base_url="http://127.0.0.1", client=("203.0.113.9", 40_000))
    outside.headers["Sec-Fetch-Site"] = "same-origin"
    return outside


def test_a_reader_who_calculates_without_pause_is_told_to_wait(
    stranger: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    statuses = [stranger.get("/widget/fr/change/result").status_code for _ in range(WINDOWS[Limit.CALCULATE].amount)]
    caplog.clear()
    refused = stranger.get("/widget/fr/change/result")

    assert set(statuses) == {200}
    told = [(each.getMessage(), vars(each)["facts"]) for each in caplog.records if each.name == "widget.security"]
    assert told == [("too-many", {"limit": "calculate", "wait": 1})]
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


#: Whatever calculates or searches, for whoever asks.
CALCULATES = [
    "/widget/fr/change",
    "/widget/fr/change/result",
    "/widget/fr/change/calendar.ics?plan=premium&users=18&zoom_licenses=2",
    "/widget/fr/support?q=abonnement",
    "/widget/api/v1/articles?q=abonnement",
]


@pytest.mark.parametrize("address", CALCULATES)
def test_each_address_that_calculates_or_searches_is_counted(stranger: TestClient, address: str) -> None:
    assert stranger.get(address).status_code == 200
    use_up(stranger, Limit.CALCULATE, "203.0.113.9")

    refused = stranger.get(address)

    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")


def use_up(client: TestClient, limit: Limit, who: str) -> None:
    """Do what is limited until somebody may not do it any more."""
    while client.app.state.context.limits.hit(limit, who) == 0:  # type: ignore[attr-defined]  # a Starlette application
        pass


def test_sign_in_is_not_tried_again_and_again(client: TestClient, stranger: TestClient) -> None:
    tries = WINDOWS[Limit.SIGN_IN].amount
    for _ in range(tries):
        assert stranger.post("/widget/signin", data={"person": "nobody"}, follow_redirects=False).status_code != 429

    assert stranger.post("/widget/signin", data={"person": "nobody"}).status_code == 429
    sign_in(client, "Claire Martin")
    assert client.get("/widget/fr/space").status_code == 200


Act = Callable[[TestClient], Callable[[], Response]]


def an_order(client: TestClient) -> Callable[[], Response]:
    review = to_review(client)
    form = order_of(client.get(review).text)
    return lambda: client.post(review.replace("/review", "/order"), data=form, follow_redirects=False)


def a_quote(client: TestClient) -> Callable[[], Response]:
    review = to_review(client)
    form = keys(client.get(review).text)
    return lambda: client.post(review.replace("/review", "/quote"), data=form, follow_redirects=False)


def an_acceptance(client: TestClient) -> Callable[[], Response]:
    asked = ask(client)
    return lambda: accept(client, asked)


def a_mail(client: TestClient) -> Callable[[], Response]:
    asked = ask(client)
    form = to_send(client.get(asked).text, "tom.baker@harbour-studio.example")
    return lambda: client.post(f"{asked}/send", data=form, follow_redirects=False)


def a_receipt_on_paper(client: TestClient) -> Callable[[], Response]:
    page = client.get(an_order(client)().headers["location"]).text
    address = page.split('/pdf"')[0].rpartition('"')[2] + "/pdf"
    return lambda: client.get(address)


#: What a member may not do without end, and what they did before it is refused.
ACTS: dict[str, tuple[Limit, Act]] = {
    "an order": (Limit.ORDER, an_order),
    "an acceptance": (Limit.ORDER, an_acceptance),
    "a quote": (Limit.QUOTE, a_quote),
    "a quote by mail": (Limit.MAIL, a_mail),
    "a receipt on paper": (Limit.RECEIPT, a_receipt_on_paper),
}


@pytest.mark.parametrize(("limit", "prepared"), ACTS.values(), ids=ACTS)
def test_more_than_anybody_needs_is_refused_told_and_not_done_and_another_member_is_not_held_up(
    client: TestClient, today: Today, caplog: pytest.LogCaptureFixture, limit: Limit, prepared: Act
) -> None:
    sign_in(client, "Olivia Hughes")
    act = prepared(client)
    context = client.app.state.context  # type: ignore[attr-defined]  # a Starlette application
    with reading(context.engine) as connection:
        olivia, claire = (
            connection.execute(select(member.c.id).where(member.c.name == name)).scalar_one()
            for name in ("Olivia Hughes", "Claire Martin")
        )
    use_up(client, limit, olivia)
    before = contents(context.engine)
    caplog.clear()

    refused = act()

    assert (refused.status_code, int(refused.headers["retry-after"]) > 0) == (429, True)
    told = [(each.getMessage(), vars(each)["facts"]["limit"]) for each in caplog.records if each.levelname == "WARNING"]
    assert told == [("too-many", limit.value)]
    after = contents(context.engine)
    assert {name for name, rows in after.items() if rows != before[name]} <= {"rate_limit", "session"}
    assert context.limits.hit(limit, claire) == 0
    read_on(client, today, timedelta(seconds=int(refused.headers["retry-after"])))
    done = act()
    assert done.status_code in {200, 303}
    assert "/signin" not in done.headers.get("location", "")


def read_on(client: TestClient, today: Today, time: timedelta) -> None:
    """Let some time go by for somebody who goes on reading, so that their session goes on."""
    ends = today.instant + time
    while today.instant < ends:
        today.instant = min(ends, today.instant + timedelta(minutes=20))
        client.get("/widget/en/change")


def test_the_limits_are_written_down_as_they_are() -> None:
    told = (ROOT / "SECURITY.md").read_text("utf-8")
    of_a_request = {
        "body": (f"{MAX_BODY} bytes", "413"),
        "address": (f"{connection.LONGEST_ADDRESS} bytes", "414"),
        "headers": (f"{connection.MOST_HEADERS} bytes", "431"),
        "headers to arrive": (f"{connection.HEADERS_WITHIN:.0f} seconds", "408"),
        "body to arrive": (f"{BODY_WITHIN:.0f} seconds", "408"),
        "body that no page reads": (f"{connection.REQUEST_WITHIN:.0f} seconds", "the connection ends"),
        "answer to be taken": (f"{connection.READ_WITHIN:.0f} seconds", "the connection ends"),
        "connections at a time": (str(connection.MOST_CONNECTIONS), "503"),
    }

    assert f"{quote_send.MOST_AN_HOUR} quotes an hour go by mail from one space" in told
    assert dict(re.findall(r"^\| `([a-z-]+)` \| (\d+ per [^|]+) \|", told, re.MULTILINE)) == {
        limit.value: str(window) for limit, window in WINDOWS.items()
    }
    rows = re.findall(r"^\| ([a-z ]+) \| (\d+[^|]*) \| ([^|]+) \|$", told, re.MULTILINE)
    assert {name: (most, then) for name, most, then in rows} == of_a_request
    assert BODY_WITHIN < connection.REQUEST_WITHIN  # the page that reads it answers before the connection ends
