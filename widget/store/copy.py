"""Copies of the SQLite file: taken while it is in use, and fenced, so that a copy never acts beside its original."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Engine

from widget.store.engine import StoreError

#: SQLite's `user_version` of a copy until somebody says that it takes the place of its original.
FENCED = 7_340_011


def take(engine: Engine, target: Path) -> None:
    """Write a copy of the database as it is at one moment, fenced, safe on the disk, whole or not there.

    Raises StoreError for PostgreSQL, which has copies of its own, and where the file is already there.
    """
    if engine.dialect.name != "sqlite":
        raise StoreError("PostgreSQL is copied by pg_dump or pg_basebackup; `widget backup` copies the SQLite file")
    if target.exists():
        raise StoreError(f"{target}: is already there; choose another name")
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with closing(sqlite3.connect(str(engine.url.database))) as source, closing(sqlite3.connect(unfinished)) as copy:
        source.backup(copy)
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise StoreError(f"{engine.url.database}: damaged, no copy was kept ({found})")
        copy.execute("PRAGMA journal_mode=DELETE")
        copy.execute(f"PRAGMA user_version={FENCED}")
        copy.commit()
    _keep(unfinished, target)


def put(source: Path, engine: Engine) -> None:
    """Put a copy where the database is to be, still fenced. Raises StoreError where there is one, or it is no copy."""
    target = Path(str(engine.url.database))
    if target.exists() and target.stat().st_size:
        raise StoreError(f"{target}: is already there; move it away first")
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as copy:
            found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
            fenced = copy.execute("PRAGMA user_version").fetchone()[0] == FENCED
    except sqlite3.Error as error:
        raise StoreError(f"{source}: cannot be read as a copy ({error})") from None
    if found != "ok" or not fenced:
        raise StoreError(f"{source}: is no undamaged copy made by `widget backup`")
    unfinished = target.with_name(f"{target.name}.unfinished")
    unfinished.write_bytes(source.read_bytes())
    _keep(unfinished, target)


def _keep(unfinished: Path, target: Path) -> None:
    with unfinished.open("rb+") as file:
        os.fsync(file.fileno())
    unfinished.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def is_fenced(engine: Engine) -> bool:
    """Return whether this is a copy that nobody has said to take its original's place."""
    if engine.dialect.name != "sqlite":
        return False
    with engine.connect() as connection:
        return bool(connection.exec_driver_sql("PRAGMA user_version").scalar_one() == FENCED)


def lift(engine: Engine) -> None:
    """Let a copy take its original's place."""
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version=0")
