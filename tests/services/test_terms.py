"""A price book or a policy that something was promised by cannot be taken back: nothing starts without it."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.services.conftest import NOW, TERMS, Administrator, bring_in, demo_space
from widget.catalogue import CatalogueError
from widget.domain.plan import Level
from widget.services.apply_due import apply_due
from widget.services.terms import refuse_missing_versions

#: As they were before the price book of November 2026, and under a policy of another name.
BEFORE = replace(TERMS, price_books=TERMS.price_books[:1])
RENAMED = replace(TERMS, policies=(replace(TERMS.policies[0], version="2026-12"),))
BOOK_IS_MISSING = r"^price-books\.toml: version 2026-11 is missing: something was promised by it; put it back$"


def test_a_space_that_nothing_was_promised_to_needs_no_version(claire: Administrator) -> None:
    refuse_missing_versions(claire.engine, BEFORE)
    refuse_missing_versions(claire.engine, RENAMED)


def test_an_order_keeps_its_versions_there(claire: Administrator) -> None:
    claire.orders(Level("premium", 12, 2))

    refuse_missing_versions(claire.engine, TERMS)
    with pytest.raises(CatalogueError, match=BOOK_IS_MISSING):
        refuse_missing_versions(claire.engine, BEFORE)
    with pytest.raises(CatalogueError, match=r"^policies\.toml: version 2026-11 is missing"):
        refuse_missing_versions(claire.engine, RENAMED)
    with pytest.raises(CatalogueError, match=r"(?s)^price-books.* is missing.*\npolicies.* is missing"):
        refuse_missing_versions(claire.engine, replace(RENAMED, price_books=BEFORE.price_books))


def test_so_does_a_quote(claire: Administrator) -> None:
    claire.request(claire.begin(Level("premium", 12, 2)))

    with pytest.raises(CatalogueError, match=BOOK_IS_MISSING):
        refuse_missing_versions(claire.engine, BEFORE)


def test_so_does_the_message_of_a_new_price(engine: Engine, tmp_path: Path) -> None:
    steps = demo_space("atelier-nord")["subscription"]
    coming = [
        {**{name: steps[name] for name in ("plan", "users", "zoom_licenses")}, "from": day, **fewer}
        for day, fewer in (("2025-05-08", {}), ("2027-05-08", {"zoom_licenses": 2}))
    ]
    bring_in(engine, tmp_path, demo_space("atelier-nord", subscription=steps | {"billed": coming}))
    refuse_missing_versions(engine, BEFORE)

    apply_due(engine, TERMS, now=NOW.replace(year=2028))

    with pytest.raises(CatalogueError, match=BOOK_IS_MISSING):
        refuse_missing_versions(engine, BEFORE)


def test_so_does_what_was_brought_in_at_its_price(engine: Engine, tmp_path: Path) -> None:
    steps = demo_space("atelier-nord")["subscription"]
    billed = {name: steps[name] for name in ("plan", "users", "zoom_licenses")}
    billed |= {"from": "2026-05-08", "price_book": "2026-11"}
    bring_in(engine, tmp_path, demo_space("atelier-nord", subscription=steps | {"billed": [billed]}))

    with pytest.raises(CatalogueError, match=BOOK_IS_MISSING):
        refuse_missing_versions(engine, BEFORE)
