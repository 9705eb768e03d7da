"""A space of 3 000 users: found by name, ticked by the hundred, confirmed and deactivated in parts that fit a form."""

import html
import re
from typing import cast

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.web.conftest import Today
from tests.web.people import surplus, token
from widget.services import sign_in
from widget.store import space as spaces
from widget.store.engine import reading
from widget.web.body import MAX_BODY
from widget.web.context import Context
from widget.web.members import MOST

SPACE = "three-thousand"


@pytest.fixture
def members(client: TestClient, today: Today) -> str:
    """The address of the list, for Dana, who asks for 1 000 users where 3 000 are active."""
    context: Context = cast(Starlette, client.app).state.context
    with reading(context.engine) as connection:
        dana = next(each for each in spaces.members(connection, SPACE, "active") if each.is_administrator)
    session = sign_in.begin(context.engine, space_id=SPACE, member_id=dana.id, now=today())
    assert session is not None
    client.cookies.set("session", session)
    wish = {"plan": "ultimate", "users": "1000", "zoom_licenses": "300"}
    return str(client.post("/widget/en/change", data=wish, follow_redirects=False).headers["location"])


def ticked(page: str) -> list[str]:
    return re.findall(r'name="member" value="([0-9a-f]+)" checked', page)


def counts(page: str) -> str:
    found = re.search(r"Shown: ([0-9,]+) / ([0-9,]+)\. Ticked: ([0-9,]+)\.", html.unescape(page))
    assert found
    return " ".join(found.groups())


def test_a_page_shows_as_many_as_one_form_may_send(client: TestClient, members: str) -> None:
    page = client.get(members).text

    assert counts(page) == "250 2,999 0"
    assert len(surplus(page)) == MOST
    assert len(page.encode()) < 150_000
    sent = "".join(f"&member={each}&sure={each}" for each in surplus(page))
    assert len(sent) < MAX_BODY / 2


def test_somebody_is_found_by_name_and_what_was_ticked_stays_ticked(client: TestClient, members: str) -> None:
    page = client.get(members).text
    two = surplus(page)[:2]

    found = client.post(members, data={"token": token(page), "member": two, "find": "DANA.", "act": "find"}).text
    other = client.post(members, data={"token": token(page), "member": two, "find": "User 1234", "act": "find"}).text

    assert ticked(found) == two == surplus(found)
    assert ticked(other) == two
    assert len(surplus(other)) == 3
    assert 'value="User 1234"' in other


def test_a_name_that_nobody_has_leaves_the_search_open(client: TestClient, members: str) -> None:
    page = client.get(members).text

    answer = client.post(members, data={"token": token(page), "find": "Zzz", "act": "find"})

    assert "Nobody has this name or address." in answer.text
    assert 'name="find" value="Zzz"' in answer.text


@pytest.mark.parametrize(
    ("typed", "message"),
    [("x" * 10_000, "this text is too long"), ("bell\x07", "characters that cannot be printed")],
    ids=["10 000 characters", "control characters"],
)
def test_a_wrong_search_is_named_by_its_field_and_stays_with_the_list_and_the_ticks(
    client: TestClient, members: str, typed: str, message: str
) -> None:
    page = client.get(members).text
    two = surplus(page)[:2]

    answer = client.post(members, data={"token": token(page), "member": two, "find": typed, "act": "find"})

    assert answer.status_code == 422
    assert answer.text.count(message) == 2
    assert f'name="find" value="{typed}"' in answer.text
    assert (ticked(answer.text), len(surplus(answer.text))) == (two, MOST)


def test_hundreds_are_ticked_confirmed_name_by_name_and_deactivated_and_the_wish_is_kept(
    client: TestClient, members: str
) -> None:
    page = client.get(members).text
    one = surplus(page)[9:10]

    filled = client.post(members, data={"token": token(page), "member": one, "act": "oldest"}).text
    confirmation = client.post(members, data={"token": token(page), "member": ticked(filled)}).text
    boxes = re.findall(r'type="checkbox" name="sure" value="([0-9a-f]+)">', confirmation)
    sent = {"token": token(page), "member": boxes, "confirmed": "1"}
    without = client.post(members, data=sent)
    done = client.post(members, data=sent | {"sure": boxes})

    assert sorted(ticked(filled)) == sorted(surplus(page)) == sorted(boxes)
    assert surplus(confirmation) == []
    assert (without.status_code, "Tick at least one name" in without.text) == (422, True)
    assert len(confirmation.encode()) < 150_000
    assert "(1,000) than there are active users and invitations (2,750): deactivate 1,750 first" in html.unescape(
        done.text
    )
    assert counts(done.text) == "250 2,749 0"


def test_more_at_once_than_a_page_holds_are_refused_by_the_field_with_the_ticks_kept(
    client: TestClient, members: str
) -> None:
    context: Context = cast(Starlette, client.app).state.context
    with reading(context.engine) as connection:
        everybody = [each.id for each in spaces.members(connection, SPACE, "active") if not each.is_administrator]
    page = client.get(members).text

    answer = client.post(members, data={"token": token(page), "member": everybody[: MOST + 1]})

    assert answer.status_code == 422
    assert html.unescape(answer.text).count("At most 250 people at a time.") == 2
    assert len(ticked(answer.text)) == MOST + 1
