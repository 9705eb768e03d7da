"""The index of articles that the site's build wrote: which section states which rule, where lasting links lead."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from widget.domain.refusal import Rule


class MissingSiteError(Exception):
    """The site was not built, or by another version. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Articles:
    """Addresses on this site, as paths, by rule or article key and then by language."""

    rules: Mapping[str, Mapping[str, str]]
    articles: Mapping[str, Mapping[str, str]]
    #: By number, or number/section.
    permalinks: Mapping[str, Mapping[str, str]]
    #: Where an address leads whose slug was changed.
    renamed: Mapping[str, str]

    def rule(self, rule: Rule, language: str) -> str:
        """Return the path of the section that states the rule, in this language."""
        return self.rules[rule][language]

    def article(self, key: str, language: str) -> str:
        """Return the path of an article, in this language. Raises KeyError for an unknown article."""
        return self.articles[key][language]


def load(site: Path) -> Articles:
    """Return the index of a built site. Raises MissingSiteError where there is none, or a rule has no section."""
    path = site / "articles.json"
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise MissingSiteError(f"{path}: the site is not built; run `make docs`") from None
    missing = [rule for rule in Rule if rule not in index["rules"]]
    if missing:
        raise MissingSiteError(f"{path}: no section for {', '.join(missing)}; run `make docs`")
    paths = {
        article["key"]: {code: page["path"] for code, page in article["languages"].items()}
        for article in index["articles"]
    }
    return Articles(index["rules"], paths, index["permalinks"], index["renamed"])
