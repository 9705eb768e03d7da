"""Indexes over all articles: rules to sections, related articles, what the service reads."""

import hashlib
from typing import Any

from widget.domain.refusal import Rule
from widget.helpcentre.pages import HOME, Page, PageError, Pages
from widget.languages import LOCALES

SNIPPET = 160


def rule_paths(pages: Pages) -> dict[str, dict[str, str]]:
    """Return the path of the section that states each rule, by language.

    Raises PageError for a rule without a section in one of the languages or with two, and for a section that claims a
    rule which the domain does not have.
    """
    paths: dict[str, dict[str, str]] = {rule: {} for rule in Rule}
    for page in (page for twins in pages.values() for page in twins.values()):
        for anchor in page.sections:
            if (anchor in paths) != (anchor in page.rules):
                raise PageError(
                    f"{page.file}: {{ #{anchor} }}: `.rule` marks the section of a rule of widget/domain/refusal.py, "
                    "and no other; add or remove it"
                )
            if anchor in paths and page.language in paths[anchor]:
                raise PageError(f"{page.file}: the rule {anchor} is also stated at {paths[anchor][page.language]}")
            if anchor in paths:
                paths[anchor][page.language] = f"{page.path}#{anchor}"
    for rule, found in paths.items():
        for language in LOCALES:
            if language not in found:
                raise PageError(
                    f"docs/{language}: no section states the rule {rule}; write one headed {{ #{rule} .rule }}"
                )
    return paths


def related(pages: Pages, page: Page) -> list[dict[str, str]]:
    """Return the related articles that the author chose, in the page's language, each with a snippet.

    Raises PageError for an article that does not exist or is the page itself.
    """
    found = []
    for key in page.related:
        if key not in pages or key in (page.key, HOME):
            others = ", ".join(other for other in pages if other not in (page.key, HOME))
            raise PageError(f"{page.file}: related: {key}: no such other article; there are {others}")
        other = pages[key][page.language]
        found.append({"title": other.title, "path": other.path, "snippet": snippet(other.summary)})
    return found


def snippet(text: str, longest: int = SNIPPET) -> str:
    """Return a text cut at a word, with an ellipsis where something was left out."""
    if len(text) <= longest:
        return text
    return text[: longest + 1].rsplit(" ", 1)[0].rstrip(" ,;:.\u00a0") + " …"


def version(page: Page) -> str:
    """Return what tells one wording of an article from another: a short hash of what the author wrote."""
    return hashlib.sha256(f"{page.title}\n{page.summary}\n{page.body}".encode()).hexdigest()[:8]


def articles(pages: Pages) -> dict[str, Any]:
    """Return what the service reads: every article with its paths and sections, and each rule's section."""
    return {
        "rules": rule_paths(pages),
        "articles": [
            {
                "key": key,
                "number": next(iter(twins.values())).number,
                "languages": {
                    page.language: {
                        "title": page.title,
                        "summary": page.summary,
                        "path": page.path,
                        "sections": dict(page.sections),
                        "version": version(page),
                    }
                    for page in twins.values()
                },
            }
            for key, twins in sorted(pages.items(), key=lambda item: next(iter(item[1].values())).number)
        ],
    }
