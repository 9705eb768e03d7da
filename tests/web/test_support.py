"""Articles for support tools: found by the readers' words, with links for tickets; bad input is told."""

import pytest
from starlette.testclient import TestClient

ARTICLES = "/widget/api/v1/articles"


def test_an_article_is_found_by_the_words_of_a_reader_with_its_section_and_links(client: TestClient) -> None:
    answer = client.get(ARTICLES, params={"q": "qui peut modifier l'abonnement", "lang": "fr"}).json()

    first = answer["articles"][0]
    assert (answer["language"], first["number"], first["title"]) == ("fr", 1001, "Rétrograder votre abonnement")
    assert first["section"] == "admin-only"
    assert first["links"] == {
        "neutral": "http://127.0.0.1:8000/a/1001/",
        "forced": "http://127.0.0.1:8000/a/1001/?lang=fr",
        "page": "http://127.0.0.1:8000/fr/abonnement/retrograder/",
    }
    (section,) = (each for each in first["sections"] if each["id"] == "admin-only")
    assert section["title"] == "Qui peut modifier l’abonnement"
    assert section["links"]["forced"] == "http://127.0.0.1:8000/a/1001/admin-only/?lang=fr"


def test_every_link_of_every_article_answers(client: TestClient) -> None:
    for code in ("fr", "en"):
        for article in client.get(ARTICLES, params={"lang": code}).json()["articles"]:
            for links in (article["links"], *(each["links"] for each in article["sections"])):
                answer = client.get(links["forced"].removeprefix("http://127.0.0.1:8000"), follow_redirects=False)
                assert answer.headers["location"] == links["page"].removeprefix("http://127.0.0.1:8000")


def test_without_words_every_article_is_listed_by_number(client: TestClient) -> None:
    numbers = [each["number"] for each in client.get(ARTICLES).json()["articles"]]

    assert numbers == sorted(set(numbers))
    assert numbers[:3] == [1001, 1002, 1003]


def test_the_language_is_asked_for_or_the_readers(client: TestClient) -> None:
    assert client.get(ARTICLES, headers={"Accept-Language": "en"}).json()["language"] == "en"
    assert client.get(ARTICLES, params={"lang": "fr"}, headers={"Accept-Language": "en"}).json()["language"] == "fr"


def test_a_support_tool_gets_the_ranking_of_the_search_box(client: TestClient) -> None:
    found = client.get(ARTICLES, params={"q": "résilier", "lang": "fr"}).json()["articles"]

    assert found[0]["number"] == 1003
    assert client.get(ARTICLES, params={"q": "xyzzyx", "lang": "fr"}).json()["articles"] == []


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("lang=de", {"lang": "not_one_of"}),
        ("lang=fr&lang=en", {"lang": "repeated"}),
        ("q=" + "a" * 201, {"q": "text_too_long"}),
        ("q=" + "a" * 10_000 + "&lang=xx&page=2", {"q": "text_too_long", "lang": "not_one_of", "page": "unknown"}),
    ],
)
def test_bad_input_is_told_field_by_field(client: TestClient, query: str, wrong: dict[str, str]) -> None:
    answer = client.get(f"{ARTICLES}?{query}")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert {each["field"]: each["code"] for each in answer.json()["errors"]} == wrong


@pytest.mark.parametrize("query", ["%00%1b%5B2J", "<script>alert(1)</script>", "%F0%9F%92%A9", "'\"`;--", "%ff%fe"])
def test_no_text_breaks_the_search(client: TestClient, query: str) -> None:
    answer = client.get(f"{ARTICLES}?q={query}&lang=fr")

    assert answer.status_code == 200
    assert "script" not in answer.text
