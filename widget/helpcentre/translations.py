"""Which translations no longer match their original, by name; `make translations` marks what was reviewed."""

import re
import sys
from pathlib import Path

from widget.helpcentre.pages import Page, PageError, Pages, read
from widget.helpcentre.parity import State, fingerprint, outdated
from widget.languages import ORIGINAL, Language
from widget.settings import ROOT
from widget.wording import N_

DOCS = ROOT / "docs"
SAID = {
    State.UNREVIEWED: N_("This translation has not been compared with its original yet."),
    State.STALE: N_("The original of this article has changed since it was translated."),
    State.MISSING: N_("This article is not translated yet."),
}


def note(found: State, original: Page, language: Language, original_name: str) -> str:
    """Return the note to the reader of a translation that is not current, with a link to the original, as HTML."""
    said, link = language.gettext(SAID[found]), language.gettext("Read the original:")
    lang = original.language
    return (
        f'<p class="hc-note">{said} {link} <a href="{original.path}" lang="{lang}" hreflang="{lang}">'
        f"{original.title} ({original_name})</a></p>\n\n"
    )


def told(pages: Pages) -> list[str]:
    """Return one line for each translation that is not current: its file, and what to do."""
    advice = {
        State.UNREVIEWED: "never reviewed; compare it, then: make translations REVIEWED={name}",
        State.STALE: "compare it, then: make translations REVIEWED={name}",
        State.MISSING: "write its text, then: make translations REVIEWED={name}",
    }
    return [
        f"{found} translation: {page.file} (of docs/{ORIGINAL}/{page.key}.md): "
        + advice[found].format(name=f"{page.language}/{page.key}")
        for page, found in outdated(pages)
    ]


def stamp(pages: Pages, name: str, docs: Path = DOCS) -> str:
    """Write into a translation that it was reviewed against its original as it stands; return its file.

    Raises PageError for a name that is no translation.
    """
    language, _, key = name.partition("/")
    page = pages.get(key, {}).get(language)
    if page is None or language == ORIGINAL:
        raise PageError(f"{name}: no such translation; write language/article, such as en/downgrade")
    path = docs / language / f"{key}.md"
    text = path.read_text(encoding="utf-8")
    line = f'translated: "{fingerprint(pages[key][ORIGINAL])}"\n'
    if page.translated:
        text = re.sub(r"^translated: .*\n", line, text, count=1, flags=re.MULTILINE)
    else:
        text = re.sub(r"\A(---\n.*?\n)(---\n)", rf"\g<1>{line}\g<2>", text, count=1, flags=re.DOTALL)
    path.write_text(text, encoding="utf-8")
    return page.file


def main(names: list[str], docs: Path = DOCS) -> int:
    """Mark translations as reviewed, or tell which are not current; return 1 where one is told."""
    pages = read(docs)
    if names:
        for name in names:
            print(f"reviewed: {stamp(pages, name, docs)}")  # noqa: T201 -- a command prints
        return 0
    lines = told(pages)
    print("\n".join(lines) or "Every translation is current.")  # noqa: T201 -- a command prints
    return 1 if lines else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except PageError as error:
        sys.exit(str(error))
