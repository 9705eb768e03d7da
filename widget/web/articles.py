"""The index of articles that the site's build wrote: which section states which rule, where lasting links lead."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from widget.domain.refusal import Rule
from widget.web import search
from widget.web.search import Search


class MissingSiteError(Exception):
    """The site was not built, or by another version. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Article:
    """An article in one language; `sections` has the headings by anchor."""

    number: int
    title: str
    summary: str
    path: str
    sections: Mapping[str, str]
    version: str


#: What the build writes for the service.
KEYS = {"rules", "articles", "permalinks", "renamed", "named", "figures", "address"}


@dataclass(frozen=True, slots=True)
class Articles:
    """Addresses on this site, as paths, by rule or article key and then by language."""

    rules: Mapping[str, Mapping[str, str]]
    #: By key and language, in the order of the numbers.
    articles: Mapping[str, Mapping[str, Article]]
    #: By number, or number/section.
    permalinks: Mapping[str, Mapping[str, str]]
    #: Where an address leads whose slug was changed.
    renamed: Mapping[str, str]
    #: By a name of its own: the rules and the prices.
    named: Mapping[str, Mapping[str, str]]
    searches: Mapping[str, Search]
    #: The origin that the site was built for.
    address: str

    def rule(self, rule: Rule, language: str) -> str:
        """Return the path of the section that states the rule, in this language."""
        return self.rules[rule][language]

    def article(self, key: str, language: str) -> str:
        """Return the path of an article, in this language. Raises KeyError for an unknown article."""
        return self.articles[key][language].path

    def all(self, language: str) -> dict[str, Article]:
        """Return every article of a language by its path, in the order of the numbers, without the home page."""
        return {each[language].path: each[language] for key, each in self.articles.items() if key != "index"}

    def numbered(self, number: int, language: str) -> Article | None:
        """Return the article of a number in a language, or None."""
        return next((each for each in self.all(language).values() if each.number == number), None)


def load(site: Path, figures: str) -> Articles:
    """Return the index of a built site whose articles show these figures (`worked.fingerprint`).

    Raises MissingSiteError where there is none, a rule has no section, or the site shows other figures.
    """
    path = site / "articles.json"
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise MissingSiteError(f"{path}: the site is not built; run `make docs`") from None
    if not index.keys() >= KEYS:
        raise MissingSiteError(f"{path}: the site was built by another version; run `make docs`")
    missing = [rule for rule in Rule if rule not in index["rules"]]
    if missing:
        raise MissingSiteError(f"{path}: no section for {', '.join(missing)}; run `make docs`")
    articles = {
        each["key"]: {code: Article(each["number"], **page) for code, page in each["languages"].items()}
        for each in index["articles"]
    }
    if index["figures"] != figures:
        raise MissingSiteError(
            f"{path}: the site was built with other figures than the policy and the price book in force today: its "
            "articles would be wrong; run `make docs`"
        )
    codes = next(iter(articles.values()))
    searches = {code: search.load(site, code) for code in codes}
    return Articles(
        index["rules"], articles, index["permalinks"], index["renamed"], index["named"], searches, index["address"]
    )
