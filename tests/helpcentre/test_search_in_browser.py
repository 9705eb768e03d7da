"""Readers find the right article from the words they use: a table of real queries, typed in Chromium."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from widget.helpcentre.pages import read
from widget.helpcentre.search import words
from widget.settings import ROOT
from widget.web import search

PAGES = read(ROOT / "docs")
QUERIES: dict[str, dict[str, list[str]]] = tomllib.loads((Path(__file__).parent / "queries.toml").read_text("utf-8"))
TYPE_ALL = """async (queries) => {
  const input = document.querySelector("#hc-q");
  return queries.map((query) => {
    input.value = query;
    input.dispatchEvent(new Event("input"));
    return [...document.querySelectorAll(".hc-results a")].map((link) => link.getAttribute("href"));
  });
}"""


def table(code: str) -> list[tuple[str, str]]:
    """Return each query of a language with the path of the article expected."""
    return [(query, PAGES[key][code].path) for key, queries in QUERIES[code].items() for query in queries]


@pytest.fixture(scope="module", params=["fr", "en"])
def found(
    request: pytest.FixtureRequest, chromium: Browser, address: str
) -> Iterator[tuple[str, dict[str, list[str]]]]:
    """The results of every query of a language, as the page lists them."""
    code: str = request.param
    page = chromium.new_page(base_url=address)
    page.goto(f"/{code}/?q=plan")
    expect(page.locator(".hc-results a").first).to_be_visible()
    queries = [query for query, _ in table(code)]
    yield code, dict(zip(queries, page.evaluate(TYPE_ALL, queries), strict=True))
    page.close()


def test_nineteen_queries_of_twenty_have_their_article_first_and_all_in_the_first_three(
    found: tuple[str, dict[str, list[str]]],
) -> None:
    code, results = found
    paths = {query: [link.partition("#")[0] for link in links] for query, links in results.items()}

    second = [query for query, path in table(code) if paths[query][:1] != [path]]
    beyond = [query for query, path in table(code) if path not in paths[query][:3]]

    assert len(results) >= 40
    assert beyond == []
    assert len(second) <= len(results) / 20, second


def test_the_search_for_support_tools_ranks_as_the_page_does(
    found: tuple[str, dict[str, list[str]]], site: Path
) -> None:
    code, results = found
    finder = search.load(site, code)

    for query, links in results.items():
        ranked = [f"{each.path}#{each.section}" if each.section else each.path for each in finder.find(query)]
        assert ranked[: len(links)] == links, query


@pytest.mark.parametrize(
    ("code", "query", "link"),
    [
        ("fr", "durée du préavis pour réduire", "/fr/abonnement/retrograder/#notice-period"),
        ("fr", "sauvegarde avant d’annuler", "/fr/abonnement/annuler/#backup"),
        ("fr", "rétrograder", "/fr/abonnement/retrograder/"),
        ("en", "upgrade invoice", "/en/subscription/upgrade/#upgrade-invoice"),
        ("en", "who can change the subscription", "/en/subscription/downgrade/#admin-only"),
    ],
)
def test_a_result_leads_to_the_section_that_matches_best(page: Page, code: str, query: str, link: str) -> None:
    page.goto(f"/{code}/?q={query}")

    expect(page.locator(".hc-results a").first).to_have_attribute("href", link)


def test_synonyms_find_each_other_in_both_directions(site: Path) -> None:
    for code in ("fr", "en"):
        finder = search.load(site, code)
        for group in words().synonyms[code]:
            for phrase in group:
                meant = finder.words(" ".join(group))
                assert set(meant) <= set(finder.words(phrase)) | finder.meaning(phrase).keys(), (phrase, group)


def test_what_is_searched_never_runs_as_code(page: Page) -> None:
    asked = '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>'
    page.goto("/en/")
    page.locator("#hc-q").fill(asked + " cancel")

    expect(page.locator(".hc-results a").first).to_be_visible()
    assert page.locator(".hc-results img, .hc-results script").count() == 0
    assert page.evaluate("window.ran") is None


@pytest.mark.parametrize(
    "query", ["\x00\x1b[2J", "l'", "’’’", "constructor __proto__ toString", "a" * 10_000, "plan " * 2_000]
)
def test_no_query_breaks_the_search(page: Page, site: Path, query: str) -> None:
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto("/fr/?q=plan")
    expect(page.locator(".hc-results a").first).to_be_visible()

    links = page.evaluate(TYPE_ALL, [query])[0]

    assert failures == []
    assert [each.path for each in search.load(site, "fr").find(query)][: len(links)] == [
        link.partition("#")[0] for link in links
    ]


def test_the_index_holds_what_the_search_needs_and_no_word_twice(site: Path) -> None:
    for code in ("fr", "en"):
        index = json.loads((site / code / "search-index.json").read_text("utf-8"))
        assert sorted(index) == ["articles", "stop", "synonyms"]
        assert sorted(index["articles"][0]) == ["id", "sections", "summary", "synonyms", "title", "weight"]
