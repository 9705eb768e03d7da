"""Facts and blocks in an article: looked up or computed, never typed.

{{ notice }}                            a fact, by name: see `facts`
::example{interval=month on=2027-03-15 from=premium/20/4 to=premium/15/4}    see figures.example
::prices                                the table of plans
::articles{downgrade upgrade}           a list of articles with their summaries
::widget{change}                        the first step of the widget
::if{plan_downgrade=at_once} … ::end    lines that hold only where a switch of the policy says so
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date

from widget.domain.refusal import Rule
from widget.domain.terms import Terms
from widget.helpcentre import figures, index
from widget.helpcentre.pages import Page, PageError, Pages
from widget.languages import Language
from widget.panels import RuleLink
from widget.wording import notice

_FACT = re.compile(r"\{\{ *(.*?) *\}\}")
_BLOCK = re.compile(r"^::(\w+)(?:\{(.*)\})?\s*$")
#: French puts a no-break space before its double punctuation and inside its quotation marks.
_FRENCH_SPACE = re.compile(r"(?<=[\w)\]”»%*}]) (?=[:;?!»])|(?<=«) ")
SWITCHES = ("plan_downgrade", "best_day", "undo_cancel", "card_needs_annual")


@dataclass(frozen=True, slots=True)
class Sources:
    """What an article is filled from: the terms, the day they are read on, the language and all articles."""

    terms: Terms
    facts_on: date
    language: Language
    pages: Pages

    @property
    def link(self) -> RuleLink:
        """The path of the section that states a rule, in this language."""
        paths = index.rule_paths(self.pages)

        def link(rule: Rule) -> str:
            return paths[rule][self.language.code]

        return link


def fill(page: Page, sources: Sources) -> str:
    """Return the article's Markdown with every fact and block filled in.

    Raises PageError with file and line for an unknown name or an example that cannot be.
    """
    known = facts(sources)
    lines = []
    for number, line, is_code in _shown(page, sources):
        try:
            lines.append(line if is_code else _line(line, known, sources))
        except ValueError as error:
            raise PageError(f"{page.file}:{number}: {error}") from None
    return "\n".join(lines)


def facts(sources: Sources) -> dict[str, str]:
    """Return every fact by name, in the words of the language, by the policy and price book of `facts_on`."""
    policy, language = sources.terms.policy(sources.facts_on), sources.language
    book = sources.terms.price_book(sources.facts_on)
    lowest = book.plans[0]
    return {
        "notice": notice(policy.notice_months, language),
        "support_email": f"<{policy.support_email}>",
        "finance_email": f"<{policy.finance_email}>",
        "zoom_users_per_license": language.number(policy.zoom_users_per_license),
        "trial_days": language.number(policy.trial_days),
        "trial_max_users": language.number(policy.trial_max_users),
        "quote_valid_days": language.number(policy.quote_valid_days),
        "lowest_plan": lowest.name[language.code],
        "lowest_plan_max_users": language.number(lowest.max_users),
        "price_book": book.version,
        "price_book_from": language.date(book.valid_from),
    }


def _shown(page: Page, sources: Sources) -> Iterator[tuple[int, str, bool]]:
    """Yield the lines that hold under the policy, with their number and whether they are code."""
    opened, holds, is_code = 0, True, False
    for number, line in enumerate(page.body.split("\n"), start=page.body_line):
        fence = line.startswith("```")
        is_code ^= fence
        block = None if is_code else _BLOCK.match(line)
        if block and block[1] in ("if", "end"):
            if (block[1] == "if") == bool(opened):
                raise PageError(f"{page.file}:{number}: {line}: each ::if{{…}} ends with one ::end before the next")
            opened = number if block[1] == "if" else 0
            holds = not opened or _holds(block[2] or "", page.file, number, sources)
        elif holds:
            yield number, line, is_code or fence
    if opened:
        raise PageError(f"{page.file}:{opened}: ::if without ::end; add it after the lines that depend on the switch")


def _holds(condition: str, file: str, number: int, sources: Sources) -> bool:
    name, _, value = condition.partition("=")
    if name not in SWITCHES:
        raise PageError(f"{file}:{number}: ::if{{{condition}}}: unknown switch; there are {', '.join(SWITCHES)}")
    policy = asdict(sources.terms.policy(sources.facts_on))
    return str(policy[name]).lower() == value


def _line(line: str, known: dict[str, str], sources: Sources) -> str:
    block = _BLOCK.match(line)
    if block:
        return _block(block[1], block[2] or "", sources)

    def fact(found: re.Match[str]) -> str:
        if found[1] not in known:
            raise ValueError(f"{{{{ {found[1]} }}}}: unknown fact; there are {', '.join(known)}")
        return known[found[1]]

    filled = _FACT.sub(fact, line)
    return _FRENCH_SPACE.sub("\u00a0", filled) if sources.language.code == "fr" else filled


def _block(kind: str, argument: str, sources: Sources) -> str:
    terms, language, link = sources.terms, sources.language, sources.link
    blocks: dict[str, Callable[[], str]] = {
        "example": lambda: figures.example(argument, terms, language, link),
        "prices": lambda: figures.prices(terms.price_book(sources.facts_on), language),
        "articles": lambda: figures.articles(argument, sources.pages, language),
        "widget": lambda: figures.widget(argument, terms, language, link),
    }
    if kind not in blocks:
        raise ValueError(f"::{kind}: unknown block; there are {', '.join(blocks)}, if")
    return blocks[kind]()
