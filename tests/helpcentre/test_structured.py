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
    assert (site / article["image"].removeprefix(HOST).strip("/")).exists()
    trail = [each["item"] for each in found.get("BreadcrumbList", {"itemListElement": []})["itemListElement"]]
    assert trail == ([] if page.key == HOME else [f"{HOST}/{page.language}/", HOST + page.path])


def test_the_steps_of_an_article_are_a_how_to_in_its_words(site: Path) -> None:
    steps = [each["text"] for each in graph(site, PAGES["downgrade"]["fr"])["HowTo"]["step"]]

    assert len(steps) == 5
    assert steps[1] == "Allez dans l’onglet Abonnement."


def test_a_section_headed_by_a_question_is_read_with_its_answer(site: Path) -> None:
    (asked,) = graph(site, PAGES["users"]["fr"])["FAQPage"]["mainEntity"]

    assert asked["name"] == "Supprimer plutôt que désactiver ?"
    assert asked["acceptedAnswer"]["text"].startswith("Un utilisateur supprimé passe dans la liste")
    assert asked["acceptedAnswer"]["text"].endswith("Pour une absence, désactiver suffit.")
    assert "FAQPage" not in graph(site, PAGES["downgrade"]["fr"])


def test_nothing_in_a_title_ends_the_script_element() -> None:
    page = replace(PAGES["downgrade"]["en"], title="</script><b>&amp;")

    written = json_ld(page, PAGES[HOME]["en"], "", HOST)

    assert "<" not in written
    assert json.loads(written)["@graph"][0]["headline"] == "</script><b>&amp;"


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_feed_of_a_language_has_its_articles_at_addresses_that_exist(site: Path, code: str) -> None:
    feed = ElementTree.fromstring((site / code / "feed.xml").read_text(encoding="utf-8"))  # noqa: S314 -- our own

    links = [each.get("href", "") for each in feed.iterfind(f"{ATOM}entry/{ATOM}link")]
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


#: RFC 4287 and sitemaps.org: what must stand once in each, and how a day and an instant are written there.
DAY, INSTANT = r"\d{4}-\d\d-\d\d", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
LINK = "{http://www.w3.org/1999/xhtml}link"


def words(parent: ElementTree.Element, name: str) -> str:
    """Return the text of the one child of this name: there must be one, and not two."""
    (found,) = parent.findall(name)
    assert found.text
    assert found.text.strip()
    return found.text.strip()


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_feed_is_atom(site: Path, code: str) -> None:
    feed = ElementTree.fromstring((site / code / "feed.xml").read_bytes())  # noqa: S314 -- our own
    entries = feed.findall(f"{ATOM}entry")

    assert (feed.tag, feed.get("{http://www.w3.org/XML/1998/namespace}lang")) == (f"{ATOM}feed", code)
    assert all(words(feed, f"{ATOM}{name}") for name in ("id", "title"))
    assert [words(each, f"{ATOM}name") for each in feed.findall(f"{ATOM}author")] == [words(feed, f"{ATOM}title")]
    dates = [words(each, f"{ATOM}updated") for each in entries]
    assert all(re.fullmatch(INSTANT, each) for each in dates)
    assert words(feed, f"{ATOM}updated") == max(dates)
    identities = [words(each, f"{ATOM}id") for each in entries]
    assert len(set(identities)) == len(identities) == len(PAGES) - 1
    assert all(each.startswith(f"{HOST}/a/") for each in identities)
    assert [each.get("href") for each in feed.findall(f"{ATOM}link") if each.get("rel") == "self"] == [
        f"{HOST}/{code}/feed.xml"
    ]


def test_the_sitemap_says_of_each_page_once_where_it_is_when_it_changed_and_which_are_its_translations(
    site: Path,
) -> None:
    sitemap = ElementTree.fromstring((site / "sitemap.xml").read_bytes())  # noqa: S314 -- our own
    twins = {}
    for each in sitemap:
        assert each.tag == f"{SITEMAP}url"
        assert re.fullmatch(DAY, words(each, f"{SITEMAP}lastmod"))
        links = {str(link.get("hreflang")): str(link.get("href")) for link in each.findall(LINK)}
        twins[words(each, f"{SITEMAP}loc")] = links

    assert sitemap.tag == f"{SITEMAP}urlset"
    assert len(twins) == len(sitemap) == len(EACH_PAGE)
    for place, links in twins.items():
        assert sorted(links) == ["en", "fr", "x-default"]
        assert place in links.values()
        assert all(twins[other] == links for name, other in links.items() if name != "x-default")


@pytest.mark.parametrize("page", EACH_PAGE, ids=lambda page: page.file)
def test_the_structured_data_has_what_is_asked_of_each_thing(site: Path, page: Page) -> None:
    found = graph(site, page)

    items = found.get("BreadcrumbList", {"itemListElement": []})["itemListElement"]
    assert [each["position"] for each in items] == list(range(1, len(items) + 1))
    assert all(
        each["name"] and (site / each["item"].removeprefix(HOST).strip("/") / "index.html").exists() for each in items
    )
    steps = found.get("HowTo", {"step": []})["step"]
    assert [each["position"] for each in steps] == list(range(1, len(steps) + 1))
    assert all(each["text"] for each in steps)
