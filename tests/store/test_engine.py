"""A database that cannot be used is told in one line before anything starts."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from widget.store.engine import StoreError, migrate, open_engine, wal_is_safe


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a migrated SQLite file."""
    path = tmp_path / "helpcentre.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


def refused(url: str) -> str:
    with pytest.raises(StoreError) as caught:
        migrate(open_engine(url), thorough=True)
    return str(caught.value)


def test_a_sound_file_is_migrated_twice_without_a_word(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}")

    migrate(engine)

    engine.dispose()


@pytest.mark.parametrize("page", range(2, 12))
def test_a_page_overwritten_in_the_middle_is_found_before_anybody_orders(file: Path, page: int) -> None:
    content = bytearray(file.read_bytes())
    content[4096 * page : 4096 * (page + 1)] = b"\xff" * 4096
    file.write_bytes(content)

    told = refused(f"sqlite:///{file}")

    assert told.startswith(f"{file}: cannot be used as the database: ")
    assert "\n" not in told
    assert file.read_bytes() == content


def test_a_file_cut_short_is_refused_in_one_line(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:40_000])

    assert "\n" not in refused(f"sqlite:///{file}")


def test_the_file_of_another_program_is_refused_and_gets_no_table_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite3"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE ledger (id INTEGER)")

    told = refused(f"sqlite:///{file}")

    assert told == f"{file}: the database of another program (it holds ledger); choose another HELPCENTER_DATA"
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("ledger",)]


def test_a_server_that_does_not_answer_is_told_in_one_line_without_the_password() -> None:
    told = refused("postgresql+psycopg://somebody:secret@127.0.0.1:1/helpcentre")

    assert told.startswith("helpcentre: cannot be used as the database: ")
    assert "\n" not in told
    assert "secret" not in told


@pytest.mark.parametrize("url", ["postgresql+psycopg://somebody:secret@host:port/name", "nonsense", ""])
def test_an_address_that_is_none_is_refused_without_repeating_it(url: str) -> None:
    told = refused(url)

    assert told == "HELPCENTER_DATABASE: not an address such as postgresql+psycopg://user@host/name"


def test_every_connection_to_a_file_is_durable_and_keeps_foreign_keys(file: Path) -> None:
    engine = open_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]
    engine.dispose()

    journal = "wal" if wal_is_safe(sqlite3.sqlite_version_info) else "truncate"
    assert found == [journal, 2, 1, 5000]


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), False),
        ((3, 52, 1), True),
    ],
)
def test_wal_is_for_libraries_without_its_fault(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) is safe
