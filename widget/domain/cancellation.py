"""Ending a subscription: on which day, with how much notice, and until when it can be taken back.

Half open as everywhere: `ends_on` is the first day without the subscription, `last_day` the one before.
"""

from dataclasses import dataclass, replace
from datetime import date

from widget.domain.amounts import FeePeriod, fee_periods
from widget.domain.calendar import (
    ONE_DAY,
    anniversary_after,
    first_anniversary_with_notice,
    first_of_next_month,
    is_notice_in_time,
    notice_deadline,
)
from widget.domain.plan import Interval
from widget.domain.policy import Policy
from widget.domain.refusal import Refusal, Rule
from widget.domain.subscription import Subscription
from widget.domain.terms import Terms


@dataclass(frozen=True, slots=True)
class CancellationPreview:
    """The answer to "what if the subscription were cancelled on this day?". Allowed when nothing blocks it.

    `next_end` is the end that an earlier notice would reach, `notice_deadline` the last day for it. `ends_on` is the
    end that a notice on `on` reaches, `last_day_to_order` the last day for the same end. Nobody reaches the data from
    `ends_on` (rule: data-after-cancel). `fees` is what is billed until then; none of it comes back (rule: no-credit).
    """

    on: date
    next_end: date
    notice_deadline: date
    notice_in_time: bool
    ends_on: date
    last_day_to_order: date
    last_day_to_undo: date | None
    fees: tuple[FeePeriod, ...]
    blockers: tuple[Refusal, ...]

    @property
    def allowed(self) -> bool:
        """Whether the subscription may be cancelled here."""
        return not self.blockers

    @property
    def last_day(self) -> date:
        """The last day on which the space can be used."""
        return self.ends_on - ONE_DAY


def cancel_preview(subscription: Subscription, *, on: date, terms: Terms) -> CancellationPreview:
    """Return what cancelling on the civil day `on` would do (rules: cancel-annual, cancel-monthly).

    Steps of an earlier order that would start on the end or later never come; those before it do.
    """
    policy = terms.policy(on)
    ends_on = _end(subscription, on, policy)
    following = _next_end(subscription, on)
    return CancellationPreview(
        on=on,
        next_end=following,
        notice_deadline=notice_deadline(following, policy.notice_months),
        notice_in_time=is_notice_in_time(on, following, policy.notice_months),
        ends_on=ends_on,
        last_day_to_order=notice_deadline(ends_on, policy.notice_months),
        last_day_to_undo=ends_on - ONE_DAY if policy.undo_cancel else None,
        fees=_fees_until(subscription, on, ends_on, terms),
        blockers=(Refusal(Rule.LOCKED_CONTRACT, {"support_email": policy.support_email}),)
        if subscription.locked
        else (),
    )


def _next_end(subscription: Subscription, on: date) -> date:
    if subscription.interval is Interval.MONTH:
        return first_of_next_month(on)
    return anniversary_after(subscription.anchor, on)


def _end(subscription: Subscription, on: date, policy: Policy) -> date:
    if subscription.interval is Interval.YEAR:
        return first_anniversary_with_notice(subscription.anchor, on, policy.notice_months)
    end = first_of_next_month(on)
    while not is_notice_in_time(on, end, policy.notice_months):
        end = first_of_next_month(end)
    return end


def _fees_until(subscription: Subscription, on: date, end: date, terms: Terms) -> tuple[FeePeriod, ...]:
    periods = [
        each for each in fee_periods(subscription.billed, on, subscription.interval, terms) if each.starts_on < end
    ]
    return (*periods[:-1], replace(periods[-1], ends_on=end))
