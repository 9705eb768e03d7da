"""The service runs under a database account that may read and write rows, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from tests.services.conftest import NOW, TERMS, administrator, bring_in, demo_space
from tests.services.postgres import Postgres
from widget.domain.plan import Level
from widget.services import apply_due, audit, privacy, reminders, sign_in, webhook
from widget.services.limits import Limit, Limits
from widget.settings import ROOT
from widget.store.engine import MIGRATIONS, StoreError, migrate, open_engine, transaction

#: What deploy/README.md tells the operator to grant.
GRANTS = re.findall(
    r"^    ((?:GRANT|ALTER DEFAULT) .+;)$", (ROOT / "deploy" / "README.md").read_text("utf-8"), re.MULTILINE
)


@pytest.fixture
def owner(postgres: Postgres, postgres_template: str) -> Iterator[Engine]:
    """Return the database as the account sees it that made its tables."""
    name = postgres.create(postgres_template)
    engine = open_engine(postgres.url(name))
    yield engine
    engine.dispose()
    postgres.drop(name)


@pytest.fixture
def service(owner: Engine) -> Iterator[Engine]:
    """Return the database as the service sees it: another account made its tables."""
    with transaction(owner) as connection:
        connection.execute(text("CREATE ROLE helpcentre LOGIN"))
        for grant in GRANTS:
            connection.execute(text(grant))
    engine = open_engine(str(owner.url).replace("postgres@", "helpcentre@"))
    yield engine
    engine.dispose()
    with transaction(owner) as connection:
        connection.execute(text("DROP OWNED BY helpcentre"))
        connection.execute(text("DROP ROLE helpcentre"))


def test_everything_that_the_service_does_it_may_do(service: Engine, tmp_path: Path) -> None:
    migrate(service)  # nothing is left to do, and finding that out takes no more
    bring_in(service, tmp_path, demo_space("atelier-nord"))
    claire = administrator(service, "atelier-nord", "Claire Martin")

    assert claire.orders(Level("premium", 12, 2), comment="words")
    assert sign_in.begin(service, space_id=claire.space_id, member_id=claire.member_id, now=NOW)
    assert Limits(service, lambda: NOW).hit(Limit.ORDER, "anybody") == 0
    assert webhook.add(service, "https://1.1.1.1/hook", private=False, now=NOW)
    apply_due.apply_due(service, TERMS, now=NOW)
    reminders.remind(service, TERMS, now=NOW)
    sign_in.tidy(service, now=NOW)
    privacy.retain(service, TERMS.policy(NOW.date()), NOW)
    assert audit.verify(service).events > 0


def test_what_a_later_migration_makes_is_read_and_written_too_and_no_more(owner: Engine, service: Engine) -> None:
    with transaction(owner) as connection:
        connection.execute(text("CREATE TABLE later (id int)"))

    with transaction(service) as connection:
        connection.execute(text("INSERT INTO later VALUES (1)"))
        connection.execute(text("UPDATE later SET id = 2"))
        assert connection.execute(text("SELECT id FROM later")).scalars().all() == [2]
        connection.execute(text("DELETE FROM later"))
    with pytest.raises(ProgrammingError, match="permission denied"), transaction(service) as connection:
        connection.execute(text("TRUNCATE later"))


def test_an_upgrade_is_left_to_the_account_that_owns_the_tables_and_said_so(owner: Engine, service: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with transaction(owner) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "-1")

    with pytest.raises(StoreError) as stopped:
        migrate(service)

    told = "the schema is older than this program: run `widget migrate` as the account that owns the tables"
    assert str(stopped.value) == told
    migrate(owner)
    migrate(service)


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE member",
        "ALTER TABLE audit_event DISABLE TRIGGER ALL",
        "TRUNCATE audit_event",
        "CREATE TABLE theirs (id int)",
        "CREATE ROLE more",
        "COPY space TO PROGRAM 'cat'",
    ],
)
def test_what_the_service_does_not_do_it_may_not_do(service: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), transaction(service) as connection:
        connection.execute(text(statement))
