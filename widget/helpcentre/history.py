"""What holds since when: every price book, every figure of the policy, every rule, newest first."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from enum import StrEnum

from markupsafe import Markup

from widget.domain.history import FIGURES, since
from widget.domain.plan import Interval, PriceBook
from widget.domain.policy import Policy
from widget.domain.refusal import Rule
from widget.domain.terms import Terms
from widget.helpcentre.markup import Cell, flat, lines, table
from widget.helpcentre.rules import Stated
from widget.languages import Language
from widget.wording import N_, notice, rule_text

#: The name of each figure of the policy that a reader is told.
NAMES: Mapping[str, str] = {
    "notice_months": N_("Notice before a renewal"),
    "plan_downgrade": N_("When a lower plan starts"),
    "best_day": N_("The last day to order is shown"),
    "zoom_users_per_license": N_("Active users for one floating license, as a guide"),
    "undo_cancel": N_("A cancellation can be taken back"),
    "card_needs_annual": N_("Automatic card debit needs annual payment"),
    "quote_valid_days": N_("Days that a quote holds"),
    "quote_reminder_days": N_("Days before a quote expires when a reminder is sent"),
    "trial_days": N_("Days of a trial"),
    "trial_max_users": N_("Users of a trial space at most"),
    "support_email": N_("Address of support"),
    "finance_email": N_("Address of the finance department"),
}
#: What is no figure on its own: the survey shows the reasons, a quote the seller and the VAT.
UNTOLD = ("version", "valid_from", "downgrade_reasons", "seller", "vat", "retention")
CHOICES = {"with_price": N_("with its price"), "at_once": N_("at once, on the day of the order")}


def prices(book: PriceBook, language: Language) -> str:
    """Return the table of plans, limits and prices of a price book."""
    return flat(_prices(book, language, _caption(book, language)))


def _caption(book: PriceBook, language: Language) -> str:
    return language.gettext("Sample prices, without VAT.") if book.sample_data else language.gettext("Plan")


def _prices(book: PriceBook, language: Language, caption: str) -> Markup:
    t = language.gettext
    head = (t("Plan"), t("User, per month"), t("Zoom license, per month"), t("User, per year"))
    rows = []
    for plan in book.plans:
        money = []
        for prices in (plan.prices[interval] for interval in Interval):
            money.append(language.money(prices.user, book.currency))
            # A plan without Zoom licenses has no price for one, not a free one.
            money.append(language.money(prices.zoom_license, book.currency) if plan.max_zoom_licenses else "–")
        users = f"{language.number(plan.min_users)} – {language.number(plan.max_users)}"
        rows.append([plan.name[language.code], *money, users, language.number(plan.max_zoom_licenses)])
    limits = (t("Users"), t("Zoom licenses at most"))
    return table(caption, (*head, t("Zoom license, per year"), *limits), rows, "hc-prices")


def price_books(terms: Terms, on: date, language: Language) -> str:
    """Return every price book that is in force or was, newest first, each with its first day and its table."""
    t, told = language.gettext, Markup()
    for book in reversed(terms.price_books):
        if book.valid_from <= on:
            said = t("Since %(day)s") % {"day": language.date(book.valid_from)}
            caption = f"{said} ({t('version')} {book.version}). {_caption(book, language)}"
            told += _prices(book, language, caption)
    return flat(told)


def policy(terms: Terms, on: date, language: Language) -> str:
    """Return every figure and choice of the policy in force, since when it holds, and what held before."""
    t, now = language.gettext, terms.policy(on)
    rows = []
    for field in fields(now):
        if field.name in UNTOLD:
            continue
        first = since((field.name,), terms, on)
        before = [each for each in terms.policies if each.valid_from < first.valid_from]
        rows.append(
            [
                t(NAMES[field.name]),
                value(field.name, now, language),
                _day(first, language),
                lines(_held(field.name, before, language)) or t("first version"),
            ]
        )
    head = [t("Figure or choice"), t("In force"), t("Since"), t("Before")]
    return flat(table(t("The policy, version %(version)s") % {"version": now.version}, head, rows, "hc-history"))


def _held(name: str, versions: list[Policy], language: Language) -> list[Cell]:
    return [
        f"{value(name, each, language)} ({language.gettext('since')} {_day(each, language)})"
        for each in reversed(versions)
    ]


def _day(version: Policy, language: Language) -> str:
    return language.date(version.valid_from)


def value(name: str, policy: Policy, language: Language) -> str:
    """Return one figure of a policy in words."""
    held = getattr(policy, name)
    if isinstance(held, bool):
        return language.gettext("yes") if held else language.gettext("no")
    if name == "notice_months":
        return notice(held, language)
    if isinstance(held, StrEnum):
        return language.gettext(CHOICES[held])
    return language.number(held) if isinstance(held, int) else str(held)


def rule_list(terms: Terms, on: date, stated: Stated, language: Language) -> str:
    """Return every rule with its sentence, the section that states it, and since when it holds as it does."""
    t, now = language.gettext, terms.policy(on)
    rows = []
    for rule in Rule:
        heading, path = stated[rule]
        link = Markup('<a href="{}">{}</a>').format(path, heading)
        first = since(FIGURES.get(rule, ()), terms, on)
        rows.append([link, rule_text(rule, now, language), _day(first, language)])
    return flat(table(t("The rules"), [t("Rule"), t("What it says"), t("Rule since")], rows, "hc-history"))
