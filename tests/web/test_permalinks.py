"""Links in tickets, as the service answers: in the language forced, chosen or of the browser, with all they say."""

import json
from urllib.parse import urljoin, urlsplit

import pytest
from starlette.testclient import TestClient

from tests.raw import raw_get
from widget.settings import ROOT
from widget.web.security import safe_next

FR, EN = "/fr/abonnement/retrograder/", "/en/subscription/downgrade/"
GERMAN_THEN_ENGLISH = {"Accept-Language": "de, en;q=0.5, fr;q=0.1"}


def leads(client: TestClient, address: str, **headers: str) -> str:
    answer = client.get(address, headers={"Accept-Language": "fr"} | headers, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["vary"] == "Accept-Language, Cookie"
    return str(answer.headers["location"])


def test_a_link_leads_to_the_language_of_the_browser(client: TestClient) -> None:
    assert leads(client, "/a/1001/") == FR
    assert leads(client, "/a/1001/", **GERMAN_THEN_ENGLISH) == EN
    assert leads(client, "/a/1001/", **{"Accept-Language": "ja"}) == FR


@pytest.mark.parametrize("cookie", ["language", "__Secure-language"])
def test_the_choice_made_before_goes_before_the_browser_and_the_link_before_both(
    client: TestClient, cookie: str
) -> None:
    client.cookies.set(cookie, "en")

    assert leads(client, "/a/1001/") == EN
    assert leads(client, "/a/1001/?lang=fr") == FR
    assert leads(client, "/a/1001/?lang=de") == EN


@pytest.mark.parametrize("address", ["/a/1001/notice-period", "/a/1001/notice-period/"])
def test_a_section_is_reached_with_and_without_the_last_slash(client: TestClient, address: str) -> None:
    assert leads(client, address) == f"{FR}#notice-period"


def test_proposed_values_go_along_and_the_language_does_not(client: TestClient) -> None:
    values = "plan=premium&users=12&zoom_licenses=4"

    assert leads(client, f"/a/1001/here/?lang=en&{values}") == f"{EN}?{values}#here"
    assert leads(client, f"/a/1001/?{values}&lang=en") == f"{EN}?{values}"
    assert leads(client, "/?lang=en&q=notice") == "/en/?q=notice"


@pytest.mark.parametrize(
    "address",
    ["/a/999999/", "/a/abc/", "/a/", "/a/1001/nothing/", "/a/1001/notice-period/more/", "/a/01001/", "/a/1001%2F../"],
)
@pytest.mark.parametrize(("language", "words"), [("fr", "Il n’y a rien à cette adresse"), ("en", "There is nothing")])
def test_an_unknown_number_is_the_404_of_the_readers_language_with_a_search_box(
    client: TestClient, address: str, language: str, words: str
) -> None:
    answer = client.get(address, headers={"Accept-Language": language}, follow_redirects=False)

    assert answer.status_code == 404
    assert words in answer.text
    assert f'<form class="hc-search" role="search" action="/{language}/"' in answer.text


def test_no_link_leads_off_this_site(client: TestClient) -> None:
    for address in ("/a/1001/?//evil.example", "/a/1001/?x=%0d%0aSet-Cookie:a=b", "/a//evil.example/", "/a/%5Cevil/"):
        answer = client.get(address, follow_redirects=False)
        assert answer.status_code == 404 or answer.headers["location"].startswith(f"{FR}?")
        assert "set-cookie" not in answer.headers


#: Of the site itself: what a server takes apart and what a browser takes for another host, each before a real folder.
_STARTS = ("/", "//", "/%2F", "/%2f", "%2F/", "///", "/%2F%2F", "/%5C", "/\\", "%5C%5C", "/%09/", "/%0A/", "/.//")
OFF_THE_SITE = [
    f"{start}evil.example{up}{folder}"
    for start in _STARTS
    for up in ("/../", "%2F..%2F", "/%2e%2e/", "/..//", "/x/../../")
    for folder in ("fr", "fr/abonnement", "", ".", "fr/%2e")
]


def test_no_folder_of_the_site_leads_off_it_however_it_is_written(client: TestClient) -> None:
    answers = {path: raw_get(client, path) for path in OFF_THE_SITE}
    targets = {path: answer.headers["location"] for path, answer in answers.items() if "location" in answer.headers}

    assert {answer.status for answer in answers.values()} == {200, 301, 404}
    assert {path: target for path, target in targets.items() if safe_next(target) != target} == {}
    assert {urlsplit(urljoin("https://here.example/x", target)).netloc for target in targets.values()} == {
        "here.example"
    }


@pytest.mark.parametrize("asked", ["/fr", "/%66r", "/%2Fevil.example%2F..%2Ffr", "//fr", "/x/../fr"])
def test_a_folder_is_reached_without_the_last_slash(client: TestClient, asked: str) -> None:
    answer = raw_get(client, asked)

    assert (answer.status, answer.headers["location"]) == (301, "/fr/")


def test_every_published_address_answers(client: TestClient) -> None:
    known = json.loads((ROOT / "site" / "articles.json").read_text("utf-8"))["permalinks"]

    assert len(known) > 50
    for address, paths in known.items():
        for code, path in paths.items():
            assert leads(client, f"/a/{address}/?lang={code}") == path
