"""The sentence about a reader's own subscription: what it is, what it costs, when it renews, until when to act."""

from datetime import date

from widget.domain.amounts import fee_periods
from widget.domain.calendar import first_of_next_month
from widget.domain.change import preview
from widget.domain.plan import Interval
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms
from widget.languages import Language
from widget.panels.words import level_text
from widget.wording import N_

ANNUAL = N_(
    "%(level)s, for %(fee)s per year. Renewal on %(renewal)s; to pay less from that day, order by %(deadline)s, that "
    "day included."
)
TOO_LATE = N_(
    "%(level)s, for %(fee)s per year. Renewal on %(renewal)s; the notice deadline, %(deadline)s, has passed, so a "
    "lower price waits for the renewal after."
)
MONTHLY = N_("%(level)s, for %(fee)s per month. There is no notice: a lower price starts on %(next_month)s.")


def yours(subscription: Subscription, *, on: date, terms: Terms, language: Language) -> str:
    """Return the sentence for a subscription on a day, by `preview` (rules: notice-period, monthly-price-date).

    Raises KeyError for a plan that the price book of the day does not sell.
    """
    fewer = preview(subscription, subscription.in_use, on=on, terms=terms)
    billed = fee_periods(subscription.billed, on, subscription.interval, terms)
    level = billed[0].level
    plan = terms.price_book(on).plan(level.plan).name[language.code]
    facts = {
        "level": level_text(level, plan, language),
        "fee": language.money(billed[0].amount, fewer.price_book.currency),
    }
    if subscription.interval is Interval.MONTH or not (fewer.renewal_date and fewer.notice_deadline):
        return language.gettext(MONTHLY) % (facts | {"next_month": language.date(first_of_next_month(on))})
    facts |= {"renewal": language.date(fewer.renewal_date), "deadline": language.date(fewer.notice_deadline)}
    return language.gettext(ANNUAL if fewer.notice_in_time else TOO_LATE) % facts
