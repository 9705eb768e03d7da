"""No page of the site says a word of the other language: titles, navigation, search index, 404, feed, baked widget."""

import json
import re
from pathlib import Path

import pytest

from tests.one_language import foreign_in_text, foreign_words, parted_numbers

CODES = ("fr", "en")
#: The glossary gives each term in the other language too, in a column that says so on the page.
TERMS = {"fr": "Les termes de ce centre d’aide", "en": "The terms of this help center"}


def texts(value: object) -> list[str]:
    """Return every text of a JSON value that is no address and no anchor."""
    if isinstance(value, str):
        return [] if re.fullmatch(r"[a-z0-9-]+|/.*", value) else [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for each in inside for text in texts(each)]


@pytest.mark.parametrize("code", CODES)
def test_no_page_says_a_word_of_the_other_language(site: Path, code: str) -> None:
    pages = sorted((site / code).rglob("*.html"))

    told = {str(each.relative_to(site)): foreign_words(each.read_text(encoding="utf-8"), code) for each in pages}

    assert len(pages) > 16
    assert {page: words for page, words in told.items() if words} == {}


def test_no_french_page_parts_a_number_from_its_noun(site: Path) -> None:
    pages = sorted((site / "fr").rglob("*.html"))

    told = {str(each.relative_to(site)): parted_numbers(each.read_text(encoding="utf-8")) for each in pages}

    assert len(pages) > 16
    assert {page: parted for page, parted in told.items() if parted} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("15 utilisateurs, 4\u00a0licences Zoom", ["15 utilisateurs"]),
        ("le 1er avril 2027 et le 30 juin 2027", ["1er avril", "30 juin"]),
        ("3\u202f600,00 € par an, 20 % de moins", ["3\u202f600,00 €", "20 %"]),
        ("18 au lieu de 20, en 2027 aussi, 31/03/2027 compris", []),
    ],
)
def test_what_a_line_may_part_is_found(text: str, found: list[str]) -> None:
    assert parted_numbers(f"<p>{text}</p>") == found


@pytest.mark.parametrize("code", CODES)
def test_the_search_index_and_the_feed_say_none_either(site: Path, code: str) -> None:
    index = json.loads((site / code / "search-index.json").read_text(encoding="utf-8"))
    feed = re.sub(r"<[^>]+>", " ", (site / code / "feed.xml").read_text(encoding="utf-8"))
    feed = re.sub(r"https?://\S+", " ", feed)

    said = [text for text in texts(index) if TERMS[code] not in text]
    assert len(said) > 100
    assert {text: found for text in said if (found := foreign_in_text(text, code))} == {}
    assert foreign_in_text(feed, code) == []


@pytest.mark.parametrize(
    ("html", "code", "found"),
    [
        ("<p>Passer commande</p><p>Place order</p>", "fr", ["Place order"]),
        ("<p>Votre prix</p>", "en", ["prix", "votre"]),
        ('<img alt="The price">', "fr", ["price", "the"]),
        ('<a lang="en">The English page</a>', "fr", []),
        ("<p>Premium, 15 utilisateurs</p>", "fr", []),
    ],
)
def test_what_is_looked_for_is_found(html: str, code: str, found: list[str]) -> None:
    assert foreign_words(html, code) == found
