"""Since when a rule holds as it does: the versions of the policy, read backwards."""

from collections.abc import Mapping
from datetime import date

from widget.domain.policy import Policy
from widget.domain.refusal import Rule
from widget.domain.terms import Terms

#: The figures and switches of the policy that a rule depends on. A rule that is not here depends on none.
FIGURES: Mapping[Rule, tuple[str, ...]] = {
    Rule.LOCKED_CONTRACT: ("support_email",),
    Rule.PLAN_DROPS_WITH_PRICE: ("plan_downgrade",),
    Rule.NOTICE_PERIOD: ("notice_months",),
    Rule.ANNUAL_PRICE_DATE: ("notice_months",),
    Rule.LATE_NOTICE: ("notice_months",),
    Rule.ZOOM_LICENSE_RATIO: ("zoom_users_per_license",),
    Rule.BEST_DAY: ("best_day",),
    Rule.CANCEL_SCOPE: ("finance_email",),
    Rule.CANCEL_ANNUAL: ("notice_months",),
    Rule.CANCEL_MONTHLY: ("notice_months",),
    Rule.UNDO_CANCEL: ("undo_cancel",),
    Rule.CARD_NEEDS_ANNUAL: ("card_needs_annual",),
}


def since(figures: tuple[str, ...], terms: Terms, on: date) -> Policy:
    """Return the version of the policy since which these figures are what they are on `on`.

    Without figures this is the first version: what depends on none has never changed.
    """
    held = [policy for policy in terms.policies if policy.valid_from <= on] or [terms.policies[0]]
    now, first = held[-1], held[-1]
    for policy in reversed(held):
        if any(getattr(policy, name) != getattr(now, name) for name in figures):
            break
        first = policy
    return first
