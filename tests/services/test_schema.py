"""The schema that migrations make is the one that the queries are written for."""

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine

from widget.store.engine import MIGRATIONS, migrate, transaction
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
