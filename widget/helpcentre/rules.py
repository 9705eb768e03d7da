"""Every rule with its worked cases, for the article that shows how a change is calculated."""

from collections.abc import Mapping

from markupsafe import Markup

from widget.domain.calendar import anniversary_after
from widget.domain.cancellation import CancellationPreview
from widget.domain.change import ChangePreview
from widget.domain.plan import Interval
from widget.domain.policy import Policy
from widget.domain.refusal import Rule
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms
from widget.helpcentre.examples import cancellation_rows, fee_rows, period
from widget.helpcentre.markup import Cell, flat, lines, table
from widget.languages import Language
from widget.panels import INTERVALS, level_text
from widget.wording import explanations, refusal_text, rule_text
from widget.worked import Answer, Case, Undone, worked

#: What to say of a rule: the heading of the section that states it, and its path.
Stated = Mapping[Rule, tuple[str, str]]


def rules(argument: str, terms: Terms, policy: Policy, stated: Stated, language: Language) -> str:
    """Return, for each rule named, its heading, its sentence, where it is stated and its worked cases.

    Raises ValueError for a rule that there is not, CatalogueError for a case that cannot be.
    """
    return "\n".join(_rule(name, terms, policy, stated, language) for name in argument.split())


def _rule(name: str, terms: Terms, policy: Policy, stated: Stated, language: Language) -> str:
    if name not in list(Rule):
        raise ValueError(f"::rules: {name}: no such rule; there are {', '.join(Rule)}")
    rule, t = Rule(name), language.gettext
    heading, path = stated[rule]
    # No heading of Markdown: the lasting link of a rule leads to the section that states it, not here.
    head = Markup('<h3 id="cases-{}">{}</h3>').format(rule, heading)
    where = Markup('<p>{} <a href="{}">{}</a></p>').format(rule_text(rule, policy, language), path, t("Read the rule"))
    return flat(head + where + _cases(rule, heading, terms, language))


def _cases(rule: Rule, heading: str, terms: Terms, language: Language) -> Markup:
    t = language.gettext
    answered = worked(rule, terms)
    if not answered:
        return Markup('<p class="hc-small">{}</p>').format(t("This rule decides no date and no amount."))
    rows = [_row(rule, case, result, terms, language) for case, result in answered]
    head = [t("Day"), t("Payment"), t("Now"), t("Requested"), t("What follows")]
    return table(f"{heading} – {t('worked cases')}", head, rows, "hc-cases")


def _row(rule: Rule, case: Case, result: Answer, terms: Terms, language: Language) -> list[Cell]:
    book, subscription = terms.price_book(case.on), case.subscription
    asked: Cell = language.gettext("cancellation") if case.wish is None else level_text(case.wish, book, language)
    if case.undo:
        asked = language.gettext("take back")
    return [
        language.date(case.on),
        lines(_payment(subscription, case, language)),
        lines(_now(subscription, level_text(subscription.in_use, book, language), language)),
        asked,
        lines(_follows(rule, case, result, terms, language)),
    ]


def _payment(subscription: Subscription, case: Case, language: Language) -> list[Cell]:
    said: list[Cell] = [language.gettext(INTERVALS[subscription.interval])]
    if subscription.interval is Interval.YEAR:
        renewal = language.date(anniversary_after(subscription.anchor, case.on))
        said.append(f"{language.gettext('renewal')} {renewal}")
    return said


def _now(subscription: Subscription, level: str, language: Language) -> list[Cell]:
    t, said = language.gettext, [level]
    if subscription.active_users:
        said.append(f"{t('Active users')}{t(':')} {language.number(subscription.active_users)}")
    if subscription.pending_invitations:
        said.append(f"{t('Invitations')}{t(':')} {language.number(subscription.pending_invitations)}")
    if subscription.locked:
        said.append(t("locked contract"))
    if len(subscription.billed) > 1:
        first = subscription.billed[0].level
        said.append(f"{t('still paid')}{t(':')} {language.number(first.users)}")
    return list(said)


def _follows(rule: Rule, case: Case, result: Answer, terms: Terms, language: Language) -> list[Cell]:
    if isinstance(result, CancellationPreview):
        shown = cancellation_rows(case, result, language)
        return [Markup("{}{} {}").format(name, language.gettext(":"), value) for name, value in shown[1:]]
    if isinstance(result, Undone):
        return _taken_back(result, terms, language)
    return _changes(rule, result, language)


def _taken_back(result: Undone, terms: Terms, language: Language) -> list[Cell]:
    if not result.possible:
        return [language.gettext("Nothing left to take back.")]
    level = level_text(result.after.in_use, terms.price_book(result.on), language)
    return [f"{language.gettext('Usable again at once')}{language.gettext(':')} {level}"]


def _changes(rule: Rule, result: ChangePreview, language: Language) -> list[Cell]:
    t, colon, currency = language.gettext, language.gettext(":"), result.price_book.currency
    if result.blockers:
        return [
            Markup("<strong>{}</strong>").format(t("Not possible.")),
            refusal_text(result.blockers[0], result, language),
        ]
    if rule is Rule.SURVEY_FIRST:
        return [t("A reason is asked.") if result.goes_down else t("No reason is asked.")]
    said: list[Cell] = [Markup("{}{} {}").format(days, colon, amount) for days, amount in fee_rows(result, language)]
    for invoice in result.invoices:
        days = period(invoice.starts_on, invoice.ends_on, language)
        said.append(f"{t('Upgrade invoice')}{colon} {language.money(invoice.amount, currency)} ({days})")
    for each in result.warnings:
        if each.rule is rule:
            said.append(refusal_text(each, result, language))
    told_by = explanations(result, language)
    if rule in told_by and rule in _WITH_DATES:
        said.append(told_by[rule])
    return said


#: Rules whose own sentence tells more than the periods and amounts above it.
_WITH_DATES = (Rule.NOTICE_PERIOD, Rule.NO_CREDIT, Rule.BEST_DAY)
