"""What has changed between a review and the order, as rows that a person understands: before, and now."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from widget.domain.plan import Interval, Level
from widget.domain.terms import Terms
from widget.languages import Language
from widget.panels.words import ITEM_NAMES, fee_text, level_text, period_text
from widget.wording import N_

Row = tuple[str, str, str]
Values = list[dict[str, Any]]

NONE = N_("none")
CHANGED = N_("Somebody else changed the subscription")


def differences(
    found: Mapping[str, tuple[Any, Any]], *, terms: Terms, interval: Interval, language: Language
) -> list[Row]:
    """Return the name of each thing that differs, what was reviewed and what holds now.

    `found` is what services.order.Stale holds: plain values by field, before and now. A change that shows in nothing
    else (somebody changed the subscription and changed it back) is a row of its own without values.
    """
    rows = _rows(found, terms, interval, language)
    shown = [(name, before, now) for name, before, now in rows if before != now]
    return shown or [(language.gettext(CHANGED), "", "")]


def _rows(found: Mapping[str, tuple[Any, Any]], terms: Terms, interval: Interval, language: Language) -> list[Row]:
    def day(text: str | None) -> str:
        return language.date(date.fromisoformat(text)) if text else language.gettext(NONE)

    def since(version: str, versions: Mapping[str, date]) -> str:
        return language.gettext(N_("in force since %(day)s")) % {"day": language.date(versions[version])}

    plain: dict[str, tuple[str, Callable[[Any], str]]] = {
        "on": (N_("Day of the order"), day),
        "occupied_users": (N_("Active users and invitations"), language.number),
        "price_book": (
            N_("Price book"),
            lambda version: since(version, {each.version: each.valid_from for each in terms.price_books}),
        ),
        "policy": (
            N_("Policy"),
            lambda version: since(version, {each.version: each.valid_from for each in terms.policies}),
        ),
        "late_date": (N_("Date to confirm"), day),
    }
    rows = [
        (language.gettext(name), said(found[field][0]), said(found[field][1]))
        for field, (name, said) in plain.items()
        if field in found
    ]
    return rows + _line_rows(found, terms, language, day) + _money_rows(found, terms, interval, language)


def _line_rows(
    found: Mapping[str, tuple[Any, Any]], terms: Terms, language: Language, day: Callable[[str | None], str]
) -> list[Row]:
    before, now = found.get("lines", ([], []))
    rows = []
    if before and now:
        rows.append((language.gettext(N_("In use")), _in_use(before, terms, language), _in_use(now, terms, language)))
    for old, new in zip(before, now, strict=True):
        item = language.gettext(ITEM_NAMES[old["item"]])
        for field, name in (("usable_from", N_("%(line)s: applies from")), ("priced_from", N_("%(line)s: price from"))):
            rows.append((language.gettext(name) % {"line": item}, day(old[field]), day(new[field])))
    return rows


def _in_use(lines: Values, terms: Terms, language: Language) -> str:
    values = {line["item"]: line["before"] for line in lines}
    book = next(each for each in reversed(terms.price_books) if each.has(values["plan"]))
    return level_text(Level(**values), book, language)


def _money_rows(
    found: Mapping[str, tuple[Any, Any]], terms: Terms, interval: Interval, language: Language
) -> list[Row]:
    book = terms.price_books[-1]  # for its currency

    def fees(periods: Values) -> str:
        # The first period starts on the day of the order: that it moved is said by the day.
        said = []
        for index, each in enumerate(periods):
            amount = fee_text(each["amount"], interval, book, language)
            start = date.fromisoformat(each["starts_on"])
            said.append(f"{amount} {period_text(start, None, language)}" if index else amount)
        return language.gettext(N_(", then ")).join(said)

    def invoices(lines: Values) -> str:
        said = [f"{language.money(each['amount'], book.currency)} ({_period(each, language)})" for each in lines]
        return ", ".join(said) or language.gettext(NONE)

    rows = []
    for field, name, said in (("fees", N_("Fee"), fees), ("invoices", N_("Upgrade invoice"), invoices)):
        if field in found:
            before, now = found[field]
            rows.append((language.gettext(name), said(before), said(now)))
    return rows


def _period(values: dict[str, Any], language: Language) -> str:
    start, end = (date.fromisoformat(values[name]) for name in ("starts_on", "ends_on"))
    return period_text(start, end, language)
