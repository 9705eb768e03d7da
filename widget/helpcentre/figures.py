"""The blocks of an article that hold no figures: lists of articles, the glossary, the dashboard, the widget."""

from urllib.parse import urlencode

from markupsafe import Markup

from widget.domain.change import preview
from widget.domain.plan import Interval
from widget.domain.terms import Terms
from widget.helpcentre.glossary import terms as glossary_terms
from widget.helpcentre.markup import flat, table
from widget.helpcentre.pages import Pages
from widget.languages import Language
from widget.panels import LESS, MORE, About, RuleLink, plan_choices, result_view, sample, yours
from widget.rendering import render


def articles(argument: str, pages: Pages, language: Language) -> str:
    """Return a list of articles with their summaries. Raises ValueError for an article that is not there."""
    items = Markup()
    for key in argument.split():
        if key not in pages:
            raise ValueError(f"::articles: {key}: no such article; there are {', '.join(pages)}")
        page = pages[key][language.code]
        items += Markup('<li><a href="{}">{}</a><p>{}</p></li>').format(page.path, page.title, page.summary)
    return flat(Markup('<ul class="hc-list">{}</ul>').format(items))


def glossary(language: Language, others: list[Language]) -> str:
    """Return every term with its meaning, and what it is called in the other languages, by alphabet."""
    known = sorted(glossary_terms(), key=lambda term: language.folded(term.name[language.code]))
    rows = [
        [
            term.name[language.code],
            language.spaced(term.meaning[language.code]),
            *(Markup('<span lang="{}">{}</span>').format(each.code, term.name[each.code]) for each in others),
        ]
        for term in known
    ]
    head = [language.gettext("Term"), language.gettext("Meaning"), *(_named(each) for each in others)]
    return flat(table(language.gettext("The terms of this help center"), head, rows, "hc-glossary"))


def _named(language: Language) -> Markup:
    return Markup('<span lang="{}">{}</span>').format(language.code, language.name)


def personal(argument: str, terms: Terms, language: Language) -> str:
    """Return the example's sentence; site.js puts that of a signed-in administrator in its place.

    Raises ValueError for a subject that no sentence is about.
    """
    if argument not in list(About):
        raise ValueError(f"::yours{{{argument}}}: no sentence is about that; there are {', '.join(About)}")
    start = sample()
    said = yours(start.subscription, on=start.on, terms=terms, language=language, about=About(argument))
    box = Markup('<p class="hc-yours" data-yours="/widget/{}/yours?about={}"><strong>{}</strong> <span>{}</span></p>')
    return flat(box.format(language.code, argument, language.gettext("For example:"), said))


def dashboard(language: Language) -> str:
    """Return a drawing of the product's bar and dashboard: where the gear icon and the tabs are."""
    return flat(render("figures/dashboard.html", language, {}))


#: What the widget of an article proposes to try.
WISHES = {"change": LESS, "upgrade": MORE}


def widget(kind: str, terms: Terms, language: Language, link: RuleLink) -> str:
    """Return the first step of the widget, baked: useful with JavaScript off and with the service down."""
    if kind not in WISHES:
        raise ValueError(f"::widget{{{kind}}}: unknown widget; there are {', '.join(WISHES)}")
    start = sample(WISHES[kind])
    view = result_view(preview(start.subscription, start.wish, on=start.on, terms=terms), language, link, terms)
    address = f"/widget/{language.code}/change"
    values = {
        "who": "anonymous",
        "here": address,
        "action": address,
        "live": f"{address}/result",
        "plans": plan_choices(terms, start.on, list(Interval), language),
        "f": start.fields(),
        "errors": dict.fromkeys(start.fields(), ""),
        "summary": [],
        "locked": False,
        "proposed": False,
        "state": None,
        "token": "",
        "sample_open": False,
        "late": True,
        "r": view,
        "calendar": f"{address}/calendar.ics?{urlencode(start.fields())}",
    }
    return flat(render("change/element.html", language, values | {"code": language.code}))
