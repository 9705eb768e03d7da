"""Words, money and dates: equal to CLDR, complete in French, and French where French usage differs."""

import ast
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from widget import languages
from widget.languages import CURRENCIES, LOCALES

ROOT = Path(__file__).parent.parent


def written_in_code() -> Iterator[str]:
    for path in (ROOT / "widget").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in {"N_", "gettext", "ngettext", "t"} and isinstance(node.args[0].value, str):
                yield str(node.args[0].value)


def written_in_templates() -> Iterator[str]:
    for folder in ("widget/templates", "overrides"):
        for path in (each for kind in ("*.html", "*.txt") for each in (ROOT / folder).rglob(kind)):
            yield from re.findall(r"\b(?:_|t)\(\"([^\"]+)\"\)", path.read_text(encoding="utf-8"))


def test_every_message_has_a_french_translation() -> None:
    messages = {*written_in_code(), *written_in_templates()}

    untranslated = sorted(message for message in messages if message not in languages.load()["fr"].messages)

    assert untranslated == []


def test_a_translation_keeps_the_placeholders_of_its_message() -> None:
    french = languages.load()["fr"].messages

    changed = [
        message
        for message, words in french.items()
        if isinstance(words, str)
        and set(re.findall(r"%\(\w+\)s|\{\w+\}", words)) != set(re.findall(r"%\(\w+\)s|\{\w+\}", message))
    ]

    assert changed == []


@pytest.mark.parametrize("currency", CURRENCIES)
@pytest.mark.parametrize("code", LOCALES)
def test_amounts_and_numbers_are_those_of_cldr(code: str, currency: str) -> None:
    language, locale = languages.load()[code], LOCALES[code]

    for amount in [*range(0, 3_000, 7), *range(99_990, 100_010), 123_456_789, 100_000_000_000, -1, -99, -123_456]:
        expected = format_currency(amount / 100, currency, locale=locale)
        assert language.money(amount, currency) == expected
    for number in (0, 999, 1_000, 12_345, 100_000, 1_234_567):
        assert language.number(number) == format_decimal(number, locale=locale)


@pytest.mark.parametrize("code", LOCALES)
def test_dates_are_those_of_cldr_but_for_the_french_first_of_the_month(code: str) -> None:
    language, locale = languages.load()[code], LOCALES[code]

    for offset in range(3 * 366):
        day = date(2027, 1, 1) + timedelta(days=offset)
        expected = format_date(day, "d MMMM y", locale=locale)
        if code == "fr":
            expected = expected.replace(" ", "\u00a0", 1)
            expected = f"1er{expected[1:]}" if day.day == 1 else expected
        assert language.date(day) == expected


def test_french_puts_a_no_break_space_before_its_double_punctuation() -> None:
    french = languages.load()["fr"].messages.values()
    sentences = [text for words in french for text in ([words] if isinstance(words, str) else words)]

    assert [text for text in sentences if re.search(r" [:;?!»]|« ", text)] == []


_LOGIC = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_HIDDEN = re.compile(r"<(style|script)\b.*?</\1>|<!--.*?-->", re.DOTALL)


#: A command is typed as it is in every language. (The papers, .typ, are programs: their words come in as data.)
COMMAND = "widget outbox retry"
TEMPLATES = [path for path in sorted((ROOT / "widget/templates").rglob("*.*")) if path.suffix != ".typ"]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_says_nothing_but_messages(path: Path) -> None:
    """What a page or a mail says is translated, also where no other test renders it: no bare word in its text."""
    text = _HIDDEN.sub(" ", _LOGIC.sub(" ", path.read_text(encoding="utf-8")))
    words = re.sub(r"<[^>]*>|&\w+;", " ", text).replace(COMMAND, "")

    assert re.findall(r"[^\W\d_]{2,}", words) == []
