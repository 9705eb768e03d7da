"""Sessions in the pages: the cookies, an expiry that loses nothing, a new proof before an order, the places."""

import html
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Today
from tests.web.people import HTML, order_of, sign_in, token
from tests.web.test_journey import to_review
from widget.store.session import hashed

WISH = {"plan": "premium", "users": "12", "zoom_licenses": "3"}
#: What the form of one's own subscription sends along.
OWN = {"own": "1"}
TO_THE_WISH = "/widget/signin?next=%2Fwidget%2Ffr%2Fchange%3Fplan%3Dpremium%26users%3D12%26zoom_licenses%3D3%26own%3D1"


def test_the_cookie_of_a_session_is_out_of_reach_of_scripts_and_other_sites(client: TestClient) -> None:
    page = client.get("/widget/signin").text
    person = re.findall(r'name="person" value="([0-9a-f]+)"', page)[0]

    answer = client.post("/widget/signin", data={"person": person, "next": ""}, follow_redirects=False)

    first, second = answer.headers.get_list("set-cookie")
    assert re.fullmatch(r"session=[A-Za-z0-9_-]{43}; HttpOnly; Path=/; SameSite=lax", first)
    assert second == "signed_in=1; Path=/; SameSite=lax"


def test_an_id_that_somebody_else_chose_signs_nobody_in(client: TestClient) -> None:
    client.cookies.set("session", "planted-by-somebody-else")
    sign_in(client, "Claire Martin")

    ids = [each.value for each in client.cookies.jar if each.name == "session"]

    assert "planted-by-somebody-else" not in [each for each in ids if len(each or "") == 43]
    client.cookies.clear()
    client.cookies.set("session", "planted-by-somebody-else")
    assert client.get("/widget/fr/sessions", follow_redirects=False).status_code == 303


def test_a_copied_cookie_signs_nobody_in_after_sign_out(client: TestClient) -> None:
    sign_in(client, "Claire Martin")
    copied = client.cookies["session"]

    left = client.post("/widget/signout", follow_redirects=False)

    assert (left.status_code, left.headers["clear-site-data"]) == (303, '"cache"')
    client.cookies.set("session", copied)
    assert "Claire Martin" not in client.get("/widget/fr/change").text


def test_after_half_an_hour_the_review_is_found_again_as_it_was(client: TestClient, today: Today) -> None:
    review = to_review(client)
    page = client.get(review).text
    today.instant += timedelta(minutes=31)

    sent = client.post(review.replace("/review", "/order"), data=order_of(page), follow_redirects=False)

    assert sent.headers["location"].startswith("/widget/signin?next=%2Fwidget%2Ffr%2Fchange%2F")
    people = client.get(sent.headers["location"]).text
    claire = re.findall(r'name="person" value="([0-9a-f]+)"', people)[0]
    then = re.search(r'name="next" value="([^"]*)"', people)
    assert then is not None
    back = client.post("/widget/signin", data={"person": claire, "next": then[1]}, follow_redirects=False)
    assert back.headers["location"] == review
    again = client.get(review).text
    assert "Premium, 10\u00a0utilisateurs" in again
    placed = client.post(review.replace("/review", "/order"), data=order_of(again), follow_redirects=False)
    assert "/orders/" in placed.headers["location"]


def test_a_wish_typed_before_the_expiry_is_there_after_signing_in_again(client: TestClient, today: Today) -> None:
    sign_in(client, "Claire Martin")
    today.instant += timedelta(minutes=31)

    sent = client.post("/widget/fr/change", data=WISH | OWN, follow_redirects=False)

    assert sent.headers["location"] == TO_THE_WISH


def test_who_signed_out_in_another_tab_reads_no_example_in_place_of_their_own_subscription(client: TestClient) -> None:
    sign_in(client, "Claire Martin")
    page = client.get("/widget/fr/change", params=WISH).text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split('class="sw-form"')[1])) | WISH
    live = re.search(r'data-live="([^"]+)"', page)
    days = re.search(r'href="([^"]+/calendar\.ics[^"]*)"', page)
    assert live
    assert days
    client.post("/widget/signout", follow_redirects=False)

    panel = client.get(live[1], params=form, headers={"Accept": "text/html;fragment=1"})
    calendar = client.get(html.unescape(days[1]), follow_redirects=False)
    sent = client.post("/widget/fr/change", data=form, follow_redirects=False)

    assert panel.status_code == 401
    assert "Votre session est terminée" in panel.text
    assert f'href="{TO_THE_WISH}"' in panel.text
    assert "€" not in panel.text
    assert [each.headers["location"] for each in (calendar, sent)] == [TO_THE_WISH] * 2


def test_after_the_expiry_the_example_is_calculated_as_for_anybody(client: TestClient, today: Today) -> None:
    sign_in(client, "Claire Martin")
    today.instant += timedelta(minutes=31)
    example = dict(re.findall(r'name="(\w+)" value="([^"]*)"', client.get("/widget/fr/change").text)) | WISH
    example["users"] = "16"

    sent = client.post("/widget/fr/change", data=example)

    assert sent.status_code == 200
    assert "Ceci est un essai avec un exemple" in sent.text
    assert "calendar.ics" in sent.text


def test_what_one_typed_before_the_expiry_is_not_called_proposed_by_a_link(client: TestClient, today: Today) -> None:
    sign_in(client, "Claire Martin")
    today.instant += timedelta(minutes=31)
    led = client.post("/widget/fr/change", data=WISH | OWN, follow_redirects=False).headers["location"]
    sign_in(client, "Claire Martin")

    page = client.get(parse_qs(urlsplit(led).query)["next"][0]).text

    assert 'name="users" value="12"' in page
    assert '<p class="sw-note sw-proposed" hidden>' in page


def test_a_very_long_query_is_left_behind_and_the_page_is_not(client: TestClient) -> None:
    led = client.get("/widget/fr/space", params={"utm_source": "é" * 200}, follow_redirects=False).headers["location"]
    page = client.get(led).text
    claire, then = (
        re.findall(r'name="person" value="([0-9a-f]+)"', page)[0],
        re.search(r'name="next" value="(.*?)"', page),
    )
    assert then

    back = client.post("/widget/signin", data={"person": claire, "next": then[1]}, follow_redirects=False)

    assert back.headers["location"] == "/widget/fr/space"


def test_the_element_is_told_to_sign_in_again_with_a_link(client: TestClient, today: Today) -> None:
    sign_in(client, "Claire Martin")
    today.instant += timedelta(minutes=31)

    answer = client.post("/widget/fr/change", data=WISH | OWN, headers={"Accept": "text/html;fragment=1"})

    assert answer.status_code == 401
    assert "Connectez-vous de nouveau pour continuer" in answer.text
    assert "<html" not in answer.text


def test_an_order_asks_for_a_new_proof_after_a_quarter_of_an_hour(client: TestClient, today: Today) -> None:
    review = to_review(client)
    page = client.get(review).text
    today.instant += timedelta(minutes=16)

    sent = client.post(review.replace("/review", "/order"), data=order_of(page), follow_redirects=False)

    assert sent.headers["location"] == f"/widget/signin?next={review.replace('/', '%2F')}"
    assert client.get(review).status_code == 200  # still signed in: only the order waits


def test_the_places_where_one_is_signed_in_are_listed_and_ended(client: TestClient) -> None:
    client.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    sign_in(client, "Claire Martin")
    first = client.cookies["session"]
    client.cookies.clear()
    client.headers["User-Agent"] = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36 Edg/140.0"
    sign_in(client, "Claire Martin")

    page = client.get("/widget/fr/sessions").text

    assert "Firefox, Linux</th>" in page
    assert "Edge, Windows (celui-ci)</th>" in page
    other = re.search(r'value="([0-9a-f]{64})">Se déconnecter<span class="sw-hidden"> Firefox', page)
    assert other is not None
    form = f"token={token(page)}&session={other[1]}"
    ended = client.post("/widget/fr/sessions", content=form, headers=HTML, follow_redirects=False)
    assert (ended.status_code, ended.headers["location"]) == (303, "/widget/fr/sessions")
    assert "Firefox" not in client.get("/widget/fr/sessions").text
    client.cookies.clear()
    client.cookies.set("session", first)
    assert client.get("/widget/fr/sessions", follow_redirects=False).status_code == 303


def signed_in_twice(client: TestClient) -> tuple[str, str]:
    """Sign Claire in in two browsers, and return the cookie of the first and the page of places in the second."""
    sign_in(client, "Claire Martin")
    first = client.cookies["session"]
    client.cookies.clear()
    sign_in(client, "Claire Martin")
    return first, client.get("/widget/en/sessions").text


def is_signed_in(client: TestClient, cookie: str) -> bool:
    client.cookies.clear()
    client.cookies.set("session", cookie)
    return bool(client.get("/widget/en/sessions", follow_redirects=False).status_code == 200)


def test_all_other_places_are_ended_at_once(client: TestClient) -> None:
    first, page = signed_in_twice(client)
    here = client.cookies["session"]
    assert "Sign out everywhere else" in page

    ended = client.post(
        "/widget/en/sessions", data={"token": token(page), "others": "1"}, headers=HTML, follow_redirects=False
    )

    assert (ended.status_code, ended.headers["location"]) == (303, "/widget/en/sessions")
    assert "Sign out everywhere else" not in client.get("/widget/en/sessions").text
    assert (is_signed_in(client, first), is_signed_in(client, here)) == (False, True)


def test_to_end_another_place_asks_for_a_new_proof_and_to_leave_this_one_does_not(
    client: TestClient, today: Today
) -> None:
    first, page = signed_in_twice(client)
    here = client.cookies["session"]
    mine, other = hashed(here), hashed(first)
    assert {mine, other} == set(re.findall('value="([0-9a-f]{64})"', page))
    today.instant += timedelta(minutes=16)

    for form in ({"session": other}, {"others": "1"}, {"others": "1", "session": mine}):
        led = client.post("/widget/en/sessions", data={"token": token(page)} | form, follow_redirects=False)
        assert led.headers["location"] == "/widget/signin?next=%2Fwidget%2Fen%2Fsessions"

    assert (is_signed_in(client, first), is_signed_in(client, here)) == (True, True)
    page = client.get("/widget/en/sessions").text
    left = client.post("/widget/en/sessions", data={"token": token(page), "session": mine}, follow_redirects=False)
    assert left.headers["location"] == "/en/"


def test_a_session_of_somebody_else_is_none_of_mine(client: TestClient) -> None:
    sign_in(client, "Karim Benali")
    handle = re.search(r'value="([0-9a-f]{64})"', client.get("/widget/en/sessions").text)
    assert handle is not None
    client.cookies.clear()
    sign_in(client, "Olivia Hughes")
    mine = client.get("/widget/en/sessions").text

    refused = client.post("/widget/en/sessions", data={"token": token(mine), "session": handle[1]})
    without_token = client.post("/widget/en/sessions", data={"session": handle[1]})

    assert (refused.status_code, without_token.status_code) == (404, 403)


@pytest.mark.parametrize("page", ["sessions", "space"])
def test_ones_own_form_of_an_earlier_session_is_said_to_be_too_old_with_the_way_back_to_its_page(
    client: TestClient, page: str
) -> None:
    sign_in(client, "Claire Martin")
    old = token(client.get(f"/widget/en/{page}").text)
    sign_in(client, "Claire Martin")

    answer = client.post(f"/widget/en/{page}", data={"token": old, "others": "1", "act": "calendar"})

    assert answer.status_code == 403
    assert "This form is too old. Reload the page and try again." in answer.text
    assert f'<a href="/widget/en/{page}"' in answer.text
