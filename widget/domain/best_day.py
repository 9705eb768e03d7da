"""The last day on which the same change gives the same dates (rule: best-day)."""

from datetime import date

from widget.domain.calendar import ONE_DAY, notice_deadline
from widget.domain.lines import Dates, Direction, LineChange, dates_of, weight
from widget.domain.plan import Interval, Level
from widget.domain.policy import Policy
from widget.domain.subscription import Subscription
from widget.domain.timeline import Rank, highest_from, step_at


def last_day_to_order(
    subscription: Subscription, wish: Level, lines: tuple[LineChange, ...], dates: Dates, policy: Policy, rank: Rank
) -> date | None:
    """Return the last day with the same dates, `on` at the earliest; None where nothing goes down (rule: best-day)."""
    if not any(line.direction is Direction.DOWN for line in lines):
        return None
    ends = []
    for line in lines:
        if line.direction is Direction.DOWN:
            ends.append(_last_day_down(subscription, wish, line, dates, policy, rank))
        elif line.direction is Direction.UP:
            ends.append(_last_day_up(subscription, wish, line, dates, policy, rank))
    return max(dates.on, min(ends))


def _last_day_down(
    subscription: Subscription, wish: Level, line: LineChange, dates: Dates, policy: Policy, rank: Rank
) -> date:
    day = line.priced_from or dates.up_from  # without a price date it is free until then
    wanted, before = weight(wish, line.item, rank), day - ONE_DAY
    if weight(step_at(subscription.billed, day).level, line.item, rank) < wanted:
        # Less was to be billed by then: the order raises it, from the first of a month.
        return day.replace(day=1) - ONE_DAY
    # An earlier order may bring the price down on that day already, so that no notice is needed for it.
    falls_anyway = weight(highest_from(subscription.billed, day, rank), line.item, rank) <= wanted
    if falls_anyway or subscription.interval is Interval.MONTH:
        return before
    return min(before, notice_deadline(dates.down_from, policy.notice_months))


def _last_day_up(
    subscription: Subscription, wish: Level, line: LineChange, dates: Dates, policy: Policy, rank: Rank
) -> date:
    if line.priced_from is not None:
        return dates.up_from - ONE_DAY
    # Still paid: the answer holds from month to month, as long as the next first of a month does not change its price.
    wanted, month = weight(wish, line.item, rank), dates.up_from
    while month < dates.down_from:
        later = dates_of(subscription, month, policy)
        paid = weight(step_at(subscription.billed, later.up_from).level, line.item, rank)
        if paid < wanted or (later.up_from == later.down_from and paid != wanted):
            break
        month = later.up_from
    return month - ONE_DAY
