"""The policy: every switch and figure that the rules leave to the vendor."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from widget.domain.vat import VatTerms


class PlanDowngrade(StrEnum):
    """When a lower plan starts (rule: plan-drops-with-price)."""

    WITH_PRICE = "with_price"
    AT_ONCE = "at_once"


class Reason(StrEnum):
    """What the survey may offer (rule: survey-first); the words are in web/survey.py. An id stays: answers name it."""

    FEWER_PEOPLE = "fewer-people"
    PROJECT_FINISHED = "project-finished"
    FEATURES_UNUSED = "features-unused"
    ZOOM_UNUSED = "zoom-unused"
    TOO_EXPENSIVE = "too-expensive"
    SEASONAL = "seasonal"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Seller:
    """Who sells: what every quote must name. `capital` and `recovery_fee` are in minor units."""

    name: str
    legal_form: str
    capital: int
    address: tuple[str, ...]
    siren: str
    registered_at: str
    vat_number: str
    email: str
    payment_days: int
    recovery_fee: int


@dataclass(frozen=True, slots=True)
class Retention:
    """How many days things are kept; what is not here is kept as long as its space."""

    drafts: int
    survey_comments: int
    feedback_comments: int
    search_misses: int
    messages: int
    quotes: int
    idempotency_keys: int


@dataclass(frozen=True, slots=True)
class Policy:
    """The figures in force from `valid_from` until the next version."""

    version: str
    valid_from: date
    notice_months: int
    plan_downgrade: PlanDowngrade
    best_day: bool
    zoom_users_per_license: int
    undo_cancel: bool
    card_needs_annual: bool
    quote_valid_days: int
    quote_reminder_days: int
    trial_days: int
    trial_max_users: int
    support_email: str
    finance_email: str
    downgrade_reasons: tuple[Reason, ...]
    seller: Seller
    vat: VatTerms
    retention: Retention
