"""The articles on disk: their front matter, checked, and the pairs that the languages make."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from widget.languages import LOCALES

KEYS = {"title", "slug", "number", "summary", "related", "reviewed", "widget", "template", "hide"}
NEEDED = ("title", "slug", "number", "summary", "reviewed")
_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.DOTALL)
_SECTION = re.compile(r"^#{2,3} +(.*?) *\{ *#([a-z0-9-]+) *\}\s*$", re.MULTILINE)


class PageError(Exception):
    """An article is wrong. The message names the file, the key or line, and what to do."""


@dataclass(frozen=True, slots=True)
class Page:
    """One article in one language. `key` is the file name: it pairs the languages."""

    key: str
    language: str
    title: str
    slug: str
    number: int
    summary: str
    related: tuple[str, ...]
    widget: str | None
    sections: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of the page on the site."""
        return f"/{self.language}/{self.slug}/" if self.slug else f"/{self.language}/"

    @property
    def file(self) -> str:
        """The file it comes from, below docs/."""
        return f"{self.language}/{self.key}.md"


Pages = Mapping[str, Mapping[str, Page]]


def read(docs: Path) -> Pages:
    """Return every article by key and then language.

    Raises PageError for a key that nobody knows or that is missing, a number or slug used twice, or a missing twin.
    """
    pages: dict[str, dict[str, Page]] = {}
    for language in LOCALES:
        for path in sorted((docs / language).glob("*.md")):
            page = _page(path, language)
            pages.setdefault(page.key, {})[language] = page
    for key, twins in pages.items():
        for language in LOCALES:
            if language not in twins:
                raise PageError(f"docs/{language}/{key}.md is missing: write it, or remove its twin")
        if len({page.number for page in twins.values()}) > 1:
            raise PageError(f"{key}.md: number differs between the languages; an article has one number")
    _check_once([twins["fr"] for twins in pages.values()], "number")
    for language in LOCALES:
        _check_once([twins[language] for twins in pages.values()], "slug")
    return pages


def _check_once(pages: list[Page], name: str) -> None:
    seen: dict[Any, Page] = {}
    for page in pages:
        value = getattr(page, name)
        if value in seen:
            raise PageError(
                f"docs/{page.file}: {name} {value!r} is also that of docs/{seen[value].file}; choose another"
            )
        seen[value] = page


def _page(path: Path, language: str) -> Page:
    text = path.read_text(encoding="utf-8")
    name = f"docs/{language}/{path.name}"
    found = _FRONT.match(text)
    if not found:
        raise PageError(f"{name}:1: no front matter; start the file with --- and at least {', '.join(NEEDED)}")
    values = yaml.safe_load(found[1]) or {}
    for key in values:
        if key not in KEYS:
            raise PageError(f"{name}: {key}: unknown key in the front matter; known are {', '.join(sorted(KEYS))}")
    for key in NEEDED:
        if key not in values:
            raise PageError(f"{name}: {key} is missing in the front matter")
    return Page(
        key=path.stem,
        language=language,
        title=values["title"],
        slug=values["slug"] or "",
        number=values["number"],
        summary=" ".join(values["summary"].split()),
        related=tuple(values.get("related", ())),
        widget=values.get("widget"),
        sections={anchor: heading for heading, anchor in _SECTION.findall(text)},
    )
