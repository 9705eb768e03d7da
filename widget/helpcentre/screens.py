"""Pictures of our own widget in the articles: taken by a script in each language and palette; one that ages is named.

`![what it shows](screen:review)` in an article becomes the picture in the page's language, one for each palette.
`make screens` takes them (tests/browser/screens.py); `make check` names those that show something else by now.
"""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from markupsafe import Markup

from widget import catalogue, languages
from widget.catalogue import DATA
from widget.domain.terms import Terms
from widget.helpcentre import build_day
from widget.languages import Language
from widget.rendering import TEMPLATES
from widget.settings import ROOT

FOLDER = ROOT / "overrides" / "assets" / "screens"
MANIFEST = FOLDER / "screens.json"
STYLES = ROOT / "widget" / "static" / "subscription-widget.css"
#: The pictures, each with the template that it shows, and the modules that put words into it.
SCREENS = {
    "members": ("members/choose.html", ("wording.py",)),
    "survey": ("survey/ask.html", ("web/survey.py",)),
    "review": (
        "review/check.html",
        ("web/survey.py", "wording.py", "panels/words.py", "panels/result.py", "panels/timeline.py"),
    ),
}
PALETTES = ("light", "dark")
_INCLUDED = re.compile(r'{% include "([^"]+)"')
_WORDS = re.compile(r'\b_\("([^"]+)"\)')


def figure(name: str, alt: str, language: Language) -> str:
    """Return the picture of a screen as HTML, one for each palette. Raises ValueError for an unknown screen."""
    if name not in SCREENS:
        raise ValueError(f"screen:{name}: no such screen; there are {', '.join(SCREENS)}")
    taken = json.loads(MANIFEST.read_text(encoding="utf-8")).get(f"{language.code}-{name}")
    if taken is None:
        return ""  # of a language that is new: `make check` says so, and `make screens` needs the site first
    image = Markup(
        '<img class="hc-{palette}" src="/assets/screens/{code}-{name}-{palette}.webp" width="{width}" '
        'height="{height}" alt="{alt}" loading="lazy" decoding="async">'
    )
    images = [
        image.format(palette=each, code=language.code, name=name, alt=language.spaced(alt), **taken["size"])
        for each in PALETTES
    ]
    return Markup('<figure class="hc-screen">{}</figure>').format(Markup().join(images))


def fingerprint(name: str, language: Language, terms: Terms, on: date) -> str:
    """Return what identifies a picture: the templates and words that it shows in the language, the styles, the demo's
    people, and the policy and prices of the day.
    """
    template, modules = SCREENS[name]
    sources = [text for _, text in sorted(_templates(template))]
    messages = [each for text in sources for each in _WORDS.findall(text)]
    messages += [each for module in modules for each in _messages(module)]
    words = [str(language.messages.get(each, each)) for each in messages]
    files = [path.read_text(encoding="utf-8") for path in (STYLES, DATA / "demo.json")]
    told = "\n".join([*sources, *words, *files, repr(terms.policy(on)), repr(terms.price_book(on))])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _messages(module: str) -> Iterator[str]:
    """Yield the messages that a module marks with N_, or chooses by number."""
    for call in ast.walk(ast.parse((ROOT / "widget" / module).read_text(encoding="utf-8"))):
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("N_", "ngettext")):
            yield from (str(each.value) for each in call.args if isinstance(each, ast.Constant))


def _templates(name: str) -> Iterator[tuple[str, str]]:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    yield name, text
    for included in _INCLUDED.findall(text):
        yield from _templates(included)


def aged(manifest: Path = MANIFEST) -> list[str]:
    """Return the pictures that no longer show what the widget shows, or were never taken, by file."""
    taken = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    terms, on = catalogue.load(), build_day.facts_on()
    return [
        f"{code}-{name}"
        for code, language in languages.load().items()
        for name in SCREENS
        if taken.get(f"{code}-{name}", {}).get("shows") != fingerprint(name, language, terms, on)
        or not all((manifest.parent / f"{code}-{name}-{each}.webp").exists() for each in PALETTES)
    ]


if __name__ == "__main__":
    try:
        found = aged()
    except catalogue.CatalogueError as error:
        sys.exit(str(error))
    if found:
        sys.exit(f"pictures that are out of date: {', '.join(found)}; run `make screens`, look at them and commit them")
