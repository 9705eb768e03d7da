"""A database that takes nothing is said plainly; what was sent is done once when there is room again."""

import json
import logging
import resource
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from tests.services.conftest import contents
from tests.web.conftest import engine_of
from tests.web.people import order_of
from tests.web.test_journey import to_review
from widget.logs import JsonLines


@contextmanager
def full() -> Iterator[None]:
    """Let no file grow beyond its first kilobyte, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_places_nothing_and_the_same_form_is_done_once_when_there_is_room(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    form, order = ready(client)

    with full():
        refused = client.post(order, data=form, follow_redirects=False)
        readable = client.get("/fr/").status_code
    placed = client.post(order, data=form, follow_redirects=False)
    again = client.post(order, data=form, follow_redirects=False)

    assert (refused.status_code, refused.headers["retry-after"], readable) == (503, "30", 200)
    assert "Rien ne peut être enregistré" in refused.text
    (line,) = (json.loads(JsonLines().format(each)) for each in caplog.records if each.levelno == logging.ERROR)
    assert (line["event"], line["code"]) == ("the database cannot be used", "SQLITE_IOERR_WRITE")
    assert placed.status_code == 303
    assert again.headers["location"] == placed.headers["location"]


def test_before_the_disk_is_full_nothing_new_is_ordered_and_what_was_is_still_found(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, order = ready(client)
    engine = engine_of(client)

    def send() -> Response:
        return client.post(order, data=form, follow_redirects=False)

    with almost_full(monkeypatch):
        refused, kept = send(), contents(engine)["placed_order"]
    placed = send()
    with almost_full(monkeypatch):
        replayed = send()

    assert (refused.status_code, refused.headers["retry-after"], kept) == (503, "30", [])
    assert placed.status_code == 303
    assert replayed.headers["location"] == placed.headers["location"]


@contextmanager
def almost_full(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the room that must be left be more than any disk has."""
    with monkeypatch.context() as patch:
        patch.setattr("widget.store.engine.ROOM", 1 << 62)
        yield


def ready(client: TestClient) -> tuple[dict[str, str], str]:
    """Return the form of an order and where it goes."""
    review = to_review(client)
    return order_of(client.get(review).text), review.replace("/review", "/order")
