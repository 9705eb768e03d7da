"""`preview`: the one function that decides a change of subscription, its dates and its amounts.

Articles, widget, review and order all call it, so they cannot disagree. It is pure and told the day.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from widget.domain.calendar import (
    ONE_DAY,
    add_months,
    anniversary_after,
    anniversary_from,
    complete_months,
    first_anniversary_with_notice,
    first_of_next_month,
    is_notice_in_time,
    notice_deadline,
)
from widget.domain.money import decimal_string, round_half_up
from widget.domain.plan import Interval, Level, PriceBook
from widget.domain.policy import PlanDowngrade, Policy
from widget.domain.refusal import Fact, Refusal, Rule
from widget.domain.subscription import Step, Subscription
from widget.domain.terms import Terms
from widget.domain.timeline import Rank, changed, highest_from, step_at

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
class FeePeriod:
    """What is billed in `[starts_on, ends_on)`: a level, and its fee for a whole month or year in minor units."""

    starts_on: date
    ends_on: date | None
    level: Level
    amount: int


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """A separate invoice for the complete months in `[starts_on, ends_on)`, in minor units."""

    rule: Rule
    starts_on: date
    ends_on: date
    months: int
    amount: int


@dataclass(frozen=True, slots=True)
class Unused:
    """What is paid for from `starts_on` to `ends_on` and can no longer be used, in minor units (rule: no-credit)."""

    starts_on: date
    ends_on: date
    months: int
    amount: int


@dataclass(frozen=True, slots=True)
class ChangePreview:
    """The answer to "what if this wish were ordered on this day?". Allowed when nothing blocks it.

    Dates are civil dates in the space's zone; amounts are minor units of `price_book.currency`, without VAT.
    `billed` and `in_use` are the subscription after the order, to be kept as they are.
    """

    on: date
    subscription: Subscription
    wish: Level
    direction: Direction
    lines: tuple[LineChange, ...]
    fees: tuple[FeePeriod, ...]
    invoices: tuple[InvoiceLine, ...]
    unused: Unused | None
    renewal_date: date | None
    notice_deadline: date | None
    notice_in_time: bool | None
    last_day_to_order: date | None
    blockers: tuple[Refusal, ...]
    warnings: tuple[Refusal, ...]
    in_use: Level
    billed: tuple[Step, ...]
    price_book: PriceBook
    policy: Policy

    @property
    def allowed(self) -> bool:
        """Whether the change may be ordered."""
        return not self.blockers

    @property
    def goes_down(self) -> bool:
        """Whether any line goes down, so that the survey is asked (rule: survey-first)."""
        return any(line.direction is Direction.DOWN for line in self.lines)

    @property
    def late_price_date(self) -> date | None:
        """The price date to be confirmed by its own tick box, or None where notice was in time (rule: late-notice)."""
        late = [line.priced_from for line in self.lines if Rule.LATE_NOTICE in line.rules and line.priced_from]
        return max(late, default=None)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Every rule that had a say, each once, in the order in which a reader meets them."""
        met = [rule for line in self.lines for rule in line.rules]
        met += [invoice.rule for invoice in self.invoices]
        if self.goes_down and self.subscription.interval is Interval.YEAR:
            met.append(Rule.NOTICE_PERIOD)
        if self.unused is not None:
            met.append(Rule.NO_CREDIT)
        if self.last_day_to_order is not None and self.policy.best_day:
            met.append(Rule.BEST_DAY)
        if self.direction is not Direction.NONE:
            met.append(Rule.PRICE_OF_THE_DAY)
        return tuple(dict.fromkeys(met))


@dataclass(frozen=True, slots=True)
class _Dates:
    """The day, s (`up_from`) and P (`down_from`) of one question."""

    on: date
    up_from: date
    down_from: date
    late: bool


def preview(subscription: Subscription, wish: Level, *, on: date, terms: Terms) -> ChangePreview:
    """Return what ordering `wish` on the civil day `on` would do, and whether the rules allow it.

    Raises KeyError where the wish or the subscription names a plan that the price book of the day does not sell.
    """
    book, policy = terms.price_book(on), terms.policy(on)
    dates = _dates(subscription, on, policy)

    def rank(plan: str) -> int:
        return book.plan(plan).rank

    billed = changed(
        subscription.billed, wish, up_from=dates.up_from, down_from=dates.down_from, price_book=book.version, rank=rank
    )
    lines = tuple(_line(item, subscription, wish, billed, dates, policy, rank) for item in ITEMS)
    direction = _overall(lines)
    renewal = anniversary_after(subscription.anchor, on) if subscription.interval is Interval.YEAR else None
    unused = _unused(lines, wish, billed, dates, book, subscription.interval)
    return ChangePreview(
        on=on,
        subscription=subscription,
        wish=wish,
        direction=direction,
        lines=lines,
        fees=fee_periods(billed, on, subscription.interval, terms),
        invoices=_invoices(subscription, billed, dates, book),
        unused=unused,
        renewal_date=renewal,
        notice_deadline=notice_deadline(renewal, policy.notice_months) if renewal else None,
        notice_in_time=is_notice_in_time(on, renewal, policy.notice_months) if renewal else None,
        last_day_to_order=_last_day_to_order(subscription, wish, lines, dates, policy, rank),
        blockers=_blockers(subscription, wish, direction, book, policy),
        warnings=_warnings(subscription, wish, lines, dates, unused, policy, book),
        in_use=_in_use(subscription, wish, billed, on, policy, rank),
        billed=billed,
        price_book=book,
        policy=policy,
    )


def fee_periods(billed: tuple[Step, ...], on: date, interval: Interval, terms: Terms) -> tuple[FeePeriod, ...]:
    """Return what is billed from `on`, as consecutive half-open periods; equal neighbours are one period."""
    book = terms.price_book(on)
    periods: list[FeePeriod] = []
    for step in (step_at(billed, on), *(step for step in billed if step.starts_on > on)):
        priced_by = terms.price_book_version(step.price_book) if step.price_book else book
        amount = priced_by.fee(step.level, interval)
        start = max(step.starts_on, on)
        if periods and (periods[-1].level, periods[-1].amount) == (step.level, amount):
            continue
        if periods:
            last = periods[-1]
            periods[-1] = FeePeriod(last.starts_on, start, last.level, last.amount)
        periods.append(FeePeriod(start, None, step.level, amount))
    return tuple(periods)


def _dates(subscription: Subscription, on: date, policy: Policy) -> _Dates:
    up_from = first_of_next_month(on)
    if subscription.interval is Interval.MONTH:
        return _Dates(on, up_from, up_from, late=False)
    down_from = first_anniversary_with_notice(subscription.anchor, on, policy.notice_months)
    return _Dates(on, up_from, down_from, late=down_from != anniversary_after(subscription.anchor, on))


def _line(
    item: str,
    subscription: Subscription,
    wish: Level,
    billed: tuple[Step, ...],
    dates: _Dates,
    policy: Policy,
    rank: Rank,
) -> LineChange:
    def weight(level: Level) -> int:
        return _weight(level, item, rank)

    before, after = getattr(subscription.in_use, item), getattr(wish, item)
    direction = _direction(weight(subscription.in_use), weight(subscription.billed[-1].level), weight(wish))
    usable_from = priced_from = None
    rules: tuple[Rule, ...] = ()
    if direction is Direction.DOWN:
        priced_from = _settles_from(billed, dates.on, weight, weight(wish))
        waits = item == "plan" and policy.plan_downgrade is PlanDowngrade.WITH_PRICE
        usable_from = priced_from if waits else dates.on
        how = Rule.PLAN_DROPS_WITH_PRICE if item == "plan" else Rule.SEATS_DROP_AT_ONCE
        rules = (how, _price_date_rule(subscription.interval, late=dates.late and priced_from == dates.down_from))
    elif direction is Direction.UP:
        usable_from = dates.on
        new, old = (weight(step_at(steps, dates.up_from).level) for steps in (billed, subscription.billed))
        unpaid = new != old
        priced_from = dates.up_from if unpaid else None
        rules = (Rule.AVAILABLE_AT_ONCE, Rule.UPGRADE_PRICE_DATE if unpaid else Rule.PAID_ALREADY)
    return LineChange(item, before, after, direction, usable_from, priced_from, rules)


def _weight(level: Level, item: str, rank: Rank) -> int:
    if item == "plan":
        return rank(level.plan)
    return level.users if item == "users" else level.zoom_licenses


def _direction(in_use: int, billed_for_good: int, wish: int) -> Direction:
    # A wish equal to what is in use may still change what is billed for good: taking back a plan that is to drop.
    compared = in_use if wish != in_use else billed_for_good
    if wish == compared:
        return Direction.SAME
    return Direction.DOWN if wish < compared else Direction.UP


def _settles_from(billed: tuple[Step, ...], on: date, weight: Callable[[Level], int], ceiling: int) -> date:
    settled = billed[-1].starts_on
    for step in reversed(billed):
        if weight(step.level) > ceiling:
            break
        settled = step.starts_on
    return max(settled, on)


def _price_date_rule(interval: Interval, *, late: bool) -> Rule:
    if interval is Interval.MONTH:
        return Rule.MONTHLY_PRICE_DATE
    return Rule.LATE_NOTICE if late else Rule.ANNUAL_PRICE_DATE


def _overall(lines: tuple[LineChange, ...]) -> Direction:
    directions = {line.direction for line in lines} - {Direction.SAME}
    if not directions:
        return Direction.NONE
    if len(directions) > 1:
        return Direction.MIXED
    return Direction.DOWNGRADE if Direction.DOWN in directions else Direction.UPGRADE


def _in_use(
    subscription: Subscription, wish: Level, billed: tuple[Step, ...], on: date, policy: Policy, rank: Rank
) -> Level:
    if policy.plan_downgrade is PlanDowngrade.AT_ONCE:
        return wish
    # A plan that drops with its price stays as long as it is billed: not at all, where it was still free.
    kept = min(subscription.in_use.plan, highest_from(billed, on, rank).plan, key=rank)
    return Level(max(kept, wish.plan, key=rank), wish.users, wish.zoom_licenses)


def _invoices(
    subscription: Subscription, billed: tuple[Step, ...], dates: _Dates, book: PriceBook
) -> tuple[InvoiceLine, ...]:
    if subscription.interval is Interval.MONTH:
        return ()
    start = dates.up_from
    end = anniversary_from(subscription.anchor, start)
    months = complete_months(start, end)
    new, old = (book.fee(step_at(steps, start).level, Interval.YEAR) for steps in (billed, subscription.billed))
    amount = round_half_up((new - old) * months, 12)
    return (InvoiceLine(Rule.UPGRADE_INVOICE, start, end, months, amount),) if amount > 0 else ()


def _unused(
    lines: tuple[LineChange, ...],
    wish: Level,
    billed: tuple[Step, ...],
    dates: _Dates,
    book: PriceBook,
    interval: Interval,
) -> Unused | None:
    months = complete_months(dates.up_from, dates.down_from)
    if interval is Interval.MONTH or months == 0:
        return None
    # Month by month: an earlier order may bring down what is paid for before this one does.
    difference = 0
    for month in (add_months(dates.up_from, count) for count in range(months)):
        paid = step_at(billed, month).level
        difference += book.fee(paid, interval) - book.fee(_usable(paid, wish, lines, month), interval)
    amount = round_half_up(difference, 12)
    return Unused(dates.up_from, dates.down_from, months, amount) if amount > 0 else None


def _usable(paid: Level, wish: Level, lines: tuple[LineChange, ...], day: date) -> Level:
    dropped = {
        line.item
        for line in lines
        if line.direction is Direction.DOWN and line.usable_from is not None and line.usable_from <= day
    }
    return Level(
        plan=wish.plan if "plan" in dropped else paid.plan,
        users=wish.users if "users" in dropped else paid.users,
        zoom_licenses=wish.zoom_licenses if "zoom_licenses" in dropped else paid.zoom_licenses,
    )


def _last_day_to_order(
    subscription: Subscription, wish: Level, lines: tuple[LineChange, ...], dates: _Dates, policy: Policy, rank: Rank
) -> date | None:
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
    subscription: Subscription, wish: Level, line: LineChange, dates: _Dates, policy: Policy, rank: Rank
) -> date:
    assert line.priced_from is not None  # noqa: S101 -- a line that goes down always has a price date
    before = line.priced_from - ONE_DAY
    # An earlier order may bring the price down on that day already, so that no notice is needed for it.
    to_come = highest_from(subscription.billed, line.priced_from, rank)
    falls_anyway = _weight(to_come, line.item, rank) <= _weight(wish, line.item, rank)
    if falls_anyway or subscription.interval is Interval.MONTH:
        return before
    return min(before, notice_deadline(dates.down_from, policy.notice_months))


def _last_day_up(
    subscription: Subscription, wish: Level, line: LineChange, dates: _Dates, policy: Policy, rank: Rank
) -> date:
    if line.priced_from is not None:
        return dates.up_from - ONE_DAY
    # Still paid: the answer holds from month to month, as long as the next first of a month does not change its price.
    wanted, month = _weight(wish, line.item, rank), dates.up_from
    while month < dates.down_from:
        later = _dates(subscription, month, policy)
        paid = _weight(step_at(subscription.billed, later.up_from).level, line.item, rank)
        if paid < wanted or (later.up_from == later.down_from and paid != wanted):
            break
        month = later.up_from
    return month - ONE_DAY


def _blockers(
    subscription: Subscription, wish: Level, direction: Direction, book: PriceBook, policy: Policy
) -> tuple[Refusal, ...]:
    found = []
    if subscription.locked:
        found.append(Refusal(Rule.LOCKED_CONTRACT, {"support_email": policy.support_email}))
    found += _broken_limits(wish, book)
    if wish.users < subscription.occupied_users:
        facts = {
            "active_users": subscription.occupied_users,
            "requested": wish.users,
            "to_deactivate": subscription.occupied_users - wish.users,
        }
        found.append(Refusal(Rule.ACTIVE_USER_FLOOR, facts))
    if direction is Direction.NONE:
        found.append(Refusal(Rule.NOTHING_CHANGES))
    return tuple(found)


def _broken_limits(wish: Level, book: PriceBook) -> list[Refusal]:
    plan = book.plan(wish.plan)
    limits = (
        ("min_users", plan.min_users, wish.users, wish.users < plan.min_users),
        ("max_users", plan.max_users, wish.users, wish.users > plan.max_users),
        ("max_zoom_licenses", plan.max_zoom_licenses, wish.zoom_licenses, wish.zoom_licenses > plan.max_zoom_licenses),
    )
    fitting = [each.id for each in book.plans if each.fits(wish.users, wish.zoom_licenses)]
    return [
        Refusal(
            Rule.PLAN_LIMITS,
            {"plan": plan.id, "limit": name, "allowed": allowed, "requested": asked, "plans_that_fit": fitting},
        )
        for name, allowed, asked, broken in limits
        if broken
    ]


def _warnings(
    subscription: Subscription,
    wish: Level,
    lines: tuple[LineChange, ...],
    dates: _Dates,
    unused: Unused | None,
    policy: Policy,
    book: PriceBook,
) -> tuple[Refusal, ...]:
    found = []
    if any(Rule.LATE_NOTICE in line.rules for line in lines):
        missed = notice_deadline(anniversary_after(subscription.anchor, dates.on), policy.notice_months)
        facts: dict[str, Fact] = {
            "notice_deadline": missed.isoformat(),
            "price_date": dates.down_from.isoformat(),
        }
        if unused is not None:
            facts |= {
                "unused_amount": decimal_string(unused.amount),
                "unused_months": unused.months,
                "currency": book.currency,
            }
        found.append(Refusal(Rule.LATE_NOTICE, facts))
    capacity = policy.zoom_users_per_license * wish.zoom_licenses
    if subscription.occupied_users > capacity:
        found.append(
            Refusal(
                Rule.ZOOM_LICENSE_RATIO,
                {
                    "active_users": subscription.occupied_users,
                    "zoom_licenses": wish.zoom_licenses,
                    "users_per_license": policy.zoom_users_per_license,
                },
            )
        )
    now = step_at(subscription.billed, dates.on).level
    replaces = any(step.starts_on > dates.on and step.level != now for step in subscription.billed)
    if replaces and any(line.direction is not Direction.SAME for line in lines):
        found.append(Refusal(Rule.ONE_PENDING_CHANGE))
    return tuple(found)
