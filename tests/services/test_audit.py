"""The audit log: nothing in it changes, and where somebody changed it anyway it says which event."""

import pytest
from sqlalchemy import Delete, Engine, Update, delete, text, update
from sqlalchemy.exc import DBAPIError

from tests.services.conftest import NOW, TERMS, Administrator, contents
from widget.domain.plan import Level
from widget.services.apply_due import apply_due
from widget.services.undo import undo
from widget.store import audit
from widget.store.engine import transaction
from widget.store.tables import audit_event

WORDS = "we are closing the Lyon office"


@pytest.fixture
def history(claire: Administrator) -> Administrator:
    """Four events: ordered, undone, ordered, applied."""
    claire.orders(Level("premium", 12, 2), key="first", comment=WORDS)
    change_id = claire.pending().id
    undo(claire.engine, TERMS, space_id=claire.space_id, member_id=claire.member_id, change_id=change_id, now=NOW)
    claire.orders(Level("essential", 12, 4), key="second", comment=WORDS)
    apply_due(claire.engine, TERMS, now=NOW.replace(year=2028))
    return claire


def first_altered(person: Administrator) -> int | None:
    with transaction(person.engine) as connection:
        return audit.first_altered(connection, person.space_id)


def unprotect(engine: Engine) -> None:
    """Do what only somebody with the database in their hands can do."""
    with transaction(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP TRIGGER audit_event_append_only ON audit_event"))
            return
        for action in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER audit_event_no_{action}"))


def test_the_chain_of_a_history_fits(history: Administrator) -> None:
    rows = contents(history.engine)["audit_event"]

    assert [(row["sequence"], row["kind"]) for row in rows] == [
        (1, "order.placed"),
        (2, "change.undone"),
        (3, "order.placed"),
        (4, "change.applied"),
    ]
    assert [row["previous_hash"] for row in rows] == [audit.FIRST, *(row["hash"] for row in rows[:-1])]
    assert first_altered(history) is None


def test_what_somebody_wrote_is_not_in_it(history: Administrator) -> None:
    rows = contents(history.engine)

    assert [row["comment"] for row in rows["survey_answer"]] == [WORDS, WORDS]
    assert WORDS not in str(rows["audit_event"])


@pytest.mark.parametrize(
    "statement", [update(audit_event).values(actor="nobody"), delete(audit_event)], ids=["update", "delete"]
)
def test_the_database_refuses_to_change_it(history: Administrator, statement: Update | Delete) -> None:
    before = contents(history.engine)

    with pytest.raises(DBAPIError, match="append-only"), transaction(history.engine) as connection:
        connection.execute(statement)

    assert contents(history.engine) == before


@pytest.mark.parametrize("column", ["at", "actor", "kind", "data", "previous_hash", "hash"])
def test_an_event_changed_behind_its_back_is_named(history: Administrator, column: str) -> None:
    unprotect(history.engine)
    with transaction(history.engine) as connection:
        connection.execute(update(audit_event).where(audit_event.c.sequence == 3).values({column: "tampered"}))

    assert first_altered(history) == 3


@pytest.mark.parametrize("sequence", [1, 2, 3])
def test_an_event_taken_out_is_named(history: Administrator, sequence: int) -> None:
    unprotect(history.engine)
    with transaction(history.engine) as connection:
        connection.execute(delete(audit_event).where(audit_event.c.sequence == sequence))

    assert first_altered(history) == sequence
