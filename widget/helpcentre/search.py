"""What the search of a language looks through: the articles by section, and the words of widget/data/search.toml."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from widget.catalogue import DATA, CatalogueError, read
from widget.helpcentre.pages import HOME, Page, Pages
from widget.languages import LOCALES

_WIDGET = re.compile(r"<subscription-widget[^<]*(?:<(?!/?subscription-widget)[^<]*)*</subscription-widget>")
_PERMALINK = re.compile(r'<a class="headerlink"[^<]*</a>')
_SECTION = re.compile(r'<h[23]\b[^<>]*? id="([^"<>]+)"[^<>]*>([^<]*(?:<(?!/?h[23])[^<]*)*)</h[23]>')
_TAG = re.compile(r"<[^<>]+>")
#: What a reference page counts for against an article that says the same.
REFERENCE = 0.4


@dataclass(frozen=True, slots=True)
class Words:
    """The articles that are for reference, and the stop words and groups of synonyms of each language that has some."""

    reference: tuple[str, ...]
    stop: Mapping[str, list[str]]
    synonyms: Mapping[str, list[list[str]]]


@lru_cache
def words(folder: Path = DATA) -> Words:
    """Return what search.toml says. Raises CatalogueError where it says something else."""
    file = read(folder / "search.toml")
    tables = {code: file.table(code) for code in LOCALES if code in file}
    found = Words(
        reference=file.texts("reference"),
        stop={code: table.text("stop").split() for code, table in tables.items()},
        synonyms={code: table.groups("synonyms") for code, table in tables.items()},
    )
    file.done()
    return found


def check(pages: Pages, folder: Path = DATA) -> None:
    """Raise CatalogueError for a search.toml that is wrong, or names an article that there is not."""
    for key in words(folder).reference:
        if key not in pages:
            raise CatalogueError(f"search.toml.reference: {key!r} is no article; there are {', '.join(pages)}")


def search_index(pages: Pages, language: str, built: Mapping[str, str]) -> dict[str, Any]:
    """Return the index of one language; `built` has each article's HTML by its file.

    The search folds accents and case itself, of the index as of what is typed.
    """
    chosen = [twins[language] for key, twins in pages.items() if key != HOME]
    return {
        "stop": words().stop.get(language, []),
        "synonyms": words().synonyms.get(language, []),
        "articles": [_entry(page, built.get(page.file, "")) for page in sorted(chosen, key=lambda page: page.number)],
    }


def _entry(page: Page, markup: str) -> dict[str, Any]:
    return {
        "id": page.path,
        "title": page.title,
        "synonyms": " ".join(page.synonyms),
        "summary": page.summary,
        "weight": REFERENCE if page.key in words().reference else 1,
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
