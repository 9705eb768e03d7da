"""Copies of the SQLite file: taken while it is in use, and fenced, so that a copy never acts beside its original."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Engine

from widget.store.engine import DamagedError, StoreError, is_damage, reading

#: SQLite's `user_version` of a copy until somebody says that it takes the place of its original.
FENCED = 7_340_011
#: What SQLite keeps beside a database. Left over from another one, it would be played into the file that lies there.
BESIDE = ("-journal", "-wal", "-shm")
#: A copy holds everything about everybody: only its owner reads it.
OWNER_ONLY = 0o600

Proof = TypeVar("Proof")


def take(engine: Engine, target: Path, prove: Callable[[Path], Proof]) -> Proof:
    """Write a copy of the database as it is at one moment, fenced, proved, safe on the disk, whole or not there.

    Raises DamagedError for a damaged database; StoreError for PostgreSQL, which has copies of its own, where the file
    is already there, and where it cannot be written; and whatever `prove` raises.
    """
    if engine.dialect.name != "sqlite":
        raise StoreError("PostgreSQL is copied by pg_dump or pg_basebackup; `widget backup` copies the SQLite file")
    if target.exists():
        raise StoreError(f"{target}: is already there; choose another name")
    with _unfinished(target) as unfinished:
        source = Path(str(engine.url.database))
        try:
            _copy(source, unfinished)
        except sqlite3.DatabaseError as error:
            if is_damage(error):
                raise DamagedError(f"{source}: damaged, no copy was kept ({error})") from None
            raise
        _fence(unfinished)
        return prove(unfinished)


def put(source: Path, engine: Engine, prove: Callable[[Path], Proof]) -> Proof:
    """Put a copy where the database is to be, still fenced, and prove what was put.

    Raises StoreError for PostgreSQL, where there is a database or what is left of one, and where it is no copy; and
    whatever `prove` raises.
    """
    if engine.dialect.name != "sqlite":
        raise StoreError("PostgreSQL is restored by pg_restore; `widget restore` puts an SQLite file back")
    if not source.is_file():
        raise StoreError(f"{source}: there is no such file")
    target = Path(str(engine.url.database))
    if target.exists() and target.stat().st_size:
        raise StoreError(f"{target}: is already there; move it away first")
    with _unfinished(target) as unfinished:
        try:
            _copy(source, unfinished)
            fenced = _is_fenced(unfinished)
        except (sqlite3.Error, DamagedError) as error:
            raise StoreError(f"{source}: cannot be read as a copy ({error})") from None
        if not fenced:
            raise StoreError(f"{source}: is no undamaged copy made by `widget backup`")
        return prove(unfinished)


@contextmanager
def of_copy(source: Path) -> Iterator[Path]:
    """Give a copy of a copy, to do with as one likes: it is gone afterwards."""
    another = source.with_name(f"{source.name}.read")
    _remove(another)
    try:
        _made(another)
        _copy(source, another)
        yield another
    finally:
        _remove(another)


def _made(file: Path) -> None:
    os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY))


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """Give a new file beside `target`: it takes that name where all went well, and is gone where not."""
    _refuse_left_over(target)
    if not target.parent.is_dir():
        raise StoreError(f"{target.parent}: there is no such folder")
    unfinished = target.with_name(f"{target.name}.unfinished")
    _remove(unfinished)
    try:
        _made(unfinished)
        yield unfinished
        _keep(unfinished, target)
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{target}: cannot be written ({getattr(error, 'strerror', None) or error})") from None
    finally:
        _remove(unfinished)


def _refuse_left_over(target: Path) -> None:
    beside = [Path(f"{target}{each}") for each in BESIDE]
    # An empty one holds nothing: SQLite leaves it where it was stopped in good order.
    found = ", ".join(str(each) for each in beside if each.exists() and each.stat().st_size)
    if found:
        raise StoreError(f"{found}: left by the database that was here, with its last orders; move it away beside that")


def _remove(unfinished: Path) -> None:
    for each in ("", *BESIDE):
        Path(f"{unfinished}{each}").unlink(missing_ok=True)


def _copy(source: Path, unfinished: Path) -> None:
    """Copy a database with what stands in its log. Raises DamagedError where it is damaged."""
    with closing(_opened(source, "ro")) as original, closing(_opened(unfinished, "rw")) as copy:
        original.backup(copy)
        found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if found != "ok":
            raise DamagedError(f"{source}: damaged, no copy was kept ({found})")


def _fence(unfinished: Path) -> None:
    with closing(_opened(unfinished, "rw")) as copy:
        copy.execute(f"PRAGMA user_version={FENCED}")
        copy.commit()


def _is_fenced(unfinished: Path) -> bool:
    with closing(_opened(unfinished, "ro")) as copy:
        return bool(copy.execute("PRAGMA user_version").fetchone()[0] == FENCED)


def _opened(path: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True)


def _keep(unfinished: Path, target: Path) -> None:
    with closing(_opened(unfinished, "rw")) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")  # one file, that a read-only disk can give back
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
    with reading(engine) as connection:
        return bool(connection.exec_driver_sql("PRAGMA user_version").scalar_one() == FENCED)


def lift(engine: Engine) -> bool:
    """Let a copy take its original's place; return False where it is no copy. Raises StoreError for PostgreSQL."""
    if engine.dialect.name != "sqlite":
        raise StoreError("PostgreSQL is restored by pg_restore, and acts at once; only an SQLite copy waits for a word")
    if not is_fenced(engine):
        return False
    with engine.begin() as connection:
        connection.exec_driver_sql("PRAGMA user_version=0")
    return True
