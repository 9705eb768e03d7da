"""The real service in process, on a new SQLite file with the demo data, on a day that the tests choose."""

import atexit
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from tests.web.world import World, opened
from widget import catalogue
from widget.app import create_app
from widget.catalogue import DATA
from widget.services.transfer import import_file
from widget.settings import file_url, read
from widget.store.engine import migrate, open_engine


@dataclass
class Today:
    """A clock that stands where a test puts it."""

    instant: datetime = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    #: What happens next, one at each reading of the clock: also in the middle of an answer.
    meanwhile: list[Callable[[], None]] = field(default_factory=list)

    def go_on(self) -> None:
        """Let nothing happen: the clock goes on."""
        self.instant += timedelta(microseconds=1)

    def __call__(self) -> datetime:
        if self.meanwhile:
            self.meanwhile.pop(0)()
        return self.instant


@pytest.fixture
def today() -> Today:
    return Today()


@cache
def _demo(now: datetime) -> Path:
    """Return a database with the demo data of a moment, made once: to migrate and to import takes its time."""
    folder = Path(mkdtemp())
    atexit.register(shutil.rmtree, folder)
    engine = open_engine(file_url(folder / "demo.sqlite3"))
    _with_demo(engine, now)
    engine.dispose()
    return folder / "demo.sqlite3"


def _with_demo(engine: Engine, now: datetime) -> None:
    migrate(engine)
    import_file(engine, catalogue.load(), DATA / "demo.json", now=now)


@contextmanager
def serving(tmp_path: Path, today: Today, **environment: str) -> Iterator[TestClient]:
    """Run the service on a new database with the demo data."""
    demo = {"HELPCENTER_DATA": str(tmp_path), "HELPCENTER_DEMO": "1", "HELPCENTER_WORKER": "0"}
    settings = read(demo | environment)
    engine = open_engine(settings.database_url)
    file = engine.url.database or ""
    if engine.dialect.name == "sqlite" and not Path(file).exists():
        shutil.copy(_demo(today()), file)
    else:
        _with_demo(engine, today())
    app = create_app(settings, engine, today)
    with TestClient(app, base_url="http://127.0.0.1", headers={"Sec-Fetch-Site": "same-origin"}) as client:
        yield client
    engine.dispose()


def engine_of(client: TestClient) -> Engine:
    """Return the database of the service that a client asks."""
    engine: Engine = client.app.state.context.engine  # type: ignore[attr-defined]  # a Starlette application
    return engine


@pytest.fixture
def client(tmp_path: Path, today: Today) -> Iterator[TestClient]:
    with serving(tmp_path, today) as client:
        yield client


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("world")) as made:
        yield made
