"""The articles on disk: their front matter, checked, and the pairs that the languages make."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from widget.languages import LOCALES

HOME = "index"
WIDGETS = ("change",)
_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_HEADING = re.compile(r"^#{2,3} +(.*?) *\{([^}]*)\}\s*$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^::(\w+.*?)\s*$", re.MULTILINE)
_SLUG = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*|")


class PageError(Exception):
    """An article is wrong. The message names the file, the key or line, and what to do."""


def _words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


#: What the front matter may say: the check of each key, and what was expected where it fails.
KEYS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "title": (lambda value: isinstance(value, str) and bool(value), "a text"),
    "slug": (lambda value: isinstance(value, str) and bool(_SLUG.fullmatch(value)), "lower-case words such as a-b/c"),
    "number": (lambda value: type(value) is int and value >= 1000, "a whole number from 1000, given once and for good"),
    "summary": (lambda value: isinstance(value, str) and bool(value), "one or two sentences"),
    "reviewed": (lambda value: type(value) is date, "a date such as 2026-11-24"),
    "related": (_words, "a list of articles such as [upgrade, cancel]"),
    "synonyms": (_words, "a list of words that readers search for"),
    "widget": (lambda value: value in WIDGETS, " or ".join(WIDGETS)),
    "hide": (_words, "a list of what the theme leaves out, such as [toc]"),
}
NEEDED = ("title", "slug", "number", "summary", "reviewed", "related")


@dataclass(frozen=True, slots=True)
class Page:
    """One article in one language. `key` is the file name: it pairs the languages."""

    key: str
    language: str
    title: str
    slug: str
    number: int
    summary: str
    reviewed: date
    related: tuple[str, ...]
    synonyms: tuple[str, ...]
    widget: str | None
    #: The headings by anchor, and the anchors that are marked `.rule`.
    sections: Mapping[str, str]
    rules: tuple[str, ...]
    body: str
    body_line: int

    @property
    def path(self) -> str:
        """The path of the page on the site."""
        return f"/{self.language}/{self.slug}/" if self.slug else f"/{self.language}/"

    @property
    def file(self) -> str:
        """The file it comes from."""
        return f"docs/{self.language}/{self.key}.md"


Pages = Mapping[str, Mapping[str, Page]]


def read(docs: Path) -> Pages:
    """Return every article by key and then language.

    Raises PageError for a wrong, unknown or missing key, a number or slug used twice, and twins that do not match.
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
        _check_twins(*twins.values())
    for language in LOCALES:
        for name in ("number", "slug"):
            _check_once([twins[language] for twins in pages.values()], name)
    return pages


def _check_twins(original: Page, translation: Page) -> None:
    if original.number != translation.number:
        raise PageError(
            f"{translation.file}: number is {translation.number}, that of {original.file} is {original.number}; "
            "an article has one number in all languages"
        )
    for one, other in ((original, translation), (translation, original)):
        for anchor in one.sections:
            if anchor not in other.sections:
                raise PageError(f"{other.file}: no section {{ #{anchor} }}, which {one.file} has; write it there too")
    ours, theirs = (Counter(_BLOCK.findall(page.body)) for page in (original, translation))
    for block in (ours - theirs) + (theirs - ours):
        lacking = translation if ours[block] > theirs[block] else original
        raise PageError(f"{lacking.file}: no ::{block}, which its twin has; facts and examples have the same inputs")


def _check_once(pages: list[Page], name: str) -> None:
    seen: dict[Any, Page] = {}
    for page in pages:
        value = getattr(page, name)
        if value in seen:
            raise PageError(f"{page.file}: {name} {value!r} is also that of {seen[value].file}; choose another")
        seen[value] = page


def _page(path: Path, language: str) -> Page:
    text = path.read_text(encoding="utf-8")
    name = f"docs/{language}/{path.name}"
    front = _FRONT.match(text)
    if not front:
        raise PageError(f"{name}:1: no front matter; start the file with --- and at least {', '.join(NEEDED)}")
    values = _front_matter(front[1], name)
    body = text[front.end() :]
    sections, rules = _sections(body, name)
    if ("::widget{" in body) != ("widget" in values):
        raise PageError(
            f"{name}: ::widget{{…}} in the text and `widget:` in the front matter go together; one is missing"
        )
    return Page(
        key=path.stem,
        language=language,
        title=values["title"],
        slug=values["slug"],
        number=values["number"],
        summary=" ".join(values["summary"].split()),
        reviewed=values["reviewed"],
        related=tuple(values["related"]),
        synonyms=tuple(values.get("synonyms", ())),
        widget=values.get("widget"),
        sections=sections,
        rules=rules,
        body=body,
        body_line=front[0].count("\n") + 1,
    )


def _front_matter(text: str, name: str) -> dict[str, Any]:
    try:
        values = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise PageError(f"{name}: the front matter is not YAML: {' '.join(str(error).split())}") from None
    if not isinstance(values, dict):
        raise PageError(f"{name}:2: the front matter has no keys; write at least {', '.join(NEEDED)}")
    lines = text.split("\n")
    for key, value in values.items():
        line = next((number for number, each in enumerate(lines, start=2) if each.startswith(f"{key}:")), 2)
        if key not in KEYS:
            raise PageError(f"{name}:{line}: {key}: unknown key; correct or remove it. Known are {', '.join(KEYS)}")
        fits, expected = KEYS[key]
        if not fits(value):
            raise PageError(f"{name}:{line}: {key}: expected {expected}, found {value!r}")
    for key in NEEDED:
        if key not in values:
            raise PageError(f"{name}: {key} is missing in the front matter; add it: {KEYS[key][1]}")
    return values


def _sections(body: str, name: str) -> tuple[dict[str, str], tuple[str, ...]]:
    sections: dict[str, str] = {}
    rules = []
    for heading, attributes in _HEADING.findall(_FENCED.sub("", body)):
        anchors = [each[1:] for each in attributes.split() if each.startswith("#")]
        for anchor in anchors:
            if anchor in sections:
                raise PageError(f"{name}: the anchor #{anchor} is there twice; give each section its own")
            sections[anchor] = heading
            if ".rule" in attributes.split():
                rules.append(anchor)
    return sections, tuple(rules)
