"""Copies of the database, taken while it is in use and proved at once; a restored one acts only when it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from widget.services.audit import Verified, verify
from widget.settings import file_url
from widget.store import copy
from widget.store.engine import is_current, migrate, open_engine


class FencedError(Exception):
    """The database is a restored copy. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Proved:
    """A copy whose integrity was checked and whose audit log was read from its first event."""

    path: Path
    spaces: int
    events: int

    def __str__(self) -> str:
        return f"{self.path}: {self.spaces} spaces, {self.events} audit events, undamaged, every chain fits"


def take(engine: Engine, target: Path) -> Proved:
    """Copy the database to a file, which gets its name when it is proved. Raises StoreError, AlteredError."""
    return _proved(target, copy.take(engine, target, _verified))


def restore(engine: Engine, source: Path) -> Proved:
    """Put a copy where the database is to be, fenced, when it is proved there. Raises StoreError, AlteredError."""
    return _proved(source, copy.put(source, engine, _verified))


def _proved(path: Path, found: Verified) -> Proved:
    return Proved(path, found.spaces, found.events)


def _verified(path: Path) -> Verified:
    """Read every chain of a copy. One with an older schema stays as it is: what is read is a copy of it, migrated."""
    with _opened(path) as opened:
        if is_current(opened):
            return verify(opened)
    with copy.of_copy(path) as another, _opened(another) as opened:
        migrate(opened)
        return verify(opened)


@contextmanager
def _opened(path: Path) -> Iterator[Engine]:
    opened = open_engine(file_url(path))
    try:
        yield opened
    finally:
        opened.dispose()


def refuse_fenced(engine: Engine) -> None:
    """Raise FencedError for a restored copy: its original may still be sending and applying."""
    if copy.is_fenced(engine):
        raise FencedError(
            "this database is a restored copy: nothing is served, sent or applied from it. When its original is gone "
            "for good, run `widget accept-restored`; what the original had sent may be sent again, under its old ids"
        )


def accept(engine: Engine) -> str:
    """Let a restored copy take its original's place; return in one line what was found. Raises StoreError."""
    found = "accepted: it serves, sends and applies from now on" if copy.lift(engine) else "is no restored copy"
    return f"{engine.url.database}: {found}"
