"""A quote: its windows, its promise, its VAT, its states."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import (
    a_customer,
    a_policy,
    a_price_book,
    a_subscription,
    a_vat,
    billed_as,
    level,
    some_terms,
)
from tests.domain.strategies import Case, cases
from widget.domain.change import preview
from widget.domain.lines import Direction
from widget.domain.plan import Level
from widget.domain.quote import (
    Quote,
    QuoteLine,
    QuoteState,
    accepted,
    draw_up,
    effect_of,
    number_of,
    offer_of,
)
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER, Subscription
from widget.domain.terms import Terms
from widget.domain.vat import Treatment, treatment, vat


def a_quote(subscription: Subscription, wish: Level, on: date, terms: Terms | None = None) -> Quote:
    return draw_up(
        subscription,
        wish,
        on=on,
        terms=terms or some_terms(),
        number="Q-2026-000001",
        language="fr",
        time_zone="Europe/Paris",
        asked_by="Claire Martin",
        customer=a_customer(),
    )


def price_dates(quote: Quote) -> list[tuple[date, date | None]]:
    """Return the last day of each window, with the day from which the users have their new price."""
    return [(each.last, each.effect.items[1].priced_from) for each in quote.windows]


def test_monthly_each_month_of_acceptance_has_its_own_first_of_the_next() -> None:
    quote = a_quote(a_subscription(term_start=None), level(users=15), date(2026, 11, 23))

    assert price_dates(quote) == [(date(2026, 11, 30), date(2026, 12, 1)), (date(2026, 12, 23), date(2027, 1, 1))]
    assert [each.first for each in quote.windows] == [date(2026, 11, 23), date(2026, 12, 1)]


def test_annual_the_notice_deadline_parts_two_windows_a_year_apart() -> None:
    quote = a_quote(a_subscription(), level(users=15), date(2027, 5, 20))

    assert price_dates(quote) == [(date(2027, 6, 1), date(2027, 7, 1)), (date(2027, 6, 19), date(2028, 7, 1))]
    assert [each.effect.late_date for each in quote.windows] == [None, date(2028, 7, 1)]
    assert [each.effect.unused and each.effect.unused.months for each in quote.windows] == [None, 12]


def test_an_upgrade_accepted_later_is_invoiced_for_fewer_months() -> None:
    quote = a_quote(a_subscription(), level(users=30), date(2027, 3, 15))

    # Ten more users at 200 a year each: 2 000 a year, for three months and for two.
    assert [[invoice.amount for invoice in each.effect.invoices] for each in quote.windows] == [[50_000], [33_333]]


def test_its_lines_make_up_the_new_fee_and_vat_is_added_to_their_sum() -> None:
    quote = a_quote(a_subscription(), level(users=15), date(2027, 3, 15))

    assert quote.lines == (
        QuoteLine("users", 15, 20_000, 300_000),
        QuoteLine("zoom_licenses", 4, 5_000, 20_000),
    )
    assert (quote.vat.net, quote.vat.rate, quote.vat.amount, quote.vat.gross) == (320_000, 2_000, 64_000, 384_000)


def test_without_zoom_licenses_there_is_one_line() -> None:
    quote = a_quote(a_subscription(), level(zoom_licenses=0), date(2027, 3, 15))

    assert [each.item for each in quote.lines] == ["users"]


def test_it_is_valid_for_the_days_of_the_policy_its_last_day_included() -> None:
    quote = a_quote(a_subscription(), level(users=15), date(2026, 11, 23))

    assert quote.valid_until == date(2026, 12, 23)
    assert quote.state(QuoteState.OPEN, date(2026, 12, 23)) is QuoteState.OPEN
    assert quote.state(QuoteState.OPEN, date(2026, 12, 24)) is QuoteState.EXPIRED


@pytest.mark.parametrize("kept", [each for each in QuoteState if each is not QuoteState.OPEN])
def test_only_an_open_quote_expires(kept: QuoteState) -> None:
    quote = a_quote(a_subscription(), level(users=15), date(2026, 11, 23))

    assert quote.state(kept, date(2030, 1, 1)) is kept


def test_its_unit_prices_hold_whatever_happens_to_the_price_book() -> None:
    subscription, wish, on = a_subscription(), level(users=30), date(2027, 3, 15)
    quote = a_quote(subscription, wish, on)
    dearer = some_terms(a_price_book(), a_price_book("B", on + timedelta(1), percent=150))
    later = on + timedelta(5)

    held = accepted(subscription, wish, on=later, terms=dearer.with_frozen_book(quote.price_book))

    assert offer_of(held, a_customer()) == quote.promise(later)
    assert offer_of(preview(subscription, wish, on=later, terms=dearer), a_customer()) != quote.promise(later)


def test_on_the_day_on_which_a_pending_drop_makes_it_pointless_it_foresees_nothing() -> None:
    drop = date(2027, 7, 1)
    billed = billed_as((SINCE_EVER, level("ultimate")), (drop, level("premium")))
    subscription = a_subscription(level("ultimate"), billed=billed)

    quote = a_quote(subscription, level("premium"), date(2027, 6, 20))

    assert quote.windows[-1].last == drop - timedelta(1)
    assert quote.promise(drop) is None
    refused = accepted(subscription, level("premium"), on=drop, terms=some_terms())
    assert [each.rule for each in refused.blockers] == [Rule.NOTHING_CHANGES]


def test_the_number_names_the_year_and_counts_six_digits() -> None:
    assert number_of(2026, 123) == "Q-2026-000123"


@given(cases())
@settings(max_examples=60)  # each asks for every day of a validity
def test_every_day_of_its_validity_is_in_the_window_that_preview_gives_for_it(case: Case) -> None:
    quote = a_quote(case.subscription, case.wish, case.on, case.terms)
    frozen = case.terms.with_frozen_book(quote.price_book)
    days = [case.on + timedelta(ahead) for ahead in range(31)]

    found = {day: accepted(case.subscription, case.wish, on=day, terms=frozen) for day in days}

    assert {day: effect_of(each) for day, each in found.items() if each.direction is not Direction.NONE} == {
        day: window.effect for day in days if (window := quote.window(day))
    }


@given(cases())
@settings(max_examples=60)  # each asks for every day of a validity
def test_windows_follow_each_other_without_overlap_and_neighbours_differ(case: Case) -> None:
    quote = a_quote(case.subscription, case.wish, case.on, case.terms)

    for one, next_one in pairwise(quote.windows):
        assert one.first <= one.last < next_one.first
        assert one.effect != next_one.effect or one.last + timedelta(1) < next_one.first
    if quote.windows:
        assert quote.windows[0].first >= quote.issued_on
        assert quote.windows[-1].last <= quote.valid_until


@given(cases())
@settings(max_examples=60)  # each asks for every day of a validity
def test_a_later_price_book_changes_no_window(case: Case) -> None:
    quote = a_quote(case.subscription, case.wish, case.on, case.terms)
    doubled = a_price_book("later", date(2030, 1, 1), percent=200)
    books = (*case.terms.price_books, doubled)
    moved = replace(case.terms, price_books=books).with_frozen_book(quote.price_book)

    for day in (window.last for window in quote.windows):
        result = accepted(case.subscription, case.wish, on=day, terms=moved)
        assert offer_of(result, quote.customer) == quote.promise(day)


@given(cases())
@settings(max_examples=60)  # each asks for every day of a validity
def test_the_lines_sum_to_the_fee_that_is_billed_for_good(case: Case) -> None:
    quote = a_quote(case.subscription, case.wish, case.on, case.terms)

    assert sum(each.amount for each in quote.lines) == quote.vat.net
    assert all(each.quantity * each.unit_price == each.amount for each in quote.lines)
    for window in quote.windows:
        last = window.effect.fees[-1]
        assert last.level == case.wish
        unchanged = case.subscription.billed[-1].level == case.wish
        assert last.amount == quote.vat.net or unchanged  # a stretch left alone keeps the book of its own order


@pytest.mark.parametrize(
    ("country", "valid", "expected"),
    [
        pytest.param("FR", False, Treatment.DOMESTIC, id="at home"),
        pytest.param("FR", True, Treatment.DOMESTIC, id="at home, with a number"),
        pytest.param(None, False, Treatment.DOMESTIC, id="a country that nobody told"),
        pytest.param("BE", True, Treatment.REVERSE_CHARGE, id="in the union with a valid number"),
        pytest.param("BE", False, Treatment.WITHOUT_NUMBER, id="in the union without a valid number"),
        pytest.param("CH", True, Treatment.OUTSIDE, id="outside, whatever the number"),
        pytest.param("US", False, Treatment.OUTSIDE, id="outside"),
    ],
)
def test_vat_follows_the_customers_country_and_number(country: str | None, valid: bool, expected: Treatment) -> None:
    assert treatment(country, number_valid=valid, terms=a_vat()) is expected
    assert treatment(country, number_valid=valid, terms=a_vat(exempt=True)) is Treatment.EXEMPT


@pytest.mark.parametrize(
    ("net", "rate", "amount"),
    [
        pytest.param(1_000, 2_000, 200, id="20 % of 10.00"),
        pytest.param(2, 2_500, 1, id="half a cent is rounded up"),
        pytest.param(1, 2_499, 0, id="just under half a cent is rounded down"),
        pytest.param(99_999_999, 550, 5_500_000, id="5.5 % of a large amount"),
    ],
)
def test_vat_is_rounded_half_up_once(net: int, rate: int, amount: int) -> None:
    found = vat(net, Treatment.DOMESTIC, a_vat(rate=rate))

    assert (found.amount, found.gross) == (amount, net + amount)


@given(st.integers(0, 10**12), st.integers(0, 10_000), st.sampled_from(list(Treatment)))
def test_vat_is_within_half_a_cent_of_its_rate_and_nothing_where_none_is_due(
    net: int, rate: int, why: Treatment
) -> None:
    found = vat(net, why, a_vat(rate=rate))

    assert abs(found.amount * 10_000 - net * found.rate) * 2 <= 10_000
    charged = why in (Treatment.DOMESTIC, Treatment.WITHOUT_NUMBER)
    assert found.rate == (rate if charged else 0)


def test_a_policy_of_other_days_gives_other_validity() -> None:
    terms = some_terms(policy=replace(a_policy(), quote_valid_days=5))

    assert a_quote(a_subscription(), level(users=15), date(2026, 11, 23), terms).valid_until == date(2026, 11, 28)
