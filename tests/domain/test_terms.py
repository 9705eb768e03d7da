"""Which version of the price book and of the policy holds on a day."""

from datetime import date

import pytest

from tests.builders import a_policy, a_price_book
from widget.domain.plan import Interval, Level
from widget.domain.terms import Terms

TERMS = Terms(
    (a_price_book("A", date(2025, 11, 1)), a_price_book("B", date(2026, 11, 1), percent=110)),
    (a_policy(version="old", valid_from=date(2025, 11, 1)), a_policy(version="new", valid_from=date(2026, 12, 1))),
)


@pytest.mark.parametrize(
    ("day", "price_book", "policy"),
    [
        pytest.param(date(2000, 1, 1), "A", "old", id="before the first version: the first"),
        pytest.param(date(2025, 11, 1), "A", "old", id="on the first day of the first: the first"),
        pytest.param(date(2026, 10, 31), "A", "old", id="the day before the second: still the first"),
        pytest.param(date(2026, 11, 1), "B", "old", id="prices and policy change on their own days"),
        pytest.param(date(2026, 12, 1), "B", "new", id="both have changed"),
        pytest.param(date(2100, 12, 31), "B", "new", id="the last holds for ever"),
    ],
)
def test_a_version_holds_from_its_day_until_the_next(day: date, price_book: str, policy: str) -> None:
    assert TERMS.price_book(day).version == price_book
    assert TERMS.policy(day).version == policy


def test_a_version_can_be_named() -> None:
    assert [TERMS.price_book_version(name).valid_from.year for name in ("A", "B")] == [2025, 2026]


def test_a_version_that_never_was_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="C"):
        TERMS.price_book_version("C")


@pytest.mark.parametrize(
    ("interval", "fee"),
    [pytest.param(Interval.MONTH, 420_00, id="a month"), pytest.param(Interval.YEAR, 4_200_00, id="a year")],
)
def test_a_fee_is_users_and_licenses_at_their_prices(interval: Interval, fee: int) -> None:
    assert a_price_book().fee(Level("premium", 20, 4), interval) == fee


def test_a_price_book_knows_what_it_sells() -> None:
    book = a_price_book()

    assert [book.has(plan) for plan in ("premium", "Premium", "platinum")] == [True, False, False]
    with pytest.raises(KeyError, match="platinum"):
        book.plan("platinum")
