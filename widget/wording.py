"""The sentence of each rule, in general and for one preview. Words only: every figure comes from the rules.

Messages are English and are translated by the catalogues in locale/; `N_` marks them for extraction.
"""

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache

from widget.domain.calendar import ONE_DAY, anniversary_from
from widget.domain.change import ChangePreview
from widget.domain.money import minor_units
from widget.domain.policy import PlanDowngrade, Policy
from widget.domain.refusal import Fact, Refusal, Rule
from widget.languages import Language


def N_(message: str) -> str:  # noqa: N802 -- gettext's own name for "translate later"
    """Return the message unchanged; extraction finds it by this name."""
    return message


ITEM_NAMES = {"plan": N_("Plan"), "users": N_("Users"), "zoom_licenses": N_("Zoom licenses")}

RULES = {
    Rule.ADMIN_ONLY: N_("Only a space administrator may change the subscription."),
    Rule.PRICE_OF_THE_DAY: N_("All amounts come from the price book in force on the day of the order."),
    Rule.ORDER_OR_QUOTE: N_("Every change can be ordered now or first turned into a quote, which changes nothing."),
    Rule.LOCKED_CONTRACT: N_("A locked contract cannot be changed here: write to %(support_email)s."),
    Rule.PLAN_LIMITS: N_("Users and Zoom licenses must lie within the limits of the plan."),
    Rule.NOTHING_CHANGES: N_("These are the numbers that you already have: there is nothing to change."),
    Rule.SURVEY_FIRST: N_(
        "Before a downgrade or a cancellation you are asked for one reason; you may prefer not to say."
    ),
    Rule.ACTIVE_USER_FLOOR: N_("The new number of users cannot be lower than the number of active users."),
    Rule.SEATS_DROP_AT_ONCE: N_("Users and Zoom licenses drop on the day of the order."),
    Rule.PLAN_DROPS_WITH_PRICE: N_("A lower plan starts on the day its price starts."),
    Rule.MONTHLY_PRICE_DATE: N_("With monthly payment, the lower price starts on the first day of the next month."),
    Rule.ANNUAL_PRICE_DATE: N_("With annual payment, the lower price starts on the renewal date."),
    Rule.NOTICE_PERIOD: N_("Before an annual renewal, notice of a decrease is given in good time: %(notice)s ahead."),
    Rule.LATE_NOTICE: N_("After the notice deadline, the lower price starts one term later."),
    Rule.NO_CREDIT: N_("What is already paid is neither refunded nor credited."),
    Rule.ZOOM_LICENSE_RATIO: N_("One floating Zoom license serves about %(zoom_users_per_license)s."),
    Rule.BEST_DAY: N_("Ordering early does not bring the lower price any sooner: a last day to order is shown."),
    Rule.AVAILABLE_AT_ONCE: N_("What you add is usable at once, free until the end of the month."),
    Rule.UPGRADE_PRICE_DATE: N_("The higher price counts from the first day of the next month."),
    Rule.UPGRADE_INVOICE: N_("With annual payment, one invoice covers the difference until the renewal."),
    Rule.PAID_ALREADY: N_("What is still paid for can be raised again at no cost."),
    Rule.ONE_PENDING_CHANGE: N_("A new order is computed on top of the pending change and replaces it."),
    Rule.UNDO: N_("Until the price date, a pending decrease can be undone at no cost."),
    Rule.CANCEL_SCOPE: N_(
        "The subscription of the space and its Zoom licenses are canceled by an administrator; a personal Zoom "
        "license is canceled by e-mail to %(finance_email)s."
    ),
    Rule.CANCEL_ANNUAL: N_(
        "With annual payment, a subscription canceled in good time (%(notice)s ahead) ends on the renewal date, "
        "otherwise on the renewal after that."
    ),
    Rule.CANCEL_MONTHLY: N_(
        "With monthly payment, a canceled subscription ends on the first day of a month, with this notice: %(notice)s."
    ),
    Rule.DATA_AFTER_CANCEL: N_("From the end date on, nobody can reach the data of the space: back them up before."),
    Rule.UNDO_CANCEL: N_("A cancellation can be taken back until the day before its end date."),
    Rule.BILLING_NEXT_INVOICE: N_("A change of billing details applies from the next invoice."),
    Rule.PAYMENT_METHODS: N_("You pay per invoice, by direct debit or by credit card."),
    Rule.CARD_NEEDS_ANNUAL: N_("Automatic card debit needs annual payment."),
    Rule.ONE_INVOICE_ADDRESS: N_("A space has one invoice address."),
}

#: The sentence of a rule where the policy has switched it off or the other way.
OTHERWISE = {
    Rule.PLAN_DROPS_WITH_PRICE: N_("A lower plan starts on the day of the order."),
    Rule.BEST_DAY: N_("Ordering early does not bring the lower price any sooner."),
    Rule.UNDO_CANCEL: N_("A confirmed cancellation cannot be taken back."),
    Rule.CARD_NEEDS_ANNUAL: N_("Automatic card debit is possible with monthly and with annual payment."),
}

CASES = {
    Rule.ACTIVE_USER_FLOOR: N_(
        "You ask for fewer users (%(requested)s) than there are active users and invitations (%(active_users)s): "
        "deactivate %(to_deactivate)s first."
    ),
    Rule.ANNUAL_PRICE_DATE: N_("With annual payment, the lower price starts on the renewal date, %(price_date)s."),
    Rule.MONTHLY_PRICE_DATE: N_("With monthly payment, the lower price starts on %(price_date)s."),
    Rule.NOTICE_PERIOD: N_("Notice for the renewal of %(renewal)s must be given by %(deadline)s, that day included."),
    Rule.LATE_NOTICE: N_(
        "The notice deadline, %(deadline)s, has passed: the lower price starts one term later, on %(price_date)s."
    ),
    Rule.NO_CREDIT: N_("You no longer use %(unused)s of what is paid for before %(price_date)s; it is not refunded."),
    Rule.ZOOM_LICENSE_RATIO: N_(
        "Active users: %(active_users)s; Zoom licenses: %(zoom_licenses)s. One license serves about "
        "%(zoom_users_per_license)s."
    ),
    Rule.BEST_DAY: N_("You can order until %(last_day)s and still reach the same dates."),
    Rule.UPGRADE_PRICE_DATE: N_("The higher price counts from %(up_from)s; until then what you add is free."),
    Rule.UPGRADE_INVOICE: N_("One invoice of %(invoice)s covers the difference from %(up_from)s to %(invoice_end)s."),
}

#: What a price date says where its lines have several, or one that is no renewal date.
STARTS = N_("Start of the lower price: %(price_date)s.")
#: What takes the place of a refusal's sentence where less is asked for and the fee rises all the same.
DEARER = N_(
    "You ask for less and will pay more: %(later_fee)s instead of %(fee)s, from %(from)s. The prices have risen since "
    "your last order."
)
#: What late notice says beyond its date where something is paid for and can no longer be used.
UNUSED = N_(
    "Users and Zoom licenses drop on the day of the order all the same: %(unused)s is paid for what you can no longer "
    "use."
)
LIMITS = {
    "min_users": N_(
        "With the plan %(plan)s, the number of users is at least %(allowed)s; you ask for %(requested)s. "
        "Plans that fit: %(fitting)s."
    ),
    "max_users": N_(
        "With the plan %(plan)s, the number of users is at most %(allowed)s; you ask for %(requested)s. "
        "Plans that fit: %(fitting)s."
    ),
    "max_zoom_licenses": N_(
        "With the plan %(plan)s, the number of Zoom licenses is at most %(allowed)s; you ask for %(requested)s. "
        "Plans that fit: %(fitting)s."
    ),
}


def rule_text(rule: Rule, policy: Policy, language: Language) -> str:
    """Return the rule's sentence in general, with the policy's figures."""
    return language.gettext(_general(rule, policy)) % _figures(policy, language)


def _general(rule: Rule, policy: Policy) -> str:
    return OTHERWISE[rule] if rule in _SWITCHES and not _SWITCHES[rule](policy) else RULES[rule]


_SWITCHES: Mapping[Rule, Callable[[Policy], bool]] = {
    Rule.PLAN_DROPS_WITH_PRICE: lambda policy: policy.plan_downgrade is PlanDowngrade.WITH_PRICE,
    Rule.BEST_DAY: lambda policy: policy.best_day,
    Rule.UNDO_CANCEL: lambda policy: policy.undo_cancel,
    Rule.CARD_NEEDS_ANNUAL: lambda policy: policy.card_needs_annual,
}


def explanations(preview: ChangePreview, language: Language) -> dict[Rule, str]:
    """Return the sentence of each rule that had a say in this preview, with its dates and amounts where it has any."""
    facts = _facts(preview, language)
    return {rule: _explanation(rule, preview, facts, language) for rule in preview.rules}


def _explanation(rule: Rule, preview: ChangePreview, facts: dict[str, object], language: Language) -> str:
    """Return the sentence of a rule with the days of the lines that carry it: another line may have others."""
    days: dict[date, list[str]] = {}
    for line in preview.lines if rule in _DATED else ():
        if rule in line.rules and line.priced_from:
            days.setdefault(line.priced_from, []).append(language.gettext(ITEM_NAMES[line.item]))
    if len(days) > 1:
        each = ", ".join(f"{language.date(day)} ({', '.join(days[day])})" for day in sorted(days))
        return language.gettext(STARTS) % {"price_date": each}
    for day in days:
        facts = facts | {"price_date": language.date(day), "up_from": language.date(day)}
        if rule is Rule.ANNUAL_PRICE_DATE and day != anniversary_from(preview.subscription.anchor, day):
            return language.gettext(STARTS) % facts
    return _case(rule, facts, preview.policy, language)


#: The rules whose sentence names the price date of the lines that carry them.
_DATED = {Rule.MONTHLY_PRICE_DATE, Rule.ANNUAL_PRICE_DATE, Rule.LATE_NOTICE, Rule.UPGRADE_PRICE_DATE}


def refusal_text(refusal: Refusal, preview: ChangePreview, language: Language) -> str:
    """Return the sentence of a blocker or a warning, with its facts."""
    facts: dict[str, object] = {key: _said(value, language) for key, value in refusal.facts.items()}
    if refusal.rule is Rule.PLAN_LIMITS:
        return language.gettext(LIMITS[str(facts["limit"])]) % (facts | _plans(refusal, preview, language))
    if refusal.rule is Rule.PRICE_OF_THE_DAY:
        return language.gettext(DEARER) % (facts | _fees(refusal, preview, language))
    facts = _facts(preview, language) | facts
    text = _case(refusal.rule, facts, preview.policy, language)
    if refusal.rule is Rule.LATE_NOTICE and "unused" in facts:
        return f"{text} {language.gettext(UNUSED) % facts}"
    return text


def _plans(refusal: Refusal, preview: ChangePreview, language: Language) -> dict[str, str]:
    asked, fitting = refusal.facts["plan"], refusal.facts["plans_that_fit"]
    names = {plan.id: plan.name[language.code] for plan in preview.price_book.plans}
    fits = [name for plan, name in names.items() if isinstance(fitting, list) and plan in fitting]
    return {"plan": names[str(asked)], "fitting": ", ".join(fits) or language.gettext(N_("none"))}


def _fees(refusal: Refusal, preview: ChangePreview, language: Language) -> dict[str, str]:
    currency = preview.price_book.currency
    return {name: language.money(minor_units(str(refusal.facts[name])), currency) for name in ("fee", "later_fee")}


def notice(months: int, language: Language) -> str:
    """Return a number of months as a reader says it: "one month", "2 months"."""
    text = language.ngettext("one month", "%(months)s months", months)
    return text % {"months": language.number(months)}


def days(count: int, language: Language) -> str:
    """Return a number of days as a reader says it: "1 day", "7 days"."""
    return language.ngettext("%(n)s day", "%(n)s days", count) % {"n": language.number(count)}


def users(count: int, language: Language) -> str:
    """Return a number of users with its noun."""
    return language.ngettext("%(n)s user", "%(n)s users", count) % {"n": language.number(count)}


def active_users(count: int, language: Language) -> str:
    """Return a number of active users with its noun."""
    return language.ngettext("%(n)s active user", "%(n)s active users", count) % {"n": language.number(count)}


def zoom_licenses(count: int, language: Language) -> str:
    """Return a number of Zoom licenses with its noun."""
    return language.ngettext("%(n)s Zoom license", "%(n)s Zoom licenses", count) % {"n": language.number(count)}


def _case(rule: Rule, facts: dict[str, object], policy: Policy, language: Language) -> str:
    try:
        return language.gettext(CASES[rule]) % facts
    except KeyError:  # no such case, or the preview has no such date: the general sentence says it without
        return language.gettext(_general(rule, policy)) % facts


def _said(fact: Fact, language: Language) -> object:
    if isinstance(fact, date):
        return language.date(fact)
    return language.number(fact) if isinstance(fact, int) else fact


def _figures(policy: Policy, language: Language) -> dict[str, object]:
    return {
        "support_email": policy.support_email,
        "finance_email": policy.finance_email,
        "notice": _notice(policy.notice_months, language),
        "zoom_users_per_license": _active_users(policy.zoom_users_per_license, language),
    }


_notice, _active_users = lru_cache(notice), lru_cache(active_users)


def _facts(preview: ChangePreview, language: Language) -> dict[str, object]:
    currency = preview.price_book.currency
    facts = _figures(preview.policy, language)
    days = {
        "price_date": preview.unused.ends_on if preview.unused else None,
        "up_from": preview.invoices[0].starts_on if preview.invoices else None,
        "renewal": preview.renewal_date,
        "deadline": preview.notice_deadline,
        "last_day": preview.last_day_to_order,
        "invoice_end": preview.invoices[0].ends_on - ONE_DAY if preview.invoices else None,
    }
    facts |= {name: language.date(day) for name, day in days.items() if day}
    if preview.unused:
        facts["unused"] = language.money(preview.unused.amount, currency)
    if preview.invoices:
        facts["invoice"] = language.money(preview.invoices[0].amount, currency)
    return facts
