"""What a preview looks like: one view model for the baked article, the live panel and the review.

Every date and amount is formatted once, here; the templates only place them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from widget.domain.amounts import FeePeriod
from widget.domain.change import ChangePreview
from widget.domain.lines import Direction
from widget.domain.plan import Interval, Level
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.languages import Language
from widget.wording import N_, explanations, refusal_text

RuleLink = Callable[[Rule], str]

ITEM_NAMES = {"plan": N_("Plan"), "users": N_("Users"), "zoom_licenses": N_("Zoom licenses")}
DIRECTION_NAMES = {
    Direction.DOWNGRADE: N_("Downgrade"),
    Direction.UPGRADE: N_("Upgrade"),
    Direction.MIXED: N_("Upgrade and downgrade in one change"),
    Direction.NONE: N_("No change"),
}
PER = {Interval.MONTH: N_("per month"), Interval.YEAR: N_("per year")}


@dataclass(frozen=True, slots=True)
class Sample:
    """The subscription that a reader tries out when nobody is signed in, with its day and a first wish."""

    subscription: Subscription
    on: date
    wish: Level

    def fields(self) -> dict[str, str]:
        """Return the try-out as its form shows it at first."""
        in_use = self.subscription.in_use
        return {
            "plan": self.wish.plan,
            "users": str(self.wish.users),
            "zoom_licenses": str(self.wish.zoom_licenses),
            "interval": str(self.subscription.interval),
            "in_plan": in_use.plan,
            "in_users": str(in_use.users),
            "in_zoom_licenses": str(in_use.zoom_licenses),
            "active_users": str(self.subscription.active_users),
            "term_start": self.subscription.anchor.isoformat(),
            "on": self.on.isoformat(),
        }


def sample() -> Sample:
    """Return the try-out: the subscription of the documented API example."""
    in_use = Level("premium", 20, 4)
    subscription = Subscription(
        interval=Interval.YEAR,
        term_start=date(2026, 7, 1),
        in_use=in_use,
        billed=(Step(SINCE_EVER, in_use),),
        active_users=14,
    )
    return Sample(subscription, date(2027, 3, 15), Level("premium", 15, 4))


def level_text(level: Level, plan_name: str, language: Language) -> str:
    """Return a level as a reader says it: "Premium, 15 users, 4 Zoom licenses"."""
    users = language.ngettext("%(n)s user", "%(n)s users", level.users) % {"n": language.number(level.users)}
    licenses = language.ngettext("%(n)s Zoom license", "%(n)s Zoom licenses", level.zoom_licenses) % {
        "n": language.number(level.zoom_licenses)
    }
    return f"{plan_name}, {users}, {licenses}"


def result_view(preview: ChangePreview, language: Language, link: RuleLink, terms: Terms) -> dict[str, Any]:
    """Return what the result panel shows: the sentence to say, blockers, lines, fees, dates and explanations."""
    return {
        "allowed": preview.allowed,
        "direction": language.gettext(DIRECTION_NAMES[preview.direction]),
        "say": summary(preview, language),
        "on": preview.on,
        "blockers": [
            {"rule": each.rule, "text": refusal_text(each, preview, language), "link": link(each.rule)}
            for each in preview.blockers
        ],
        "warnings": [
            {"rule": each.rule, "text": refusal_text(each, preview, language), "link": link(each.rule)}
            for each in preview.warnings
        ],
        "lines": _lines(preview, language),
        "fees": [_fee(period, preview, language, terms) for period in preview.fees],
        "invoices": [
            {
                "text": language.gettext(N_("Upgrade invoice")),
                "amount": language.money(invoice.amount, preview.price_book.currency),
                "starts_on": invoice.starts_on,
                "ends_on": invoice.ends_on,
            }
            for invoice in preview.invoices
        ],
        "renewal": preview.renewal_date,
        "deadline": preview.notice_deadline,
        "in_time": preview.notice_in_time,
        "last_day": preview.last_day_to_order if preview.policy.best_day else None,
        "goes_down": preview.goes_down,
        "late_date": preview.late_price_date,
        "unused": preview.unused and language.money(preview.unused.amount, preview.price_book.currency),
        "unused_until": preview.unused and preview.unused.ends_on,
        "explanations": [
            {"rule": rule, "text": text, "link": link(rule)} for rule, text in explanations(preview, language).items()
        ],
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


def plan_choices(terms: Terms, on: date, interval: Interval, language: Language) -> list[dict[str, Any]]:
    """Return the plans on sale, lowest first, with the price of a user."""
    book = terms.price_book(on)
    per = language.gettext(PER[interval])
    return [
        {
            "id": plan.id,
            "name": plan.name[language.code],
            "price": f"{language.money(plan.prices[interval].user, book.currency)} {per}",
        }
        for plan in book.plans
    ]


def _lines(preview: ChangePreview, language: Language) -> list[dict[str, Any]]:
    def shown(value: str | int) -> str:
        if isinstance(value, int):
            return language.number(value)
        return preview.price_book.plan(value).name[language.code]

    return [
        {
            "item": line.item,
            "name": language.gettext(ITEM_NAMES[line.item]),
            "before": shown(line.before),
            "after": shown(line.after),
            "direction": line.direction,
            "usable_from": line.usable_from,
            "today": line.usable_from == preview.on,
            "priced_from": line.priced_from,
        }
        for line in preview.lines
    ]


def _fee(period: FeePeriod, preview: ChangePreview, language: Language, terms: Terms) -> dict[str, Any]:
    book = terms.price_book(preview.on)
    return {
        "starts_on": period.starts_on,
        "ends_on": period.ends_on,
        "level": level_text(period.level, book.plan(period.level.plan).name[language.code], language),
        "amount": language.money(period.amount, preview.price_book.currency),
        "per": language.gettext(PER[preview.subscription.interval]),
    }
