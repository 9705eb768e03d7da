"""What stops a change, and what its reader is warned of: refusals with their facts."""

from widget.domain.amounts import FeePeriod, Unused
from widget.domain.calendar import anniversary_after, notice_deadline
from widget.domain.lines import Dates, Direction, LineChange, overall
from widget.domain.money import decimal_string
from widget.domain.plan import Level, PriceBook
from widget.domain.policy import Policy
from widget.domain.refusal import Fact, Refusal, Rule
from widget.domain.subscription import Subscription
from widget.domain.timeline import Rank, highest, step_at


def blockers(
    subscription: Subscription, wish: Level, direction: Direction, book: PriceBook, policy: Policy
) -> tuple[Refusal, ...]:
    """Return every reason why the change cannot be ordered (rules: locked-contract, plan-limits, active-user-floor,
    nothing-changes).
    """
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
    if plan.fits(wish.users, wish.zoom_licenses):
        return []
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


def warnings(
    subscription: Subscription,
    wish: Level,
    lines: tuple[LineChange, ...],
    dates: Dates,
    fees_before: tuple[FeePeriod, ...],
    fees: tuple[FeePeriod, ...],
    unused: Unused | None,
    policy: Policy,
    book: PriceBook,
) -> tuple[Refusal, ...]:
    """Return what to know before ordering (rules: late-notice, zoom-license-ratio, one-pending-change, and
    price-of-the-day where dearer prices outweigh a smaller wish).
    """
    found = []
    dearer = _dearer(fees_before, fees, book.rank)
    if dearer and overall(lines) is Direction.DOWNGRADE:
        was, fee = dearer
        raised: dict[str, Fact] = {
            "fee": decimal_string(was),
            "later_fee": decimal_string(fee.amount),
            "from": fee.starts_on,
            "currency": book.currency,
        }
        found.append(Refusal(Rule.PRICE_OF_THE_DAY, raised))
    if any(Rule.LATE_NOTICE in line.rules for line in lines):
        missed = notice_deadline(anniversary_after(subscription.anchor, dates.on), policy.notice_months)
        facts: dict[str, Fact] = {
            "notice_deadline": missed,
            "price_date": dates.down_from,
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


def _dearer(before: tuple[FeePeriod, ...], after: tuple[FeePeriod, ...], rank: Rank) -> tuple[int, FeePeriod] | None:
    """Return the first fee above the one that was to be billed on its first day, for no more; with that one's amount.

    None without one: what costs more because it is more, as where a decrease to come is replaced, is no dearer price.
    """
    for fee in after:
        was = next(each for each in reversed(before) if each.starts_on <= fee.starts_on)
        if fee.amount > was.amount and highest(was.level, fee.level, rank) == was.level:
            return was.amount, fee
    return None
