"""What an article says of a reader's own subscription: what it is and costs, and the day that the article is about."""

from datetime import date
from enum import StrEnum

from widget.domain.amounts import fee_periods
from widget.domain.calendar import ONE_DAY, anniversary_from, complete_months, first_of_next_month
from widget.domain.cancellation import cancel_preview
from widget.domain.change import preview
from widget.domain.plan import Interval
from widget.domain.refusal import Rule
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms
from widget.domain.timeline import highest
from widget.languages import Language
from widget.panels.words import fee_text, level_text
from widget.wording import N_, rule_text


class About(StrEnum):
    """What the article that holds the sentence is about."""

    DOWNGRADE = "downgrade"
    UPGRADE = "upgrade"
    CANCEL = "cancel"
    BILLING = "billing"


HAVE = N_("%(level)s, for %(fee)s.")
USE = N_("%(in_use)s in use; billed today: %(level)s, for %(fee)s.")
ANNUAL = N_("Renewal on %(renewal)s; to pay less from that day, order by %(deadline)s, that day included.")
TOO_LATE = N_(
    "Renewal on %(renewal)s; the notice deadline, %(deadline)s, has passed, so a lower price waits for the renewal "
    "after."
)
MONTHLY = N_("There is no notice: a lower price starts on %(next_month)s.")
ADD = N_("What you add today is yours at once, and counts in the price from %(next_month)s.")
ADD_ANNUAL = N_(
    "What you add today is yours at once, and counts in the price from %(next_month)s; one invoice covers the months "
    "until the renewal, on %(renewal)s."
)
PAID = N_("Going back up to %(paid)s costs nothing until %(last_day)s: it is paid already.")
CANCEL = N_("A subscription canceled by %(last_day)s, that day included, ends on %(end)s.")
BILLING = N_("What you save today is used from the next regular invoice on, that of %(invoice)s.")


def yours(
    subscription: Subscription, *, on: date, terms: Terms, language: Language, about: About = About.DOWNGRADE
) -> str:
    """Return the sentences for a subscription on a day, each date by the rules of the domain (and locked-contract).

    Raises KeyError for a plan that the price book of the day does not sell.
    """
    say = {About.DOWNGRADE: _less, About.UPGRADE: _more, About.CANCEL: _ends, About.BILLING: _invoice}[about]
    if subscription.locked and about is not About.BILLING:
        said = rule_text(Rule.LOCKED_CONTRACT, terms.policy(on), language)
    else:
        said = say(subscription, on, terms, language)
    return f"{_has(subscription, on, terms, language)} {said}"


def _has(subscription: Subscription, on: date, terms: Terms, language: Language) -> str:
    """What is billed today and, where it is something else, what is in use."""
    billed = fee_periods(subscription.billed, on, subscription.interval, terms)[0]
    book = terms.price_book(on)
    return language.gettext(HAVE if billed.level == subscription.in_use else USE) % {
        "in_use": level_text(subscription.in_use, book, language),
        "level": level_text(billed.level, book, language),
        "fee": fee_text(billed.amount, subscription.interval, book, language),
    }


def _less(subscription: Subscription, on: date, terms: Terms, language: Language) -> str:
    """Rules: notice-period, late-notice, monthly-price-date."""
    fewer = preview(subscription, subscription.in_use, on=on, terms=terms)
    if subscription.interval is Interval.MONTH or not (fewer.renewal_date and fewer.notice_deadline):
        return language.gettext(MONTHLY) % {"next_month": language.date(first_of_next_month(on))}
    days = {"renewal": language.date(fewer.renewal_date), "deadline": language.date(fewer.notice_deadline)}
    return language.gettext(ANNUAL if fewer.notice_in_time else TOO_LATE) % days


def _more(subscription: Subscription, on: date, terms: Terms, language: Language) -> str:
    """Rules: available-at-once, upgrade-price-date, upgrade-invoice, paid-already."""
    return f"{_added(subscription, on, language)} {_paid(subscription, on, terms, language)}".rstrip()


def _paid(subscription: Subscription, on: date, terms: Terms, language: Language) -> str:
    """Up to where, and how long, more costs nothing: what is billed in the next month, where more than is in use."""
    book = terms.price_book(on)
    billed = fee_periods(subscription.billed, first_of_next_month(on), subscription.interval, terms)[0]
    paid = highest(subscription.in_use, billed.level, book.rank)
    if paid == subscription.in_use or billed.ends_on is None:
        return ""
    facts = {"paid": level_text(paid, book, language), "last_day": language.date(billed.ends_on - ONE_DAY)}
    return language.gettext(PAID) % facts


def _added(subscription: Subscription, on: date, language: Language) -> str:
    """From when more counts in the price, and the invoice: none where no whole month is left."""
    counts_from = first_of_next_month(on)
    days = {"next_month": language.date(counts_from)}
    if subscription.interval is Interval.MONTH:
        return language.gettext(ADD) % days
    renewal = anniversary_from(subscription.anchor, counts_from)
    has_invoice = complete_months(counts_from, renewal) > 0
    return language.gettext(ADD_ANNUAL if has_invoice else ADD) % (days | {"renewal": language.date(renewal)})


def _ends(subscription: Subscription, on: date, terms: Terms, language: Language) -> str:
    """Rules: cancel-annual, cancel-monthly."""
    cancelled = cancel_preview(subscription, on=on, terms=terms)
    days = {"last_day": cancelled.last_day_to_order, "end": cancelled.ends_on}
    return language.gettext(CANCEL) % {name: language.date(day) for name, day in days.items()}


def _invoice(subscription: Subscription, on: date, terms: Terms, language: Language) -> str:
    """Rule: billing-next-invoice. The subscription is billed again on the renewal, or on the first of a month."""
    invoice = cancel_preview(subscription, on=on, terms=terms).next_end
    return language.gettext(BILLING) % {"invoice": language.date(invoice)}
