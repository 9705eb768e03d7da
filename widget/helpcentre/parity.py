"""The languages say the same: each translation has what its original has, and says which original it was made from."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

from widget.helpcentre.pages import BLOCK, FACT, Page, PageError, Pages
from widget.languages import ORIGINAL

_IMAGE = re.compile(r"!\[[^\[\]]*\]\(([^)\s\]]+)")


class State(StrEnum):
    """How a translation stands to its original."""

    CURRENT = "current"
    UNREVIEWED = "unreviewed"
    STALE = "stale"
    MISSING = "missing"


def fingerprint(page: Page) -> str:
    """Return what identifies the words of an article: its title, summary and text, whatever the line breaks."""
    words = " ".join(f"{page.title}\n{page.summary}\n{page.body}".split())
    return hashlib.sha256(words.encode()).hexdigest()[:8]


def state(page: Page, original: Page) -> State:
    """Return how a translation stands: one without text is still to be written, one without a fingerprint was never
    compared with its original.
    """
    if page.language == ORIGINAL:
        return State.CURRENT
    if not page.body.strip():
        return State.MISSING
    if not page.translated:
        return State.UNREVIEWED
    return State.CURRENT if page.translated == fingerprint(original) else State.STALE


def outdated(pages: Pages) -> Iterator[tuple[Page, State]]:
    """Yield every translation that is not current, by file."""
    for twins in pages.values():
        for page in twins.values():
            found = state(page, twins[ORIGINAL])
            if found is not State.CURRENT:
                yield page, found


def check(pages: Pages) -> None:
    """Raise PageError where a translation has another number, section, rule, example, fact or image than its original.

    A translation that is still to be written has none of them.
    """
    for twins in pages.values():
        original = twins[ORIGINAL]
        for page in twins.values():
            if page.number != original.number:
                raise PageError(
                    f"{page.at('number')}: number is {page.number}, that of {original.file} is {original.number}; "
                    "an article has one number in all languages"
                )
            if page is not original and state(page, original) is not State.MISSING:
                _same_sections(original, page)
                _same_parts(original, page)


def _same_sections(original: Page, page: Page) -> None:
    for one, other in ((original, page), (page, original)):
        for anchor in one.sections:
            if anchor not in other.sections:
                raise PageError(
                    f"{other.file}:1: no section {{ #{anchor} }}, which {one.at('#' + anchor)} has; write it there too"
                )
    for ours, theirs in zip(original.sections, page.sections, strict=True):
        if ours != theirs:
            raise PageError(
                f"{page.at('#' + theirs)}: the section #{theirs} stands where {original.file} has #{ours}; "
                "keep the order of the original"
            )
    if original.rules != page.rules:
        (odd, *_) = set(original.rules) ^ set(page.rules)
        raise PageError(f"{page.at('#' + odd)}: #{odd} is marked .rule in one language only; mark it in each")


def _same_parts(original: Page, page: Page) -> None:
    ours, theirs = _parts(original), _parts(page)
    for part in (Counter(ours) - Counter(theirs)) + (Counter(theirs) - Counter(ours)):
        more, fewer = (original, page) if ours.count(part) > theirs.count(part) else (page, original)
        line = max(number for number, found in _numbered_parts(more) if found == part)
        raise PageError(
            f"{fewer.file}:1: no {part} as at {more.file}:{line}; facts, examples and images are the same in each "
            "language"
        )


def _parts(page: Page) -> list[str]:
    return [part for _, part in _numbered_parts(page)]


def _numbered_parts(page: Page) -> Iterator[tuple[int, str]]:
    for number, line, is_code in page.lines():
        if is_code:
            continue
        if block := BLOCK.fullmatch(line):
            yield number, block[0].rstrip()
        for fact in FACT.findall(line):
            yield number, f"{{{{ {fact.strip()} }}}}"
        for image in _IMAGE.findall(line):
            yield number, f"![…]({image})"
