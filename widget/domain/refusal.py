"""The closed list of rule ids, and a "no" (or a "mind this") as a value with its facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Fact = str | int | date | list[str]


class Rule(StrEnum):
    """Every rule that is built, in the order of the policy. The id is also the anchor in the articles."""

    ADMIN_ONLY = "admin-only"
    PRICE_OF_THE_DAY = "price-of-the-day"
    ORDER_OR_QUOTE = "order-or-quote"
    LOCKED_CONTRACT = "locked-contract"
    PLAN_LIMITS = "plan-limits"
    NOTHING_CHANGES = "nothing-changes"
    SURVEY_FIRST = "survey-first"
    ACTIVE_USER_FLOOR = "active-user-floor"
    SEATS_DROP_AT_ONCE = "seats-drop-at-once"
    PLAN_DROPS_WITH_PRICE = "plan-drops-with-price"
    MONTHLY_PRICE_DATE = "monthly-price-date"
    ANNUAL_PRICE_DATE = "annual-price-date"
    NOTICE_PERIOD = "notice-period"
    LATE_NOTICE = "late-notice"
    NO_CREDIT = "no-credit"
    ZOOM_LICENSE_RATIO = "zoom-license-ratio"
    BEST_DAY = "best-day"
    AVAILABLE_AT_ONCE = "available-at-once"
    UPGRADE_PRICE_DATE = "upgrade-price-date"
    UPGRADE_INVOICE = "upgrade-invoice"
    PAID_ALREADY = "paid-already"
    ONE_PENDING_CHANGE = "one-pending-change"
    UNDO = "undo"
    CANCEL_SCOPE = "cancel-scope"
    CANCEL_ANNUAL = "cancel-annual"
    CANCEL_MONTHLY = "cancel-monthly"
    DATA_AFTER_CANCEL = "data-after-cancel"
    UNDO_CANCEL = "undo-cancel"
    BILLING_NEXT_INVOICE = "billing-next-invoice"
    PAYMENT_METHODS = "payment-methods"
    CARD_NEEDS_ANNUAL = "card-needs-annual"
    ONE_INVOICE_ADDRESS = "one-invoice-address"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule that blocks a change, or warns about it, with the facts its sentence needs.

    Facts are plain values: numbers, ids, civil dates. Words live in the catalogues.
    """

    rule: Rule
    facts: Mapping[str, Fact] = field(default_factory=dict)
