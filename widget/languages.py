"""French and English: words from gettext catalogues, money, dates and numbers from CLDR.

The formatters are compiled once from what Babel prints, so that a page costs microseconds; a test holds them equal to
Babel over years of days and thousands of amounts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from unicodedata import combining, normalize

from babel import Locale
from babel.dates import get_month_names
from babel.messages.pofile import read_po
from babel.numbers import format_currency

#: French puts a no-break space before its double punctuation (a narrow one but before the colon), inside its quotation
#: marks, and between a number that is no year and its noun.
_NARROW = re.compile(r"(?<=[\w)\]”»%*}]) (?=[;?!])")
_WIDE = re.compile(r"(?<=[\w)\]”»%*}]) (?=[:»])|(?<=«) |(?<=\d)(?<!\d{4}) (?=[a-zà-ÿ€%])")
#: What prices may be in. Each has two decimals, as the amounts of the price books.
CURRENCIES = ("EUR", "CHF", "GBP", "USD")
LOCALE = Path(__file__).resolve().parent / "locale"
#: The languages of the site, the original first, each with its CLDR locale.
LOCALES = {"fr": "fr_FR", "en": "en_GB"}
ORIGINAL = "fr"


@dataclass(frozen=True, eq=False)
class Language:
    """One language: its words and its formats."""

    code: str
    name: str
    messages: Mapping[str, str | tuple[str, ...]]
    months: Mapping[int, str]
    group: str
    decimal: str
    currency_before: Mapping[str, str]
    currency_after: Mapping[str, str]

    def gettext(self, message: str) -> str:
        """Return the message in this language; the message itself (English) where it has no translation."""
        found = self.messages.get(message, message)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Return the form of a message for a number: French counts 0 as one, English as many."""
        one = number in (0, 1) if self.code == "fr" else number == 1
        found = self.messages.get(singular)
        if isinstance(found, tuple):
            return found[0 if one else 1]
        return singular if one else plural

    @staticmethod
    def folded(text: str) -> str:
        """Return a text for sorting and finding, the same in every language: without accents and case."""
        return "".join(each for each in normalize("NFKD", text.casefold()) if not combining(each))

    def spaced(self, text: str) -> str:
        """Return a text with the no-break spaces of the language."""
        return _WIDE.sub("\u00a0", _NARROW.sub("\u202f", text)) if self.code == "fr" else text

    def number(self, value: int) -> str:
        """Return a whole number with the language's digit grouping."""
        return f"{value:,}".replace(",", self.group) if value >= 1_000 or value <= -1_000 else str(value)

    def money(self, minor_units: int, currency: str) -> str:
        """Return an amount of minor units with its currency, as CLDR writes it."""
        units, cents = divmod(abs(minor_units), 100)
        sign = "-" if minor_units < 0 else ""
        before, after = self.currency_before[currency], self.currency_after[currency]
        return f"{sign}{before}{self.number(units)}{self.decimal}{cents:02d}{after}"

    def date(self, day: date) -> str:
        """Return a civil date in words: "1er avril 2027", "1 April 2027"."""
        # CLDR writes "1 avril"; French usage wants the ordinal for the first of the month, on one line with the month.
        if self.code == "fr":
            return f"{'1er' if day.day == 1 else day.day}\u00a0{self.months[day.month]} {day.year}"
        return f"{day.day} {self.months[day.month]} {day.year}"


@lru_cache
def load() -> dict[str, Language]:
    """Return every language by its code, the original first."""
    return {code: _language(code, locale) for code, locale in LOCALES.items()}


def _language(code: str, name: str) -> Language:
    locale = Locale.parse(name)
    pattern = {currency: format_currency(0, currency, locale=locale) for currency in CURRENCIES}
    decimal = locale.number_symbols["latn"]["decimal"]
    zero = f"0{decimal}00"
    return Language(
        code=code,
        name=(locale.get_language_name(locale) or code).capitalize(),
        messages=_messages(code),
        months=dict(get_month_names("wide", locale=locale)),
        group=locale.number_symbols["latn"]["group"],
        decimal=decimal,
        currency_before={currency: text.split(zero)[0] for currency, text in pattern.items()},
        currency_after={currency: text.split(zero)[1] for currency, text in pattern.items()},
    )


def _messages(code: str) -> dict[str, str | tuple[str, ...]]:
    path = LOCALE / f"{code}.po"
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=LOCALES[code], abort_invalid=True)
    words: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id or not message.string:
            continue
        if isinstance(message.id, (tuple, list)):
            words[message.id[0]] = tuple(message.string)
        else:
            words[str(message.id)] = str(message.string)
    return words
