"""The real service in process, on a new SQLite file with the demo data, on a day that the tests choose."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.world import World, opened
from widget import catalogue
from widget.app import create_app
from widget.catalogue import DATA
from widget.services.transfer import import_file
from widget.settings import read
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


@contextmanager
def serving(tmp_path: Path, today: Today, **environment: str) -> Iterator[TestClient]:
    """Run the service on a new database with the demo data."""
    demo = {"HELPCENTER_DATA": str(tmp_path), "HELPCENTER_DEMO": "1", "HELPCENTER_WORKER": "0"}
    settings = read(demo | environment)
    engine = open_engine(settings.database_url)
    migrate(engine)
    import_file(engine, catalogue.load(), DATA / "demo.json", now=today())
    app = create_app(settings, engine, today)
    with TestClient(app, base_url="http://127.0.0.1", headers={"Sec-Fetch-Site": "same-origin"}) as client:
        yield client
    engine.dispose()


@pytest.fixture
def client(tmp_path: Path, today: Today) -> Iterator[TestClient]:
    with serving(tmp_path, today) as client:
        yield client


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("world")) as made:
        yield made
