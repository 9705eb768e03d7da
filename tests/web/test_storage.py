"""A database that takes nothing is said plainly; what was sent is done once when there is room again."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.testclient import TestClient

from tests.web.people import token
from tests.web.test_journey import to_review


@contextmanager
def full() -> Iterator[None]:
    """Let no file grow beyond its first kilobyte, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_places_nothing_and_the_same_form_is_done_once_when_there_is_room(client: TestClient) -> None:
    review = to_review(client)
    order = review.replace("/review", "/order")
    form = {"token": token(client.get(review).text), "key": "a-first-key"}

    with full():
        refused = client.post(order, data=form, follow_redirects=False)
        readable = client.get("/fr/").status_code
    placed = client.post(order, data=form, follow_redirects=False)
    again = client.post(order, data=form, follow_redirects=False)

    assert (refused.status_code, refused.headers["retry-after"], readable) == (503, "30", 200)
    assert "Rien ne peut être enregistré" in refused.text
    assert placed.status_code == 303
    assert again.headers["location"] == placed.headers["location"]
