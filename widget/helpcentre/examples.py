"""Worked examples: the inputs that an article names, what the rules answer, printed in the page's language."""

from datetime import date

from markupsafe import Markup

from widget.domain.calendar import ONE_DAY
from widget.domain.cancellation import CancellationPreview
from widget.domain.change import ChangePreview
from widget.domain.plan import Interval, PriceBook
from widget.domain.terms import Terms
from widget.helpcentre.markup import Row, facts_table, flat, lines
from widget.languages import Language
from widget.panels import INTERVALS, ITEM_NAMES, PER, RuleLink, level_text, result_view
from widget.worked import Case, answer, read


def example(argument: str, terms: Terms, language: Language, link: RuleLink) -> str:
    """Return a change as a table. Raises ValueError for inputs that make none, or a refusal that is not declared."""
    _, result = _answered("example", argument, terms)
    if not isinstance(result, ChangePreview):
        raise ValueError(f"::example{{{argument}}}: no change is asked; write from and to, or use ::cancellation")
    view = result_view(result, language, link, terms)
    reasons = Markup().join(
        Markup('<p class="hc-no"><strong>{}</strong> {}</p>').format(language.gettext("Not possible."), each["text"])
        for each in view["blockers"]
    )
    rows = _asked(result, language) + (_what_happens(result, language) if result.allowed else [])
    note = sample_note(result.price_book, language) if result.allowed else Markup()
    shown = facts_table(view["direction"], rows)
    return flat(Markup('<div class="hc-example">{}{}{}</div>').format(shown, reasons, note))


def cancellation(argument: str, terms: Terms, language: Language) -> str:
    """Return a cancellation as a table. Raises ValueError for inputs that make none."""
    case, result = _answered("cancellation", argument, terms)
    if not isinstance(result, CancellationPreview):
        raise ValueError(f"::cancellation{{{argument}}}: this asks for a change; leave out to and undo")
    rows = cancellation_rows(case, result, language)
    return flat(Markup('<div class="hc-example">{}</div>').format(facts_table(language.gettext("Cancellation"), rows)))


def _answered(block: str, argument: str, terms: Terms) -> tuple[Case, object]:
    try:
        case = read(argument)
        return case, answer(case, terms)
    except ValueError as error:
        raise ValueError(f"::{block}{{{argument}}}: {error}") from None


def _asked(result: ChangePreview, language: Language) -> list[Row]:
    t, book, subscription = language.gettext, result.price_book, result.subscription
    rows: list[Row] = [
        (t("Payment"), t(INTERVALS[subscription.interval])),
        (t("Now"), level_text(subscription.in_use, book, language)),
        (t("Requested"), level_text(result.wish, book, language)),
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
        rows.append((t("Notice deadline"), deadline(result.notice_deadline, bool(result.notice_in_time), language)))
    rows.append((t("Applies from"), _usable(result, language)))
    rows += fee_rows(result, language)
    for invoice in result.invoices:
        days = period(invoice.starts_on, invoice.ends_on, language)
        rows.append((t("Upgrade invoice"), f"{language.money(invoice.amount, currency)} ({days})"))
    if result.unused:
        rows.append((t("Paid and no longer usable"), language.money(result.unused.amount, currency)))
    if result.last_day_to_order and result.policy.best_day:
        rows.append((t("Last day to order for the same dates"), language.date(result.last_day_to_order)))
    return rows


def fee_rows(result: ChangePreview, language: Language) -> list[Row]:
    """Return what is billed in each period."""
    per = language.gettext(PER[result.subscription.interval])
    amounts = [language.money(fee.amount, result.price_book.currency) for fee in result.fees]
    return [
        (period(fee.starts_on, fee.ends_on, language), Markup("<strong>{} {}</strong>").format(amount, per))
        for fee, amount in zip(result.fees, amounts, strict=True)
    ]


def cancellation_rows(case: Case, result: CancellationPreview, language: Language) -> list[Row]:
    """Return a cancellation: what was asked when, the deadline, the last day and what holds from then on."""
    t, day = language.gettext, language.date
    annual = case.subscription.interval is Interval.YEAR
    rows: list[Row] = [(t("Payment"), t(INTERVALS[case.subscription.interval]))]
    if annual:
        rows.append((t("Renewal date"), day(result.next_end)))
    rows.append((t("Day of the cancellation"), day(result.on)))
    if annual:
        rows.append((t("Notice deadline"), deadline(result.notice_deadline, result.notice_in_time, language)))
    rows.append((t("Last day"), Markup("<strong>{}</strong>").format(day(result.last_day))))
    rows.append((t("Data out of reach from"), day(result.ends_on)))
    if result.last_day_to_undo:
        rows.append((t("Can be taken back until"), day(result.last_day_to_undo)))
    return rows


def deadline(day: date, met: bool, language: Language) -> str:
    """Return a notice deadline, and whether it was met."""
    return f"{language.date(day)} ({language.gettext('met') if met else language.gettext('passed')})"


def _usable(result: ChangePreview, language: Language) -> str | Markup:
    days = [(line.item, line.usable_from) for line in result.lines if line.usable_from]
    if len({day for _, day in days}) == 1:
        return language.date(days[0][1])
    return lines(
        Markup("{}{} {}").format(language.gettext(ITEM_NAMES[item]), language.gettext(":"), language.date(day))
        for item, day in days
    )


def period(start: date, end: date | None, language: Language) -> str:
    """Return a half-open period as a reader says it: its first and its last day."""
    if end is None:
        return f"{language.gettext('From')} {language.date(start)}"
    last = end - ONE_DAY
    return language.date(start) if start == last else f"{language.date(start)} – {language.date(last)}"


def sample_note(book: PriceBook, language: Language) -> Markup:
    """Return the note that prices are samples, where they are."""
    if not book.sample_data:
        return Markup()
    return Markup('<p class="hc-small">{}</p>').format(language.gettext("Sample prices, without VAT."))
