"""The demo says on each of its pages that it is one, and its invented people find back to where they came from."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from widget.app import create_app
from widget.settings import Smtp

SAID = {
    "fr": "Démonstration\N{NO-BREAK SPACE}: données d’exemple, personnes inventées.",
    "en": "Demonstration: sample data, invented people.",
}


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/fr/", "fr"),
        ("/fr/abonnement/retrograder/", "fr"),
        ("/en/subscription/downgrade/", "en"),
        ("/widget/fr/change", "fr"),
        ("/widget/en/change", "en"),
        ("/widget/en/support", "en"),
        ("/widget/en/mailbox", "en"),
        ("/widget/signin?next=/fr/", "fr"),
        ("/fr/rien/", "fr"),
        ("/en/nothing/", "en"),
        ("/widget/fr/rien", "fr"),
        ("/widget/en/orders/unknown", "en"),
    ],
)
def test_each_page_says_that_it_is_a_demo_in_its_language(client: TestClient, address: str, code: str) -> None:
    assert client.get(address).text.count(SAID[code]) == 1


@pytest.mark.parametrize("address", ["/en/", "/widget/en/change", "/widget/en/nothing"])
def test_a_demo_leads_to_its_mail_unless_a_server_takes_it(client: TestClient, address: str) -> None:
    context = client.app.state.context  # type: ignore[attr-defined]  # a Starlette application
    away = create_app(replace(context.settings, smtp=Smtp("127.0.0.1", 2525, "none", "", "")), context.engine)

    assert 'href="/widget/en/mailbox"' in client.get(address).text
    with TestClient(away, base_url="http://127.0.0.1") as other:
        told = other.get(address).text
        assert (SAID["en"] in told, "/widget/en/mailbox" in told) == (True, False)


def test_the_mailbox_is_empty_while_its_folders_are_being_made(client: TestClient) -> None:
    folder: Path = client.app.state.context.settings.maildir  # type: ignore[attr-defined]  # a Starlette application
    (folder / "tmp").mkdir(parents=True)

    assert client.get("/widget/fr/mailbox").status_code == 200


@pytest.mark.parametrize(
    ("left", "other"),
    [
        ("/widget/fr/space", "/widget/en/space"),
        ("/widget/fr/quotes?page=2", "/widget/en/quotes?page=2"),
        ("/fr/abonnement/retrograder/#here", "/en/subscription/downgrade/#here"),
        ("", "/widget/en/change"),
    ],
)
def test_another_language_at_the_sign_in_keeps_the_page_that_was_left(
    client: TestClient, left: str, other: str
) -> None:
    page = client.get("/widget/signin", params={"next": left}, headers={"Accept-Language": "fr"}).text

    assert re.findall(r'<a href="([^"]*)" lang="en"', page) == [other]


@pytest.mark.parametrize(
    ("role", "asked", "led_to"),
    [
        ("support", "/widget/fr/support?q=pr%C3%A9avis", "/widget/fr/support?q=pr%C3%A9avis"),
        ("support", "/en/subscription/downgrade/", "/en/subscription/downgrade/"),
        ("support", "/widget/en/change", "/widget/en/desk"),
        ("support", "/widget/en/team", "/widget/en/desk"),
        ("support", "", "/widget/en/desk"),
        ("team", "/widget/fr/team/outbox", "/widget/fr/team/outbox"),
        ("team", "https://elsewhere.example/", "/widget/en/team"),
    ],
)
def test_the_vendors_own_people_come_back_to_the_page_they_left_where_it_is_theirs(
    client: TestClient, role: str, asked: str, led_to: str
) -> None:
    client.headers["accept-language"] = "en"
    answer = client.post("/widget/signin", data={"person": f"demo-{role}", "next": asked}, follow_redirects=False)

    assert answer.headers["location"] == led_to
