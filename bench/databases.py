"""New databases with the demo's spaces, on SQLite (FULL) and on a PostgreSQL that waits for its disk."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.services.postgres import running
from widget import catalogue
from widget.catalogue import DATA
from widget.services.transfer import import_file
from widget.store.engine import migrate, open_engine

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TERMS = catalogue.load()


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of database: `fresh` makes one more with the demo's spaces, and returns its address."""

    name: str
    fresh: Callable[[], str]


@contextmanager
def kinds(folder: Path) -> Iterator[list[Kind]]:
    """Start what is needed, and end it."""
    folder.mkdir(exist_ok=True)
    with running(durable=True) as server:
        names = [server.create()]
        _fill(server.url(names[0]))
        template = folder / "template.sqlite3"
        _fill(f"sqlite:///{template}")

        def sqlite() -> str:
            path = folder / f"{len(list(folder.iterdir()))}.sqlite3"
            shutil.copy(template, path)
            return f"sqlite:///{path}"

        yield [
            Kind("SQLite, FULL", sqlite),
            Kind("PostgreSQL", lambda: server.url(server.create(names[0]))),
        ]


def _fill(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    import_file(engine, TERMS, DATA / "demo.json", now=NOW)
    engine.dispose()
