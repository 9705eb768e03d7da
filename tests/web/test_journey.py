"""The journey of an administrator who reduces the subscription, page by page, with JavaScript off."""

import re
from datetime import UTC, datetime

from starlette.testclient import TestClient

from tests.web.conftest import Today
from tests.web.people import order_of, rows, said, sign_in, surplus, token

WISH = {"plan": "premium", "users": "10", "zoom_licenses": "4"}


def to_members(client: TestClient) -> str:
    sign_in(client, "Claire Martin")
    answer = client.post("/widget/fr/change", data=WISH, follow_redirects=False)
    assert answer.status_code == 303
    return str(answer.headers["location"])


def to_review(client: TestClient) -> str:
    members = to_members(client)
    page = client.get(members).text
    two = surplus(page)[:2]
    client.post(members, data={"token": token(page), "sure": two, "confirmed": "1"}, follow_redirects=False)
    survey = members.replace("/members", "/survey")
    client.post(survey, data={"token": token(client.get(survey).text), "reason": "fewer-people", "comment": "<b>&"})
    return members.replace("/members", "/review")


def test_fewer_users_than_active_leads_to_the_list_least_recently_seen_first(client: TestClient) -> None:
    page = client.get(to_members(client)).text

    assert page.index("Éric Blanc") < page.index("Anne Faure") < page.index("Karim Benali")
    assert "Claire Martin" not in page
    assert "à désactiver d’abord\u00a0: 2" in page


def test_each_name_is_confirmed_before_anybody_is_deactivated(client: TestClient) -> None:
    members = to_members(client)
    page = client.get(members).text
    one = surplus(page)[:1]

    confirmation = client.post(members, data={"token": token(page), "member": one}).text

    assert re.findall(r'name="sure" value="([0-9a-f]+)">', confirmation) == one
    assert "Confirmez chaque nom" in confirmation
    assert len(surplus(client.get(members).text)) == 11


def test_a_name_that_is_not_confirmed_is_left_as_it_is_and_the_rest_goes_on(client: TestClient) -> None:
    members = to_members(client)
    page = client.get(members).text
    kept, confirmed = surplus(page)[:2]

    confirmation = client.post(members, data={"token": token(page), "member": [kept, confirmed]}).text
    sent = {"token": token(confirmation), "member": [kept, confirmed], "sure": confirmed, "confirmed": "1"}
    after = client.post(members, data=sent).text

    assert "required" not in confirmation  # no browser insists on a tick: one name may be left out
    assert "à désactiver d’abord\u00a0: 1" in after
    assert (kept in surplus(after), confirmed in surplus(after)) == (True, False)


def test_the_review_repeats_the_reason_and_the_comment_as_they_were_given(client: TestClient) -> None:
    review = to_review(client)

    given = dict(re.findall(r"<dt>([^<]*)</dt><dd>(.*?) <a href", client.get(review).text))

    assert (given["Raison"], given["Commentaire"]) == ("Moins de personnes travaillent avec nous", "&lt;b&gt;&amp;")


def test_a_deactivation_is_taken_back_until_the_order(client: TestClient) -> None:
    review = to_review(client)
    members = review.replace("/review", "/members")
    page = client.get(members).text
    form = page.split('/activate"')[1].split("</form>")[0]
    (one, *_), own = re.findall(r'name="member" value="([^"]+)"', form), token(page)

    led = client.post(
        f"{review.removesuffix('review')}activate", data={"token": own, "member": one}, follow_redirects=False
    )

    assert (led.status_code, led.headers["location"]) == (303, members)  # one is too many again
    assert "à désactiver d’abord\u00a0: 1" in client.get(members).text
    again = client.post(f"{review.removesuffix('review')}activate", data={"token": own, "member": one})
    assert "à désactiver d’abord\u00a0: 1" in again.text


def test_the_order_is_placed_and_found_again_at_its_own_address(client: TestClient) -> None:
    review = to_review(client)
    order = order_of(client.get(review).text)

    placed = client.post(review.replace("/review", "/order"), data=order, follow_redirects=False)

    receipt = client.get(placed.headers["location"]).text
    assert "Votre commande est passée" in receipt
    assert "8\u00a0mai 2027" in receipt
    state = client.get("/widget/fr/change").text
    assert "Premium, 10\u00a0utilisateurs, 4\u00a0licences Zoom" in state


def test_sending_the_order_twice_answers_the_same_bytes(client: TestClient) -> None:
    review = to_review(client)
    order = order_of(client.get(review).text)
    address = review.replace("/review", "/order")

    first = client.post(address, data=order, follow_redirects=False)
    second = client.post(address, data=order, follow_redirects=False)

    assert (second.status_code, second.headers["location"], second.content) == (
        first.status_code,
        first.headers["location"],
        first.content,
    )


def test_a_key_with_another_body_is_refused(client: TestClient) -> None:
    review = to_review(client)
    order = order_of(client.get(review).text)
    address = review.replace("/review", "/order")
    client.post(address, data=order, follow_redirects=False)

    answer = client.post(address, data=order | {"late_ack": "2030-01-01"}, follow_redirects=False)

    assert answer.status_code == 422


def test_a_review_of_yesterday_is_shown_again_and_nothing_is_placed(client: TestClient, today: Today) -> None:
    today.instant = datetime(2026, 11, 24, 22, 55, tzinfo=UTC)
    review = to_review(client)
    order = order_of(client.get(review).text)
    today.instant = datetime(2026, 11, 24, 23, 5, tzinfo=UTC)  # five past midnight in the space's zone

    answer = client.post(review.replace("/review", "/order"), data=order, follow_redirects=False)

    assert answer.status_code == 409
    assert "Rien n’a été commandé" in answer.text
    assert rows(answer.text) == [
        ("Jour de la commande", "24\u00a0novembre 2026", "25\u00a0novembre 2026"),
        ("Utilisateurs\u00a0: applicable à partir du", "24\u00a0novembre 2026", "25\u00a0novembre 2026"),
    ]
    assert "Premium, 12\u00a0utilisateurs" in client.get("/widget/fr/change").text


def test_a_skipped_survey_is_asked_for(client: TestClient) -> None:
    members = to_members(client)
    page = client.get(members).text
    client.post(members, data={"token": token(page), "sure": surplus(page)[:2], "confirmed": "1"})

    answer = client.get(members.replace("/members", "/review"), follow_redirects=False)

    assert answer.headers["location"].endswith("/survey")


def test_a_pending_decrease_is_undone_and_undoing_twice_is_once(client: TestClient) -> None:
    review = to_review(client)
    order = order_of(client.get(review).text)
    client.post(review.replace("/review", "/order"), data=order)
    page = client.get("/widget/fr/change").text
    undo = page.split('action="/widget/fr/undo/')[1].split('"')[0]

    for _ in range(2):
        answer = client.post(f"/widget/fr/undo/{undo}", data={"token": token(page)}, follow_redirects=False)
        assert answer.status_code == 303

    assert "Premium, 12\u00a0utilisateurs, 4\u00a0licences Zoom" in client.get("/widget/fr/change").text


def send(client: TestClient, review: str, form: dict[str, str]) -> str:
    """Send the form of a review and return where it leads."""
    answer = client.post(review.replace("/review", "/order"), data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def take_back(client: TestClient) -> None:
    page = client.get("/widget/fr/change").text
    undo = page.split('action="/widget/fr/undo/')[1].split('"')[0]
    client.post(f"/widget/fr/undo/{undo}", data={"token": token(page)})


def test_back_at_the_review_of_an_order_that_stands_its_receipt_is_shown(client: TestClient) -> None:
    review = to_review(client)
    receipt = send(client, review, order_of(client.get(review).text))

    back = client.get(review, follow_redirects=False)

    assert (back.status_code, back.headers["location"]) == (303, receipt)
    assert "Votre commande est passée" in client.get(review).text


def test_another_tab_of_an_ordered_review_leads_to_the_same_receipt(client: TestClient) -> None:
    review = to_review(client)
    tabs = [order_of(client.get(review).text) for _ in range(2)]

    assert tabs[0]["key"] != tabs[1]["key"]
    assert send(client, review, tabs[0]) == send(client, review, tabs[1])
    assert client.get("/widget/fr/space").text.count("Votre commande est passée") == 1


def test_what_was_taken_back_is_ordered_again_from_the_same_review(client: TestClient) -> None:
    review = to_review(client)
    first = send(client, review, order_of(client.get(review).text))
    take_back(client)

    page = client.get(review).text
    second = send(client, re.findall(r'action="([^"]+)/order"', page)[0] + "/review", order_of(page))

    assert second != first
    assert "Moins de personnes travaillent avec nous" in page
    assert "Premium, 10\u00a0utilisateurs" in client.get("/widget/fr/change").text
    assert client.get(review, follow_redirects=False).headers["location"] == second


def test_a_form_from_before_the_undo_orders_nothing_and_shows_what_it_would_do_now(client: TestClient) -> None:
    review = to_review(client)
    page = client.get(review).text
    quote = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.rpartition("<form")[2]))
    form = order_of(page)
    send(client, review, form)
    take_back(client)

    shown = send(client, review, form)
    asked = client.post(review.replace("/review", "/quote"), data=quote, follow_redirects=False)

    assert (shown.endswith("/review"), asked.headers["location"]) == (True, shown)
    assert "Passer commande" in client.get(shown).text
    assert "Premium, 12\u00a0utilisateurs, 4\u00a0licences Zoom" in client.get("/widget/fr/change").text
    assert "/quotes/Q-" not in client.get("/widget/fr/quotes").text


def test_a_reason_given_after_an_undo_is_that_of_the_next_order(client: TestClient) -> None:
    review = to_review(client)
    send(client, review, order_of(client.get(review).text))
    take_back(client)
    survey = review.replace("/review", "/survey")

    answer = {"token": token(client.get(survey).text), "reason": "seasonal", "comment": "Jusqu’au printemps"}
    page = client.post(survey, data=answer).text

    assert "Nos besoins changent avec la saison" in page
    assert "Passer commande" in page


def test_an_order_without_the_session_token_is_refused(client: TestClient) -> None:
    review = to_review(client)
    order = order_of(client.get(review).text) | {"token": "another"}

    answer = client.post(review.replace("/review", "/order"), data=order, follow_redirects=False)

    assert answer.status_code == 403
    assert "Premium, 12\u00a0utilisateurs" in client.get("/widget/fr/change").text


def test_a_form_from_another_site_is_refused(client: TestClient) -> None:
    sign_in(client, "Claire Martin")

    answer = client.post("/widget/fr/change", data=WISH, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 403


def test_a_user_sees_why_not_and_whom_to_ask(client: TestClient) -> None:
    sign_in(client, "Karim Benali")

    page = client.get("/widget/fr/change").text

    assert "Vous n’êtes pas administrateur de cet espace" in page
    assert "Claire Martin" in page


def test_another_spaces_order_answers_like_an_unknown_one(client: TestClient) -> None:
    review = to_review(client)
    order = order_of(client.get(review).text)
    placed = client.post(review.replace("/review", "/order"), data=order, follow_redirects=False)
    sign_in(client, "Olivia Hughes")

    other, unknown = (client.get(path) for path in (placed.headers["location"], "/widget/fr/orders/unknown"))

    assert (other.status_code, said(other)) == (unknown.status_code, said(unknown))
    assert other.status_code == 404


def test_an_unknown_page_is_a_404_in_the_language_of_its_address(client: TestClient) -> None:
    french, english = (client.get(path) for path in ("/fr/nulle-part/", "/en/nowhere/"))

    assert (french.status_code, english.status_code) == (404, 404)
    assert ('lang="fr"' in french.text, 'lang="en"' in english.text) == (True, True)


def test_a_comment_of_ten_thousand_characters_is_refused_and_kept(client: TestClient) -> None:
    survey = to_review(client).replace("/review", "/survey")
    comment = "C’est trop. " * 900
    form = {"token": token(client.get(survey).text), "reason": "other", "comment": comment}

    refused = client.post(survey, data=form, follow_redirects=False)

    assert refused.status_code == 422
    assert comment.strip() in refused.text
    assert 'value="other" checked' in refused.text
