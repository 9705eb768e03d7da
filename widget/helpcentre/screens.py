"""Pictures of our own widget in the articles: taken by a script in each language and palette; one that ages is named.

`![what it shows](screen:review)` in an article becomes the picture in the page's language, one for each palette.
`make screens` takes them (tests/browser/screens.py); `make check` names those whose templates, styles or words changed.
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from markupsafe import Markup

from widget import languages
from widget.languages import Language
from widget.rendering import TEMPLATES
from widget.settings import ROOT

FOLDER = ROOT / "overrides" / "assets" / "screens"
MANIFEST = FOLDER / "screens.json"
STYLES = ROOT / "widget" / "static" / "subscription-widget.css"
#: The pictures, each with the template that it shows.
SCREENS = {"members": "members/choose.html", "survey": "survey/ask.html", "review": "review/check.html"}
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


def fingerprint(name: str, language: Language) -> str:
    """Return what identifies a picture: the templates that it shows, their words in the language, and the styles."""
    sources = [text for _, text in sorted(_templates(SCREENS[name]))]
    words = [language.gettext(each) for text in sources for each in _WORDS.findall(text)]
    told = "\n".join([*sources, *words, STYLES.read_text(encoding="utf-8")])
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _templates(name: str) -> Iterator[tuple[str, str]]:
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    yield name, text
    for included in _INCLUDED.findall(text):
        yield from _templates(included)


def aged(manifest: Path = MANIFEST) -> list[str]:
    """Return the pictures that no longer show what the widget shows, or were never taken, by file."""
    taken = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    return [
        f"{code}-{name}"
        for code, language in languages.load().items()
        for name in SCREENS
        if taken.get(f"{code}-{name}", {}).get("shows") != fingerprint(name, language)
        or not all((manifest.parent / f"{code}-{name}-{each}.webp").exists() for each in PALETTES)
    ]


if __name__ == "__main__":
    found = aged()
    if found:
        sys.exit(f"pictures that are out of date: {', '.join(found)}; run `make screens`, look at them and commit them")
