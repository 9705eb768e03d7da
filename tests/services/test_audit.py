"""The audit log: nothing in it changes, and where somebody changed it anyway it says which event."""

from datetime import timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Delete, Engine, Update, delete, select, text, update
from sqlalchemy.exc import DBAPIError

from tests.services.conftest import NOW, TERMS, Administrator, bring_in, contents, demo_space
from widget.domain.plan import Level
from widget.services.apply_due import apply_due
from widget.services.audit import AlteredError, Verified, verify
from widget.services.undo import undo
from widget.store import audit
from widget.store.engine import MIGRATIONS, transaction
from widget.store.tables import FIRST_HASH, audit_event, subscription

WORDS = "we are closing the Lyon office"


@pytest.fixture
def history(claire: Administrator) -> Administrator:
    """Five events: imported, ordered, undone, ordered, applied."""
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
        (1, "space.imported"),
        (2, "order.placed"),
        (3, "change.undone"),
        (4, "order.placed"),
        (5, "change.applied"),
    ]
    assert [row["previous_hash"] for row in rows] == [FIRST_HASH, *(row["hash"] for row in rows[:-1])]
    assert first_altered(history) is None


def test_times_do_not_go_back_when_the_clock_does_and_the_chain_fits(claire: Administrator) -> None:
    ahead, right, later = NOW + timedelta(hours=2), NOW, NOW + timedelta(hours=3)
    claire.orders(Level("premium", 12, 2), now=ahead)
    own = {"space_id": claire.space_id, "member_id": claire.member_id}
    undo(claire.engine, TERMS, **own, change_id=claire.pending().id, now=right)
    claire.orders(Level("premium", 12, 3), key="later", now=later)

    times = [row["at"] for row in contents(claire.engine)["audit_event"]]
    assert times == [each.isoformat() for each in (NOW, ahead, ahead, later)]
    assert verify(claire.engine) == Verified(spaces=1, events=4)


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


@pytest.mark.parametrize("sequence", [1, 2, 3, 4, 5])
def test_an_event_taken_out_is_named(history: Administrator, sequence: int) -> None:
    unprotect(history.engine)
    with transaction(history.engine) as connection:
        connection.execute(delete(audit_event).where(audit_event.c.sequence == sequence))

    assert first_altered(history) == sequence


def test_a_log_cut_short_is_found_though_it_went_on_since(history: Administrator) -> None:
    unprotect(history.engine)
    with transaction(history.engine) as connection:
        connection.execute(delete(audit_event).where(audit_event.c.sequence >= 3))
        audit.append(connection, history.space_id, at=NOW, actor="somebody", kind="order.placed", data={})

    assert first_altered(history) == 3


def test_a_log_emptied_as_a_whole_is_found(history: Administrator) -> None:
    unprotect(history.engine)
    with transaction(history.engine) as connection:
        connection.execute(delete(audit_event))

    assert first_altered(history) == 1


def test_a_last_event_written_anew_with_a_hash_that_fits_is_found(history: Administrator) -> None:
    unprotect(history.engine)
    with transaction(history.engine) as connection:
        kept = audit.head(connection, history.space_id)
        before = {"audit_sequence": 4, "audit_hash": contents_hash(connection, 4)}
        connection.execute(delete(audit_event).where(audit_event.c.sequence == 5))
        connection.execute(update(subscription).values(before))
        audit.append(connection, history.space_id, at=NOW, actor="system", kind="change.applied", data={"forged": 1})
        connection.execute(update(subscription).values(audit_sequence=kept[0], audit_hash=kept[1]))

    assert first_altered(history) == 5


def test_any_single_letter_changed_in_any_event_is_found(history: Administrator) -> None:
    unprotect(history.engine)
    rows = contents(history.engine)["audit_event"]
    changes = [
        (row["sequence"], name, value[:place] + ("~" if value[place] != "~" else "-") + value[place + 1 :])
        for row in rows
        for name, value in row.items()
        if name not in {"space_id", "sequence"}
        for place in {0, len(value) // 3, len(value) // 2, len(value) - 1}
    ]

    named = []
    with transaction(history.engine) as connection:
        for sequence, name, value in changes:
            attempt = connection.begin_nested()
            connection.execute(update(audit_event).where(audit_event.c.sequence == sequence).values({name: value}))
            named.append(audit.first_altered(connection, history.space_id))
            attempt.rollback()

    assert len(changes) > 60
    assert named == [sequence for sequence, _, _ in changes]


def test_the_whole_log_is_verified_and_the_first_altered_event_of_each_space_is_named(
    history: Administrator, tmp_path: Path
) -> None:
    bring_in(history.engine, tmp_path, demo_space("solo"))
    assert verify(history.engine) == Verified(spaces=2, events=6)
    unprotect(history.engine)
    with transaction(history.engine) as connection:
        connection.execute(update(audit_event).where(audit_event.c.sequence > 2).values(actor="nobody"))

    with pytest.raises(AlteredError) as caught:
        verify(history.engine)

    assert str(caught.value) == "space atelier-nord: audit event 3 was altered or is missing"


def test_a_log_from_before_there_were_heads_gets_the_head_that_it_has(history: Administrator) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with transaction(history.engine) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0006")
        command.upgrade(config, "head")

    assert verify(history.engine) == Verified(spaces=1, events=5)


def contents_hash(connection: Connection, sequence: int) -> str:
    found: str = connection.execute(select(audit_event.c.hash).where(audit_event.c.sequence == sequence)).scalar_one()
    return found
