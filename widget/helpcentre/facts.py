"""Facts and worked examples in an article: looked up or computed by the rules, printed in the page's language.

{{ notice }}                     a fact, by name
::example{year 2026-07-01 on=2027-03-15 premium/20/4 -> premium/15/4}
::prices
::widget{change}
"""

import re
from collections.abc import Callable
from datetime import date

from widget.domain.change import preview
from widget.domain.plan import Interval, Level
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.helpcentre.pages import PageError
from widget.languages import Language
from widget.panels import plan_choices, result_view, sample
from widget.rendering import render
from widget.wording import notice

_FACT = re.compile(r"\{\{ *([a-z_]+) *\}\}")
_BLOCK = re.compile(r"^::([a-z]+)(?:\{(.*)\})?\s*$")
_EXAMPLE = re.compile(
    r"(month|year) (?:([0-9-]{10}) )?on=([0-9-]{10}) (?:active=([0-9]+) )?(\w+)/(\d+)/(\d+) -> (\w+)/(\d+)/(\d+)"
)
Link = Callable[[Rule], str]


def fill(markdown: str, name: str, first_line: int, terms: Terms, language: Language, link: Link) -> str:
    """Return the Markdown with every fact and block filled in.

    Raises PageError with file and line for an unknown name or an example that cannot be.
    """
    lines, fenced = [], False
    for number, line in enumerate(markdown.split("\n"), start=first_line):
        fenced ^= line.startswith("```")
        try:
            lines.append(line if fenced else _line(line, terms, language, link))
        except (KeyError, ValueError) as error:
            raise PageError(f"docs/{name}:{number}: {error.args[0]}: unknown or impossible; see CONTRIBUTING") from None
    return "\n".join(lines)


def _line(line: str, terms: Terms, language: Language, link: Link) -> str:
    block = _BLOCK.match(line)
    if not block:
        return _FACT.sub(lambda found: facts(terms, language)[found[1]], line)
    kind, argument = block[1], block[2] or ""
    blocks: dict[str, Callable[[], str]] = {
        "example": lambda: example(argument, terms, language, link),
        "prices": lambda: prices(terms, language),
        "widget": lambda: widget(argument, terms, language, link),
    }
    return blocks[kind]()


def facts(terms: Terms, language: Language) -> dict[str, str]:
    """Return every fact by name, in the words of the language, by the newest policy and price book."""
    policy, book = terms.policies[-1], terms.price_books[-1]
    free = book.plans[0]
    return {
        "notice": notice(policy.notice_months, language),
        "support_email": policy.support_email,
        "finance_email": policy.finance_email,
        "zoom_users_per_license": language.number(policy.zoom_users_per_license),
        "trial_days": language.number(policy.trial_days),
        "trial_max_users": language.number(policy.trial_max_users),
        "quote_valid_days": language.number(policy.quote_valid_days),
        "free_max_users": language.number(free.max_users),
        "price_book": book.version,
    }


def example(argument: str, terms: Terms, language: Language, link: Link) -> str:
    """Return a worked example: the result panel of `preview` for the inputs named in the article.

    Raises ValueError for inputs that make no example, and for one that the rules refuse for being no change.
    """
    found = _EXAMPLE.fullmatch(argument)
    if not found:
        raise ValueError(f"::example{{{argument}}}")
    interval, start, on, active, *levels = found.groups()
    before = Level(levels[0], int(levels[1]), int(levels[2]))
    after = Level(levels[3], int(levels[4]), int(levels[5]))
    subscription = Subscription(
        Interval(interval),
        date.fromisoformat(start) if start else None,
        before,
        (Step(SINCE_EVER, before),),
        int(active or 0),
    )
    result = preview(subscription, after, on=date.fromisoformat(on), terms=terms)
    view = result_view(result, language, link, terms)
    return _flat(render("example.html", language, {"r": view}))


def prices(terms: Terms, language: Language) -> str:
    """Return the table of plans and prices of the newest price book."""
    book = terms.price_books[-1]
    rows = [
        {
            "name": plan.name[language.code],
            "max_users": plan.max_users,
            "prices": [
                language.money(amount, book.currency)
                for interval in Interval
                for amount in (plan.prices[interval].user, plan.prices[interval].zoom_license)
            ],
        }
        for plan in book.plans
    ]
    return _flat(render("prices.html", language, {"rows": rows}))


def widget(kind: str, terms: Terms, language: Language, link: Link) -> str:
    """Return the first step of the widget, baked: useful with JavaScript off and with the service down."""
    if kind != "change":
        raise KeyError(f"::widget{{{kind}}}")
    start = sample()
    view = result_view(preview(start.subscription, start.wish, on=start.on, terms=terms), language, link, terms)
    address = f"/widget/{language.code}/change"
    values = {
        "who": "anonymous",
        "here": address,
        "action": address,
        "live": f"{address}/result",
        "plans": plan_choices(terms, start.on, start.subscription.interval, language),
        "f": start.fields(),
        "errors": dict.fromkeys(start.fields(), ""),
        "summary": [],
        "locked": False,
        "state": None,
        "token": "",
        "sample_open": False,
        "r": view,
    }
    return _flat(render("change/element.html", language, values | {"code": language.code}))


def _flat(html: str) -> str:
    # Markdown leaves a block of HTML alone only as long as no blank line parts it.
    return "\n" + "\n".join(line.strip() for line in html.splitlines() if line.strip()) + "\n"
