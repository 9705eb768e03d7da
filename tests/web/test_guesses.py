"""The one address that nobody signs in for is a secret: a space's calendar. It is neither guessed nor kept."""

import os
import re
import secrets
from collections import Counter
from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.services.conftest import contents
from tests.web.conftest import engine_of
from tests.web.people import sign_in, token
from widget.services.limits import WINDOWS, Limit
from widget.store.engine import transaction
from widget.store.tables import calendar_feed

#: `make drill DRILL=cases` tries ten thousand.
GUESSES = int(os.environ.get("TESTS_GUESSES", "500"))


@pytest.fixture
def feed(client: TestClient) -> str:
    """Return the secret address of Harbour Studio's calendar; nobody is signed in any more."""
    sign_in(client, "Olivia Hughes")
    page = client.get("/widget/en/space").text
    told = client.post("/widget/en/space", data={"token": token(page), "act": "calendar"}).text
    client.cookies.clear()
    (found,) = re.findall(r"/widget/calendar/[^<]+\.ics", told)
    return str(found)


def test_guesses_find_nothing_and_the_right_address_still_answers(
    client: TestClient, feed: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("requests", GUESSES)
    before = contents(engine_of(client))

    told = Counter(client.get(f"/widget/calendar/{secrets.token_urlsafe(32)}.ics").status_code for _ in range(GUESSES))

    most = WINDOWS[Limit.GUESS].amount
    assert told == {404: most, 429: GUESSES - most}
    after = contents(engine_of(client))
    assert {name for name, rows in after.items() if rows != before[name]} == {"rate_limit"}
    assert client.get(feed).status_code == 200


def test_what_is_nearly_the_address_is_as_unknown_as_what_never_was_and_as_what_was_taken_back(
    client: TestClient, feed: str
) -> None:
    secret = feed.removeprefix("/widget/calendar/").removesuffix(".ics")
    near = [
        secret[:-1],
        secret.swapcase(),
        f"{secret}a",
        f"{secret[:-1]}-",
        secret.replace(secret[0], "_", 1),
        "%",
        "x" * 43,
    ]

    answers = [client.get(f"/widget/calendar/{each}.ics") for each in near]
    with transaction(engine_of(client)) as connection:
        connection.execute(calendar_feed.delete())
    answers.append(client.get(feed))

    assert {each.status_code for each in answers} == {404}
    assert len({re.sub(each.headers["x-request-id"], "", each.text) for each in answers}) == 1


def test_the_address_is_256_bits_of_chance_and_only_its_hash_is_kept(client: TestClient) -> None:
    sign_in(client, "Olivia Hughes")
    page = client.get("/widget/en/space").text
    found = set()
    for _ in range(100):
        told = client.post("/widget/en/space", data={"token": token(page), "act": "calendar"}).text
        found |= set(re.findall(r"/widget/calendar/([\w-]{43})\.ics", told))

    assert len(found) == 100
    assert all(len({each[place] for each in found}) > 32 for place in range(42))  # of 64 signs; the last has 4 bits
    assert not [each for each in found if each in str(contents(engine_of(client)))]


def test_to_read_it_changes_nothing_and_nobody_keeps_or_lists_it(client: TestClient, feed: str) -> None:
    before = contents(engine_of(client))

    got, head = client.get(feed), client.head(feed)

    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    for each in (got, head):
        assert (each.headers["cache-control"], each.headers["x-robots-tag"]) == ("no-store", "noindex")
        assert (each.headers["referrer-policy"], "set-cookie" in each.headers) == ("no-referrer", False)
    assert contents(engine_of(client)) == before
