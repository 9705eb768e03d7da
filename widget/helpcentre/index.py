"""Indexes over all articles: rules to sections, related articles, what the service reads."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from widget.domain.refusal import Rule
from widget.helpcentre.pages import HOME, Page, PageError, Pages
from widget.helpcentre.permalinks import NAMED
from widget.languages import LOCALES, ORIGINAL

SNIPPET = 160
#: How many related articles a page shows, where so many are akin.
RELATED = 5
_RULE_NAME = re.compile(rf"(?<![\w-])(?:{'|'.join(Rule)})(?![\w-])")
#: The article in which each rule is stated, and nowhere else.
HOMES: Mapping[str, tuple[Rule, ...]] = {
    "downgrade": (
        Rule.ADMIN_ONLY,
        Rule.PRICE_OF_THE_DAY,
        Rule.LOCKED_CONTRACT,
        Rule.PLAN_LIMITS,
        Rule.NOTHING_CHANGES,
        Rule.SURVEY_FIRST,
        Rule.ACTIVE_USER_FLOOR,
        Rule.SEATS_DROP_AT_ONCE,
        Rule.PLAN_DROPS_WITH_PRICE,
        Rule.MONTHLY_PRICE_DATE,
        Rule.ANNUAL_PRICE_DATE,
        Rule.NOTICE_PERIOD,
        Rule.LATE_NOTICE,
        Rule.NO_CREDIT,
        Rule.ZOOM_LICENSE_RATIO,
        Rule.BEST_DAY,
        Rule.ONE_PENDING_CHANGE,
        Rule.UNDO,
    ),
    "upgrade": (Rule.AVAILABLE_AT_ONCE, Rule.UPGRADE_PRICE_DATE, Rule.UPGRADE_INVOICE, Rule.PAID_ALREADY),
    "cancel": (
        Rule.CANCEL_SCOPE,
        Rule.CANCEL_ANNUAL,
        Rule.CANCEL_MONTHLY,
        Rule.DATA_AFTER_CANCEL,
        Rule.UNDO_CANCEL,
    ),
    "quote": (Rule.ORDER_OR_QUOTE,),
    "billing-and-payment": (
        Rule.BILLING_NEXT_INVOICE,
        Rule.PAYMENT_METHODS,
        Rule.CARD_NEEDS_ANNUAL,
        Rule.ONE_INVOICE_ADDRESS,
    ),
}

#: The articles that the code knows by their file names: the home, what /policy and /price-book lead to, and others.
BY_NAME = (HOME, "calculations", "downgrade", "upgrade", *NAMED.values())


def check_names(pages: Pages) -> None:
    """Raise PageError where an article is missing that the code knows by its file name."""
    for key in BY_NAME:
        if key not in pages:
            raise PageError(
                f"docs/{ORIGINAL}/{key}.md:1: the code knows this article by its file name: give the file its name "
                "back, and change the slug instead"
            )


def rule_paths(pages: Pages) -> dict[str, dict[str, str]]:
    """Return the path of the section that states each rule, by language.

    Raises PageError for a rule without a section in one of the languages or with two, and for a section that claims a
    rule which the domain does not have.
    """
    paths: dict[str, dict[str, str]] = {rule: {} for rule in Rule}
    for page in (page for twins in pages.values() for page in twins.values()):
        for anchor in page.sections:
            if (anchor in paths) != (anchor in page.rules):
                raise PageError(
                    f"{page.at('#' + anchor)}: {{ #{anchor} }}: `.rule` marks the section of a rule of "
                    "widget/domain/refusal.py, and no other; add or remove it"
                )
            if anchor in paths and page.language in paths[anchor]:
                raise PageError(
                    f"{page.at('#' + anchor)}: the rule {anchor} is also stated at {paths[anchor][page.language]}; "
                    "remove one of the two sections"
                )
            if anchor in paths:
                paths[anchor][page.language] = f"{page.path}#{anchor}"
    for rule, found in paths.items():
        for language in LOCALES:
            if language not in found:
                home = home_of(rule)
                raise PageError(
                    f"docs/{language}/{home}.md:1: no section states the rule {rule}; write one headed "
                    f"{{ #{rule} .rule }}"
                )
    return paths


def home_of(rule: str) -> str:
    """Return the article that a rule belongs in. Raises PageError for a rule that has no home yet."""
    for key, rules in HOMES.items():
        if rule in rules:
            return key
    raise PageError(f"widget/helpcentre/index.py: HOMES: the rule {rule} has no home; add it to one of its articles")


def check_homes(pages: Pages) -> None:
    """Raise PageError for a section of a rule in another article than its home, and for a rule without cases shown."""
    for page in (page for twins in pages.values() for page in twins.values()):
        for rule in page.rules:
            if rule in list(Rule) and page.key != home_of(rule):
                home = f"docs/{page.language}/{home_of(rule)}.md"
                raise PageError(
                    f"{page.at('#' + rule)}: the rule {rule} belongs in {home}: move the section there, or "
                    "change HOMES in widget/helpcentre/index.py"
                )
    for page in pages["calculations"].values():
        shown = " ".join(re.findall(r"^::rules\{(.*)\}", page.body, re.MULTILINE)).split()
        for rule in Rule:
            if rule not in shown:
                raise PageError(f"{page.file}:1: the rule {rule} is not shown; add it to a ::rules{{…}}")


def marks(pages: Pages) -> dict[str, frozenset[str]]:
    """Return what makes articles akin, by file: the rules that each states or names, and the words it is found by."""
    return {
        page.file: frozenset([*page.rules, *_RULE_NAME.findall(page.body), *map(str.lower, page.synonyms)])
        for twins in pages.values()
        for page in twins.values()
    }


def related(pages: Pages, page: Page, shared: Mapping[str, frozenset[str]]) -> list[dict[str, str]]:
    """Return the related articles in the page's language, each with a snippet: those that the author chose, then those
    that share the most (see `marks`), up to RELATED.

    Raises PageError for an article that does not exist or is the page itself.
    """
    found = []
    for key in [*page.related, *_akin(pages, page, shared)[: max(0, RELATED - len(page.related))]]:
        if key not in pages or key in (page.key, HOME):
            others = ", ".join(other for other in pages if other not in (page.key, HOME))
            raise PageError(f"{page.at('related')}: related: {key}: no such other article; there are {others}")
        other = pages[key][page.language]
        found.append({"title": other.title, "path": other.path, "snippet": snippet(other.summary)})
    return found


def _akin(pages: Pages, page: Page, shared: Mapping[str, frozenset[str]]) -> list[str]:
    if page.key == HOME or len(page.related) >= RELATED:
        return []
    ours = shared[page.file]
    others = [twins[page.language] for key, twins in pages.items() if key not in (page.key, HOME, *page.related)]
    alike = [(-len(ours & shared[other.file]), other.number, other.key) for other in others]
    return [key for count, _, key in sorted(alike) if count]


def snippet(text: str, longest: int = SNIPPET) -> str:
    """Return a text cut at a word, with an ellipsis where something was left out."""
    if len(text) <= longest:
        return text
    return text[: longest + 1].rsplit(" ", 1)[0].rstrip(" ,;:.\u00a0") + " …"


def version(page: Page) -> str:
    """Return what tells one wording of an article from another: a short hash of what the author wrote."""
    return hashlib.sha256(f"{page.title}\n{page.summary}\n{page.body}".encode()).hexdigest()[:8]


def articles(pages: Pages) -> dict[str, Any]:
    """Return what the service reads: every article with its paths and sections, and each rule's section."""
    return {
        "rules": rule_paths(pages),
        "articles": [
            {
                "key": key,
                "number": next(iter(twins.values())).number,
                "languages": {
                    page.language: {
                        "title": page.title,
                        "summary": page.summary,
                        "path": page.path,
                        "sections": dict(page.sections),
                        "version": version(page),
                    }
                    for page in twins.values()
                },
            }
            for key, twins in sorted(pages.items(), key=lambda item: next(iter(item[1].values())).number)
        ],
    }
