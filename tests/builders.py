"""Plain builders: a test names what matters to it, the rest is an ordinary case.

The prices are round, so that amounts can be worked out in the head. Per user and month 10, 20 and 30, per Zoom license
and month 5; a year costs ten months. They are invented here and have nothing to do with the shipped price book.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from widget.domain.change import ChangePreview
from widget.domain.lines import LineChange
from widget.domain.plan import Interval, Level, Plan, PriceBook, Prices
from widget.domain.policy import PlanDowngrade, Policy, Reason, Retention, Seller
from widget.domain.quote import Customer
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.domain.vat import VatTerms

MONTHLY_USER_PRICES = {"free": 0, "essential": 1000, "premium": 2000, "ultimate": 3000}


def a_plan(plan: str, rank: int, *, percent: int = 100) -> Plan:
    """Return a plan at `percent` of its usual price. Free is for 3 users without Zoom, ultimate starts at 5 users."""
    user = MONTHLY_USER_PRICES[plan] * percent // 100
    zoom_license = 500 * percent // 100
    return Plan(
        id=plan,
        rank=rank,
        name={"fr": plan, "en": plan},
        min_users=5 if plan == "ultimate" else 1,
        max_users=3 if plan == "free" else 100_000,
        max_zoom_licenses=0 if plan == "free" else 100_000,
        prices={
            Interval.MONTH: Prices(user=user, zoom_license=zoom_license),
            Interval.YEAR: Prices(user=10 * user, zoom_license=10 * zoom_license),
        },
    )


def a_price_book(version: str = "A", valid_from: date = date(2000, 1, 1), *, percent: int = 100) -> PriceBook:
    plans = tuple(a_plan(plan, rank, percent=percent) for rank, plan in enumerate(MONTHLY_USER_PRICES))
    return PriceBook(version=version, valid_from=valid_from, currency="EUR", sample_data=True, plans=plans)


def a_policy(
    *,
    version: str = "policy",
    valid_from: date = date(2000, 1, 1),
    notice_months: int = 1,
    plan_downgrade: PlanDowngrade = PlanDowngrade.WITH_PRICE,
    best_day: bool = True,
    undo_cancel: bool = True,
) -> Policy:
    return Policy(
        version=version,
        valid_from=valid_from,
        notice_months=notice_months,
        plan_downgrade=plan_downgrade,
        best_day=best_day,
        zoom_users_per_license=4,
        undo_cancel=undo_cancel,
        card_needs_annual=True,
        quote_valid_days=30,
        quote_reminder_days=7,
        trial_days=30,
        trial_max_users=100,
        support_email="support@example.org",
        finance_email="finance@example.org",
        downgrade_reasons=(Reason.TOO_EXPENSIVE, Reason.OTHER),
        seller=a_seller(),
        vat=a_vat(),
        retention=Retention(
            drafts=90,
            survey_comments=365,
            feedback_comments=365,
            search_misses=365,
            messages=365,
            quotes=1095,
            idempotency_keys=30,
        ),
    )


def a_seller() -> Seller:
    return Seller(
        name="Seller",
        legal_form="SAS",
        capital=1_000_000,
        address=("1 rue de l’Exemple", "75000 Paris"),
        siren="000 000 000",
        registered_at="Paris",
        vat_number="FR12000000000",
        email="sales@example.org",
        payment_days=30,
        recovery_fee=4_000,
    )


def a_vat(*, rate: int = 2_000, exempt: bool = False) -> VatTerms:
    """Return the VAT terms of a seller in France, in a union with Belgium and Germany."""
    return VatTerms(seller_country="FR", rate=rate, exempt=exempt, union=("BE", "DE", "FR"))


def a_customer(
    country: str | None = "FR", *, vat_number: str | None = None, vat_number_valid: bool = False
) -> Customer:
    return Customer(
        space_id="atelier-nord",
        space="Atelier Nord",
        name="Atelier Nord SARL",
        address=("12 quai de la Fosse", "44000 Nantes"),
        country=country,
        siren=None,
        vat_number=vat_number,
        vat_number_valid=vat_number_valid,
    )


def some_terms(*price_books: PriceBook, policy: Policy | None = None) -> Terms:
    """Return terms with these price books (one, "A", if none is given) and one policy."""
    return Terms(price_books or (a_price_book(),), (policy or a_policy(),))


def level(plan: str = "premium", users: int = 20, zoom_licenses: int = 4) -> Level:
    return Level(plan, users, zoom_licenses)


def billed_as(*steps: tuple[date, Level]) -> tuple[Step, ...]:
    return tuple(Step(starts_on, each) for starts_on, each in steps)


def a_subscription(
    in_use: Level | None = None,
    *,
    term_start: date | None = date(2026, 7, 1),
    billed: tuple[Step, ...] | None = None,
    active_users: int = 1,
    pending_invitations: int = 0,
    locked: bool = False,
) -> Subscription:
    """Return a subscription, annual with renewal on 1 July; `term_start=None` makes it monthly.

    What is billed is what is in use, since ever, unless the test says otherwise.
    """
    used = in_use or level()
    return Subscription(
        interval=Interval.MONTH if term_start is None else Interval.YEAR,
        term_start=term_start,
        in_use=used,
        billed=billed or (Step(SINCE_EVER, used),),
        active_users=active_users,
        pending_invitations=pending_invitations,
        locked=locked,
    )


def after(answer: ChangePreview) -> Subscription:
    """Return the subscription once what was previewed has been ordered."""
    return replace(answer.subscription, in_use=answer.in_use, billed=answer.billed)


def line(answer: ChangePreview, item: str) -> LineChange:
    """Return one line of the answer: plan, users or zoom_licenses."""
    return next(each for each in answer.lines if each.item == item)


def levels(steps: Iterable[Step]) -> list[tuple[date, Level]]:
    """Return what is billed from when, without the price books."""
    return [(step.starts_on, step.level) for step in steps]
