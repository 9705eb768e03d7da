"""The personal sentence: an administrator's own figures, for nobody else, and kept nowhere."""

from datetime import date

import pytest
from starlette.testclient import TestClient

from tests.builders import a_subscription
from tests.web.people import sign_in
from widget import catalogue, languages
from widget.panels import yours


@pytest.mark.parametrize(
    ("name", "code", "lead", "text"),
    [
        (
            "Claire Martin",
            "fr",
            "Votre abonnement :",
            "Premium, 12 utilisateurs, 4 licences Zoom, pour 3 120,00 € par an. Renouvellement le 8 mai 2027 ; pour "
            "payer moins à partir de ce jour, commandez au plus tard le 8 avril 2027, ce jour compris.",
        ),
        (
            "Claire Martin",
            "en",
            "Your subscription:",
            "Premium, 12 users, 4 Zoom licenses, for €3,120.00 per year. Renewal on 8 May 2027; to pay less from that "
            "day, order by 8 April 2027, that day included.",
        ),
        (
            "Olivia Hughes",
            "en",
            "Your subscription:",
            "Premium, 8 users, 2 Zoom licenses, for €188.00 per month. There is no notice: a lower price starts on "
            "1 December 2026.",
        ),
    ],
)
def test_an_administrator_reads_their_own_figures(
    client: TestClient, name: str, code: str, lead: str, text: str
) -> None:
    sign_in(client, name)

    answer = client.get(f"/widget/{code}/yours")

    said = {key: value.replace("\u00a0", " ").replace("\u202f", " ") for key, value in answer.json().items()}
    assert said == {"lead": lead, "text": text}
    assert answer.headers["content-language"] == code


def test_after_the_notice_deadline_the_sentence_says_so() -> None:
    late = a_subscription(term_start=date(2026, 7, 1))

    said = yours(late, on=date(2027, 6, 2), terms=catalogue.load(), language=languages.load()["fr"])

    assert "la date limite de préavis, le 1er juin 2027, est passée" in said
    assert "un tarif plus bas attend le renouvellement suivant." in said


@pytest.mark.parametrize("name", [None, "Karim Benali"])
def test_nobody_else_reads_any(client: TestClient, name: str | None) -> None:
    if name:
        sign_in(client, name)

    answer = client.get("/widget/fr/yours")

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("name", [None, "Claire Martin"])
def test_the_answer_is_kept_nowhere(client: TestClient, name: str | None) -> None:
    if name:
        sign_in(client, name)

    headers = client.get("/widget/fr/yours").headers

    assert (headers["cache-control"], headers["vary"]) == ("no-store", "Cookie")


@pytest.mark.parametrize(
    ("address", "french", "english"),
    [
        ("/policy", "/fr/regles/", "/en/rules/"),
        ("/price-book", "/fr/facturation/prix-et-plans/", "/en/billing/prices-and-plans/"),
    ],
)
def test_the_rules_and_the_prices_have_neutral_addresses(
    client: TestClient, address: str, french: str, english: str
) -> None:
    for language, path in (("fr", french), ("en", english)):
        for each in (address, f"{address}/"):
            answer = client.get(each, headers={"Accept-Language": language}, follow_redirects=False)
            assert (answer.status_code, answer.headers["location"]) == (302, path)
    assert client.get(f"{address}?lang=en", follow_redirects=False).headers["location"] == english
