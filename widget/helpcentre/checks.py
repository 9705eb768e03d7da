"""What an article may not hold: a fact in code, an image without words, a link that leads nowhere, a typed figure;
and that the home page leads to every article."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from widget import languages
from widget.catalogue import DATA, read
from widget.helpcentre.pages import BLOCK, FACT, HOME, SCREEN, Page, PageError, Pages
from widget.languages import LOCALES, ORIGINAL

_CODE = re.compile(r"`+[^`]*`+")
_HEADING = re.compile(r"(#+) ")
_IMAGE = re.compile(r"!\[\s*\]\(|<img(?!(?:[^<>]|<(?!img))*\balt=\"[^\"]+\")(?:[^<>]|<(?!img))*>")
_LINK = re.compile(r"(?<!!)(?:\[[^\[\]]*)?\]\(([^)\s\]]+)[^)\]]*\)")
_RAW_LINK = re.compile(r"<a\b[^<>]*\bhref=[\"']?([^\s\"'<>]+)")
_UNDERLINE = re.compile(r"(?:=+|-+) *")
_PICTURE = re.compile(r"!\[[^\[\]]*\]\([^)\]]*\)")
#: What is left of a block or a picture of the widget elsewhere than on its own line; a fact without its braces.
_STRAY = re.compile(r"::[a-z]|\]\(screen:")
_HALF = re.compile(r"\{ *[a-z_]+(?: [^{}]*)?\}")
_LISTED = re.compile(r"^::articles\{(.*)\}", re.MULTILINE)
_TARGET = re.compile(r"\]\([^)\]]*\)|<[^<>]*>|\{[^{}]*\}")
_NUMBERED = re.compile(r"^\s*\d+\. ")
TYPED = "typed-figures.toml"


def check(pages: Pages) -> None:
    """Raise PageError, with file, line and what to do, for the first thing that an article may not hold."""
    figures = typed_figures()
    used: set[tuple[str, str]] = set()
    for page in (page for twins in pages.values() for page in twins.values()):
        for number, line, is_code in page.lines():
            _line(page, number, line, is_code)
            if not is_code:
                _links(page, number, line, pages)
        _underlined(page)
        used |= set(_typed(page, figures))
    for file, text in sorted(figures.allowed.keys() - used):
        key = file.removesuffix(".md").rpartition("/")[2]
        if key in pages:
            raise PageError(f"widget/data/{TYPED}: {file}: {text!r} is no longer there; remove the exception")
    if HOME in pages:
        _home(pages[HOME][ORIGINAL], pages)


def _home(home: Page, pages: Pages) -> None:
    """Raise PageError for an article that the home page does not list once; its translations list the same."""
    listed = " ".join(_LISTED.findall(home.body)).split()
    for key in pages:
        if key != HOME and (count := listed.count(key)) != 1:
            raise PageError(
                f"{home.file}:1: {key} is listed {count} times; name it once in an ::articles{{…}}, in each language"
            )


def _line(page: Page, number: int, line: str, is_code: bool) -> None:
    at = f"{page.file}:{number}"
    code = line if is_code else " ".join(_CODE.findall(line))
    if fact := FACT.search(code):
        raise PageError(f"{at}: the fact {fact[0]} stands in code, where it is not filled in; take it out of the code")
    if is_code:
        return
    if _IMAGE.search(line):
        raise PageError(f"{at}: an image without alt text; say what it shows: ![what it shows](file)")
    if heading := _HEADING.match(line):
        if heading[1] == "#":
            raise PageError(f"{at}: the heading of the page is its title in the front matter; write ## or ###")
        if not re.search(r"\{[^{}]*#[a-z]", line):
            raise PageError(f"{at}: a heading without anchor; end it with {{ #short-name }}, the same in each language")
        if "{{" in line:
            raise PageError(f"{at}: a fact in a heading is not filled in where links name it; say it in the text below")
    if not (BLOCK.fullmatch(line) or SCREEN.fullmatch(line)):
        _half_written(at, _CODE.sub("", line))


def _half_written(at: str, line: str) -> None:
    """Raise PageError for what readers would see as it is written: part of a block, of a picture or of a fact."""
    if stray := _STRAY.search(line):
        raise PageError(
            f"{at}: {line[stray.start() :]!r} is no block; write it on a line of its own, without spaces before it or "
            "words after it: ::prices, ::articles{…} or ![…](screen:…)"
        )
    if half := _HALF.search(FACT.sub("", line)):
        raise PageError(f"{at}: {half[0]} is no fact; write it with two braces on each side: {{{{ notice }}}}")


def _underlined(page: Page) -> None:
    for (_, above, _), (number, line, is_code) in pairwise(page.lines()):
        if not is_code and above.strip() and _UNDERLINE.fullmatch(line):
            raise PageError(
                f"{page.file}:{number}: this line makes a heading of the one above; write ## or ### before it"
            )


def _links(page: Page, number: int, line: str, pages: Pages) -> None:
    for target in _LINK.findall(_PICTURE.sub("", _CODE.sub("", line))):
        if reason := _wrong(target, page, pages):
            raise PageError(f"{page.file}:{number}: the link {target} {reason}")
    for target in _RAW_LINK.findall(_CODE.sub("", line)):
        if not target.startswith(("https://", "mailto:", "/widget/")):
            raise PageError(
                f"{page.file}:{number}: nobody checks the link {target}; write it as [words](article.md#section)"
            )


def _wrong(target: str, page: Page, pages: Pages) -> str | None:
    if target.startswith(("https://", "mailto:")):
        return None
    if target.startswith("http://"):
        return "is not encrypted: use https://"
    file, _, anchor = target.partition("#")
    key = file.removesuffix(".md") if file else page.key
    if file and (not file.endswith(".md") or key not in pages):
        return f"leads nowhere: write an article by its file, one of {', '.join(f'{each}.md' for each in pages)}"
    sections = pages[key][page.language].sections
    if anchor and anchor not in sections:
        return f"leads nowhere: #{anchor} is no section there; there are {', '.join(sections) or 'none'}"
    return None


@dataclass(frozen=True, slots=True)
class TypedFigures:
    """The words that are figures, by language, and what is allowed all the same, each with its reason."""

    pattern: Mapping[str, re.Pattern[str]]
    allowed: Mapping[tuple[str, str], str]


def typed_figures(folder: Path = DATA) -> TypedFigures:
    """Return what typed-figures.toml says. Raises CatalogueError where it says something else."""
    file = read(folder / TYPED)
    listed, known = file.table("words"), languages.load()
    patterns, allowed = {}, {}
    for code in LOCALES:
        words = "|".join(listed.texts(code)) if code in listed else ""
        months = "|".join(known[code].months.values())  # as written: "May" is a month, "may" is none
        patterns[code] = re.compile(rf"\d[\d.,\u202f\u00a0]*|(?i:\b(?:{words or '(?!)'})\b)|\b(?:{months})\b")
    for each in file.tables("allowed") if "allowed" in file else []:
        allowed[each.text("file"), each.text("text")] = each.text("reason")
    file.done()
    return TypedFigures(patterns, allowed)


def _typed(page: Page, figures: TypedFigures) -> Iterator[tuple[str, str]]:
    """Yield the exceptions that the page uses. Raises PageError for a figure typed in the section of a rule."""
    for number, line in _rule_lines(page):
        prose = _TARGET.sub(" ", FACT.sub(" ", _NUMBERED.sub("", line)))
        for file, text in figures.allowed:
            if file == page.file and text in prose:
                prose = prose.replace(text, " ")
                yield file, text
        if found := figures.pattern[page.language].search(prose):
            raise PageError(
                f"{page.file}:{number}: {found[0]!r} is typed by hand in the section of a rule; write a fact such as "
                f"{{{{ notice }}}} or an example, or name it with its reason in widget/data/{TYPED}"
            )


def _rule_lines(page: Page) -> Iterator[tuple[int, str]]:
    stated = False
    for number, line, is_code in page.lines():
        if not is_code and _HEADING.match(line):
            stated = ".rule" in line
        if stated and not is_code and not line.startswith("::"):
            yield number, line
