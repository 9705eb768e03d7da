"""What people read about a change: dates and amounts in their own way of writing, never as the code holds them."""

import re
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given

from tests.builders import a_price_book, a_subscription, billed_as, level, some_terms
from tests.domain.strategies import Case, cases_of_any_billing
from widget import languages
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.domain.policy import Reason
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.web.survey import REASONS, UNSAID
from widget.wording import explanations, refusal_text

TERMS = some_terms()
AS_CODE_HOLDS_IT = re.compile(r"\d{4}-\d{2}-\d{2}|%\(|[a-z]+_[a-z]+|\bNone\b")


@pytest.mark.parametrize("code", languages.LOCALES)
@pytest.mark.parametrize(
    ("wish", "on"),
    [
        pytest.param(level(users=15), date(2027, 6, 2), id="notice too late"),
        pytest.param(level("essential"), date(2027, 6, 2), id="a plan too late"),
        pytest.param(level("free"), date(2027, 3, 15), id="over the plan's limits"),
        pytest.param(level("ultimate", users=2), date(2027, 3, 15), id="under the plan's limits, below who is active"),
        pytest.param(level(users=25, zoom_licenses=0), date(2027, 3, 15), id="up and down"),
        pytest.param(level(), date(2027, 3, 15), id="nothing changes"),
    ],
)
def test_no_sentence_shows_a_value_as_the_code_holds_it(code: str, wish: Level, on: date) -> None:
    language, answer = languages.load()[code], preview(a_subscription(active_users=14), wish, on=on, terms=TERMS)

    refusals = [refusal_text(each, answer, language) for each in (*answer.blockers, *answer.warnings)]
    sentences = [*refusals, *explanations(answer, language).values()]

    assert sentences
    assert [text for text in sentences if AS_CODE_HOLDS_IT.search(text)] == []


PREMIUM, ESSENTIAL = Level("premium", 20, 4), Level("essential", 20, 4)
PENDING = a_subscription(PREMIUM, billed=billed_as((date(2026, 7, 1), PREMIUM), (date(2027, 7, 1), ESSENTIAL)))
RISING = a_subscription(
    PREMIUM,
    term_start=None,
    billed=billed_as((date(2026, 7, 1), ESSENTIAL), (date(2028, 12, 1), PREMIUM)),
)


@pytest.mark.parametrize(
    ("subscription", "wish", "on", "rule", "expected"),
    [
        pytest.param(
            PENDING,
            Level("essential", 15, 4),
            date(2027, 6, 10),
            Rule.ANNUAL_PRICE_DATE,
            "With annual payment, the lower price starts on the renewal date, 1 July 2027.",
            id="the plan falls with the earlier order",
        ),
        pytest.param(
            PENDING,
            Level("essential", 15, 4),
            date(2027, 6, 10),
            Rule.LATE_NOTICE,
            "The notice deadline, 1 June 2027, has passed: the lower price starts one term later, on 1 July 2028.",
            id="the users a term later",
        ),
        pytest.param(
            RISING,
            Level("essential", 20, 2),
            date(2028, 11, 9),
            Rule.MONTHLY_PRICE_DATE,
            "With monthly payment, the lower price starts on 1 December 2028.",
            id="a plan that was still free has no lower price: the day is that of the licenses",
        ),
        pytest.param(
            replace(RISING, billed=billed_as((date(2026, 7, 1), PREMIUM), (date(2028, 11, 20), ESSENTIAL))),
            Level("essential", 20, 2),
            date(2028, 11, 9),
            Rule.MONTHLY_PRICE_DATE,
            "Start of the lower price: 20 November 2028 (Plan), 1 December 2028 (Zoom licenses).",
            id="two days under one rule: each with its line",
        ),
        pytest.param(
            replace(PENDING, billed=billed_as((date(2026, 7, 1), PREMIUM), (date(2027, 8, 15), ESSENTIAL))),
            Level("essential", 15, 4),
            date(2027, 6, 10),
            Rule.ANNUAL_PRICE_DATE,
            "Start of the lower price: 15 August 2027.",
            id="what was agreed for another day is not called the renewal date",
        ),
        pytest.param(
            PENDING,
            Level("essential", 25, 2),
            date(2027, 6, 10),
            Rule.UPGRADE_PRICE_DATE,
            "The higher price counts from 1 July 2027; until then what you add is free.",
            id="up and down: the day of what rises",
        ),
        pytest.param(
            replace(
                PENDING, billed=billed_as((date(2026, 7, 1), PREMIUM), (date(2027, 7, 1), Level("premium", 15, 4)))
            ),
            Level("premium", 15, 2),
            date(2027, 6, 10),
            Rule.SEATS_DROP_AT_ONCE,
            "Users and Zoom licenses drop on the day of the order.",
            id="a rule without a price date: as it always is, whatever the lines cost when",
        ),
        pytest.param(
            PENDING,
            Level("essential", 15, 4),
            date(2027, 6, 10),
            Rule.NO_CREDIT,
            "You no longer use €500.00 of what is paid for before 1 July 2028; it is not refunded.",
            id="what is unused: until its own end",
        ),
    ],
)
def test_the_sentence_of_a_rule_has_the_days_of_the_lines_that_carry_it(
    subscription: Subscription, wish: Level, on: date, rule: Rule, expected: str
) -> None:
    answer = preview(subscription, wish, on=on, terms=TERMS)

    said = explanations(answer, languages.load()["en"])

    assert said[rule] == expected


@given(cases_of_any_billing())
def test_the_sentence_beside_a_line_has_the_date_of_that_line(case: Case) -> None:
    answer = preview(case.subscription, case.wish, on=case.on, terms=case.terms)

    language = languages.load()["fr"]
    said = explanations(answer, language)

    dated = {Rule.ANNUAL_PRICE_DATE, Rule.MONTHLY_PRICE_DATE, Rule.LATE_NOTICE, Rule.UPGRADE_PRICE_DATE}
    for line in answer.lines:
        for rule in dated & {*line.rules}:
            assert line.priced_from is not None
            assert language.date(line.priced_from) in said[rule]


def test_late_notice_says_both_dates_and_what_is_paid_in_vain() -> None:
    answer = preview(a_subscription(), level(users=15), on=date(2027, 6, 2), terms=TERMS)

    said = {code: refusal_text(answer.warnings[0], answer, language) for code, language in languages.load().items()}

    assert said == {
        "fr": "La date limite de préavis, le 1er\u00a0juin 2027, est passée\u00a0: le nouveau tarif commence une "
        "période plus tard, le 1er\u00a0juillet 2028. Les utilisateurs et les licences Zoom baissent quand même le "
        "jour de la commande\u00a0: vous payez 1\u202f000,00\u00a0€ pour ce que vous ne pouvez plus utiliser.",
        "en": "The notice deadline, 1 June 2027, has passed: the lower price starts one term later, on 1 July 2028. "
        "Users and Zoom licenses drop on the day of the order all the same: €1,000.00 is paid for what you can no "
        "longer use.",
    }


def test_a_plan_that_waits_for_its_price_is_not_said_to_drop_today() -> None:
    answer = preview(a_subscription(), level("essential"), on=date(2027, 6, 2), terms=TERMS)

    assert [each.rule for each in answer.warnings] == [Rule.LATE_NOTICE]
    assert "today" not in refusal_text(answer.warnings[0], answer, languages.load()["en"])


def test_a_limit_is_named_with_what_it_limits_and_the_plans_that_fit() -> None:
    answer = preview(a_subscription(), level("free", users=4, zoom_licenses=1), on=date(2027, 3, 15), terms=TERMS)

    said = [refusal_text(each, answer, languages.load()["en"]) for each in answer.blockers]

    fitting = "Plans that fit: essential, premium."
    assert said == [
        f"With the plan free, the number of users is at most 3; you ask for 4. {fitting}",
        f"With the plan free, the number of Zoom licenses is at most 0; you ask for 1. {fitting}",
    ]


def test_every_reason_that_a_policy_may_ask_has_its_words() -> None:
    assert set(REASONS) == {*Reason, UNSAID}


def test_a_smaller_wish_that_costs_more_by_dearer_prices_is_said_in_plain_words() -> None:
    terms = some_terms(a_price_book("A"), a_price_book("B", date(2027, 1, 1), percent=150))
    level_now = level(users=20, zoom_licenses=0)
    subscription = a_subscription(in_use=level_now, billed=(Step(SINCE_EVER, level_now, "A"),))

    less, much_less = (
        preview(subscription, level(users=users, zoom_licenses=0), on=date(2027, 3, 15), terms=terms)
        for users in (19, 10)
    )

    said = {
        code: [refusal_text(each, less, languages.load()[code]) for each in less.warnings] for code in languages.LOCALES
    }
    assert (less.fees[0].amount, less.fees[-1].amount) == (400_000, 570_000)
    assert (
        "Vous demandez moins et paierez plus\u00a0: 5\u202f700,00\u00a0€ au lieu de 4\u202f000,00\u00a0€"
        in said["fr"][0]
    )
    assert "You ask for less and will pay more: €5,700.00 instead of €4,000.00, from 1 July 2027." in said["en"][0]
    assert Rule.PRICE_OF_THE_DAY not in [each.rule for each in much_less.warnings]
