"""What people read about a change: dates and amounts in their own way of writing, never as the code holds them."""

import re
from datetime import date

import pytest

from tests.builders import a_price_book, a_subscription, level, some_terms
from widget import languages
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER, Step
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
