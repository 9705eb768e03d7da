"""An order on a review that is out of date: nothing is placed, and what differs is told as people say it."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from tests.web.conftest import Today, engine_of
from tests.web.people import order_of, rows, sign_in, token
from widget.services import members
from widget.store import space as spaces
from widget.store.engine import transaction

COLON = "\u00a0: "


class Review:
    """Claire's review of one Zoom license less, and what happens to it meanwhile."""

    def __init__(self, client: TestClient, today: Today, code: str = "fr") -> None:
        self.client, self.today = client, today
        self.engine = engine_of(client)
        sign_in(client, "Claire Martin")
        wish = {"plan": "premium", "users": "12", "zoom_licenses": "3"}
        survey = str(client.post(f"/widget/{code}/change", data=wish, follow_redirects=False).headers["location"])
        self.address = survey.removesuffix("/survey")
        self.token = token(client.get(survey).text)
        page = client.post(survey, data={"token": self.token, "reason": "zoom-unused", "comment": ""}).text
        self.form = order_of(page)

    def sign_in_again(self) -> None:
        sign_in(self.client, "Claire Martin")
        self.token = token(self.client.get(f"{self.address}/survey").text)

    def order(self, form: dict[str, str] | None = None) -> tuple[int, str]:
        """Send the form of the review as it was first seen, or another; the token is that of the session."""
        sent = (form or self.form) | {"token": self.token}
        answer = self.client.post(f"{self.address}/order", data=sent, follow_redirects=False)
        return answer.status_code, answer.text

    def write(self, statement: str) -> None:
        with transaction(self.engine) as connection:
            connection.execute(text(statement))

    def deactivate(self, name: str) -> None:
        with transaction(self.engine) as connection:
            people = {each.name: each.id for each in spaces.members(connection, "atelier-nord", "active")}
        members.set_active(
            self.engine,
            space_id="atelier-nord",
            actor_id=people["Claire Martin"],
            member_ids=[people[name]],
            active=False,
            now=self.today(),
        )


@pytest.fixture
def review(client: TestClient, today: Today) -> Review:
    return Review(client, today)


def test_somebody_was_deactivated_meanwhile(review: Review) -> None:
    review.deactivate("Karim Benali")

    status, page = review.order()

    assert status == 409
    assert "Quelque chose a changé depuis votre vérification. Rien n’a été commandé." in page
    assert rows(page) == [("Utilisateurs actifs et invitations", "12", "11")]


def test_what_differs_is_announced_as_every_refusal_is(review: Review, client: TestClient) -> None:
    first = client.get(f"{review.address}/review").text
    review.deactivate("Karim Benali")

    _, page = review.order()

    assert "<title>Erreur\u00a0: Vérifiez votre modification" in page
    assert re.findall(r'<div class="([^"]+)" role="alert" tabindex="-1" autofocus', page) == ["sw-note sw-blocked"]
    assert ("<title>Vérifiez votre modification" in first, "autofocus" in first) == (True, False)


def test_a_review_kept_by_an_earlier_release_is_told_to_be_out_of_date(review: Review) -> None:
    # What it promised holds a field that is gone by now, and differs in nothing that can be shown.
    kept = "$." + review.form["agreed"] + ".retired"
    review.write(f"UPDATE draft SET reviewed = json_set(reviewed, '{kept}', 1)")  # noqa: S608 -- our own fingerprint

    status, page = review.order()

    assert status == 409
    assert "<title>Erreur\u00a0: Vérifiez votre modification" in page
    assert rows(page) == [("Quelqu’un d’autre a modifié l’abonnement", "", "")]


def test_somebody_was_added_meanwhile_and_the_way_to_the_surplus_is_shown(review: Review) -> None:
    review.write("UPDATE member SET state = 'active' WHERE name = 'Zoé Perrin'")

    status, page = review.order()

    assert status == 409
    assert rows(page) == [("Utilisateurs actifs et invitations", "12", "13")]
    assert f'href="{review.address}/members"' in page
    assert "Passer commande" not in page


def test_somebody_else_ordered_meanwhile(review: Review, client: TestClient) -> None:
    wish = {"plan": "ultimate", "users": "14", "zoom_licenses": "4"}
    other = str(client.post("/widget/fr/change", data=wish, follow_redirects=False).headers["location"])
    client.post(other.replace("/review", "/order"), data=order_of(client.get(other).text))

    status, page = review.order()

    assert status == 409
    before, now = {name: each for name, *each in rows(page)}["En service"]
    assert (before, now) == (
        "Premium, 12\u00a0utilisateurs, 4\u00a0licences Zoom",
        "Ultimate, 14\u00a0utilisateurs, 4\u00a0licences Zoom",
    )
    assert ("Tarif") in [name for name, *_ in rows(page)]


def test_the_day_changed_meanwhile(client: TestClient, today: Today) -> None:
    today.instant = datetime(2026, 11, 30, 22, 55, tzinfo=UTC)
    review = Review(client, today)
    today.instant = datetime(2026, 11, 30, 23, 5, tzinfo=UTC)  # past midnight in the space's zone

    status, page = review.order()

    assert status == 409
    assert rows(page) == [
        ("Jour de la commande", "30\u00a0novembre 2026", "1er\u00a0décembre 2026"),
        (f"Licences Zoom{COLON}applicable à partir du", "30\u00a0novembre 2026", "1er\u00a0décembre 2026"),
    ]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_price_book_and_the_policy_changed_meanwhile(client: TestClient, today: Today, code: str) -> None:
    today.instant = datetime(2026, 10, 31, 22, 55, tzinfo=UTC)
    review = Review(client, today, code)
    today.instant = datetime(2026, 10, 31, 23, 5, tzinfo=UTC)

    status, page = review.order()

    assert status == 409
    told = {name: tuple(each) for name, *each in rows(page)}
    assert (
        told[{"fr": "Tarif de référence", "en": "Price book"}[code]]
        == {
            "fr": ("en vigueur depuis le 1er\u00a0novembre 2025", "en vigueur depuis le 1er\u00a0novembre 2026"),
            "en": ("in force since 1 November 2025", "in force since 1 November 2026"),
        }[code]
    )
    assert (
        told[{"fr": "Tarif", "en": "Fee"}[code]]
        == {
            "fr": (
                "2\u202f960,00\u00a0€ par an, puis 2\u202f670,00\u00a0€ par an à partir du 8\u00a0mai 2027",
                "3\u202f120,00\u00a0€ par an, puis 2\u202f820,00\u00a0€ par an à partir du 8\u00a0mai 2027",
            ),
            "en": (
                "€2,960.00 per year, then €2,670.00 per year from 8 May 2027",
                "€3,120.00 per year, then €2,820.00 per year from 8 May 2027",
            ),
        }[code]
    )


def test_nothing_is_told_as_the_code_holds_it(client: TestClient, today: Today) -> None:
    today.instant = datetime(2026, 10, 31, 22, 0, tzinfo=UTC)
    review = Review(client, today)
    review.deactivate("Karim Benali")
    today.instant = datetime(2027, 4, 20, 9, 0, tzinfo=UTC)  # past the deadline: one term later
    review.sign_in_again()

    told = rows(review.order()[1])

    assert ("Date à confirmer", "aucun", "8\u00a0mai 2028") in told
    assert [row for row in told if re.search(r"\d{4}-\d{2}|None|[a-z]_[a-z]|[\[{]", " ".join(row))] == []


def test_a_contract_locked_meanwhile_is_told_as_such_and_nothing_is_placed(review: Review) -> None:
    review.write("UPDATE space SET locked = true WHERE id = 'atelier-nord'")

    status, page = review.order()

    assert status == 409
    assert "Un contrat verrouillé ne peut pas être modifié ici" in page
    assert "Quelque chose a changé" not in page


def test_what_was_shown_again_can_be_ordered(review: Review) -> None:
    review.deactivate("Karim Benali")
    _, page = review.order()

    assert review.order(order_of(page))[0] == 303


def test_what_another_tab_was_shown_meanwhile_was_not_seen_in_this_one(review: Review, client: TestClient) -> None:
    review.deactivate("Karim Benali")
    other_tab = client.get(f"{review.address}/review").text

    status, page = review.order()

    assert status == 409
    assert rows(page) == [("Utilisateurs actifs et invitations", "12", "11")]
    assert review.order(order_of(other_tab))[0] == 303


@pytest.mark.parametrize("agreed", ["", "0" * 64, "version", "x" * 10_000])
def test_an_order_that_names_no_review_that_was_shown_leads_to_the_review(
    review: Review, client: TestClient, agreed: str
) -> None:
    sent = review.form | {"agreed": agreed}

    answer = client.post(f"{review.address}/order", data=sent, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{review.address}/review")
    assert "Premium, 12\u00a0utilisateurs, 4\u00a0licences Zoom" in client.get("/widget/fr/change").text


def test_a_draft_reviewed_before_reviews_had_fingerprints_is_reviewed_again(review: Review, client: TestClient) -> None:
    kept = '{"version": 1, "on": "2026-11-24", "lines": [{}]}'
    review.write(f"UPDATE draft SET reviewed = '{kept}'")  # noqa: S608 -- a text of this test

    assert review.order()[0] == 303  # to the review: see above
    assert "4\u00a0licences Zoom" in client.get("/widget/fr/change").text
    assert review.order(order_of(client.get(f"{review.address}/review").text))[0] == 303
    assert client.get("/widget/fr/change").text.count("3\u00a0licences Zoom") > 0
