"""Quotes and receipts as PDF/UA-1 and PDF/A-2a, by typst: their texts come in as data, and never as markup."""

import json
import re
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

import typst

from widget.rendering import TEMPLATES

# What the fonts inside typst can show (Latin, Greek, Cyrillic, punctuation, currencies): anything else would stop the
# document, since an accessible one may hold no glyph that is none. A test asks the fonts for every one of these.
SHOWN = (
    (0x0020, 0x007E),
    (0x00A0, 0x017F),
    (0x0218, 0x021B),
    (0x0386, 0x0386),
    (0x0388, 0x038A),
    (0x038C, 0x038C),
    (0x038E, 0x03A1),
    (0x03A3, 0x03CE),
    (0x0400, 0x045F),
    (0x1E80, 0x1E85),
    (0x2010, 0x2015),
    (0x2018, 0x201E),
    (0x2020, 0x2022),
    (0x2026, 0x2026),
    (0x202F, 0x202F),
    (0x20AC, 0x20AC),
    (0x2122, 0x2122),
    (0x2190, 0x2193),
)
_HIDDEN = re.compile("[^{}]".format("".join(f"{chr(low)}-{chr(high)}" for low, high in SHOWN)))
_lock = threading.Lock()


def render(document: str, view: Mapping[str, Any], *, author: str, language: str, at: datetime) -> bytes:
    """Return the PDF of a view by templates/<document>/<document>.typ. The same view and instant give the same bytes.

    A character that the fonts cannot show is written by its number, [U+682A]. Raises typst.TypstError where the
    document would not be accessible.
    """
    data = json.dumps(_printable({**view, "author": author, "language": language}), ensure_ascii=False)
    with _lock:  # one compiler a template, one document at a time
        made = _compiler(document).compile(
            format="pdf", sys_inputs={document: data}, pdf_standards=["ua-1", "a-2a"], timestamp=int(at.timestamp())
        )
    if not isinstance(made, bytes):
        raise TypeError(f"typst made {type(made).__name__} of a PDF")
    return made


@cache
def _compiler(document: str) -> typst.Compiler:
    # Its own folder is all that the template may read; fonts of the machine would change the bytes.
    folder = TEMPLATES / document
    return typst.Compiler(folder / f"{document}.typ", root=folder, font_paths=typst.Fonts(include_system_fonts=False))


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return _HIDDEN.sub(lambda found: f"[U+{ord(found[0]):04X}]", value)
    if isinstance(value, Mapping):
        return {name: _printable(each) for name, each in value.items()}
    return [_printable(each) for each in value]
