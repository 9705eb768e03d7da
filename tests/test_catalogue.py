"""The data files: what is shipped loads, two versions make a price depend on the day, and each mistake is named."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from tests.terms import DATA
from widget.catalogue import CatalogueError, load
from widget.domain.plan import Interval, Prices
from widget.domain.policy import PlanDowngrade

BOOKS, POLICIES = "price-books.toml", "policies.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of data that are right, to be spoilt."""
    for name in (BOOKS, POLICIES):
        shutil.copy(DATA / name, tmp_path)
    return tmp_path


def rewrite(folder: Path, file: str, old: str, new: str) -> None:
    """Change the first place where `old` stands; a text that is not there spoils nothing, so it is an error."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("day", "version", "prices"),
    [
        pytest.param(date(2026, 10, 31), "2025-11", Prices(user=150_00, zoom_license=290_00), id="the day before"),
        pytest.param(date(2026, 11, 1), "2026-11", Prices(user=160_00, zoom_license=300_00), id="from its first day"),
    ],
)
def test_two_price_books_make_the_price_of_the_day(day: date, version: str, prices: Prices) -> None:
    book = load().price_book(day)

    assert (book.version, book.currency) == (version, "EUR")
    assert book.plan("premium").prices[Interval.YEAR] == prices


def test_what_is_shipped_says_that_it_is_invented() -> None:
    assert {book.sample_data for book in load().price_books} == {True}


def test_plans_are_in_the_order_of_their_rank_whatever_the_order_of_the_file(folder: Path) -> None:
    for _ in range(2):
        rewrite(folder, BOOKS, "rank = 0", "rank = 9")

    plans = [plan.id for plan in load(folder).price_books[0].plans]

    assert plans == ["essential", "premium", "ultimate", "free"]


def test_a_lower_plan_never_costs_more_than_a_higher_one() -> None:  # M4, for the prices that are shipped
    for book in load().price_books:
        for interval in Interval:
            prices = [plan.prices[interval] for plan in book.plans]

            assert sorted(prices, key=lambda each: (each.user, each.zoom_license)) == prices
            assert sorted(each.zoom_license for each in prices) == [each.zoom_license for each in prices]


def test_the_switches_and_figures_are_read_as_written(folder: Path) -> None:
    rewrite(folder, POLICIES, 'plan_downgrade = "with_price"', 'plan_downgrade = "at_once"')
    rewrite(folder, POLICIES, "best_day = true", "best_day = false")
    rewrite(folder, POLICIES, "notice_months = 1", "notice_months = 3")

    policy = load(folder).policy(date(2027, 3, 15))

    assert (policy.plan_downgrade, policy.best_day, policy.notice_months) == (PlanDowngrade.AT_ONCE, False, 3)


def test_names_are_in_both_languages() -> None:
    names = {plan.id: plan.name for plan in load().price_books[-1].plans}

    assert names["free"] == {"fr": "Gratuit", "en": "Free"}


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        pytest.param(
            BOOKS,
            'version = "2025-11"',
            "",
            "price-books.toml.price_book[1].version: expected a text, found nothing",
            id="a missing key",
        ),
        pytest.param(
            BOOKS,
            'version = "2025-11"',
            'version = ""',
            "price-books.toml.price_book[1].version: expected a text that is not empty, found ''",
            id="an empty text",
        ),
        pytest.param(
            BOOKS,
            'currency = "EUR"',
            'currency = "JPY"',
            "price-books.toml.price_book[1].currency: expected one of EUR, CHF, GBP, USD, found 'JPY'",
            id="a currency without cents",
        ),
        pytest.param(
            BOOKS,
            "sample_data = true",
            'sample_data = true\ncolour = "red"',
            "price-books.toml.price_book[1].colour: unknown key; "
            "known are currency, plan, sample_data, valid_from, version",
            id="an unknown key",
        ),
        pytest.param(
            BOOKS,
            'zoom_license = "29.00"',
            'zoom_license = "29.00", room = "5.00"',
            "price-books.toml.price_book[1].plan[2].month.room: unknown key; known are user, zoom_license",
            id="an unknown key in a table in a table in a table",
        ),
        pytest.param(
            BOOKS,
            'name = { fr = "Gratuit", en = "Free" }',
            'name = { fr = "Gratuit" }',
            "price-books.toml.price_book[1].plan[1].name.en: expected a text, found nothing",
            id="a name in one language only",
        ),
        pytest.param(
            BOOKS,
            'name = { fr = "Gratuit", en = "Free" }',
            'name = { fr = "Gratuit", en = "Free", de = "Frei" }',
            "price-books.toml.price_book[1].plan[1].name.de: unknown key; known are en, fr",
            id="a name in a third language",
        ),
        pytest.param(
            BOOKS,
            'user = "9.00"',
            "user = 9.00",
            "price-books.toml.price_book[1].plan[2].month.user: "
            "expected an amount with two decimals such as '12.50', found 9.0",
            id="a price as a float",
        ),
        pytest.param(
            BOOKS,
            'user = "9.00"',
            'user = "9"',
            "price-books.toml.price_book[1].plan[2].month.user: "
            "expected an amount with two decimals such as '12.50', found '9'",
            id="a price without cents",
        ),
        pytest.param(
            BOOKS,
            "valid_from = 2025-11-01",
            "valid_from = 2025-11-01T00:00:00",
            "price-books.toml.price_book[1].valid_from: expected a date such as 2026-11-01, "
            "found datetime.datetime(2025, 11, 1, 0, 0)",
            id="an instant for a date",
        ),
        pytest.param(
            BOOKS,
            "min_users = 1\nmax_users = 3",
            "min_users = 4\nmax_users = 3",
            "price-books.toml.price_book[1].plan[1].max_users: expected a whole number from 4 to 100000, found 3",
            id="a maximum under the minimum",
        ),
        pytest.param(
            BOOKS,
            "min_users = 1",
            "min_users = true",
            "price-books.toml.price_book[1].plan[1].min_users: expected a whole number from 1 to 100000, found True",
            id="a switch for a number",
        ),
        pytest.param(
            BOOKS,
            "rank = 1",
            "rank = 0",
            "price-books.toml.price_book[1].plan: expected each rank once",
            id="a rank twice",
        ),
        pytest.param(
            BOOKS,
            'id = "essential"',
            'id = "free"',
            "price-books.toml.price_book[1].plan: expected each id once",
            id="a plan twice",
        ),
        pytest.param(
            BOOKS,
            'version = "2025-11"',
            'version = "2026-11"',
            "price-books.toml.version: expected each version once, found 2026-11, 2026-11",
            id="a version twice",
        ),
        pytest.param(
            BOOKS,
            "valid_from = 2025-11-01",
            "valid_from = 2026-12-01",
            "price-books.toml.valid_from: expected oldest first, each day once, found 2026-12-01, 2026-11-01",
            id="versions in the wrong order",
        ),
        pytest.param(
            BOOKS,
            "valid_from = 2025-11-01",
            "valid_from = 2026-11-01",
            "price-books.toml.valid_from: expected oldest first, each day once, found 2026-11-01, 2026-11-01",
            id="two versions from the same day",
        ),
        pytest.param(
            POLICIES,
            "notice_months = 1 ",
            "notice_months = 0 ",
            "policies.toml.policy[1].notice_months: expected a whole number from 1 to 11, found 0",
            id="no notice at all",
        ),
        pytest.param(
            POLICIES,
            '"with_price"',
            '"later"',
            "policies.toml.policy[1].plan_downgrade: expected one of with_price, at_once, found 'later'",
            id="a switch with a third position",
        ),
        pytest.param(
            POLICIES,
            "best_day = true",
            "best_day = 1",
            "policies.toml.policy[1].best_day: expected true or false, found 1",
            id="a number for a switch",
        ),
        pytest.param(
            POLICIES,
            '"fewer-people", ',
            '"", ',
            "policies.toml.policy[1].downgrade_reasons: expected a list of texts, found",
            id="a reason without a name",
        ),
        pytest.param(
            POLICIES,
            '"seasonal"',
            '"moving-away"',
            "policies.toml.policy[1].downgrade_reasons: 'moving-away' is unknown; known are fewer-people, project-",
            id="a reason that has no words",
        ),
        pytest.param(
            POLICIES,
            '"seasonal"',
            '"unsaid"',
            "policies.toml.policy[1].downgrade_reasons: 'unsaid' is unknown; known are fewer-people, project-finished",
            id="the answer that is always offered",
        ),
        pytest.param(
            POLICIES,
            '"seasonal"',
            '"other"',
            "policies.toml.policy[1].downgrade_reasons: expected each reason once, found ['fewer-people', ",
            id="a reason twice",
        ),
        pytest.param(
            POLICIES,
            "[[policy]]",
            "[[polices]]",
            "policies.toml.policy: expected a list of tables, found {",
            id="a table under another name",
        ),
        pytest.param(
            POLICIES,
            "[[policy]]",
            "today = 2026-11-01\n[[policy]]",
            "policies.toml.today: unknown key; known are policy",
            id="a key outside the tables",
        ),
        pytest.param(
            POLICIES,
            "quote_reminder_days = 7 ",
            "quote_reminder_days = 30 ",
            "policies.toml.policy[1].quote_reminder_days: expected less than quote_valid_days, 30, found 30",
            id="a reminder before the quote",
        ),
        pytest.param(
            POLICIES,
            'rate = "20.00"',
            'rate = "120.00"',
            "policies.toml.policy[1].vat.rate: expected a rate in per cent, at most '100.00', found '120.00'",
            id="more VAT than price",
        ),
        pytest.param(
            POLICIES,
            'seller_country = "FR"',
            'seller_country = "UK"',
            "policies.toml.policy[1].vat.seller_country: expected a country of the union, found 'UK'",
            id="a seller outside the union",
        ),
        pytest.param(
            POLICIES,
            'support_email = "support@workspace.example"',
            'support_email = "support chez workspace"',
            "policies.toml.policy[1].support_email: expected an address such as help@example.com, found 'support chez",
            id="an address that is none",
        ),
        pytest.param(
            POLICIES,
            'email = "sales@workspace.example"',
            'email = "sales@workspace"',
            "policies.toml.policy[1].seller.email: expected an address such as help@example.com, found 'sales@",
            id="an address without its domain",
        ),
        pytest.param(POLICIES, "[[policy]]", "[[policy", "policies.toml: not TOML: ", id="not TOML"),
    ],
)
def test_a_mistake_names_the_file_the_key_and_what_was_expected(
    folder: Path, file: str, old: str, new: str, message: str
) -> None:
    rewrite(folder, file, old, new)

    with pytest.raises(CatalogueError, match=f"^{re.escape(message)}"):
        load(folder)


def test_a_missing_file_is_named(folder: Path) -> None:
    (folder / POLICIES).unlink()

    with pytest.raises(CatalogueError, match=r"^policies\.toml: cannot be read: No such file or directory$"):
        load(folder)


def test_a_file_that_is_not_text_is_named(folder: Path) -> None:
    (folder / BOOKS).write_bytes(b'version = "\xff"')

    with pytest.raises(CatalogueError, match=r"^price-books\.toml: not TOML: "):
        load(folder)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        pytest.param('id = "premium"', 'id = "plus"', "'premium' with rank 2", id="a plan that is no longer there"),
        pytest.param("rank = 3", "rank = 30", "'ultimate' with rank 3", id="a plan that changed its rank"),
        pytest.param('"EUR"', '"CHF"', "expected 'EUR' as before", id="another currency"),
    ],
)
def test_a_later_price_book_keeps_what_spaces_may_still_use(folder: Path, old: str, new: str, said: str) -> None:
    text = (folder / BOOKS).read_text(encoding="utf-8")
    start = text.rindex("[[price_book]]")
    assert old in text[start:]
    (folder / BOOKS).write_text(text[:start] + text[start:].replace(old, new), encoding="utf-8")

    with pytest.raises(CatalogueError, match=f"price-books.toml: version 2026-11: .*{re.escape(said)}"):
        load(folder)
