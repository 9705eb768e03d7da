"""What the search of a language looks through: the articles by section, and the words of widget/data/search.toml."""

import html
import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from widget.catalogue import DATA
from widget.helpcentre.pages import HOME, Page, Pages

_WIDGET = re.compile(r"<subscription-widget[^<]*(?:<(?!/?subscription-widget)[^<]*)*</subscription-widget>")
_PERMALINK = re.compile(r'<a class="headerlink"[^<]*</a>')
_SECTION = re.compile(r'<h[23]\b[^<>]*? id="([^"<>]+)"[^<>]*>([^<]*(?:<(?!/?h[23])[^<]*)*)</h[23]>')
_TAG = re.compile(r"<[^<>]+>")
#: What a reference page counts for against an article that says the same.
REFERENCE = 0.4


@lru_cache
def words() -> Mapping[str, Any]:
    """Return the stop words and the groups of synonyms of each language."""
    return tomllib.loads((DATA / "search.toml").read_text(encoding="utf-8"))


def search_index(pages: Pages, language: str, built: Mapping[str, str]) -> dict[str, Any]:
    """Return the index of one language; `built` has each article's HTML by its file.

    The search folds accents and case itself, of the index as of what is typed.
    """
    chosen = [twins[language] for key, twins in pages.items() if key != HOME]
    known = words().get(language, {"stop": "", "synonyms": []})
    return {
        "stop": known["stop"].split(),
        "synonyms": known["synonyms"],
        "articles": [_entry(page, built.get(page.file, "")) for page in sorted(chosen, key=lambda page: page.number)],
    }


def _entry(page: Page, markup: str) -> dict[str, Any]:
    return {
        "id": page.path,
        "title": page.title,
        "synonyms": " ".join(page.synonyms),
        "summary": page.summary,
        "weight": REFERENCE if page.key in words()["reference"] else 1,
        "sections": list(sections(markup)),
    }


def sections(markup: str) -> Iterator[tuple[str, str, str]]:
    """Yield anchor, heading and text of each section, first what stands before them all."""
    before, *parts = _SECTION.split(_WIDGET.sub("", markup))
    yield "", "", plain(before)
    for anchor, heading, text in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        yield anchor, plain(heading), plain(text)


def plain(markup: str) -> str:
    """Return the words of an article's HTML, without the widget and the tags."""
    text = _TAG.sub(" ", _PERMALINK.sub("", _WIDGET.sub("", markup)))
    return " ".join(html.unescape(text).split())
