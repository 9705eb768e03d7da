"""Since when a rule holds as it does: as long as no figure of the policy that its sentence depends on was another."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.builders import a_policy, a_price_book
from widget import languages
from widget.domain.history import FIGURES, since
from widget.domain.policy import PlanDowngrade, Policy
from widget.domain.refusal import Rule
from widget.domain.terms import Terms
from widget.helpcentre.history import NAMES
from widget.wording import rule_text

#: Of each figure of the policy that a reader is told, another value than the ordinary one.
OTHERS: dict[str, Any] = {
    "notice_months": 2,
    "plan_downgrade": PlanDowngrade.AT_ONCE,
    "best_day": False,
    "zoom_users_per_license": 5,
    "undo_cancel": False,
    "card_needs_annual": False,
    "quote_valid_days": 31,
    "quote_reminder_days": 8,
    "trial_days": 31,
    "trial_max_users": 101,
    "support_email": "other@example.org",
    "finance_email": "another@example.org",
}


def said(rule: Rule, policy: Policy) -> list[str]:
    return [rule_text(rule, policy, language) for language in languages.load().values()]


def test_another_value_is_tried_of_every_figure_that_a_reader_is_told() -> None:
    assert OTHERS.keys() == NAMES.keys()


#: They tell of the notice deadline without saying how long before the renewal it is.
UNNAMED = {Rule.ANNUAL_PRICE_DATE: ["notice_months"], Rule.LATE_NOTICE: ["notice_months"]}


@pytest.mark.parametrize("rule", Rule)
def test_a_rule_depends_on_the_figures_that_change_what_it_says(rule: Rule) -> None:
    policy = a_policy()

    changing = [name for name in OTHERS if said(rule, replace(policy, **{name: OTHERS[name]})) != said(rule, policy)]

    assert sorted(FIGURES.get(rule, ())) == sorted(changing + UNNAMED.get(rule, []))


FIRST = a_policy(version="first", valid_from=date(2026, 1, 1))
SECOND = a_policy(version="second", valid_from=date(2027, 1, 1), notice_months=2)


@pytest.mark.parametrize(
    ("figures", "on", "expected"),
    [
        pytest.param(("notice_months",), date(2026, 12, 31), FIRST, id="before it changed"),
        pytest.param(("notice_months",), date(2027, 1, 1), SECOND, id="from the day on which it changed"),
        pytest.param(("best_day",), date(2027, 1, 1), FIRST, id="another figure changed"),
        pytest.param(("best_day", "notice_months"), date(2027, 1, 1), SECOND, id="one of two changed"),
        pytest.param((), date(2027, 1, 1), FIRST, id="what depends on no figure"),
        pytest.param(("notice_months",), date(2025, 12, 31), FIRST, id="before the first version"),
    ],
)
def test_a_rule_holds_since_the_version_from_which_its_figures_are_what_they_are(
    figures: tuple[str, ...], on: date, expected: Policy
) -> None:
    assert since(figures, Terms((a_price_book(),), (FIRST, SECOND)), on) == expected


def test_a_figure_that_is_again_what_it_was_holds_since_it_came_back() -> None:
    third = a_policy(version="third", valid_from=date(2028, 1, 1))
    terms = Terms((a_price_book(),), (FIRST, SECOND, third))

    assert since(("notice_months",), terms, date(2028, 6, 1)) == third
