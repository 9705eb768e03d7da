"""Was this article helpful? One click without JavaScript or cookie, then a comment; what is typed stays text."""

import json
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from widget.services import feedback
from widget.settings import ROOT

FR = "/widget/fr/feedback"


def click(client: TestClient, **fields: str) -> str:
    sent = {"article": "1001", "section": "notice-period", "version": "0a1b2c3d", "helpful": "no"} | fields
    answer = client.post(FR, data=sent, follow_redirects=False)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    return str(answer.headers["location"])


def report(client: TestClient) -> list[str]:
    """Return what `widget feedback` prints."""
    app: Any = client.app
    return feedback.report(app.state.context.engine).splitlines()


def test_one_click_is_kept_and_a_comment_may_follow(client: TestClient) -> None:
    thanks = click(client)
    page = client.get(thanks).text
    assert "Merci de votre réponse" in page
    assert 'href="/fr/abonnement/retrograder/"' in page
    assert "conservé sans nom pendant 365\xa0jours" in page

    after = client.post(thanks, data={"comment": "Il manque un exemple."}).text

    assert "Votre commentaire est conservé" in after
    assert "<textarea" not in after
    assert report(client)[:3] == [
        "1 answers",
        "1001 fr 0a1b2c3d: 0 yes, 1 no",
        "    2026-11-24 no #notice-period: Il manque un exemple.",
    ]


def test_the_form_of_each_article_fits(client: TestClient) -> None:
    index = json.loads((ROOT / "site" / "articles.json").read_text("utf-8"))["articles"]
    for article in [each for each in index if each["key"] != "index"]:
        for code, page in article["languages"].items():
            html = client.get(page["path"]).text
            (form,) = re.findall(r'<form class="hc-feedback".*?</form>', html, re.DOTALL)
            fields = dict(re.findall(r'name="(article|version|section)" value="([^"]*)"', form))
            assert fields == {"article": str(article["number"]), "version": page["version"], "section": ""}
            assert f'action="/widget/{code}/feedback"' in form


@pytest.mark.parametrize("fields", [{"section": "no-such"}, {"section": "<script>"}, {"version": "'; --"}])
def test_a_section_or_version_that_is_none_is_not_kept(client: TestClient, fields: dict[str, str]) -> None:
    click(client, **fields)

    assert next(iter(fields.values())) not in "\n".join(report(client))


@pytest.mark.parametrize(
    "fields",
    [
        {"article": "999999"},
        {"article": "abc"},
        {"article": ""},
        {"article": "9" * 5000},
        {"helpful": "maybe"},
        {"x": "1"},
    ],
)
def test_an_answer_that_cannot_be_read_is_told_and_not_kept(client: TestClient, fields: dict[str, str]) -> None:
    sent = {"article": "1001", "section": "", "version": "", "helpful": "yes"} | fields

    answer = client.post(FR, data=sent, follow_redirects=False)

    assert answer.status_code == 422
    assert "n’a pas pu être lue" in answer.text
    assert report(client)[0] == "0 answers"


@pytest.mark.parametrize("text", ["a" * 2001, "a" * 10_000, "bell\x07", "\x1b[2J"])
def test_a_comment_too_long_or_unprintable_goes_back_to_its_writer(client: TestClient, text: str) -> None:
    thanks = click(client)

    answer = client.post(thanks, data={"comment": text}, follow_redirects=False)

    assert answer.status_code == 422
    assert text[:50] in answer.text
    assert "Il y a un problème" in answer.text
    assert len(report(client)) == 3


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</textarea><b>x"])
def test_a_comment_never_becomes_markup(client: TestClient, text: str) -> None:
    thanks = click(client)

    refused = client.post(thanks, data={"comment": text + "a" * 2000}, follow_redirects=False).text
    client.post(thanks, data={"comment": text})

    for page in (refused, client.get(thanks).text):
        assert text not in page
        (ours,) = re.findall("<script[^>]*>", page)
        assert re.fullmatch(r'<script async src="/widget/static/language\.js\?v=[0-9a-f]{8}">', ours)
    assert text in report(client)[2]


def test_an_unknown_answer_has_no_page_and_a_huge_body_is_refused(client: TestClient) -> None:
    assert client.get(f"{FR}/unknown").status_code == 404
    assert client.post(f"{FR}/unknown", data={"comment": "x"}).status_code == 404
    assert client.post(FR, data={"article": "1" * 70_000}).status_code == 413
    assert client.get(FR).status_code == 405


def test_more_answers_than_a_person_has_are_refused(client: TestClient) -> None:
    statuses = [
        client.post(FR, data={"article": "1001", "helpful": "yes"}, follow_redirects=False).status_code
        for _ in range(40)
    ]

    assert statuses[0] == 303
    assert statuses[-1] == 429


def test_a_form_of_another_site_keeps_nothing(client: TestClient) -> None:
    sent = {"article": "1001", "helpful": "yes"}

    assert client.post(FR, data=sent, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_search_without_a_result_is_counted_in_words_and_one_with_a_result_is_not(client: TestClient) -> None:
    for words in ("xyzzyx imprimante", "résilier", "claire@atelier.example"):
        answer = client.post("/widget/fr/searches", data={"words": words})
        assert (answer.status_code, answer.content) == (204, b"")
        assert "set-cookie" not in answer.headers

    assert report(client) == ["0 answers", "1 searches without a result", "fr     1 xyzzyx imprimante"]


def test_the_index_says_where_such_searches_are_counted(client: TestClient) -> None:
    assert client.get("/fr/search-index.json").headers["search-misses"] == "/widget/fr/searches"
