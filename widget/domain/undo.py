"""Taking back a pending decrease, and what a pending change does when its day comes."""

from dataclasses import replace
from datetime import date

from widget.domain.plan import Level
from widget.domain.subscription import Step, Subscription
from widget.domain.terms import Terms
from widget.domain.timeline import highest_from, undone


def can_undo(subscription: Subscription, *, on: date, terms: Terms, before: tuple[Step, ...] | None = None) -> bool:
    """Return whether a decrease is still to come, so that it can be taken back (rule: undo). `before` as for `undo`."""
    return undone(subscription.billed, on, terms.price_book(on).rank, before) != subscription.billed


def undo(subscription: Subscription, *, on: date, terms: Terms, before: tuple[Step, ...] | None = None) -> Subscription:
    """Return the subscription with every decrease still to come after `on` taken back, at no cost (rule: undo).

    The old numbers are usable again at once. A line that was ordered upwards stays as ordered. Where nothing is to
    come, the subscription comes back unchanged. `before` is what was billed before the pending order, where that is
    known: what was in use then and not billed yet comes back only with it.
    """
    rank = terms.price_book(on).rank
    billed = undone(subscription.billed, on, rank, before)
    if billed == subscription.billed:
        return subscription
    return replace(subscription, billed=billed, in_use=billed[-1].level)


def in_use_on(subscription: Subscription, *, on: date, terms: Terms) -> Level:
    """Return what is in use on `on`: a lower plan has come into force on its price date (rule: plan-drops-with-price).

    Users and Zoom licenses dropped on the day of the order; the plan is the highest that is still billed.
    """
    rank = terms.price_book(on).rank
    still_billed = highest_from(subscription.billed, on, rank).plan
    plan = subscription.in_use.plan if rank(subscription.in_use.plan) <= rank(still_billed) else still_billed
    return replace(subscription.in_use, plan=plan)
