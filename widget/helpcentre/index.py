"""Indexes over all articles: rules to sections, related articles, what the service and the search read."""

import re
import unicodedata
from pathlib import Path
from typing import Any

from widget.domain.refusal import Rule
from widget.helpcentre.pages import Page, PageError, Pages
from widget.languages import LOCALES

SNIPPET = 160


def rule_paths(pages: Pages) -> dict[str, dict[str, str]]:
    """Return the path of the section that states each rule, by language.

    Raises PageError for a rule without a section in one of the languages.
    """
    paths: dict[str, dict[str, str]] = {rule: {} for rule in Rule}
    for twins in pages.values():
        for page in twins.values():
            for anchor in page.sections:
                if anchor in paths:
                    paths[anchor][page.language] = f"{page.path}#{anchor}"
    for rule, found in paths.items():
        for language in LOCALES:
            if language not in found:
                raise PageError(
                    f"docs/{language}: no section states the rule {rule}; give one the anchor {{ #{rule} }}"
                )
    return paths


def related(pages: Pages, page: Page) -> list[dict[str, str]]:
    """Return the related articles that the author chose, in the page's language, each with a snippet.

    Raises PageError for an article that does not exist or is the page itself.
    """
    found = []
    for key in page.related:
        if key not in pages or key == page.key:
            raise PageError(f"docs/{page.file}: related: {key}: no such other article; there are {', '.join(pages)}")
        other = pages[key][page.language]
        found.append({"title": other.title, "path": other.path, "snippet": snippet(other.summary)})
    return found


def snippet(text: str, longest: int = SNIPPET) -> str:
    """Return a text cut at a word, with an ellipsis where something was left out."""
    if len(text) <= longest:
        return text
    return text[: longest + 1].rsplit(" ", 1)[0].rstrip(" ,;:.") + " …"


def in_language(pages: Pages, language: str) -> list[Page]:
    """Return the articles of a language by number, without its home."""
    return sorted((twins[language] for key, twins in pages.items() if key != "index"), key=lambda page: page.number)


def articles(pages: Pages) -> dict[str, Any]:
    """Return what the service reads: every article with its paths and sections, and each rule's section."""
    return {
        "rules": rule_paths(pages),
        "articles": [
            {
                "key": key,
                "number": twins["fr"].number,
                "languages": {
                    page.language: {
                        "title": page.title,
                        "summary": page.summary,
                        "path": page.path,
                        "sections": dict(page.sections),
                    }
                    for page in twins.values()
                },
            }
            for key, twins in pages.items()
        ],
    }


def search_entries(pages: Pages, language: str, docs: Path) -> list[dict[str, str]]:
    """Return what the search of one language looks through: title, headings and words, folded."""
    entries = []
    for page in in_language(pages, language):
        text = (docs / page.file).read_text(encoding="utf-8").split("---\n", 2)[2]
        words = re.sub(r"\{[^}]*\}|::\w+|[#*\[\]()>|`-]", " ", text)
        entries.append(
            {
                "title": page.title,
                "path": page.path,
                "summary": snippet(page.summary),
                "words": fold(" ".join([page.title, *page.sections.values(), page.summary, words])),
            }
        )
    return entries


def fold(text: str) -> str:
    """Return a text in lower case without accents, apostrophes as spaces, as the search script folds a query."""
    plain = unicodedata.normalize("NFD", text.lower().replace("’", " ").replace("'", " "))
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())
