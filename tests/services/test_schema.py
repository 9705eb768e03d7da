"""The schema that migrations make is the one that the queries are written for."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event

from widget.store import audit, subscription
from widget.store import quote as quotes
from widget.store import session as sessions
from widget.store.engine import MIGRATIONS, migrate, open_engine, transaction
from widget.store.tables import metadata


def test_the_migrations_make_the_tables_as_they_are_declared(engine: Engine) -> None:
    with transaction(engine) as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    def revision() -> str | None:
        with transaction(engine) as connection:
            return MigrationContext.configure(connection).get_current_revision()

    before = revision()

    migrate(engine)

    assert before is not None
    assert revision() == before


def test_down_to_nothing_and_up_again_is_the_same_schema(engine: Engine) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))

    with transaction(engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        command.upgrade(config, "head")
        differences = compare_metadata(MigrationContext.configure(connection), metadata)

    assert differences == []


def asked_by_space(connection: Connection) -> None:
    """Ask for what is one space's or one person's, as the pages, the worker and a sign-out at the provider do."""
    quotes.of_space(connection, "a-space")
    quotes.open_numbers(connection, "a-space")
    quotes.ending(connection, date(2026, 11, 24))
    sessions.of_member(connection, "a-space", "a-member")
    sessions.of_subject(connection, "a-subject", "https://id.example")
    sessions.remove_member(connection, "a-space", "a-member")
    sessions.remove_space(connection, "a-space")
    sessions.remove_subject(connection, "https://id.example", "a-subject", None)
    subscription.ordered_on(connection, "a-space", "a-change")
    audit.altered_orders(connection, "a-space")


def test_what_is_asked_by_space_or_person_reads_no_table_from_end_to_end(sqlite_template: Path, tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'planned.sqlite3')}")
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *each: asked.append((each[2], each[3])))
    with transaction(engine) as connection:
        asked_by_space(connection)
    statements = [each for each in asked if each[0].startswith(("SELECT", "DELETE"))]

    with transaction(engine) as connection:
        plans = {
            text: [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", values)]
            for text, values in statements
        }
    engine.dispose()

    assert len(plans) >= 10
    assert {text: plan for text, plan in plans.items() if any(step.startswith("SCAN") for step in plan)} == {}
