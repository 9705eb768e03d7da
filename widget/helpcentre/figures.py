"""The blocks of an article, as HTML: worked examples, prices, lists of articles, and the widget's first step.

Every figure comes from `preview` and the price book, and is printed by the page's language.
"""

from collections.abc import Iterable
from datetime import date

from markupsafe import Markup

from widget.domain.calendar import ONE_DAY
from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Interval, Level, PriceBook
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.helpcentre.pages import Pages
from widget.languages import Language
from widget.panels import ITEM_NAMES, PER, RuleLink, level_text, plan_choices, result_view, sample
from widget.rendering import render
from widget.wording import N_

Row = tuple[str, str | Markup]
NEEDED = {"interval", "on", "from", "to"}
OPTIONAL = {"term_start", "active"}
INTERVALS = {Interval.MONTH: N_("monthly"), Interval.YEAR: N_("annual")}


def example(argument: str, terms: Terms, language: Language, link: RuleLink) -> str:
    """Return a worked example as a table: `preview` of the inputs that the article names.

    interval=year term_start=2026-07-01 on=2027-03-15 from=premium/20/4 to=premium/15/4 active=14; levels are
    plan/users/Zoom licenses. Raises ValueError for inputs that make no example.
    """
    try:
        subscription, wish, on = _inputs(argument)
        result = preview(subscription, wish, on=on, terms=terms)
    except ValueError as error:
        raise ValueError(f"::example{{{argument}}}: {error}") from None
    except KeyError as error:
        raise ValueError(f"::example{{{argument}}}: the price book of that day has no plan {error}") from None
    view = result_view(result, language, link, terms)
    reasons = Markup().join(
        Markup('<p class="hc-no"><strong>{}</strong> {}</p>').format(language.gettext("Not possible."), each["text"])
        for each in view["blockers"]
    )
    rows = _asked(result, language) + (_what_happens(result, language) if result.allowed else [])
    table = _table(view["direction"], rows)
    return _flat(Markup('<div class="hc-example">{}{}{}</div>').format(table, reasons, _sample_note(result, language)))


def _inputs(argument: str) -> tuple[Subscription, Level, date]:
    values = dict(pair.split("=", 1) for pair in argument.split() if "=" in pair)
    wrong = NEEDED - values.keys() | values.keys() - NEEDED - OPTIONAL
    if wrong or len(values) != len(argument.split()):
        raise ValueError(
            f"write each of {', '.join(sorted(NEEDED))} once, as name=value; {', '.join(OPTIONAL)} may follow"
        )
    interval, before = Interval(values["interval"]), _level(values["from"])
    if (interval is Interval.YEAR) != ("term_start" in values):
        raise ValueError("term_start goes with interval=year, and only with it")
    on = date.fromisoformat(values["on"])
    start = date.fromisoformat(values["term_start"]) if "term_start" in values else None
    if start and start > on:
        raise ValueError("term_start is after the day of the order")
    billed = (Step(SINCE_EVER, before),)
    return Subscription(interval, start, before, billed, int(values.get("active", "0"))), _level(values["to"]), on


def _level(text: str) -> Level:
    plan, users, licenses = text.split("/")
    return Level(plan, int(users), int(licenses))


def _asked(result: ChangePreview, language: Language) -> list[Row]:
    t, book, subscription = language.gettext, result.price_book, result.subscription

    def told(level: Level) -> str:
        return level_text(level, book.plan(level.plan).name[language.code], language)

    rows: list[Row] = [
        (t("Payment"), t(INTERVALS[subscription.interval])),
        (t("Now"), told(subscription.in_use)),
        (t("Asked"), told(result.wish)),
    ]
    if subscription.active_users:
        rows.append((t("Active users"), language.number(subscription.active_users)))
    if result.renewal_date:
        rows.append((t("Renewal date"), language.date(result.renewal_date)))
    return [*rows, (t("Day of the order"), language.date(result.on))]


def _what_happens(result: ChangePreview, language: Language) -> list[Row]:
    t, currency = language.gettext, result.price_book.currency
    rows: list[Row] = []
    if result.notice_deadline and result.goes_down:
        state = t("met") if result.notice_in_time else t("passed")
        rows.append((t("Notice deadline"), f"{language.date(result.notice_deadline)} ({state})"))
    rows.append((t("Usable from"), _usable(result, language)))
    for fee in result.fees:
        amount = f"{language.money(fee.amount, currency)} {t(PER[result.subscription.interval])}"
        rows.append((_period(fee.starts_on, fee.ends_on, language), Markup("<strong>{}</strong>").format(amount)))
    for invoice in result.invoices:
        period = _period(invoice.starts_on, invoice.ends_on, language)
        rows.append((t("Upgrade invoice"), f"{language.money(invoice.amount, currency)} ({period})"))
    if result.unused:
        rows.append((t("Paid and no longer usable"), language.money(result.unused.amount, currency)))
    if result.last_day_to_order and result.policy.best_day:
        rows.append((t("Last day to order for the same dates"), language.date(result.last_day_to_order)))
    return rows


def _usable(result: ChangePreview, language: Language) -> str | Markup:
    days = [(line.item, line.usable_from) for line in result.lines if line.usable_from]
    if len({day for _, day in days}) == 1:
        return language.date(days[0][1])
    lines = [
        Markup("{}{} {}").format(language.gettext(ITEM_NAMES[item]), language.gettext(":"), language.date(day))
        for item, day in days
    ]
    return Markup("<br>").join(lines)


def _period(start: date, end: date | None, language: Language) -> str:
    if end is None:
        return f"{language.gettext('From')} {language.date(start)}"
    return f"{language.date(start)} – {language.date(end - ONE_DAY)}"


def _sample_note(result: ChangePreview, language: Language) -> Markup:
    if not result.price_book.sample_data or not result.allowed:
        return Markup()
    return Markup('<p class="hc-small">{}</p>').format(language.gettext("Sample prices, without VAT."))


def _table(caption: str, rows: Iterable[Row]) -> Markup:
    body = Markup().join(Markup('<tr><th scope="row">{}</th><td>{}</td></tr>').format(*row) for row in rows)
    return Markup('<table class="hc-table"><caption>{}</caption><tbody>{}</tbody></table>').format(caption, body)


def prices(book: PriceBook, language: Language) -> str:
    """Return the table of plans, limits and prices of a price book. It scrolls on its own where it is too wide."""
    t = language.gettext
    names = (t("Plan"), t("User, per month"), t("Zoom license, per month"), t("User, per year"))
    columns = (*names, t("Zoom license, per year"), t("Users at most"))
    head = Markup().join(Markup('<th scope="col">{}</th>').format(column) for column in columns)
    body = Markup()
    for plan in book.plans:
        each = [plan.prices[interval] for interval in Interval]
        amounts = [amount for price in each for amount in (price.user, price.zoom_license)]
        cells = [*(language.money(amount, book.currency) for amount in amounts), language.number(plan.max_users)]
        row = Markup().join(Markup("<td>{}</td>").format(cell) for cell in cells)
        body += Markup('<tr><th scope="row">{}</th>{}</tr>').format(plan.name[language.code], row)
    caption = t("Sample prices, without VAT.") if book.sample_data else t("Plan")
    table = Markup(
        '<table class="hc-table hc-prices"><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>'
    ).format(caption, head, body)
    return _flat(
        Markup('<div class="hc-scroll" tabindex="0" role="region" aria-label="{}">{}</div>').format(caption, table)
    )


def articles(argument: str, pages: Pages, language: Language) -> str:
    """Return a list of articles with their summaries. Raises ValueError for an article that is not there."""
    items = Markup()
    for key in argument.split():
        if key not in pages:
            raise ValueError(f"::articles: {key}: no such article; there are {', '.join(pages)}")
        page = pages[key][language.code]
        items += Markup('<li><a href="{}">{}</a><p>{}</p></li>').format(page.path, page.title, page.summary)
    return _flat(Markup('<ul class="hc-list">{}</ul>').format(items))


def widget(kind: str, terms: Terms, language: Language, link: RuleLink) -> str:
    """Return the first step of the widget, baked: useful with JavaScript off and with the service down."""
    if kind != "change":
        raise ValueError(f"::widget{{{kind}}}: unknown widget; there is change")
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
