"""The lines of a change: plan, users and Zoom licenses, each with its own direction and its two dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from widget.domain.calendar import anniversary_after, first_anniversary_with_notice, first_of_next_month
from widget.domain.plan import Interval, Level
from widget.domain.policy import PlanDowngrade, Policy
from widget.domain.refusal import Rule
from widget.domain.subscription import Step, Subscription
from widget.domain.timeline import Rank, highest_from, step_at

ITEMS = ("plan", "users", "zoom_licenses")


class Direction(StrEnum):
    """Where a line, or the whole change, goes."""

    DOWN = "down"
    UP = "up"
    SAME = "same"
    DOWNGRADE = "downgrade"
    UPGRADE = "upgrade"
    MIXED = "mixed"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class LineChange:
    """What happens to one line: from what is in use to what is asked, and the two dates that matter."""

    item: str
    before: str | int
    after: str | int
    direction: Direction
    usable_from: date | None
    priced_from: date | None
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Dates:
    """The day, s (`up_from`) and P (`down_from`) of one question."""

    on: date
    up_from: date
    down_from: date
    late: bool


def dates_of(subscription: Subscription, on: date, policy: Policy) -> Dates:
    """Return s and P for a question asked on this day (rules: monthly-price-date, annual-price-date, late-notice)."""
    up_from = first_of_next_month(on)
    if subscription.interval is Interval.MONTH:
        return Dates(on, up_from, up_from, late=False)
    down_from = first_anniversary_with_notice(subscription.anchor, on, policy.notice_months)
    return Dates(on, up_from, down_from, late=down_from != anniversary_after(subscription.anchor, on))


def line(
    item: str,
    subscription: Subscription,
    wish: Level,
    billed: tuple[Step, ...],
    dates: Dates,
    policy: Policy,
    rank: Rank,
) -> LineChange:
    """Return what happens to one line; dates are civil days, None where a line needs none.

    A line that goes down and was never to be billed higher has no price date: what it gives up was still free.
    Rules: seats-drop-at-once, plan-drops-with-price, the price dates, available-at-once, paid-already.
    """

    def weigh(level: Level) -> int:
        return weight(level, item, rank)

    before, after = getattr(subscription.in_use, item), getattr(wish, item)
    direction = _direction(weigh(subscription.in_use), weigh(subscription.billed[-1].level), weigh(wish))
    usable_from = priced_from = None
    rules: tuple[Rule, ...] = ()
    if direction is Direction.DOWN:
        asked = weigh(wish)
        # What is billed until then may lie below: an increase of this month, still free, that is partly given up.
        settled = _since(billed, dates.on, lambda level: weigh(level) == asked)
        priced_from = settled if settled > dates.on else None
        waits = item == "plan" and policy.plan_downgrade is PlanDowngrade.WITH_PRICE
        usable_from = _since(billed, dates.on, lambda level: weigh(level) <= asked) if waits else dates.on
        rules = (Rule.PLAN_DROPS_WITH_PRICE if item == "plan" else Rule.SEATS_DROP_AT_ONCE,)
        if priced_from:
            late = dates.late and priced_from == dates.down_from
            rules = (*rules, _price_date_rule(subscription.interval, late=late))
    elif direction is Direction.UP:
        usable_from = dates.on
        new, old = (weigh(step_at(steps, dates.up_from).level) for steps in (billed, subscription.billed))
        unpaid = new != old
        priced_from = dates.up_from if unpaid else None
        rules = (Rule.AVAILABLE_AT_ONCE, Rule.UPGRADE_PRICE_DATE if unpaid else Rule.PAID_ALREADY)
    return LineChange(item, before, after, direction, usable_from, priced_from, rules)


def weight(level: Level, item: str, rank: Rank) -> int:
    """Return how high a line of this level is: the plan by its rank, the others by their number."""
    if item == "plan":
        return rank(level.plan)
    return level.users if item == "users" else level.zoom_licenses


def _direction(in_use: int, billed_for_good: int, wish: int) -> Direction:
    # A wish equal to what is in use may still change what is billed for good: taking back a plan that is to drop.
    compared = in_use if wish != in_use else billed_for_good
    if wish == compared:
        return Direction.SAME
    return Direction.DOWN if wish < compared else Direction.UP


def _since(billed: tuple[Step, ...], on: date, holds: Callable[[Level], bool]) -> date:
    """Return the first day, `on` at the earliest, from which something holds for good of what is billed."""
    since = billed[-1].starts_on
    for step in reversed(billed):
        if not holds(step.level):
            break
        since = step.starts_on
    return max(since, on)


def _price_date_rule(interval: Interval, *, late: bool) -> Rule:
    if interval is Interval.MONTH:
        return Rule.MONTHLY_PRICE_DATE
    return Rule.LATE_NOTICE if late else Rule.ANNUAL_PRICE_DATE


def overall(lines: tuple[LineChange, ...]) -> Direction:
    """Return the direction of the whole change: mixed where its lines part."""
    directions = {line.direction for line in lines} - {Direction.SAME}
    if not directions:
        return Direction.NONE
    if len(directions) > 1:
        return Direction.MIXED
    return Direction.DOWNGRADE if Direction.DOWN in directions else Direction.UPGRADE


def in_use(
    subscription: Subscription, wish: Level, billed: tuple[Step, ...], on: date, policy: Policy, rank: Rank
) -> Level:
    """Return what can be used once the wish is ordered (rules: seats-drop-at-once, plan-drops-with-price)."""
    if policy.plan_downgrade is PlanDowngrade.AT_ONCE:
        return wish
    # A plan that drops with its price stays as long as it is billed: not at all, where it was still free.
    kept = min(subscription.in_use.plan, highest_from(billed, on, rank).plan, key=rank)
    return Level(max(kept, wish.plan, key=rank), wish.users, wish.zoom_licenses)
