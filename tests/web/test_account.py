"""What a signed-in person sees of their own space: a locked contract, a late notice, a limit."""

import html
import json
import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.web.conftest import Today, engine_of
from tests.web.people import order_of, token
from tests.web.test_receipt import ordered
from widget.catalogue import DATA
from widget.domain.plan import Level
from widget.panels import LESS, MORE, sample
from widget.services import sign_in
from widget.store import space as spaces
from widget.store.engine import transaction


def enter(client: TestClient, today: Today, space_id: str) -> None:
    """Sign in as the administrator of any space, as an identity provider would."""
    engine = engine_of(client)
    with transaction(engine) as connection:
        people = [each for each in spaces.members(connection, space_id, "active") if each.is_administrator]
    session_id = sign_in.begin(engine, space_id=space_id, member_id=people[0].id, now=today())
    assert session_id
    client.cookies.set("session", session_id)


def test_a_locked_contract_shows_closed_fields_and_whom_to_write_to(client: TestClient, today: Today) -> None:
    enter(client, today, "signed-contract")

    page = client.get("/widget/fr/change").text

    assert "Ce contrat est verrouillé" in page
    assert "support@workspace.example" in page
    mail = urlsplit(html.unescape(re.findall(r'href="(mailto:[^"]+)"', page)[-1]))
    about = parse_qs(mail.query)
    assert mail.path == "support@workspace.example"
    assert about["subject"] == ["Modification de l’abonnement, espace Grand Contrat, référence signed-contract-1"]
    assert about["body"] == ["Espace\u00a0: Grand Contrat\nRéférence\u00a0: signed-contract-1\n\n"]
    assert page.count(" disabled") == 6
    assert "Choisissez un plan ou changez un nombre" not in page
    assert '<div class="sw-panel" aria-live="off" hidden>' in page
    proposed = client.get("/widget/fr/change?users=150").text
    assert "Ces valeurs vous ont été proposées" not in proposed
    assert "Un contrat verrouillé ne peut pas être modifié ici" in proposed
    assert "data-live" not in proposed  # closed fields ask for no result, and no script fills them
    wish = {"plan": "ultimate", "users": "150", "zoom_licenses": "40"}
    assert client.post("/widget/fr/change", data=wish).status_code == 403


def test_a_decrease_under_a_contract_that_is_locked_meanwhile_is_not_undone(client: TestClient) -> None:
    receipt = ordered(client)
    page = client.get(receipt).text
    undo = page.split('action="/widget/fr/undo/')[1].split('"')[0]
    with transaction(engine_of(client)) as connection:
        connection.execute(text("UPDATE space SET locked = true WHERE id = 'atelier-nord'"))

    answer = client.post(f"/widget/fr/undo/{undo}", data={"token": token(page)})

    said = html.unescape(answer.text)
    assert answer.status_code == 409
    assert "Ce contrat est verrouillé" in said
    assert "Écrivez à support@workspace.example au sujet de l’espace Atelier Nord, référence atelier-nord-2." in said
    assert "Premium, 10\u00a0utilisateurs" in client.get("/widget/fr/change").text
    for each in (receipt, "/widget/fr/change"):
        assert "/undo/" not in client.get(each).text


def test_a_late_decrease_names_its_cost_and_needs_its_own_tick(client: TestClient, today: Today) -> None:
    enter(client, today, "late-notice")
    wish = {"plan": "premium", "users": "10", "zoom_licenses": "5"}
    survey = client.post("/widget/en/change", data=wish, follow_redirects=False).headers["location"]
    answer = {"token": token(client.get(survey).text), "reason": "unsaid"}
    review = client.post(survey, data=answer).text

    assert "I understand that the lower price starts on 9 December 2027" in html.unescape(" ".join(review.split()))
    assert "€1,600.00" in review
    said = html.unescape(review)
    assert "Get a quote" in said
    assert "write to support@workspace.example before you order, about the space" in said
    (mail,) = re.findall(r'href="mailto:support@workspace\.example\?subject=([^"&]+)', said)
    assert unquote(mail).endswith("reference late-notice-1")
    order = client.post(survey.replace("/survey", "/order"), data=order_of(review))
    assert order.status_code == 422
    assert "Tick the box that confirms the date of the lower price." in order.text


def test_a_plan_that_is_too_small_names_its_limit_and_the_plans_that_fit(client: TestClient, today: Today) -> None:
    enter(client, today, "solo")

    page = client.get("/widget/fr/change/result?plan=free&users=9").text

    assert "Avec le plan Gratuit, le nombre d’utilisateurs est d’au plus 3" in page
    assert "Plans possibles\u00a0: Essential, Premium, Ultimate." in page


def test_every_demo_space_opens(client: TestClient, today: Today) -> None:
    spaces = [each["id"] for each in json.loads((DATA / "demo.json").read_text("utf-8"))["spaces"]]

    for space_id in spaces:
        enter(client, today, space_id)
        assert client.get("/widget/en/change").status_code == 200, space_id


@pytest.mark.parametrize("sent", [{"on": "2027-03-15"}, {"in_users": "20", "interval": "year"}])
def test_fields_of_the_example_are_said_to_count_no_more_once_somebody_is_signed_in(
    client: TestClient, today: Today, sent: dict[str, str]
) -> None:
    enter(client, today, "atelier-nord")
    wish = {"plan": "premium", "users": "13", "zoom_licenses": "4"}

    form = client.post("/widget/en/change", data=wish | sent, follow_redirects=False)
    live = client.get("/widget/en/change/result", params=wish | sent)
    again = client.post("/widget/en/change", data=wish, follow_redirects=False)

    for answer in (form, live):
        assert answer.status_code == 422
        assert "You are signed in: the example no longer counts" in answer.text
    assert 'name="users" value="13"' in form.text
    assert again.status_code == 303


@pytest.mark.parametrize("example", [LESS, MORE], ids=["of fewer users", "of more users"])
def test_the_example_sent_by_somebody_signed_in_shows_what_it_asks_of_their_own_subscription(
    client: TestClient, today: Today, example: Level
) -> None:
    enter(client, today, "full-house")  # Essential, 5 users, 1 Zoom license
    untouched = sample(example).fields()

    one_less = client.post("/widget/en/change", data=untouched | {"users": "4"})
    nothing = client.post("/widget/en/change", data=untouched)

    page = html.unescape(" ".join(one_less.text.split()))
    assert one_less.status_code == 422
    assert "You are signed in: the example no longer counts" in page
    assert "You ask for fewer users (4) than there are active users and invitations (5)" in page
    assert chosen(one_less.text) == ("essential", "4", "1")
    assert chosen(nothing.text) == ("essential", "5", "1")
    assert "there is nothing to change" in nothing.text


def test_an_example_with_a_number_that_cannot_be_read_is_no_wish_either(client: TestClient, today: Today) -> None:
    enter(client, today, "full-house")  # Essential, 5 users, 1 Zoom license

    sent = client.post("/widget/en/change", data=sample(LESS).fields() | {"users": "four"})

    assert "You are signed in: the example no longer counts" in sent.text
    assert "Number of users: write a whole number in digits" in sent.text
    assert chosen(sent.text) == ("essential", "four", "1")


def test_the_days_of_the_example_are_those_of_the_example_for_somebody_signed_in_too(
    client: TestClient, today: Today
) -> None:
    days = html.unescape(
        re.findall(r'href="([^"]+/calendar\.ics[^"]*)"', client.get("/widget/en/change/result?users=18").text)[0]
    )
    before = client.get(days).text
    enter(client, today, "full-house")

    assert client.get(days).text == before
    assert "BEGIN:VEVENT" in before


def chosen(page: str) -> tuple[str, ...]:
    """Return the plan, the users and the Zoom licenses that the form shows."""
    plan = re.findall(r'name="plan" value="(\w+)" checked', page)
    return (*plan, *re.findall(r'name="(?:users|zoom_licenses)" value="([^"]*)"', page))
