"""What machines read of the built site: JSON-LD, the feeds and robots.txt."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from widget.helpcentre.pages import HOME, Page, read
from widget.helpcentre.structured import changed, json_ld
from widget.settings import ROOT

PAGES = read(ROOT / "docs")
EACH_PAGE = [page for twins in PAGES.values() for page in twins.values()]
HOST = "https://help.example"
ATOM = "{http://www.w3.org/2005/Atom}"


def graph(site: Path, page: Page) -> dict[str, Any]:
    html = (site / page.path.strip("/") / "index.html").read_text(encoding="utf-8")
    (found,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {each["@type"]: each for each in json.loads(found)["@graph"]}


@pytest.mark.parametrize("page", EACH_PAGE, ids=lambda page: page.file)
def test_each_article_says_what_it_is_and_where_it_stands(site: Path, page: Page) -> None:
    found = graph(site, page)

    article = found["TechArticle"]
    assert (article["headline"], article["inLanguage"]) == (page.title, page.language)
    assert article["mainEntityOfPage"] == HOST + page.path
    trail = [each["item"] for each in found["BreadcrumbList"]["itemListElement"]]
    home = f"{HOST}/{page.language}/"
    assert trail == [home] if page.key == HOME else [home, HOST + page.path]


def test_the_steps_of_an_article_are_a_how_to_in_its_words(site: Path) -> None:
    steps = [each["text"] for each in graph(site, PAGES["downgrade"]["fr"])["HowTo"]["step"]]

    assert len(steps) == 5
    assert steps[1] == "Allez dans l’onglet Abonnement."


def test_nothing_in_a_title_ends_the_script_element() -> None:
    page = replace(PAGES["downgrade"]["en"], title="</script><b>&amp;")

    written = json_ld(page, PAGES[HOME]["en"], "", HOST)

    assert "<" not in written
    assert json.loads(written)["@graph"][0]["headline"] == "</script><b>&amp;"


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_feed_of_a_language_has_its_articles_at_addresses_that_exist(site: Path, code: str) -> None:
    feed = ElementTree.fromstring((site / code / "feed.xml").read_text(encoding="utf-8"))  # noqa: S314 -- our own

    links = [str(each.find(f"{ATOM}link").get("href")) for each in feed.iter(f"{ATOM}entry")]  # type: ignore[union-attr]
    assert sorted(links) == sorted(HOST + twins[code].path for key, twins in PAGES.items() if key != HOME)
    for link in links:
        assert (site / link.removeprefix(HOST).strip("/") / "index.html").exists()


def test_the_feed_begins_with_what_changed_last() -> None:
    old = {code: replace(page, reviewed=page.reviewed.replace(year=2020)) for code, page in PAGES["cancel"].items()}

    order = [page.key for page in changed({**PAGES, "cancel": old}, "fr")]

    assert order[-1] == "cancel"
    assert len(order) == len(PAGES) - 1


def test_robots_are_led_to_the_sitemap(site: Path) -> None:
    assert f"Sitemap: {HOST}/sitemap.xml" in (site / "robots.txt").read_text(encoding="utf-8").splitlines()
