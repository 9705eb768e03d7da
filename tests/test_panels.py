"""What the result shows: every rule that had a say is opened by a line; the days in order; the fee drawn as it is."""

from datetime import date

import pytest

from tests.builders import a_customer, a_subscription, billed_as, level, some_terms
from widget import languages
from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Level
from widget.domain.quote import draw_up
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER, Step
from widget.panels import result_view
from widget.panels.quote import effect_rows
from widget.panels.timeline import BOTTOM, TOP, drawing

TERMS = some_terms()
FRENCH = languages.load()["fr"]
IN_TIME, LATE = date(2027, 3, 15), date(2027, 6, 2)
WISHES = [
    pytest.param(level(users=15), IN_TIME, id="fewer users"),
    pytest.param(level("essential", users=15, zoom_licenses=2), LATE, id="all lower, too late"),
    pytest.param(level("ultimate", users=25), IN_TIME, id="all higher"),
    pytest.param(level("essential", users=25, zoom_licenses=4), IN_TIME, id="up and down"),
    pytest.param(level(users=25), date(2027, 7, 1), id="on the day of the renewal"),
    pytest.param(level(users=25), date(2027, 6, 10), id="more users in the last month of the term"),
]


def asked(wish: Level, on: date) -> ChangePreview:
    return preview(a_subscription(active_users=14), wish, on=on, terms=TERMS)


@pytest.mark.parametrize(("wish", "on"), WISHES)
def test_every_rule_that_had_a_say_is_opened_by_a_line_and_no_other_is(wish: Level, on: date) -> None:
    answer = asked(wish, on)
    view = result_view(answer, FRENCH, lambda rule: f"#{rule}", TERMS)

    opened = {each["link"] for part in ("lines", "amounts", "days") for row in view[part] for each in row["why"]}

    assert opened == {f"#{rule}" for rule in answer.rules}


@pytest.mark.parametrize(("wish", "on"), WISHES)
def test_each_line_that_changes_and_each_amount_and_deadline_has_its_reason(wish: Level, on: date) -> None:
    view = result_view(asked(wish, on), FRENCH, lambda rule: f"#{rule}", TERMS)

    unexplained = [row["name"] for row in view["lines"] if (row["direction"] != "same") != bool(row["why"])]
    unexplained += [row["name"] for row in view["amounts"] if not row["why"]]
    unexplained += [row["name"] for row in view["days"] if not row["why"]]

    assert unexplained == []


def test_the_renewal_has_its_reason_where_what_is_paid_already_is_raised_again() -> None:
    subscription = a_subscription(in_use=level(users=15), billed=(Step(SINCE_EVER, level(users=20)),))
    answer = preview(subscription, level(users=20), on=IN_TIME, terms=TERMS)

    days = result_view(answer, FRENCH, lambda rule: f"#{rule}", TERMS)["days"]

    assert [(row["day"], [each["link"] for each in row["why"]]) for row in days] == [
        (date(2027, 7, 1), ["#paid-already"])
    ]


@pytest.mark.parametrize(("wish", "on"), WISHES)
def test_the_days_are_in_order_and_each_fee_starts_on_its_own(wish: Level, on: date) -> None:
    answer = asked(wish, on)
    steps = result_view(answer, FRENCH, lambda rule: f"#{rule}", TERMS)["moments"]

    assert [step["day"] for step in steps] == sorted({step["day"] for step in steps})
    assert [step["day"] for step in steps if step["fee"]] == [fee.starts_on for fee in answer.fees]
    assert [step["day"] for step in steps if step["order"]] == [on]
    assert [step["day"] for step in steps if not step["fee"] and not step["notes"]] == []


def test_a_late_decrease_tells_its_days() -> None:
    steps = result_view(asked(level(users=15), LATE), FRENCH, lambda rule: f"#{rule}", TERMS)["moments"]

    assert [(step["day"], step["notes"]) for step in steps] == [
        (date(2027, 6, 1), ["Date limite de préavis\u00a0: dépassée"]),
        (date(2027, 6, 2), ["Utilisateurs\u00a0: 15 au lieu de\u00a020"]),
        (date(2027, 7, 1), ["Renouvellement"]),
        (date(2028, 6, 1), ["Dernier jour pour commander avec les mêmes dates"]),
        (date(2028, 7, 1), []),
    ]


DROPPING = a_subscription(
    level("premium", 12),
    billed=billed_as((SINCE_EVER, level("premium", 12)), (date(2027, 7, 1), level("essential", 12))),
)


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [
        ("en", "Plan:", "stays premium; the pending change to essential is given up"),
        ("fr", "Plan\u00a0:", "reste premium\u202f; le passage à essential est abandonné"),
    ],
)
def test_a_plan_that_stays_is_said_to_stay_and_what_is_given_up(code: str, name: str, said: str) -> None:
    answer = preview(DROPPING, level("premium", 14), on=IN_TIME, terms=TERMS)
    view = result_view(answer, languages.load()[code], lambda rule: f"#{rule}", TERMS)

    plan = view["lines"][0]
    assert (plan["before"], plan["after"]) == ("premium", said)
    assert f"{name} {said}" in view["moments"][0]["notes"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("en", "stays premium, the pending change is given up; new price: unchanged"),
        (
            "fr",
            "reste premium, la modification en attente est abandonnée\u202f; nouveau tarif\u00a0: inchangé",
        ),
    ],
)
def test_a_quote_says_that_a_plan_stays(code: str, said: str) -> None:
    language, wish = languages.load()[code], level("premium", 14)
    quote = draw_up(
        DROPPING,
        wish,
        on=IN_TIME,
        terms=TERMS,
        number="Q-2027-000001",
        language=code,
        time_zone="Europe/Paris",
        asked_by="Claire Martin",
        customer=a_customer(),
    )

    rows = effect_rows(quote.windows[0].effect, quote, TERMS.price_books[0], language)

    assert rows[0] == ("Plan", said)


def test_the_drawing_goes_down_where_the_fee_does_and_is_dashed_from_the_change_on() -> None:
    steps = [
        {"amount": 400, "after": False},
        {"amount": 400, "after": False},
        {"amount": 300, "after": True},
        {"amount": 350, "after": True},
    ]

    drawn = drawing(steps)

    middle = (TOP + BOTTOM) // 2
    assert drawn == {
        "width": 400,
        "now": f"M0 {TOP}H200",
        "after": f"M200 {TOP}V{BOTTOM}H300V{middle}H400",
        "marks": f"M0 {TOP}h0M100 {TOP}h0M200 {BOTTOM}h0M300 {middle}h0",
    }


def test_a_fee_that_stays_is_one_level_line() -> None:
    drawn = drawing([{"amount": 400, "after": False}, {"amount": 400, "after": False}])

    assert (drawn["now"], drawn["after"]) == (f"M0 {TOP}H200", "")


def test_the_price_says_the_difference_in_money() -> None:
    def price(users: int) -> tuple[str, str, str]:
        shown = result_view(asked(level(users=users), IN_TIME), FRENCH, lambda rule: f"#{rule}", TERMS)["price"]
        return shown["before"], shown["after"], shown["difference"]

    money = {amount: FRENCH.money(amount, "EUR") for amount in (420_000, 320_000, 520_000, 100_000)}
    assert price(15) == (money[420_000], money[320_000], f"{money[100_000]} de moins par an")
    assert price(25) == (money[420_000], money[520_000], f"{money[100_000]} de plus par an")
    assert price(20)[2] == "Le tarif ne change pas"


def test_the_rule_of_the_price_of_the_day_stands_behind_every_fee() -> None:
    view = result_view(asked(level(users=15), IN_TIME), FRENCH, lambda rule: f"#{rule}", TERMS)

    fees = [row for row in view["amounts"] if row["name"] == "Tarif"]
    assert [row["why"][-1]["link"] for row in fees] == [f"#{Rule.PRICE_OF_THE_DAY}"] * 2
