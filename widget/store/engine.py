"""The database: SQLite in one file by default, PostgreSQL beyond one machine. Correctness comes from constraints."""

import os
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, DBAPIError, ProgrammingError

#: Bytes that must be free on the disk of SQLite before anything new is promised: what is under way still ends.
ROOM = 64 * 2**20
MIGRATIONS = Path(__file__).resolve().parent / "migrations"
#: Connections of one process: one for each thread that may ask, and some; who finds none free waits so many seconds.
POOL = {"pool_size": 10, "max_overflow": 50, "pool_timeout": 10}
#: SQLite's codes of a damaged file, and of one that is no database.
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
#: PostgreSQL's code of what an account may not do.
NOT_ALLOWED = "42501"
# Threads that queue in SQLite's own busy handler are served unfairly: one writer lane per process.
_writer = threading.Lock()


class StoreError(Exception):
    """The database cannot be used. The message is one line: what is wrong, and what to do."""


class DamagedError(StoreError):
    """The file is damaged, or none of a database. Nothing starts before a copy is in its place."""


class FullError(Exception):
    """The disk of the database has too little room left for something new. The message is one line."""


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Return whether this SQLite is free of the WAL-reset fault (3.51.3, 3.50.7 and 3.44.6 mended it)."""
    if version[:2] == (3, 44):
        return version >= (3, 44, 6)
    if version[:2] == (3, 50):
        return version >= (3, 50, 7)
    return version >= (3, 51, 3) and version != (3, 52, 0)


def open_engine(url: str) -> Engine:
    """Return the engine of a database address.

    Raises StoreError for an address that is none, and where the folder of the file cannot be written.
    """
    try:
        file = make_url(url).database
    except (ArgumentError, ValueError):
        # The address may hold a password: it is not repeated.
        raise StoreError("HELPCENTER_DATABASE: not an address such as postgresql+psycopg://user@host/name") from None
    if not url.startswith("sqlite"):
        # What a statement was asked with may be a name or an address: errors and logs do not repeat it.
        return create_engine(url, pool_pre_ping=True, hide_parameters=True, **POOL)
    path = Path(file or "")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"{path.parent}: cannot be written ({error.strerror}); choose another HELPCENTER_DATA"
        ) from None
    engine = create_engine(url, connect_args={"timeout": 5}, hide_parameters=True, **POOL)
    event.listen(engine, "connect", _connected)
    event.listen(engine, "begin", _begun)
    return engine


def refuse_unwritable(engine: Engine) -> None:
    """Raise StoreError for a file, or a folder of one, that may be read alone: an order would find out otherwise."""
    if engine.dialect.name != "sqlite":
        return
    file = Path(str(engine.url.database))
    for each in (file.parent, file):
        if each.exists() and not os.access(each, os.W_OK, effective_ids=True):
            raise StoreError(f"{each}: cannot be written; run this as its owner, or choose another HELPCENTER_DATA")


def _connected(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we begin ourselves, with IMMEDIATE: a read that turns to write never fails late
    journal = "WAL" if wal_is_safe(sqlite3.sqlite_version_info) else "TRUNCATE"
    for pragma in (
        f"journal_mode={journal}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begun(connection: Connection) -> None:
    reads = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if reads else 'OFF'}")
    connection.exec_driver_sql("BEGIN DEFERRED" if reads else "BEGIN IMMEDIATE")


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """Open one transaction that only reads: one snapshot, without a place in the writer's lane; a write fails."""
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    options: dict[str, Any] = {"reading": True} if engine.dialect.name == "sqlite" else snapshot
    with engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """Open one transaction: committed at the end, rolled back whole on any exception."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            yield connection
        return
    with _writer, engine.begin() as connection:
        yield connection


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert of the database's own dialect, which may say what to do with a row that is there already."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def scrub(engine: Engine) -> bool:
    """Leave nothing of what was deleted in the files of SQLite: no page of the log, no free page.

    Returns whether there are such files: those of PostgreSQL are its own. Raises StoreError where there is no room for
    that, or somebody reads meanwhile: what was deleted stays deleted.
    """
    if engine.dialect.name != "sqlite":
        return False
    with _writer, engine.connect() as connection:
        raw = connection.connection.driver_connection
        if raw is None:
            raise StoreError("the connection is closed")
        try:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            raw.execute("VACUUM")
            busy, _, _ = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise _not_clean(str(error)) from None
        if busy:
            raise _not_clean("somebody reads them")
    return True


def _not_clean(reason: str) -> StoreError:
    return StoreError(
        f"what was erased is not yet cleaned out of the files of the database ({reason}): "
        "free room, or wait for who reads, then run the same command again, which may know nobody by this name any more"
    )


def refuse_full(connection: Connection) -> None:
    """Raise FullError, before anything is written, where SQLite's disk has less than ROOM left."""
    file = connection.engine.url.database
    if connection.dialect.name == "sqlite" and file and shutil.disk_usage(Path(file).parent).free < ROOM:
        raise FullError(f"{Path(file).parent}: less than {ROOM // 2**20} MB free, nothing new is taken")


def refuse_missing(engine: Engine) -> None:
    """Raise StoreError where there is no database file: a mistyped folder must not become an empty service."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not Path(file).exists():
        raise StoreError(f"{file}: there is no database; check HELPCENTER_DATA, or make one with `widget migrate`")


def migrate(engine: Engine, *, thorough: bool = False) -> None:
    """Bring the schema up to date; where it is, nothing is locked.

    The file is read as a whole for damage before an upgrade, and in any case where `thorough`. Raises DamagedError
    for a damaged file; StoreError for a schema newer than this program and an account that may not upgrade it.
    """
    try:
        current = is_current(engine)
        if thorough or not current:
            _refuse_damaged(engine)
        if not current:
            _upgrade(engine)
    except DBAPIError as error:
        raise _unusable(engine, error) from None


def _upgrade(engine: Engine) -> None:
    config = _config()
    try:
        with transaction(engine) as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(20261124)"))
            _refuse_newer(connection, config)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) != NOT_ALLOWED:
            raise
        raise StoreError(
            "the schema is older than this program: run `widget migrate` as the account that owns the tables"
        ) from None


def is_current(engine: Engine) -> bool:
    """Return whether the schema is this program's. Raises StoreError for one that is newer than this program."""
    config = _config()
    with reading(engine) as connection:
        found = _refuse_newer(connection, config)
    return found == ScriptDirectory.from_config(config).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def broken(error: DBAPIError) -> str:
    """Return in one line why the database refused, without the statement and its values."""
    return f"the database cannot be used: {' '.join(str(error.orig).split())}"


def way_back(engine: Engine) -> str:
    """Return what to do with a database from which nothing may start."""
    command = "widget restore" if engine.dialect.name == "sqlite" else "pg_restore"
    return f"move it away, then put a copy in its place by `{command}`"


def is_damage(error: BaseException | None) -> bool:
    """Return whether SQLite says that a file is damaged, or none of its own; an extended code counts as its kind."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED


def _unusable(engine: Engine, error: DBAPIError) -> StoreError:
    reason = " ".join(str(error.orig).split())
    if is_damage(error.orig):
        return _damaged(engine, reason)
    return StoreError(f"{engine.url.database}: cannot be used as the database: {reason}")


def _damaged(engine: Engine, reason: str) -> DamagedError:
    return DamagedError(
        f"{engine.url.database}: cannot be used as the database: damaged ({reason}); {way_back(engine)}"
    )


def _refuse_damaged(engine: Engine) -> None:
    # A page in the middle is otherwise read when somebody orders; PostgreSQL has checks of its own.
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            found = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        if found != "ok":
            raise _damaged(engine, " ".join(found.split()))


def _refuse_foreign(connection: Connection) -> None:
    # A file of SQLite belongs to one program; a server may hold the tables of several.
    if connection.dialect.name == "sqlite" and (tables := inspect(connection).get_table_names()):
        raise StoreError(
            f"{connection.engine.url.database}: the database of another program (it holds {tables[0]}); "
            "choose another HELPCENTER_DATA"
        )


def _refuse_newer(connection: Connection, config: Config) -> str | None:
    """Return the revision of the schema, None for a new database. Raises StoreError for one that is not known."""
    current = MigrationContext.configure(connection).get_current_revision()
    if current is None:
        _refuse_foreign(connection)
        return None
    try:
        ScriptDirectory.from_config(config).get_revision(current)
    except CommandError:
        raise StoreError(f"the database has schema {current}, newer than this program; install the newer one") from None
    return current
