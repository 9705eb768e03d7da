"""The articles on disk: their front matter, checked, and the pairs that the languages make."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from widget.languages import LOCALES, load

HOME = "index"
WIDGETS = ("change",)
_FRONT = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_HEADING = re.compile(r"#+ (.*)\{([^{}]*)\}\s*")
#: What articles say besides Markdown: a fact in a line, and a block or a picture of the widget on a line of its own.
FACT = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*)\}\}")
BLOCK = re.compile(r"::([\w-]+)(?:\{(.*)\})?\s*")
SCREEN = re.compile(r"!\[([^\]]+)\]\(screen:([^)]*)\)\s*")
#: What an address may end with (permalinks).
_ANCHOR = re.compile(r"[a-z0-9][a-z0-9-]*")
_SLUG = re.compile(r"[a-z0-9-]+(/[a-z0-9-]+)*|")


class PageError(Exception):
    """An article is wrong. The message names the file, the key or line, and what to do."""


def _words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _told(value: object) -> bool:
    """Return whether a title or a summary can be shown as it is, in every place that shows it."""
    return isinstance(value, str) and bool(value) and "{{" not in value


#: What the front matter may say: the check of each key, and what was expected where it fails.
KEYS: Mapping[str, tuple[Callable[[Any], bool], str]] = {
    "title": (_told, "a text, without facts"),
    "slug": (lambda value: isinstance(value, str) and bool(_SLUG.fullmatch(value)), "lower-case words such as a-b/c"),
    "number": (lambda value: type(value) is int and value >= 1000, "a whole number from 1000, given once and for good"),
    "summary": (_told, "one or two sentences, without facts"),
    "reviewed": (lambda value: type(value) is date, "a date such as 2026-11-24"),
    "related": (_words, "a list of articles such as [upgrade, cancel]"),
    "synonyms": (_words, "a list of words that readers search for"),
    "widget": (lambda value: value in WIDGETS, " or ".join(WIDGETS)),
    "translated": (
        lambda value: isinstance(value, str) and bool(re.fullmatch("[0-9a-f]{8}", value)),
        "what `make translations` writes",
    ),
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
    #: The fingerprint of the original that this translation was made from.
    translated: str | None
    body: str
    body_line: int
    #: The line of each key of the front matter, and of each heading by `#anchor`.
    lines_of: Mapping[str, int]

    def at(self, name: str) -> str:
        """Return the file and line of a key of the front matter, or of a heading by `#anchor`."""
        return f"{self.file}:{self.lines_of.get(name, 1)}"

    def lines(self) -> Iterator[tuple[int, str, bool]]:
        """Yield each line of the text with its number, and whether it is code."""
        is_code = False
        for number, line in enumerate(self.body.split("\n"), start=self.body_line):
            fence = line.startswith("```")
            is_code ^= fence
            yield number, line, is_code or fence

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

    Raises PageError for a wrong, unknown, repeated or missing key, an anchor that makes no address, a number or slug
    used twice, and an article without its twins.
    """
    pages: dict[str, dict[str, Page]] = {}
    for language in LOCALES:
        for path in sorted((docs / language).glob("*.md")):
            page = _page(path, language)
            pages.setdefault(page.key, {})[language] = page
    for key, twins in pages.items():
        for language in LOCALES:
            if language not in twins:
                raise PageError(f"docs/{language}/{key}.md:1: the file is missing: write it, or remove its twins")
    for language in LOCALES:
        for name in ("number", "slug"):
            _check_once([twins[language] for twins in pages.values()], name)
    return pages


def _check_once(pages: list[Page], name: str) -> None:
    seen: dict[Any, Page] = {}
    for page in pages:
        value = getattr(page, name)
        if value in seen:
            raise PageError(f"{page.at(name)}: {name} {value!r} is also that of {seen[value].file}; choose another")
        seen[value] = page


def text_of(path: Path, name: str) -> str:
    """Return the text of a file. Raises PageError, naming the line, where it is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise PageError(f"{name}:{line}: not UTF-8; save the file as UTF-8") from None


def _page(path: Path, language: str) -> Page:
    name = f"docs/{language}/{path.name}"
    text = text_of(path, name)
    front = _FRONT.match(text)
    if not front:
        raise PageError(f"{name}:1: no front matter; start the file with --- and at least {', '.join(NEEDED)}")
    values = _front_matter(front[1], name)
    body = text[front.end() :]
    if ("::widget{" in body) != ("widget" in values):
        raise PageError(
            f"{name}:1: ::widget{{…}} in the text and `widget:` in the front matter go together; one is missing"
        )
    spaced = load()[language].spaced
    page = Page(
        key=path.stem,
        language=language,
        title=spaced(values["title"]),
        slug=values["slug"],
        number=values["number"],
        summary=spaced(" ".join(values["summary"].split())),
        reviewed=values["reviewed"],
        related=tuple(values["related"]),
        synonyms=tuple(values.get("synonyms", ())),
        widget=values.get("widget"),
        translated=values.get("translated"),
        body=body,
        body_line=front[0].count("\n") + 1,
        lines_of=_lines_of(front[1]),
        sections={},
        rules=(),
    )
    sections, rules, lines_of = _sections(page)
    return replace(page, sections=sections, rules=rules, lines_of={**page.lines_of, **lines_of})


def _front_matter(text: str, name: str) -> dict[str, Any]:
    try:
        values = yaml.load(text, yaml.CSafeLoader)  # the safe loader, in C: it takes a tenth of the time
    except yaml.YAMLError as error:
        line = error.problem_mark.line + 2 if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark else 2
        raise PageError(f"{name}:{line}: the front matter is not YAML: {' '.join(str(error).split())}") from None
    except ValueError as error:  # YAML, but a day that there is not: `reviewed` is the only day
        line = _lines_of(text).get("reviewed", 2)
        raise PageError(f"{name}:{line}: no such day ({error}); write one such as 2026-11-24") from None
    if not isinstance(values, dict):
        raise PageError(f"{name}:2: the front matter has no keys; write at least {', '.join(NEEDED)}")
    _refuse_twice(text, name)
    lines = _lines_of(text)
    for key, value in values.items():
        line = lines.get(str(key), 2)
        if key not in KEYS:
            raise PageError(f"{name}:{line}: {key}: unknown key; correct or remove it. Known are {', '.join(KEYS)}")
        fits, expected = KEYS[key]
        if not fits(value):
            raise PageError(f"{name}:{line}: {key}: expected {expected}, found {value!r}")
    for key in NEEDED:
        if key not in values:
            raise PageError(f"{name}:1: {key} is missing in the front matter; add it: {KEYS[key][1]}")
    return values


def _refuse_twice(text: str, name: str) -> None:
    """Raise PageError for a key that is there twice, of which YAML takes the last without a word."""
    seen, root = set(), yaml.compose(text, yaml.CSafeLoader)
    for key, _ in root.value if isinstance(root, yaml.MappingNode) else ():
        if key.value in seen:
            raise PageError(f"{name}:{key.start_mark.line + 2}: {key.value} is there twice; remove one of the two")
        seen.add(key.value)


def _lines_of(front: str) -> dict[str, int]:
    found = {}
    for number, line in enumerate(front.split("\n"), start=2):
        key, colon, _ = line.partition(":")
        if colon and not key.startswith(" "):
            found[key] = number
    return found


def _sections(page: Page) -> tuple[dict[str, str], tuple[str, ...], dict[str, int]]:
    sections: dict[str, str] = {}
    lines: dict[str, int] = {}
    rules = []
    for number, line, is_code in page.lines():
        heading = None if is_code else _HEADING.fullmatch(line)
        if not heading:
            continue
        attributes = heading[2].split()
        for anchor in (each[1:] for each in attributes if each.startswith("#")):
            if not _ANCHOR.fullmatch(anchor):
                expected = "lower-case letters, digits and hyphens, such as #what-next"
                raise PageError(f"{page.file}:{number}: the anchor #{anchor} makes no address; write {expected}")
            if anchor in sections:
                raise PageError(f"{page.file}:{number}: the anchor #{anchor} is there twice; give each section its own")
            sections[anchor], lines[f"#{anchor}"] = heading[1].strip(), number
            if ".rule" in attributes:
                rules.append(anchor)
    return sections, tuple(rules), lines
