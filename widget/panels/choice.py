"""The first step: the example that anybody may try, and the plans to choose from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from widget.domain.plan import Interval, Level
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.languages import Language
from widget.panels.words import fee_text


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


#: What a reader tries first: fewer users, or in the article about more, more.
LESS, MORE = Level("premium", 15, 4), Level("premium", 25, 4)


def sample(wish: Level = LESS) -> Sample:
    """Return the try-out: the subscription of the documented API example, with a first wish."""
    in_use = Level("premium", 20, 4)
    subscription = Subscription(
        interval=Interval.YEAR,
        term_start=date(2026, 7, 1),
        in_use=in_use,
        billed=(Step(SINCE_EVER, in_use),),
        active_users=14,
    )
    return Sample(subscription, date(2027, 3, 15), wish)


def plan_choices(terms: Terms, on: date, intervals: Iterable[Interval], language: Language) -> list[dict[str, Any]]:
    """Return the plans on sale, lowest first, with the price of a user by interval."""
    book = terms.price_book(on)
    return [
        {
            "id": plan.id,
            "name": plan.name[language.code],
            "prices": {each: fee_text(plan.prices[each].user, each, book, language) for each in intervals},
        }
        for plan in book.plans
    ]
