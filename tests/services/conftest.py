"""The use cases on both databases, each test on a new one; the spaces are those of the demo file."""

import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, select

from tests.services.postgres import Postgres, running
from widget import catalogue
from widget.catalogue import DATA
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.domain.terms import Terms
from widget.services import account, draft, order, quote
from widget.services.account import Account
from widget.services.order import Outcome, Placed
from widget.services.quote import Asked
from widget.services.transfer import Report, import_file
from widget.store.engine import migrate, open_engine, transaction
from widget.store.subscription import Pending
from widget.store.tables import metadata

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TERMS = catalogue.load()
DEMO = DATA / "demo.json"

NewEngine = Callable[[], Engine]
T = TypeVar("T")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    name = postgres.create()
    engine = open_engine(postgres.url(name))
    migrate(engine)
    engine.dispose()
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def new_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewEngine]:
    """Return a function that opens one more empty, migrated database."""
    opened: list[tuple[Engine, str]] = []

    def new() -> Engine:
        if request.param == "sqlite":
            name = str(tmp_path / f"{len(opened)}.sqlite3")
            shutil.copy(request.getfixturevalue("sqlite_template"), name)
            engine = open_engine(f"sqlite:///{name}")
        else:
            server: Postgres = request.getfixturevalue("postgres")
            name = server.create(request.getfixturevalue("postgres_template"))
            engine = open_engine(server.url(name))
        opened.append((engine, name))
        return engine

    yield new
    for engine, name in opened:
        engine.dispose()
        if request.param == "postgresql":
            request.getfixturevalue("postgres").drop(name)


@pytest.fixture
def engine(new_engine: NewEngine) -> Engine:
    return new_engine()


@pytest.fixture
def claire(engine: Engine, tmp_path: Path) -> "Administrator":
    """Return the administrator of Atelier Nord: annual, renewed on 8 May, 12 users of 12, 4 Zoom licenses."""
    bring_in(engine, tmp_path, demo_space("atelier-nord"))
    return administrator(engine, "atelier-nord", "Claire Martin")


@dataclass(frozen=True)
class Administrator:
    """A person who orders: drafts, reviews and places, as the pages do."""

    engine: Engine
    space_id: str
    member_id: str
    #: What they saw last of each draft that they reviewed.
    agreed: dict[str, str] = field(default_factory=dict, compare=False)

    def seen(self, now: datetime = NOW) -> Account:
        found = account.load(self.engine, TERMS, space_id=self.space_id, member_id=self.member_id, now=now)
        assert found is not None
        return found

    def pending(self) -> Pending:
        found = self.seen().pending
        assert found is not None
        return found

    def begin(self, wish: Level, *, reason: str | None = "other", comment: str = "", now: datetime = NOW) -> str:
        """Return a draft whose survey is answered and that nobody reviewed."""
        own = {"space_id": self.space_id, "member_id": self.member_id}
        draft_id = draft.begin(self.engine, **own, wish=wish, now=now)
        draft.keep(self.engine, **own, draft_id=draft_id, reason=reason, comment=comment)
        return draft_id

    def review(self, draft_id: str, *, now: datetime = NOW) -> None:
        own = {"space_id": self.space_id, "member_id": self.member_id, "draft_id": draft_id}
        found = draft.load(self.engine, **own)
        assert found is not None
        seen = self.seen(now)
        promise = order.reviewed(seen, preview(seen.subscription, found.wish, on=seen.on, terms=TERMS))
        self.agreed[draft_id] = draft.review(self.engine, space_id=self.space_id, draft=found, promise=promise)

    def reviewed(self, wish: Level, *, comment: str = "", now: datetime = NOW) -> str:
        """Return a draft that is ready to be ordered."""
        draft_id = self.begin(wish, comment=comment, now=now)
        self.review(draft_id, now=now)
        return draft_id

    def place(
        self,
        draft_id: str,
        *,
        key: str = "a-first-key",
        agreed: str | None = None,
        late_ack: str = "",
        language: str = "fr",
        now: datetime = NOW,
    ) -> Outcome:
        """Order a draft as it was reviewed last, or as another review showed it (`agreed`)."""
        return order.place(
            self.engine,
            TERMS,
            space_id=self.space_id,
            member_id=self.member_id,
            draft_id=draft_id,
            key=key,
            agreed=self.agreed.get(draft_id, "") if agreed is None else agreed,
            late_ack=late_ack,
            language=language,
            now=now,
        )

    def orders(self, wish: Level, *, key: str = "a-first-key", comment: str = "", now: datetime = NOW) -> str:
        """Order a wish from the first step to the last and return the id of the order."""
        placed = self.place(self.reviewed(wish, comment=comment, now=now), key=key, now=now)
        assert isinstance(placed, Placed), placed
        return placed.order_id

    def request(
        self,
        draft_id: str,
        *,
        key: str = "a-quote-key",
        language: str = "fr",
        now: datetime = NOW,
        terms: Terms = TERMS,
    ) -> Asked:
        """Ask for the quote of a draft."""
        return quote.request(
            self.engine,
            terms,
            space_id=self.space_id,
            member_id=self.member_id,
            draft_id=draft_id,
            key=key,
            language=language,
            now=now,
        )

    def member_ids(self, *names: str) -> list[str]:
        seen = self.seen()
        known = {each.name: each.id for each in (*seen.occupants, *seen.inactive)}
        return [known[name] for name in names]


def administrator(engine: Engine, space_id: str, name: str) -> Administrator:
    (row,) = (row for row in contents(engine)["member"] if (row["space_id"], row["name"]) == (space_id, name))
    return Administrator(engine, space_id, row["id"])


def demo_space(space_id: str, **changes: Any) -> dict[str, Any]:
    """Return a space of the demo file, with other facts where the test names them."""
    (found,) = (each for each in json.loads(DEMO.read_text("utf-8"))["spaces"] if each["id"] == space_id)
    return {**found, **changes}


def bring_in(engine: Engine, folder: Path, *spaces: dict[str, Any], now: datetime = NOW) -> Report:
    path = folder / "spaces.json"
    path.write_text(json.dumps({"format": 1, "spaces": spaces}), "utf-8")
    return import_file(engine, TERMS, path, now=now)


def contents(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table, to be compared."""
    with transaction(engine) as connection:
        return {
            table.name: [dict(row) for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()]
            for table in metadata.sorted_tables
        }


def decided(engine: Engine) -> list[str]:
    """Return the kind of each audit event after those of the import, in order."""
    return [row["kind"] for row in contents(engine)["audit_event"] if row["actor"] != "import"]


def events(engine: Engine, kind: str) -> list[dict[str, Any]]:
    return [row for row in contents(engine)["audit_event"] if row["kind"] == kind]


def at_once(acts: list[Callable[[], T]]) -> list[T]:
    """Do all of them at the same moment, each in its own thread, and return their answers."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], T]) -> T:
        barrier.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
