"""Finds words of the other language in what a reader meets, and French numbers that may stand apart from their noun."""

import re
from html.parser import HTMLParser

from widget import languages


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Frequent words that only one of the languages has. Left out is what both write, such as "on" and "plus".
DISTINCTIVE = {
    "fr": _listed(
        """
        le la les des du une est sont votre vos vous nous avec dans sur aux cette ces qui que pas et où
        au par ou leur elle il ils elles être avoir chaque sans sous entre alors aussi donc depuis jusqu
        après avant quand jour mois année prix tarif utilisateurs licences facture devis abonnement
        espace suivant retour rechercher
        """
    ),
    "en": _listed(
        """
        the of and to is are your you we with for from this that not by at it has have when which will
        be who what how their there if no can may without until after before day month year price users
        licenses invoice quote subscription next back search whose these those its was were does do
        """
    ),
}
OTHER = {"fr": "en", "en": "fr"}
#: What stands in a page of the other language all the same, each with its reason.
ALLOWED = {
    "fr": {
        "support@workspace.example": "an address",
        "sales@workspace.example": "an address",
        "users": "a field of the API, in a link",
        "to": "a field of the API",
        "quote": "a field of the API",
    },
    "en": {"la": "Rue de la Paix: an address"},
}

#: A number, but no year and no part of a longer figure, then an ordinary space and a word that a number does not
#: precede by chance; "rue" stands in addresses, which are written as they are given.
_PARTED = re.compile(
    r"(?<![\w/.,\u202f\u00a0-])(?:1er|\d{1,3}(?:\u202f\d{3})*(?:,\d+)?) "
    r"(?!(?:au|à|de|du|et|ou|en|par|pour|puis|sont|avec|rue)\b)[a-zà-ÿ€%][\w’]*"
)


class Words(HTMLParser):
    """What a reader meets of a page: text, titles, labels and alternatives, without what says that it is foreign."""

    def __init__(self, html: str, code: str) -> None:
        super().__init__()
        self.code, self.found = code, list[str]()
        self._foreign: list[str] = []
        self._void = {"img", "input", "link", "meta", "br", "hr", "path", "rect", "circle", "source"}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        foreign = (
            said.get("lang", self.code) != self.code or tag in {"script", "style", "code"} or "data-person" in said
        )
        if self._foreign or (foreign and tag not in self._void):
            if tag not in self._void:
                self._foreign.append(tag)
            return
        if not foreign:
            self.found += [said[name] for name in ("title", "aria-label", "placeholder", "alt") if name in said]
            if tag == "meta" and said.get("name") == "description":
                self.found.append(said["content"])

    def handle_endtag(self, tag: str) -> None:
        if self._foreign and tag not in self._void:
            self._foreign.pop()

    def handle_data(self, data: str) -> None:
        if not self._foreign:
            self.found.append(data)


def foreign_words(html: str, code: str) -> list[str]:
    """Return the words of the other language in a page: distinctive ones, and whole messages left untranslated."""
    return foreign_in_text(" ".join(" ".join(Words(html, code).found).split()), code)


def parted_numbers(html: str) -> list[str]:
    """Return the numbers, amounts and days of a French page that the end of a line may part from what they count."""
    return [parted for text in Words(html, "fr").found for parted in parted_in_text(text)]


def parted_in_text(text: str) -> list[str]:
    """Return the same of a French text."""
    return _PARTED.findall(text)


def foreign_in_text(text: str, code: str) -> list[str]:
    """Return the words of the other language in a text."""
    for allowed in (each for each in ALLOWED[code] if "@" in each):
        text = text.replace(allowed, "")
    words = re.findall(r"\b[^\W\d_]+\b", text.lower())  # whole ones: the number of a request may hold "be"
    single = {word for word in words if word in DISTINCTIVE[OTHER[code]] and word not in ALLOWED[code]}
    return sorted(single) + [message for message in _messages(code) if message in text]


def _messages(code: str) -> list[str]:
    """Return the messages of the other language that have several words and are said differently here."""
    pairs = [(key, said) for key, said in languages.load()["fr"].messages.items() if isinstance(said, str)]
    both = [(said, key) if code == "en" else (key, said) for key, said in pairs if "%(" not in key and "{" not in key]
    return [other for other, ours in both if " " in other and len(other) > 8 and other not in ours]
