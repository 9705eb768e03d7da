"""Price books and policies from `data/*.toml`: dated versions, checked key by key before anything starts.

The other files in `data` are read by the same `Table`, where they are used.
"""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from widget.domain.money import minor_units
from widget.domain.plan import Interval, Plan, PriceBook, Prices
from widget.domain.policy import PlanDowngrade, Policy, Reason, Retention, Seller
from widget.domain.terms import Terms
from widget.domain.vat import WHOLE, VatTerms
from widget.languages import CURRENCIES, LOCALES
from widget.settings import MAIL_ADDRESS

DATA = Path(__file__).resolve().parent / "data"

Version = TypeVar("Version")


class CatalogueError(Exception):
    """A data file is wrong. The message names the file, the key and what was expected."""


class Table:
    """One TOML table, read key by key, so that a missing, wrong or unknown key is named with its file and path.

    Each way to read a key raises CatalogueError for a value of another kind.
    """

    def __init__(self, values: Mapping[str, Any], path: str) -> None:
        self._values, self._path, self._read = values, path, set[str]()
        self._within: list[Table] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def fail(self, key: str, expected: str) -> CatalogueError:
        found = repr(self._values[key]) if key in self._values else "nothing"
        return CatalogueError(f"{self._path}.{key}: expected {expected}, found {found}")

    def _take(self, key: str, kind: type, expected: str) -> Any:
        self._read.add(key)
        value = self._values.get(key)
        # bool is an int in Python, and a datetime is a date: the exact type is what the file must say.
        if type(value) is not kind:
            raise self.fail(key, expected)
        return value

    def text(self, key: str) -> str:
        value: str = self._take(key, str, "a text")
        if not value:
            raise self.fail(key, "a text that is not empty")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        values = self._take(key, list, "a list of texts")
        if not values or not all(type(value) is str and value for value in values):
            raise self.fail(key, "a list of texts")
        return tuple(values)

    def groups(self, key: str) -> list[list[str]]:
        values: list[list[str]] = self._take(key, list, "a list of lists of texts")
        if not all(type(group) is list and all(type(each) is str for each in group) for group in values):
            raise self.fail(key, "a list of lists of texts")
        return values

    def address(self, key: str) -> str:
        value = self.text(key)
        if not MAIL_ADDRESS.fullmatch(value):
            raise self.fail(key, "an address such as help@example.com")
        return value

    def number(self, key: str, lowest: int, highest: int) -> int:
        expected = f"a whole number from {lowest} to {highest}"
        value: int = self._take(key, int, expected)
        if not lowest <= value <= highest:
            raise self.fail(key, expected)
        return value

    def switch(self, key: str) -> bool:
        value: bool = self._take(key, bool, "true or false")
        return value

    def day(self, key: str) -> date:
        value: date = self._take(key, date, "a date such as 2026-11-01")
        return value

    def one_of(self, key: str, choices: Iterable[str]) -> str:
        known = tuple(choices)
        expected = f"one of {', '.join(known)}"
        value: str = self._take(key, str, expected)
        if value not in known:
            raise self.fail(key, expected)
        return value

    def reasons(self, key: str) -> tuple[Reason, ...]:
        values = self.texts(key)
        for value in values:
            if value not in list(Reason):
                raise CatalogueError(f"{self._path}.{key}: {value!r} is unknown; known are {', '.join(Reason)}")
        if len(set(values)) != len(values):
            raise self.fail(key, "each reason once")
        return tuple(map(Reason, values))

    def amount(self, key: str) -> int:
        expected = "an amount with two decimals such as '12.50'"
        value = self._take(key, str, expected)
        try:
            return minor_units(value)
        except ValueError:
            raise self.fail(key, expected) from None

    def table(self, key: str) -> "Table":
        self._within.append(Table(self._take(key, dict, "a table"), f"{self._path}.{key}"))
        return self._within[-1]

    def tables(self, key: str) -> list["Table"]:
        values = self._take(key, list, "a list of tables")
        if not values or not all(type(value) is dict for value in values):
            raise self.fail(key, "a list of tables")
        found = [Table(value, f"{self._path}.{key}[{index}]") for index, value in enumerate(values, start=1)]
        self._within += found
        return found

    def done(self) -> None:
        """Raise CatalogueError for a key that nobody has asked for, here or in a table that was asked for."""
        for table in self._within:
            table.done()
        for key in sorted(set(self._values) - self._read):
            raise CatalogueError(f"{self._path}.{key}: unknown key; known are {', '.join(sorted(self._read))}")


def load(folder: Path = DATA) -> Terms:
    """Return every version of the price book and the policy in `folder`.

    Raises CatalogueError naming the file, the key and what was expected, at the first thing that is wrong.
    """
    books = _versions(folder / "price-books.toml", "price_book", _price_book)
    policies = _versions(folder / "policies.toml", "policy", _policy)
    _check_order([(book.version, book.valid_from) for book in books], "price-books.toml")
    _check_order([(policy.version, policy.valid_from) for policy in policies], "policies.toml")
    _check_plans(books)
    return Terms(tuple(books), tuple(policies))


def read(path: Path) -> Table:
    """Return what a data file says. Raises CatalogueError for one that cannot be read or is not TOML."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogueError(f"{path.name}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.name}: not TOML: {error}") from None
    return Table(values, path.name)


def _versions(path: Path, key: str, version: Callable[[Table], Version]) -> list[Version]:
    file = read(path)
    found = [version(table) for table in file.tables(key)]
    file.done()
    return found


def _check_order(versions: list[tuple[str, date]], file: str) -> None:
    names = [name for name, _ in versions]
    days = [day for _, day in versions]
    if len(set(names)) != len(names):
        raise CatalogueError(f"{file}.version: expected each version once, found {', '.join(names)}")
    if sorted(set(days)) != days:
        found = ", ".join(map(str, days))
        raise CatalogueError(f"{file}.valid_from: expected oldest first, each day once, found {found}")


def _check_plans(books: list[PriceBook]) -> None:
    """A plan once sold is in every later price book, at the same rank: a space may use it for years."""
    for earlier, later in pairwise(books):
        ranks = {plan.id: plan.rank for plan in later.plans}
        for plan in earlier.plans:
            if ranks.get(plan.id) != plan.rank:
                raise CatalogueError(
                    f"price-books.toml: version {later.version}: plan: expected {plan.id!r} with rank {plan.rank}, "
                    f"as in version {earlier.version}: spaces may still use it"
                )
        if earlier.currency != later.currency:
            raise CatalogueError(
                f"price-books.toml: version {later.version}: currency: expected {earlier.currency!r} as before"
            )


def _price_book(table: Table) -> PriceBook:
    plans = tuple(_plan(plan) for plan in table.tables("plan"))
    for field in ("id", "rank"):
        values = [getattr(plan, field) for plan in plans]
        if len(set(values)) != len(values):
            raise table.fail("plan", f"each {field} once")
    return PriceBook(
        version=table.text("version"),
        valid_from=table.day("valid_from"),
        currency=table.one_of("currency", CURRENCIES),
        sample_data=table.switch("sample_data"),
        plans=tuple(sorted(plans, key=lambda plan: plan.rank)),
    )


def _plan(table: Table) -> Plan:
    name = table.table("name")
    names = {language: name.text(language) for language in LOCALES}
    low = table.number("min_users", 1, 100_000)
    return Plan(
        id=table.text("id"),
        rank=table.number("rank", 0, 1_000),
        name=names,
        min_users=low,
        max_users=table.number("max_users", low, 100_000),
        max_zoom_licenses=table.number("max_zoom_licenses", 0, 100_000),
        prices={interval: _prices(table.table(interval)) for interval in Interval},
    )


def _prices(table: Table) -> Prices:
    return Prices(user=table.amount("user"), zoom_license=table.amount("zoom_license"))


def _policy(table: Table) -> Policy:
    policy = Policy(
        version=table.text("version"),
        valid_from=table.day("valid_from"),
        # The lower price may never start before the first of the next month, which a notice of 0 would ask for.
        notice_months=table.number("notice_months", 1, 11),
        plan_downgrade=PlanDowngrade(table.one_of("plan_downgrade", PlanDowngrade)),
        best_day=table.switch("best_day"),
        zoom_users_per_license=table.number("zoom_users_per_license", 1, 1_000),
        undo_cancel=table.switch("undo_cancel"),
        card_needs_annual=table.switch("card_needs_annual"),
        quote_valid_days=table.number("quote_valid_days", 1, 365),
        quote_reminder_days=table.number("quote_reminder_days", 0, 364),
        trial_days=table.number("trial_days", 1, 365),
        trial_max_users=table.number("trial_max_users", 1, 100_000),
        support_email=table.address("support_email"),
        finance_email=table.address("finance_email"),
        downgrade_reasons=table.reasons("downgrade_reasons"),
        seller=_seller(table.table("seller")),
        vat=_vat(table.table("vat")),
        retention=_retention(table.table("retention")),
    )
    if policy.quote_reminder_days >= policy.quote_valid_days:
        raise table.fail("quote_reminder_days", f"less than quote_valid_days, {policy.quote_valid_days}")
    return policy


def _seller(table: Table) -> Seller:
    return Seller(
        name=table.text("name"),
        legal_form=table.text("legal_form"),
        capital=table.amount("capital"),
        address=table.texts("address"),
        siren=table.text("siren"),
        registered_at=table.text("registered_at"),
        vat_number=table.text("vat_number"),
        email=table.address("email"),
        payment_days=table.number("payment_days", 0, 120),
        recovery_fee=table.amount("recovery_fee"),
    )


def _retention(table: Table) -> Retention:
    return Retention(**{field.name: table.number(field.name, 1, 36_500) for field in fields(Retention)})


def _vat(table: Table) -> VatTerms:
    terms = VatTerms(
        seller_country=table.text("seller_country"),
        rate=table.amount("rate"),
        exempt=table.switch("exempt"),
        union=table.texts("union"),
    )
    if terms.rate > WHOLE:
        raise table.fail("rate", "a rate in per cent, at most '100.00'")
    if terms.seller_country not in terms.union:
        raise table.fail("seller_country", "a country of the union")
    return terms
