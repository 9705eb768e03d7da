"""The ways round an append-only log that no UPDATE and no DELETE takes."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from widget.store import audit
from widget.store.engine import transaction
from widget.store.tables import space, subscription

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ROUND = {
    "sqlite": (
        "INSERT OR REPLACE INTO audit_event SELECT space_id, sequence, at, 'somebody else', kind, data, "
        "previous_hash, hash FROM audit_event"
    ),
    "postgresql": "TRUNCATE audit_event",
}


@pytest.fixture
def logged(engine: Engine) -> Engine:
    """Return a database with one event of a space of its own."""
    names = {"id": "logged", "name": "Logged", "time_zone": "Europe/Paris", "language": "fr"}
    with transaction(engine) as connection:
        connection.execute(insert(space).values(**names, locked=False, digest=""))
        facts = {"interval": "month", "plan": "premium", "users": 1, "zoom_licenses": 0, "version": 1}
        connection.execute(insert(subscription).values(space_id="logged", **facts))
        audit.append(connection, "logged", at=AT, actor="somebody", kind="order.placed", data={})
    return engine


def actors(engine: Engine) -> list[str]:
    with transaction(engine) as connection:
        return list(connection.execute(text("SELECT actor FROM audit_event WHERE space_id = 'logged'")).scalars())


def test_nothing_is_replaced_or_emptied(logged: Engine) -> None:
    with pytest.raises(DBAPIError, match="append-only"), transaction(logged) as connection:
        connection.execute(text(ROUND[logged.dialect.name]))

    assert actors(logged) == ["somebody"]


def test_a_sequence_is_given_once(logged: Engine) -> None:
    again = text(
        "INSERT INTO audit_event SELECT space_id, sequence, at, 'somebody else', kind, data, previous_hash, hash "
        "FROM audit_event"
    )

    with pytest.raises(IntegrityError), transaction(logged) as connection:
        connection.execute(again)

    assert actors(logged) == ["somebody"]


def test_the_next_event_is_still_added(logged: Engine) -> None:
    with transaction(logged) as connection:
        audit.append(connection, "logged", at=AT, actor="somebody", kind="change.undone", data={})
        assert audit.first_altered(connection, "logged") is None

    assert actors(logged) == ["somebody", "somebody"]
