"""What blocks a change and what it warns of, each with the facts that its sentence needs."""

from dataclasses import replace
from datetime import date

import pytest

from tests.builders import a_subscription, after, level, some_terms
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.domain.refusal import Refusal, Rule

TERMS = some_terms()
MARCH = date(2027, 3, 15)


@pytest.mark.parametrize(
    ("active", "invited", "asked", "to_deactivate"),
    [
        pytest.param(14, 0, 14, None, id="exactly as many users as are active: allowed"),
        pytest.param(14, 0, 13, 1, id="one fewer than are active: one to deactivate"),
        pytest.param(14, 3, 17, None, id="active and invited fit: allowed"),
        pytest.param(14, 3, 16, 1, id="invitations count: one to deactivate"),
        pytest.param(20, 0, 5, 15, id="far fewer: all those above"),
    ],
)
def test_there_are_never_fewer_users_than_active_ones(
    active: int, invited: int, asked: int, to_deactivate: int | None
) -> None:
    subscription = a_subscription(active_users=active, pending_invitations=invited)

    answer = preview(subscription, level(users=asked, zoom_licenses=6), on=MARCH, terms=TERMS)

    facts = {"active_users": active + invited, "requested": asked, "to_deactivate": to_deactivate}
    blocked = Refusal(Rule.ACTIVE_USER_FLOOR, facts)  # type: ignore[arg-type]  # None only where nothing is blocked
    assert answer.blockers == (() if to_deactivate is None else (blocked,))
    assert answer.allowed == (to_deactivate is None)


@pytest.mark.parametrize(
    ("wish", "limits"),
    [
        pytest.param(level("free", 3, 0), [], id="free at its limits: allowed"),
        pytest.param(level("free", 4, 0), [("max_users", 3, 4)], id="free for four: too many users"),
        pytest.param(level("free", 3, 1), [("max_zoom_licenses", 0, 1)], id="free with Zoom: not sold"),
        pytest.param(
            level("free", 4, 1), [("max_users", 3, 4), ("max_zoom_licenses", 0, 1)], id="free, both: both are said"
        ),
        pytest.param(level("ultimate", 5), [], id="ultimate for five: allowed"),
        pytest.param(level("ultimate", 4), [("min_users", 5, 4)], id="ultimate for four: too few users"),
        pytest.param(level("premium", 100_000), [], id="a hundred thousand: allowed"),
        pytest.param(level("premium", 100_001), [("max_users", 100_000, 100_001)], id="one more: too many"),
    ],
)
def test_the_wish_lies_within_the_limits_of_its_plan(wish: Level, limits: list[tuple[str, int, int]]) -> None:
    answer = preview(a_subscription(), wish, on=MARCH, terms=TERMS)

    facts = [each.facts for each in answer.blockers]
    assert [each.rule for each in answer.blockers] == [Rule.PLAN_LIMITS] * len(limits)
    assert [(each["limit"], each["allowed"], each["requested"]) for each in facts] == limits
    assert all(each["plan"] == wish.plan for each in facts)


@pytest.mark.parametrize(
    ("wish", "fitting"),
    [
        pytest.param(level("free", 4, 0), ["essential", "premium"], id="four users: not free, not ultimate"),
        pytest.param(level("free", 5, 0), ["essential", "premium", "ultimate"], id="five users: all but free"),
        pytest.param(level("free", 3, 1), ["essential", "premium"], id="three users and Zoom: not free, not ultimate"),
        pytest.param(level("ultimate", 2, 0), ["free", "essential", "premium"], id="two users: all but ultimate"),
        pytest.param(level("premium", 100_001), [], id="a hundred thousand and one: none"),
    ],
)
def test_a_broken_limit_names_the_plans_that_fit(wish: Level, fitting: list[str]) -> None:
    answer = preview(a_subscription(), wish, on=MARCH, terms=TERMS)

    assert [each.facts["plans_that_fit"] for each in answer.blockers] == [fitting]


def test_a_locked_contract_sends_to_support() -> None:
    answer = preview(a_subscription(locked=True), level(users=15), on=MARCH, terms=TERMS)

    assert answer.blockers == (Refusal(Rule.LOCKED_CONTRACT, {"support_email": "support@example.org"}),)


def test_nothing_changes_is_refused() -> None:
    answer = preview(a_subscription(), level(), on=MARCH, terms=TERMS)

    assert answer.blockers == (Refusal(Rule.NOTHING_CHANGES),)
    assert answer.rules == ()


def test_ordering_the_same_users_twice_is_refused_the_second_time() -> None:
    ordered = after(preview(a_subscription(), level(users=15), on=MARCH, terms=TERMS))

    answer = preview(ordered, level(users=15), on=date(2027, 3, 16), terms=TERMS)

    assert answer.blockers == (Refusal(Rule.NOTHING_CHANGES),)
    assert answer.billed == ordered.billed


def test_every_blocker_is_named_at_once() -> None:
    answer = preview(a_subscription(active_users=14, locked=True), level("ultimate", 4), on=MARCH, terms=TERMS)

    assert [each.rule for each in answer.blockers] == [
        Rule.LOCKED_CONTRACT,
        Rule.PLAN_LIMITS,
        Rule.ACTIVE_USER_FLOOR,
    ]


@pytest.mark.parametrize(
    ("active", "licenses", "warned"),
    [
        pytest.param(16, 4, False, id="four active users a license: enough"),
        pytest.param(17, 4, True, id="one more: a warning"),
        pytest.param(8, 2, False, id="eight for two: enough"),
        pytest.param(9, 2, True, id="nine for two: a warning"),
        pytest.param(1, 0, True, id="someone active and no license: a warning"),
    ],
)
def test_few_zoom_licenses_warn_and_never_block(active: int, licenses: int, warned: bool) -> None:
    answer = preview(
        a_subscription(active_users=active), level(users=19, zoom_licenses=licenses), on=MARCH, terms=TERMS
    )

    facts = {"active_users": active, "zoom_licenses": licenses, "users_per_license": 4}
    assert answer.warnings == ((Refusal(Rule.ZOOM_LICENSE_RATIO, facts),) if warned else ())
    assert answer.allowed


def test_late_notice_says_the_missed_day_the_price_date_and_the_amount() -> None:
    answer = preview(a_subscription(), level(users=15), on=date(2027, 6, 2), terms=TERMS)

    assert answer.warnings == (
        Refusal(
            Rule.LATE_NOTICE,
            {
                "notice_deadline": date(2027, 6, 1),
                "price_date": date(2028, 7, 1),
                "unused_amount": "1000.00",
                "unused_months": 12,
                "currency": "EUR",
            },
        ),
    )


def test_late_notice_for_a_plan_that_stays_usable_has_no_amount() -> None:
    answer = preview(a_subscription(), level("essential"), on=date(2027, 6, 2), terms=TERMS)

    facts = {"notice_deadline": date(2027, 6, 1), "price_date": date(2028, 7, 1)}
    assert answer.warnings == (Refusal(Rule.LATE_NOTICE, facts),)


def test_a_late_day_does_not_matter_to_an_upgrade() -> None:
    answer = preview(a_subscription(), level(users=25), on=date(2027, 6, 2), terms=TERMS)

    assert answer.warnings == ()
    assert answer.late_price_date is None


@pytest.mark.parametrize(
    ("ordered_again", "warned"),
    [
        pytest.param(date(2027, 6, 1), True, id="while the first is pending: it is replaced"),
        pytest.param(date(2027, 7, 1), False, id="on the day the first applies: nothing is pending"),
    ],
)
def test_a_second_order_says_that_it_replaces_the_pending_one(ordered_again: date, warned: bool) -> None:
    first = after(preview(a_subscription(), level(users=15), on=MARCH, terms=TERMS))

    answer = preview(first, level(users=12), on=ordered_again, terms=TERMS)

    assert answer.warnings == ((Refusal(Rule.ONE_PENDING_CHANGE),) if warned else ())


def test_a_change_that_was_taken_back_is_no_longer_pending() -> None:
    first = after(preview(a_subscription(), level(users=15), on=MARCH, terms=TERMS))
    back = after(preview(first, level(), on=MARCH, terms=TERMS))

    answer = preview(back, level(users=12), on=MARCH, terms=TERMS)

    assert answer.warnings == ()


def test_a_plan_that_is_not_sold_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError, match="platinum"):
        preview(a_subscription(), level("platinum"), on=MARCH, terms=TERMS)


def test_an_annual_subscription_without_an_anchor_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="no annual term"):
        _ = replace(a_subscription(), term_start=None).anchor
