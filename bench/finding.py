"""The table of queries in our search and in stock Material's, on the same articles, and the size of the index."""

import tomllib
from contextlib import suppress
from pathlib import Path

import brotli
from playwright.sync_api import Browser, Error, Page, expect, sync_playwright

from bench.site import _build, _serving, stock_sources
from tests.chromium import launch
from widget.helpcentre import pages
from widget.settings import ROOT
from widget.web import search

Row = tuple[str, str, str]
QUERIES = ROOT / "tests" / "helpcentre" / "queries.toml"
#: How long stock Material's worker may take to answer a query, in milliseconds.
WORKER = 1200


def rows(folder: Path) -> list[Row]:
    """Return first and in-the-first-three of both searches by language, and the bytes of each index."""
    table = tomllib.loads(QUERIES.read_text(encoding="utf-8"))
    stock = stock_sources(folder / "stock-search")
    _build(stock)
    found = []
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        for code, expected in table.items():
            queries = [(query, key) for key, each in expected.items() for query in each]
            ours, theirs = _ours(code, queries), _theirs(browser, stock / "site", code, queries)
            figure = f"{_told(ours)}, stock Material {_told(theirs)}"
            found.append((f"{len(queries)} queries, {code}: first, in the first three", figure, "95 %, 100 %"))
            index = (ROOT / "site" / code / "search-index.json").read_bytes()
            packed = len(brotli.compress(index))
            found.append((f"search index, {code}, loaded at first use", f"{packed / 1000:.1f} KB brotli", "-"))
        browser.close()
    index = (stock / "site" / "search" / "search_index.json").read_bytes()
    packed = len(brotli.compress(index))
    found.append(
        ("search index of stock Material, both languages, on each cold page", f"{packed / 1000:.1f} KB brotli", "-")
    )
    return found


def _told(ranks: list[int]) -> str:
    first, three = (sum(0 < rank <= most for rank in ranks) for most in (1, 3))
    return f"{first / len(ranks):.0%} and {three / len(ranks):.0%}"


def _rank(links: list[str], wanted: str) -> int:
    return links.index(wanted) + 1 if wanted in links else 0


def _ours(code: str, queries: list[tuple[str, str]]) -> list[int]:
    # Ranks as in the page, which a test holds equal to this.
    finder, articles = search.load(ROOT / "site", code), pages.read(ROOT / "docs")
    return [_rank([each.path for each in finder.find(query)], articles[key][code].path) for query, key in queries]


def _theirs(browser: Browser, site: Path, code: str, queries: list[tuple[str, str]]) -> list[int]:
    prefix = "/" if code == "fr" else f"/{code}/"
    with _serving(site) as (address, _):
        page = browser.new_page()
        page.goto(address + prefix, wait_until="networkidle")
        ranks = [_rank(_stock_links(page, query), f"{prefix}{key}/") for query, key in queries]
        page.close()
    return ranks


def _stock_links(page: Page, query: str) -> list[str]:
    box, shown = page.locator("[data-md-component=search-query]"), page.locator(".md-search-result__item")
    # The worker answers late on a busy machine: what was asked before must be gone, then something must come.
    box.fill("", force=True)
    box.dispatch_event("keyup")  # what the theme listens to
    expect(shown).to_have_count(0, timeout=5 * WORKER)
    box.fill(query, force=True)
    box.dispatch_event("keyup")
    with suppress(Error):  # nothing came: nothing was found
        shown.first.wait_for(state="attached", timeout=WORKER)
    paths = page.evaluate(
        "[...document.querySelectorAll('.md-search-result__item > a.md-search-result__link')].map((a) => a.pathname)"
    )
    return list(dict.fromkeys(paths))
