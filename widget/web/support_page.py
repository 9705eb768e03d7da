"""`/support/`: an agent finds an article, proposes values, reads what the customer will read, and copies the link."""

from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.domain.plan import Interval
from widget.languages import Language
from widget.panels import LESS, MORE, plan_choices, result_view, sample
from widget.rendering import render
from widget.services.limits import Limit
from widget.web.account import link
from widget.web.articles import Article
from widget.web.change import tried
from widget.web.context import accepted_language, context_of
from widget.web.forms import ANYTHING, SAMPLE, Form, parse
from widget.web.limits import limited
from widget.web.pages import answer
from widget.web.search import LONGEST
from widget.web.threads import worked
from widget.web.ticket import HERE, copies
from widget.wording import N_

CHOSEN = ("q", "lang", "article", "section", "values")
_MOST = 8


async def neutral(request: Request) -> Response:
    """Lead `/support/` to the page in the agent's own language."""
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"/widget/{accepted_language(request).code}/support{query}"
    return RedirectResponse(address, 302, {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"})


@worked
def show(request: Request) -> Response:
    """Show the page for what its query chooses; nothing is kept."""
    limited(request, Limit.CALCULATE)
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    more = str(context.articles.articles["upgrade"][language.code].number)
    first = sample(MORE if request.query_params.get("article") == more else LESS)
    defaults = dict.fromkeys(CHOSEN, "") | first.fields()
    form = parse(request.url.query, defaults, (*CHOSEN, *SAMPLE), language, ignored=ANYTHING)
    form.typed["q"] = "".join(filter(str.isprintable, form.typed["q"]))[:LONGEST].strip()
    customer = context.languages.get(form.typed["lang"], language)
    number = form.typed["article"]
    is_number = number.isascii() and number.isdecimal() and len(number) < 9
    article = context.articles.numbered(int(number), customer.code) if is_number else None
    values: dict[str, Any] = {
        "title": language.gettext(N_("Links for tickets")),
        "here": request.url.path,
        "f": form.typed,
        "customer": customer,
        "codes": [(each.code, each.name) for each in context.languages.values()],
        "found": _found(request, form, customer),
        "article": article,
        "summary": [],
        "errors": {},
    }
    if article:
        values |= _link(request, form, article, language, customer)
    return answer(request, "support/page.html", language, values, 422 if values["summary"] else 200, frame="frame.html")


def _found(request: Request, form: Form, customer: Language) -> list[tuple[Article, str, str]]:
    """Return articles for the words, each with the section that matches best and the query that chooses it.

    Without words and without a choice, every article.
    """
    articles, words = context_of(request).articles, form.typed["q"]
    known = articles.all(customer.code)
    found = [(known[each.path], each.section) for each in articles.searches[customer.code].find(words)[:_MOST]]
    if not words and not form.typed["article"]:
        found = [(each, "") for each in known.values()]
    return [
        (
            each,
            each.sections.get(section, ""),
            urlencode({"q": words, "lang": customer.code, "article": each.number, "section": section}),
        )
        for each, section in found
    ]


def _link(request: Request, form: Form, article: Article, language: Language, customer: Language) -> dict[str, Any]:
    context = context_of(request)
    section = form.typed["section"] if form.typed["section"] in article.sections else ""
    offers = HERE in article.sections
    wanted = offers and form.typed["values"] == "1"
    result, on = tried(form, context.terms) if wanted else (None, None)
    seen = ""
    if result:
        view = result_view(result, customer, link(request, customer), context.terms)
        seen = render("change/live.html", customer, {"r": view, "summary": []})
    copied = copies(context, article, section, result.wish if result else None, customer=customer, agent=language)
    return {
        "section": section,
        "offers": offers,
        "wanted": wanted,
        "plans": plan_choices(context.terms, on or sample().on, Interval, language),
        "errors": {each: form.errors.get(each, "") for each in SAMPLE},
        "summary": form.summary if wanted else [],
        "sample_open": any(each in form.errors for each in SAMPLE[3:]),
        "seen": seen,
        "copies": copied if not (wanted and form.errors) else [],
    }
