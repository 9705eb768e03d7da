"""The result of a wish: the fee before and after, what happens when, line by line, and the rule behind each line."""

from collections.abc import Callable
from datetime import date
from typing import Any

from widget.domain.amounts import FeePeriod, fee_periods
from widget.domain.calendar import ONE_DAY
from widget.domain.change import ChangePreview
from widget.domain.refusal import Refusal, Rule
from widget.domain.terms import Terms
from widget.languages import Language
from widget.panels.timeline import drawing, moments
from widget.panels.words import (
    DIRECTION_NAMES,
    ITEM_NAMES,
    PER,
    after_text,
    fee_text,
    level_text,
    period_text,
    value_text,
)
from widget.wording import N_, explanations, refusal_text

RuleLink = Callable[[Rule], str]
Why = list[dict[str, str]]


def result_view(preview: ChangePreview, language: Language, link: RuleLink, terms: Terms) -> dict[str, Any]:
    """Return what the result panel shows. Each line carries `why`: the sentences of its rules and where they stand."""
    texts = explanations(preview, language)

    def why(*rules: Rule) -> Why:
        return [{"text": texts[rule], "link": link(rule)} for rule in dict.fromkeys(rules) if rule in texts]

    steps = moments(preview, language)
    return {
        "allowed": preview.allowed,
        "direction": language.gettext(DIRECTION_NAMES[preview.direction]),
        "say": summary(preview, language),
        "blockers": [_refusal(each, preview, language, link) for each in preview.blockers],
        "warnings": [_refusal(each, preview, language, link) for each in preview.warnings],
        "replaces": _replaced(preview, language, terms),
        "price": _price(preview, language),
        "moments": steps,
        "drawing": drawing(steps),
        "lines": _lines(preview, language, why),
        "amounts": _amounts(preview, language, why),
        "days": _days(preview, language, why),
        "dates": _three_dates(preview, language),
        "goes_down": preview.goes_down,
        "late_date": preview.late_price_date,
        "late_text": _late_text(preview, language),
        "sample_data": preview.price_book.sample_data,
    }


def summary(preview: ChangePreview, language: Language) -> str:
    """Return the one sentence that a screen reader hears after a change."""
    if preview.blockers:
        return refusal_text(preview.blockers[0], preview, language)
    last = preview.fees[-1]
    amount = language.money(last.amount, preview.price_book.currency)
    per = language.gettext(PER[preview.subscription.interval])
    values = {"amount": amount, "per": per, "day": language.date(last.starts_on)}
    return language.gettext(N_("New fee: %(amount)s %(per)s from %(day)s.")) % values


def _refusal(refusal: Refusal, preview: ChangePreview, language: Language, link: RuleLink) -> dict[str, str]:
    return {"text": refusal_text(refusal, preview, language), "link": link(refusal.rule)}


def _price(preview: ChangePreview, language: Language) -> dict[str, Any]:
    currency, interval = preview.price_book.currency, preview.subscription.interval
    now, last = preview.fees[0], preview.fees[-1]
    sentence = {
        -1: N_("%(amount)s less %(per)s"),
        0: N_("The fee stays the same"),
        1: N_("%(amount)s more %(per)s"),
    }[(last.amount > now.amount) - (last.amount < now.amount)]
    per = language.gettext(PER[interval])
    amount = language.money(abs(last.amount - now.amount), currency)
    return {
        "before": language.money(now.amount, currency),
        "after": language.money(last.amount, currency),
        "per": per,
        "from": last.starts_on if len(preview.fees) > 1 else None,
        "difference": language.gettext(sentence) % {"amount": amount, "per": per},
    }


def _replaced(preview: ChangePreview, language: Language, terms: Terms) -> list[str]:
    """Return what was to come, where this order takes its place (rule: one-pending-change)."""
    if all(each.rule is not Rule.ONE_PENDING_CHANGE for each in preview.warnings):
        return []
    subscription = preview.subscription
    pending = fee_periods(subscription.billed, preview.on, subscription.interval, terms)[1:]
    return [_period(each, preview, language) for each in pending]


def _period(period: FeePeriod, preview: ChangePreview, language: Language) -> str:
    level = level_text(period.level, preview.price_book, language)
    fee = fee_text(period.amount, preview.subscription.interval, preview.price_book, language)
    return f"{period_text(period.starts_on, period.ends_on, language)}{language.gettext(':')} {level}, {fee}"


def _lines(preview: ChangePreview, language: Language, why: Callable[..., Why]) -> list[dict[str, Any]]:
    return [
        {
            "name": language.gettext(ITEM_NAMES[line.item]),
            "before": value_text(line.before, preview.price_book, language),
            "after": after_text(line, preview, language),
            "direction": line.direction,
            "usable_from": line.usable_from,
            "priced_from": line.priced_from,
            "why": why(*line.rules),
        }
        for line in preview.lines
    ]


def _amounts(preview: ChangePreview, language: Language, why: Callable[..., Why]) -> list[dict[str, Any]]:
    """Return each fee, invoice and loss with its period and the rules that make it."""
    currency, interval = preview.price_book.currency, preview.subscription.interval
    dated = [rule for line in preview.lines for rule in line.rules if rule in _DATE_RULES]
    rows = [
        {
            "name": language.gettext(N_("Fee")),
            "when": period_text(fee.starts_on, fee.ends_on, language),
            "amount": fee_text(fee.amount, interval, preview.price_book, language),
            "what": level_text(fee.level, preview.price_book, language),
            "why": why(*(dated if index else []), Rule.PRICE_OF_THE_DAY),
        }
        for index, fee in enumerate(preview.fees)
    ]
    extra = [(invoice, N_("Upgrade invoice"), Rule.UPGRADE_INVOICE) for invoice in preview.invoices]
    if preview.unused:
        extra.append((preview.unused, N_("Paid and no longer usable"), Rule.NO_CREDIT))  # type: ignore[arg-type]  # both have a period and an amount
    rows += [
        {
            "name": language.gettext(name),
            "when": period_text(each.starts_on, each.ends_on, language),
            "amount": language.money(each.amount, currency),
            "what": "",
            "why": why(rule),
        }
        for each, name, rule in extra
    ]
    return rows


_DATE_RULES = {
    Rule.MONTHLY_PRICE_DATE,
    Rule.ANNUAL_PRICE_DATE,
    Rule.LATE_NOTICE,
    Rule.UPGRADE_PRICE_DATE,
    Rule.PLAN_DROPS_WITH_PRICE,
}


def _days(preview: ChangePreview, language: Language, why: Callable[..., Why]) -> list[dict[str, Any]]:
    """Return the days that matter beside those of the lines: renewal, deadline, last day to order."""
    rows: list[tuple[str, date | None, str, Why]] = []
    if preview.goes_down:
        state = language.gettext(N_("met") if preview.notice_in_time else N_("passed"))
        rows.append((N_("Notice deadline"), preview.notice_deadline, state, why(Rule.NOTICE_PERIOD)))
    renewing = why(Rule.LATE_NOTICE, Rule.ANNUAL_PRICE_DATE, Rule.UPGRADE_INVOICE)
    renewing = renewing or why(Rule.UPGRADE_PRICE_DATE, Rule.PAID_ALREADY)
    rows.append((N_("Renewal date"), preview.renewal_date, "", renewing))
    if preview.policy.best_day:
        last = preview.last_day_to_order
        rows.append((N_("Last day to order for the same dates"), last, "", why(Rule.BEST_DAY)))
    return [
        {"name": language.gettext(name), "day": day, "state": state, "why": each}
        for name, day, state, each in rows
        if day
    ]


def _late_text(preview: ChangePreview, language: Language) -> str:
    """Return what the tick box of a late notice confirms: the day, and what is paid in vain (rule: late-notice)."""
    if not preview.late_price_date:
        return ""
    values = {"day": language.date(preview.late_price_date)}
    if not preview.unused:
        return language.gettext(N_("I understand that the lower price starts on %(day)s.")) % values
    values["amount"] = language.money(preview.unused.amount, preview.price_book.currency)
    text = N_(
        "I understand that the lower price starts on %(day)s and that %(amount)s is paid for what we can no longer use."
    )
    return language.gettext(text) % values


def _three_dates(preview: ChangePreview, language: Language) -> list[tuple[str, list[str]]]:
    """Return the three days to check before ordering: usable, priced, and the last one that gives these dates."""
    priced = [line.priced_from for line in preview.lines if line.priced_from]
    free = [line.priced_from for line in preview.lines if line.direction == "up" and line.priced_from]
    t = language.gettext
    rows = [(t(N_("Applies from")), _usable(preview, language))]
    if priced:
        rows.append((t(N_("New fee from")), [language.date(max(priced))]))
    if preview.goes_down and preview.notice_deadline:
        state = t(N_("met") if preview.notice_in_time else N_("passed"))
        rows.append((t(N_("Notice deadline")), [f"{language.date(preview.notice_deadline)} ({state})"]))
    elif preview.last_day_to_order:
        rows.append((t(N_("Last day to order for the same dates")), [language.date(preview.last_day_to_order)]))
    elif free:
        rows.append((t(N_("Free until")), [language.date(min(free) - ONE_DAY)]))
    return rows


def _usable(preview: ChangePreview, language: Language) -> list[str]:
    names: dict[date, list[str]] = {}
    for line in preview.lines:
        if line.usable_from:
            names.setdefault(line.usable_from, []).append(language.gettext(ITEM_NAMES[line.item]))
    if len(names) == 1:
        return [language.date(day) for day in names]
    return [f"{language.date(day)} ({', '.join(names[day])})" for day in sorted(names)]
