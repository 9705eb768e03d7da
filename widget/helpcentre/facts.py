"""Facts and blocks in an article: looked up or computed, never typed.

{{ notice }}                            a fact, by name, a number with its noun ("one month"): see `facts`
{{ price premium user year }}           a price; `limit free max_users` a limit, `plan free` a plan's name
{{ deadline 2027-07-01 }}               the last day of notice for a renewal; `next_month 2027-03-15` the next 1st
::example{interval=month on=2027-03-15 from=premium/20/4 to=premium/15/4}    a change worked out: see widget/worked.py
::cancellation{interval=month on=2027-08-03}                                 a cancellation worked out
::rules{notice-period late-notice}      rules with their worked cases
::prices                                the plans of the price book in force; ::price-books all of them
::policy                                every figure of the policy and its history; ::rule-list every rule
::articles{downgrade upgrade}           a list of articles with their summaries
::glossary, ::dashboard                 the terms; the product's bar and dashboard, drawn
::yours{downgrade}                      an example that becomes the reader's own subscription where they are signed in
![what it shows](screen:review)         a picture of our widget in the page's language: see screens.py
::widget{change}                        the first step of the widget; {upgrade} tries more instead of fewer
::if{plan_downgrade=at_once} … ::end    lines that hold only where a switch of the policy says so
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from widget import languages
from widget.domain.calendar import first_of_next_month, notice_deadline
from widget.domain.plan import Interval
from widget.domain.policy import PlanDowngrade
from widget.domain.refusal import Rule
from widget.domain.reminder import EARLY_DAYS, LATE_DAYS
from widget.domain.terms import Terms
from widget.helpcentre import examples, figures, history, index, rules, screens
from widget.helpcentre.markup import flat
from widget.helpcentre.pages import BLOCK, FACT, SCREEN, Page, PageError, Pages
from widget.languages import Language
from widget.panels import RuleLink
from widget.wording import active_users, days, notice, users, zoom_licenses

#: Facts that take arguments, as they are written.
WITH_ARGUMENTS = (
    "price PLAN user|zoom_license month|year",
    "limit PLAN min_users|max_users|max_zoom_licenses",
    "plan PLAN",
    "deadline RENEWAL",
    "next_month DAY",
)
_YES_OR_NO = ("true", "false")
#: What the policy leaves open, and what each may be.
SWITCHES: Mapping[str, tuple[str, ...]] = {
    "plan_downgrade": tuple(PlanDowngrade),
    "best_day": _YES_OR_NO,
    "undo_cancel": _YES_OR_NO,
    "card_needs_annual": _YES_OR_NO,
}


@dataclass(frozen=True)
class Sources:
    """What articles are filled from: the terms, the day they are read on, the language and all articles."""

    terms: Terms
    facts_on: date
    language: Language
    pages: Pages
    #: The blocks filled so far: the widget, the dashboard and many an example stand in more than one article.
    filled: dict[tuple[str, str], str] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def link(self) -> RuleLink:
        """The path of the section that states a rule, in this language."""
        paths = index.rule_paths(self.pages)

        def link(rule: Rule) -> str:
            return paths[rule][self.language.code]

        return link

    @cached_property
    def stated(self) -> rules.Stated:
        """The heading and the path of the section that states each rule, in this language."""
        found: dict[Rule, tuple[str, str]] = {}
        for page in (twins[self.language.code] for twins in self.pages.values()):
            found |= {
                Rule(rule): (self.language.spaced(page.sections[rule]), f"{page.path}#{rule}") for rule in page.rules
            }
        return found


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
        "zoom_users_per_license": active_users(policy.zoom_users_per_license, language),
        "trial_days": days(policy.trial_days, language),
        "trial_max_users": users(policy.trial_max_users, language),
        "quote_valid_days": days(policy.quote_valid_days, language),
        "quote_reminder_days": days(policy.quote_reminder_days, language),
        "survey_comment_days": days(policy.retention.survey_comments, language),
        "early_reminder_days": days(EARLY_DAYS, language),
        "late_reminder_days": days(LATE_DAYS, language),
        "lowest_plan": lowest.name[language.code],
        "lowest_plan_max_users": users(lowest.max_users, language),
        "price_book": book.version,
        "price_book_from": language.date(book.valid_from),
    }


def fact(words: str, sources: Sources) -> str:
    """Return a fact that takes arguments. Raises ValueError for an unknown name, plan or day, naming what there is."""
    name, *arguments = words.split()
    policy, language = sources.terms.policy(sources.facts_on), sources.language
    book = sources.terms.price_book(sources.facts_on)
    try:
        match name, arguments:
            case "price", [plan, ("user" | "zoom_license") as what, interval]:
                return language.money(getattr(book.plan(plan).prices[Interval(interval)], what), book.currency)
            case "limit", [plan, ("min_users" | "max_users") as which]:
                return users(getattr(book.plan(plan), which), language)
            case "limit", [plan, "max_zoom_licenses"]:
                return zoom_licenses(book.plan(plan).max_zoom_licenses, language)
            case "plan", [plan]:
                return book.plan(plan).name[language.code]
            case "deadline", [renewal]:
                return language.date(notice_deadline(date.fromisoformat(renewal), policy.notice_months))
            case "next_month", [day]:
                return language.date(first_of_next_month(date.fromisoformat(day)))
    except KeyError as error:
        plans = ", ".join(plan.id for plan in book.plans)
        raise ValueError(f"{{{{ {words} }}}}: no plan {error}; there are {plans}") from None
    except ValueError as error:
        raise ValueError(f"{{{{ {words} }}}}: {error}") from None
    raise ValueError(
        f"{{{{ {words} }}}}: unknown fact; there are {', '.join(facts(sources))}, {', '.join(WITH_ARGUMENTS)}"
    )


def _shown(page: Page, sources: Sources) -> Iterator[tuple[int, str, bool]]:
    """Yield the lines that hold under the policy, with their number and whether they are code."""
    opened, holds = 0, True
    for number, line, is_code in page.lines():
        block = None if is_code else BLOCK.fullmatch(line)
        if block and block[1] in ("if", "end"):
            if (block[1] == "if") == bool(opened):
                raise PageError(f"{page.file}:{number}: {line}: each ::if{{…}} ends with one ::end before the next")
            opened = number if block[1] == "if" else 0
            holds = not opened or _holds(block[2] or "", page.file, number, sources)
        elif holds:
            yield number, line, is_code
    if opened:
        raise PageError(f"{page.file}:{opened}: ::if without ::end; add it after the lines that depend on the switch")


def _holds(condition: str, file: str, number: int, sources: Sources) -> bool:
    name, _, value = condition.partition("=")
    if name not in SWITCHES:
        raise PageError(f"{file}:{number}: ::if{{{condition}}}: unknown switch; there are {', '.join(SWITCHES)}")
    if value not in SWITCHES[name]:
        raise PageError(f"{file}:{number}: ::if{{{condition}}}: {name} is {' or '.join(SWITCHES[name])}, not {value!r}")
    return str(getattr(sources.terms.policy(sources.facts_on), name)).lower() == value


def _line(line: str, known: dict[str, str], sources: Sources) -> str:
    block = BLOCK.fullmatch(line)
    if block:
        return _block(block[1], block[2] or "", sources)
    if screen := SCREEN.fullmatch(line):
        return flat(screens.figure(screen[2], screen[1], sources.language))

    filled = FACT.sub(lambda found: known.get(found[1].strip()) or fact(found[1].strip(), sources), line)
    return sources.language.spaced(filled)


def _block(kind: str, argument: str, sources: Sources) -> str:
    terms, language, on = sources.terms, sources.language, sources.facts_on
    others = [each for each in languages.load().values() if each.code != language.code]
    blocks: dict[str, Callable[[], str]] = {
        "example": lambda: examples.example(argument, terms, language, sources.link),
        "cancellation": lambda: examples.cancellation(argument, terms, language),
        "rules": lambda: rules.rules(argument, terms, terms.policy(on), sources.stated, language),
        "prices": lambda: history.prices(terms.price_book(on), language),
        "price-books": lambda: history.price_books(terms, on, language),
        "policy": lambda: history.policy(terms, on, language),
        "rule-list": lambda: history.rule_list(terms, on, sources.stated, language),
        "articles": lambda: figures.articles(argument, sources.pages, language),
        "glossary": lambda: figures.glossary(language, others),
        "dashboard": lambda: figures.dashboard(language),
        "yours": lambda: figures.personal(argument, terms, language),
        "widget": lambda: figures.widget(argument, terms, language, sources.link),
    }
    if kind not in blocks:
        raise ValueError(f"::{kind}: unknown block; there are {', '.join(blocks)}, if")
    if (kind, argument) not in sources.filled:
        sources.filled[kind, argument] = blocks[kind]()
    return sources.filled[kind, argument]
