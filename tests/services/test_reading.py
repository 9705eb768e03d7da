"""Reads have a way of their own: beside the writer, of one moment, and without a pen."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import DBAPIError

from widget.store.engine import reading, transaction
from widget.store.tables import space

LONGEST = 20


@pytest.fixture
def named(engine: Engine) -> Engine:
    """Return a database with one space, named "before"."""
    facts = {"id": "a-space", "time_zone": "Europe/Paris", "language": "fr", "locked": False, "digest": ""}
    with transaction(engine) as connection:
        connection.execute(insert(space).values(name="before", **facts))
    return engine


def name(engine: Engine) -> str:
    with reading(engine) as connection:
        found: str = connection.execute(select(space.c.name)).scalar_one()
        return found


def rename(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(update(space).values(name="after"))


def test_a_reader_does_not_wait_for_an_order_that_is_being_written(named: Engine) -> None:
    with ThreadPoolExecutor(1) as pool, transaction(named) as connection:
        connection.execute(update(space).values(name="after"))
        seen = pool.submit(name, named).result(LONGEST)

    assert (seen, name(named)) == ("before", "after")


def test_a_reader_sees_one_moment_whatever_is_committed_meanwhile(named: Engine) -> None:
    asked = Event()

    def write() -> None:
        asked.set()
        rename(named)

    with ThreadPoolExecutor(1) as pool:
        with reading(named) as connection:
            first = connection.execute(select(space.c.name)).scalar_one()
            written = pool.submit(write)
            asked.wait(LONGEST)
            if named.dialect.name == "postgresql":
                written.result(LONGEST)
            second = connection.execute(select(space.c.name)).scalar_one()
        written.result(LONGEST)

    assert (first, second, name(named)) == ("before", "before", "after")


def test_a_reader_cannot_write(named: Engine) -> None:
    with pytest.raises(DBAPIError, match=r"readonly|read-only"), reading(named) as connection:
        connection.execute(update(space).values(name="after"))

    assert name(named) == "before"


def test_the_connection_of_a_reader_writes_again_afterwards(named: Engine) -> None:
    name(named)

    rename(named)

    assert name(named) == "after"
