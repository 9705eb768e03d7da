"""Sessions: for active members, for some hours, and never readable in a copy of the database."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from widget import catalogue
from widget.catalogue import DATA
from widget.services import sign_in
from widget.services.transfer import import_file
from widget.store import space as spaces
from widget.store.engine import transaction
from widget.store.space import Member
from widget.store.tables import session

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def people(engine: Engine) -> dict[str, Member]:
    """Return the people of Atelier Nord by name: one of them is inactive."""
    import_file(engine, catalogue.load(), DATA / "demo.json", now=NOW)
    with transaction(engine) as connection:
        found = spaces.members(connection, "atelier-nord", "active", "inactive", "invited")
    return {each.name: each for each in found}


def begun(engine: Engine, person: Member, *, ends: str | None = None, space_id: str = "atelier-nord") -> str | None:
    return sign_in.begin(engine, space_id=space_id, member_id=person.id, now=NOW, ends=ends)


def test_a_session_says_who_and_where_and_ends_when_asked(engine: Engine, people: dict[str, Member]) -> None:
    session_id = begun(engine, people["Claire Martin"]) or ""

    found = sign_in.read(engine, session_id, now=NOW)
    sign_in.end(engine, session_id)
    sign_in.end(engine, session_id)

    assert found is not None
    assert (found.member_id, found.space_id) == (people["Claire Martin"].id, "atelier-nord")
    assert sign_in.read(engine, session_id, now=NOW) is None


def test_a_session_is_over_after_its_longest_time(engine: Engine, people: dict[str, Member]) -> None:
    session_id = begun(engine, people["Claire Martin"]) or ""

    assert sign_in.read(engine, session_id, now=NOW + sign_in.LONGEST) is not None
    assert sign_in.read(engine, session_id, now=NOW + sign_in.LONGEST + SECOND) is None


def test_signing_in_again_ends_the_session_before_and_gives_new_secrets(
    engine: Engine, people: dict[str, Member]
) -> None:
    first = begun(engine, people["Claire Martin"]) or ""
    before = sign_in.read(engine, first, now=NOW)

    second = begun(engine, people["Claire Martin"], ends=first) or ""

    after = sign_in.read(engine, second, now=NOW)
    assert before is not None
    assert after is not None
    assert sign_in.read(engine, first, now=NOW) is None
    assert (second, after.token) != (first, before.token)
    assert after.token != before.token


@pytest.mark.parametrize(("name", "space_id"), [("Zoé Perrin", "atelier-nord"), ("Claire Martin", "harbour-studio")])
def test_nobody_but_an_active_member_of_the_space_signs_in(
    engine: Engine, people: dict[str, Member], name: str, space_id: str
) -> None:
    assert begun(engine, people[name], space_id=space_id) is None
    assert sign_in.read(engine, "", now=NOW) is None


def test_a_copy_of_the_database_holds_no_session_id(engine: Engine, people: dict[str, Member]) -> None:
    session_id = begun(engine, people["Claire Martin"]) or ""

    with transaction(engine) as connection:
        rows = [dict(row) for row in connection.execute(select(session)).mappings()]

    assert len(rows) == 1
    assert session_id not in str(rows)
    assert sign_in.read(engine, rows[0]["id_hash"], now=NOW) is None
