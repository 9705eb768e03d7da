"""The agents' page: find, choose, read what the customer will read, copy; in both languages, without JavaScript."""

import html
import re

import pytest
from starlette.testclient import TestClient

HERE = "http://127.0.0.1:8000"


def copies(page: str) -> list[str]:
    return [html.unescape(each) for each in re.findall(r"<textarea id=[^>]*readonly>(.*?)</textarea>", page, re.DOTALL)]


@pytest.mark.parametrize("address", ["/support", "/support/"])
def test_the_address_leads_to_the_agents_language_with_what_was_chosen(client: TestClient, address: str) -> None:
    answer = client.get(f"{address}?q=notice", headers={"Accept-Language": "en"}, follow_redirects=False)

    assert answer.headers["location"] == "/widget/en/support?q=notice"


def test_an_agent_finds_an_article_in_the_customers_language(client: TestClient) -> None:
    page = client.get("/widget/en/support", params={"q": "résilier", "lang": "fr"}).text

    assert "<title>Links for tickets</title>" in page
    first = re.findall(r'<ul lang="fr"><li><a href="([^"]*)">([^<]*)</a>', page)[0]
    assert first[1].startswith("Annuler votre abonnement")
    assert "article=1003" in first[0]


def test_before_anything_is_asked_every_article_can_be_chosen(client: TestClient) -> None:
    page = client.get("/widget/fr/support?lang=en").text

    assert page.count("<li><a href=") == 17
    assert '?q=&amp;lang=en&amp;article=1001&amp;section=">Downgrade your subscription</a>' in page


def test_the_link_of_a_section_is_there_as_text_markdown_and_html(client: TestClient) -> None:
    page = client.get("/widget/fr/support?lang=en&article=1001&section=notice-period").text

    link = f"{HERE}/a/1001/notice-period/?lang=en"
    assert copies(page) == [
        f"Downgrade your subscription – The notice period\n{link}",
        f"[Downgrade your subscription – The notice period]({link})",
        f'<a href="{link}">Downgrade your subscription – The notice period</a>',
    ]


def test_the_agent_reads_the_sentences_of_the_customer_for_the_values_proposed(client: TestClient) -> None:
    wish = "plan=premium&users=15&zoom_licenses=4&on=2027-03-15"

    page = client.get(f"/widget/en/support?lang=fr&article=1001&section=here&values=1&{wish}").text
    customer = client.get(f"/widget/fr/change/result?{wish}", headers={"Accept": "text/html;fragment=1"}).text

    said = re.findall(r'data-say="([^"]*)"', customer)
    assert said
    assert said == re.findall(r'data-say="([^"]*)"', page)
    assert copies(page)[0].endswith("/a/1001/here/?lang=fr&plan=premium&users=15&zoom_licenses=4")
    assert "active_users" not in copies(page)[0]


@pytest.mark.parametrize("typed", ["1000", "1 000", "1\u202f000", "1\u00a0000", " 1000 "])
def test_a_number_is_proposed_as_it_was_read_however_it_was_typed(client: TestClient, typed: str) -> None:
    asked = {"lang": "fr", "article": "1001", "section": "here", "values": "1", "users": typed}

    page = client.get("/widget/fr/support", params=asked).text

    assert copies(page)[0].endswith("/a/1001/here/?lang=fr&plan=premium&users=1000&zoom_licenses=4")


@pytest.mark.parametrize(("article", "users"), [("1001", 15), ("1002", 25)])
def test_each_article_proposes_at_first_what_it_shows_itself(client: TestClient, article: str, users: int) -> None:
    page = client.get(f"/widget/fr/support?lang=fr&article={article}&section=here&values=1").text

    (link,) = re.findall(r"/a/1\d+/here/\S*", copies(page)[0])
    assert link == f"/a/{article}/here/?lang=fr&plan=premium&users={users}&zoom_licenses=4"
    shown = client.get(f"/fr/abonnement/{'retrograder' if article == '1001' else 'mettre-a-niveau'}/").text
    assert f'name="users" value="{users}"' in shown


def test_values_are_proposed_only_where_the_agent_says_so_and_the_article_takes_them(client: TestClient) -> None:
    for query in ("article=1001&users=15", "article=1003&values=1&users=15"):
        assert "users" not in copies(client.get(f"/widget/fr/support?lang=fr&{query}").text)[0]


def test_a_wrong_value_is_told_and_gives_no_link(client: TestClient) -> None:
    answer = client.get("/widget/fr/support?article=1001&values=1&users=abc")

    assert answer.status_code == 422
    assert "écrivez un nombre entier" in answer.text
    assert copies(answer.text) == []


@pytest.mark.parametrize(
    "query",
    [
        "article=999999",
        "article=abc",
        "article=" + "9" * 5000,
        "lang=xx&article=1001",
        "section=%3Cscript%3E&article=1001",
    ],
)
def test_a_choice_that_is_none_is_passed_over(client: TestClient, query: str) -> None:
    answer = client.get(f"/widget/fr/support?{query}")

    assert answer.status_code == 200
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\x00\x1b[2J", "a" * 10_000]
)
def test_what_is_searched_never_becomes_markup(client: TestClient, text: str) -> None:
    page = client.get("/widget/fr/support", params={"q": text}).text

    assert f'value="{text}"' not in page
    assert "<img" not in page
