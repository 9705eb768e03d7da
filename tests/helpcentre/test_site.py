"""The built site: both languages under their prefix, each page complete and in its own language."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest

from widget.domain.refusal import Rule
from widget.helpcentre.pages import HOME, Page, read
from widget.rendering import asset
from widget.settings import ROOT

PAGES = read(ROOT / "docs")
EACH_PAGE = [page for twins in PAGES.values() for page in twins.values()]
HOST = "https://help.example"


class Reader(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self._foreign = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag in ("script", "style"):
            self._inside.append(tag)

        # A word of another language that says so is no mistake: the switcher, the glossary's other column.
        self._foreign = "lang" in dict(attrs) and tag != "html"

    def handle_endtag(self, tag: str) -> None:
        self._foreign = False
        if tag in self._inside:
            self._inside.remove(tag)

    def handle_data(self, data: str) -> None:
        if not self._inside and not self._foreign:
            self.words.append(data)

    def all(self, tag: str, **attributes: str) -> list[dict[str, str]]:
        """Return the attributes of each such element."""
        return [found for name, found in self.elements if name == tag and attributes.items() <= found.items()]

    @property
    def text(self) -> str:
        """The words a reader meets, also those in labels and titles."""
        said = [
            found[name]
            for _, found in self.elements
            for name in ("title", "aria-label", "placeholder")
            if name in found
        ]
        return " ".join(" ".join([*self.words, *said]).split())


def page_at(site: Path, path: str) -> Reader:
    file = site / path.strip("/") / "index.html" if path.endswith("/") else site / path.strip("/")
    return Reader(file.read_text(encoding="utf-8"))


def html_files(site: Path) -> Iterator[Path]:
    yield from sorted(site.rglob("*.html"))


#: A plain space where French wants a no-break one: before double punctuation and inside its quotation marks.
BREAKS = re.compile(r".{0,30}(?:[\w)»] [:;?!»](?=\s|$)|« ).{0,10}")


@pytest.mark.parametrize("page", [page for page in EACH_PAGE if page.language == "fr"], ids=lambda page: page.file)
def test_no_french_line_begins_with_its_punctuation_neither_in_contents_nor_in_labels(site: Path, page: Page) -> None:
    reader = page_at(site, page.path)
    said = [*reader.words, *(found[name] for _, found in reader.elements for name in ("alt", "title") if name in found)]

    assert said
    assert [found[0] for each in said for found in BREAKS.finditer(each)] == []


@pytest.mark.parametrize("page", EACH_PAGE, ids=lambda page: page.file)
def test_each_article_names_its_address_its_translations_and_its_summary(site: Path, page: Page) -> None:
    built = page_at(site, page.path)

    assert [each["lang"] for each in built.all("html")] == [page.language]
    assert [each["href"] for each in built.all("link", rel="canonical")] == [HOST + page.path]
    twins = PAGES[page.key]
    others = [each for each in built.all("link", rel="alternate") if "hreflang" in each]
    assert {each["hreflang"]: each["href"] for each in others} == {
        "fr": HOST + twins["fr"].path,
        "en": HOST + twins["en"].path,
        "x-default": f"{HOST}/",
    }
    assert [each["content"] for each in built.all("meta", name="description")] == [page.summary]


@pytest.mark.parametrize("page", EACH_PAGE, ids=lambda page: page.file)
def test_the_switcher_leads_to_the_same_article_in_the_other_language(site: Path, page: Page) -> None:
    other = {"fr": "en", "en": "fr"}[page.language]

    links = [each for each in page_at(site, page.path).all("a") if "data-language" in each]

    assert [(each["data-language"], each["href"]) for each in links] == [(other, PAGES[page.key][other].path)]


def test_the_neutral_root_offers_both_languages_without_a_script(site: Path) -> None:
    root = page_at(site, "/")

    assert [(each["href"], each["hreflang"]) for each in root.all("a")] == [("/fr/", "fr"), ("/en/", "en")]
    assert [each["href"] for each in root.all("link", hreflang="x-default")] == [f"{HOST}/"]


@pytest.mark.parametrize(
    ("code", "words"), [("fr", "Il n’y a rien à cette adresse"), ("en", "There is nothing at this address")]
)
def test_each_language_has_its_own_404_page(site: Path, code: str, words: str) -> None:
    missing = page_at(site, f"/{code}/404.html")

    assert missing.all("html")[0]["lang"] == code
    assert words in missing.text
    assert f"/{code}/" in [each["href"] for each in missing.all("a")]


def test_the_sitemap_pairs_the_languages_and_dates_each_article(site: Path) -> None:
    sitemap = (site / "sitemap.xml").read_text(encoding="utf-8")

    entries = re.findall(r"<url><loc>(.*?)</loc><lastmod>(.*?)</lastmod>(.*?)</url>", sitemap)

    assert sorted((place, day) for place, day, _ in entries) == sorted(
        (HOST + page.path, page.reviewed.isoformat()) for page in EACH_PAGE
    )
    assert all(re.findall(r'hreflang="(.*?)"', twins) == ["fr", "en", "x-default"] for _, _, twins in entries)


@pytest.mark.parametrize("page", EACH_PAGE, ids=lambda page: page.file)
def test_related_articles_are_others_in_the_same_language(site: Path, page: Page) -> None:
    html = (site / page.path.strip("/") / "index.html").read_text(encoding="utf-8")
    heading = {"fr": "Articles associés", "en": "Related articles"}[page.language]

    asides = re.findall(r"<aside class=\"hc-related\".*?</aside>", html, re.DOTALL)

    if page.key == HOME:
        assert asides == []
        return
    (aside,) = asides
    assert f">{heading}</h2>" in aside
    links = re.findall(r'href="(.*?)"', aside)
    assert links[: len(page.related)] == [PAGES[key][page.language].path for key in page.related]
    assert 4 <= len(links) == len(set(links)) <= 5
    assert set(links) <= {twins[page.language].path for twins in PAGES.values()}
    assert page.path not in links
    assert all(len(text) <= 162 for text in re.findall(r"<p>(.*?)</p>", aside))


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for file in html_files(site):
        for tag, found in Reader(file.read_text(encoding="utf-8")).elements:
            for name in ("src", "href", "action", "srcset", "poster", "data"):
                host = urlsplit(found.get(name, "")).netloc
                assert host in ("", "help.example"), f"{file}: <{tag} {name}={found[name]}>"


def test_no_page_names_another_for_a_browser_to_fetch_beforehand(site: Path) -> None:
    named = {
        (file.name, found["rel"])
        for file in html_files(site)
        for tag, found in Reader(file.read_text(encoding="utf-8")).elements
        if tag == "link" and {"prev", "next", "prefetch", "prerender"} & set(found["rel"].split())
    }

    assert not named  # Firefox fetches the next page by such a link, which the content policy refuses


def test_the_inline_scripts_are_few_and_the_same_everywhere(site: Path) -> None:
    scripts = {
        script
        for file in html_files(site)
        for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", file.read_text("utf-8"), re.DOTALL)
        if " src=" not in attributes and " type=" not in attributes
    }

    assert len(scripts) <= 4
    for file in html_files(site):
        for tag, found in Reader(file.read_text(encoding="utf-8")).elements:
            assert tag != "style", file
            assert not [name for name in found if name == "style" or name.startswith("on")], file


def test_only_articles_with_the_widget_load_it(site: Path) -> None:
    for page in EACH_PAGE:
        built = page_at(site, page.path)
        loaded = [each for each in built.all("script") if each.get("src") == asset("subscription-widget.js")]
        assert len(loaded) == len(built.all("subscription-widget")) == (1 if page.widget else 0), page.file


@pytest.mark.parametrize(("key", "users", "direction"), [("downgrade", "15", "moins"), ("upgrade", "25", "plus")])
def test_the_example_of_an_article_does_what_the_article_is_about(
    site: Path, key: str, users: str, direction: str
) -> None:
    page = page_at(site, PAGES[key]["fr"].path)

    assert [each["value"] for each in page.all("input") if each.get("name") == "users"] == [users]
    text = (site / PAGES[key]["fr"].path.strip("/") / "index.html").read_text("utf-8")
    assert re.search(rf"€ de {direction}\s+par\s+an", text)


def test_every_link_inside_the_site_leads_somewhere(site: Path) -> None:
    anchors = {
        page.path: {found["id"] for _, found in page_at(site, page.path).elements if "id" in found}
        for page in EACH_PAGE
    }
    for page in EACH_PAGE:
        for link in page_at(site, page.path).all("a"):
            target = urlsplit(urljoin(page.path, link.get("href", "")))
            if target.scheme or target.path.startswith("/widget/"):
                continue
            if target.path.startswith("/a/"):
                assert (site / target.path.strip("/") / "index.html").exists(), f"{page.file}: {link}"
                continue
            assert target.path in anchors, f"{page.file}: {link}"
            assert not target.fragment or target.fragment in anchors[target.path], f"{page.file}: {link}"


def test_the_service_finds_every_article_and_every_rule(site: Path) -> None:
    index = json.loads((site / "articles.json").read_text(encoding="utf-8"))

    assert [(each["number"], each["key"]) for each in index["articles"]] == sorted(
        (twins["fr"].number, key) for key, twins in PAGES.items()
    )
    assert list(index["rules"]) == list(Rule)
    for rule, paths in index["rules"].items():
        for code, place in paths.items():
            path, _, anchor = place.partition("#")
            assert anchor == rule
            assert path.startswith(f"/{code}/")
            assert [found for _, found in page_at(site, path).elements if found.get("id") == rule]


@pytest.mark.parametrize(("code", "word"), [("fr", "renouvellement"), ("en", "renewal")])
def test_the_search_of_a_language_knows_its_articles_only(site: Path, code: str, word: str) -> None:
    entries = json.loads((site / code / "search-index.json").read_text(encoding="utf-8"))["articles"]

    assert [each["id"] for each in entries] == [
        twins[code].path for twins in sorted(PAGES.values(), key=lambda twins: twins[code].number) if twins[code].slug
    ]
    sections = {anchor: text for anchor, _, text in entries[0]["sections"]}
    assert word in sections["notice-period"]
    assert "Premium" in sections["plan-limits"]
    assert "sw-" not in sections["here"]
