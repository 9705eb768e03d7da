"""The service runs under a database account that may read and write rows, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from tests.services.conftest import NOW, TERMS, administrator, bring_in, demo_space
from tests.services.postgres import Postgres
from widget.domain.plan import Level
from widget.services import apply_due, audit, privacy, reminders, sign_in, webhook
from widget.services.limits import Limit, Limits
from widget.settings import ROOT
from widget.store.engine import migrate, open_engine, transaction

#: What deploy/README.md tells the operator to grant.
GRANTS = re.findall(r"^    (GRANT .+;)$", (ROOT / "deploy" / "README.md").read_text("utf-8"), re.MULTILINE)


@pytest.fixture
def service(postgres: Postgres, postgres_template: str) -> Iterator[Engine]:
    """Return the database as the service sees it: another account made its tables."""
    name = postgres.create(postgres_template)
    owner = open_engine(postgres.url(name))
    with transaction(owner) as connection:
        connection.execute(text("CREATE ROLE helpcentre LOGIN"))
        for grant in GRANTS:
            connection.execute(text(grant))
    engine = open_engine(postgres.url(name).replace("postgres@", "helpcentre@"))
    yield engine
    engine.dispose()
    with transaction(owner) as connection:
        connection.execute(text("DROP OWNED BY helpcentre"))
        connection.execute(text("DROP ROLE helpcentre"))
    owner.dispose()
    postgres.drop(name)


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
