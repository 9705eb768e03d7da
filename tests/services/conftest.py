"""Every test of the services runs on SQLite and on PostgreSQL, each time on a new database with the demo data."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from tests.services.postgres import running
from widget import catalogue
from widget.catalogue import DATA
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.services import account, draft, order
from widget.services.transfer import import_file
from widget.store import space as spaces
from widget.store.engine import migrate, open_engine, transaction

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TERMS = catalogue.load()


@dataclass(frozen=True)
class Desk:
    """An administrator at work: shorter words for the services."""

    engine: Engine
    space_id: str
    member_id: str

    def account(self, now: datetime = NOW) -> account.Account:
        seen = account.load(self.engine, TERMS, space_id=self.space_id, member_id=self.member_id, now=now)
        assert seen is not None
        return seen

    def reviewed(self, wish: Level, now: datetime = NOW, reason: str | None = "other") -> str:
        draft_id = draft.begin(self.engine, space_id=self.space_id, member_id=self.member_id, wish=wish, now=now)
        seen = self.account(now)
        promise = order.reviewed(seen, preview(seen.subscription, wish, on=seen.on, terms=TERMS))
        draft.keep(self.engine, space_id=self.space_id, draft_id=draft_id, reason=reason, reviewed=promise)
        return draft_id

    def place(self, draft_id: str, now: datetime = NOW, key: str = "", late_ack: str = "") -> order.Outcome:
        return order.place(
            self.engine,
            TERMS,
            space_id=self.space_id,
            member_id=self.member_id,
            draft_id=draft_id,
            key=key or draft_id,
            late_ack=late_ack,
            language="en",
            now=now,
        )


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with running() as address:
        engine = create_engine(address + "postgres", isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("CREATE DATABASE filled"))
        filled = open_engine(address + "filled")
        migrate(filled)
        import_file(filled, TERMS, DATA / "demo.json", now=NOW)
        filled.dispose()
        yield address
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        engine = open_engine(f"sqlite:///{tmp_path / 'x.sqlite3'}")
        migrate(engine)
        import_file(engine, TERMS, DATA / "demo.json", now=NOW)
    else:
        address = request.getfixturevalue("postgres")
        name = f"test{abs(hash(request.node.nodeid))}"
        admin = create_engine(address + "postgres", isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE filled"))
        admin.dispose()
        engine = open_engine(address + name)
    yield engine
    engine.dispose()


def desk_of(engine: Engine, space_id: str) -> Desk:
    """Return the desk of a space's first active administrator."""
    with transaction(engine) as connection:
        found = [each for each in spaces.members(connection, space_id, "active") if each.is_administrator]
    return Desk(engine, space_id, found[0].id)


@pytest.fixture
def harbour(engine: Engine) -> Desk:
    return desk_of(engine, "harbour-studio")
