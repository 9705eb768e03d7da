"""Sessions: for active members, for some hours, and never readable in a copy of the database."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from tests.services.conftest import contents, events
from widget import catalogue
from widget.catalogue import DATA
from widget.services import sessions, sign_in
from widget.services.audit import verify
from widget.services.members import set_active
from widget.services.sessions import NobodyError
from widget.services.sign_in import Voucher
from widget.services.transfer import import_file
from widget.store import attempt
from widget.store import identity as identities
from widget.store import space as spaces
from widget.store.engine import transaction
from widget.store.identity import Staff
from widget.store.session import Session
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
    proof = Voucher("https://id.example", person.id, NOW)
    return sign_in.begin(engine, space_id=space_id, member_id=person.id, now=NOW, ends=ends, voucher=proof)


def test_a_session_says_who_and_where_and_ends_when_asked(engine: Engine, people: dict[str, Member]) -> None:
    session_id = begun(engine, people["Claire Martin"]) or ""

    found = sign_in.read(engine, session_id, now=NOW)
    sign_in.end(engine, session_id)
    sign_in.end(engine, session_id)

    assert isinstance(found, Session)
    assert (found.member_id, found.space_id) == (people["Claire Martin"].id, "atelier-nord")
    assert sign_in.read(engine, session_id, now=NOW) is None


def test_what_was_begun_as_one_way_in_is_of_no_use_for_another(engine: Engine) -> None:
    with transaction(engine) as connection:
        attempt.add(connection, "id", kind="openid", browser="mine", data={"person": 1}, expires=NOW + SECOND)

        other = attempt.take(connection, "id", kind="choice", browser="mine", now=NOW)
        same = attempt.take(connection, "id", kind="openid", browser="mine", now=NOW)

    assert (other, same) == (None, {"person": 1})


def test_a_session_is_over_after_its_longest_time(engine: Engine, people: dict[str, Member]) -> None:
    session_id = begun(engine, people["Claire Martin"]) or ""

    for minutes in range(0, 8 * 60, 30):
        assert sign_in.read(engine, session_id, now=NOW + timedelta(minutes=minutes)) is not None
    assert sign_in.read(engine, session_id, now=NOW + sign_in.LONGEST) is not None
    assert sign_in.read(engine, session_id, now=NOW + sign_in.LONGEST + SECOND) is None


def test_a_session_that_nobody_uses_for_half_an_hour_is_over(engine: Engine, people: dict[str, Member]) -> None:
    session_id = begun(engine, people["Claire Martin"]) or ""

    assert sign_in.read(engine, session_id, now=NOW + timedelta(minutes=30)) is not None
    assert sign_in.read(engine, session_id, now=NOW + timedelta(minutes=60)) is not None
    assert sign_in.read(engine, session_id, now=NOW + timedelta(minutes=90) + SECOND) is None


def test_reading_pages_within_a_minute_writes_nothing(engine: Engine, people: dict[str, Member]) -> None:
    session_id = begun(engine, people["Claire Martin"]) or ""

    sign_in.read(engine, session_id, now=NOW + timedelta(seconds=59))
    unwritten = contents(engine)["session"][0]["seen_at"]
    sign_in.read(engine, session_id, now=NOW + timedelta(seconds=60))

    assert unwritten == NOW.isoformat()
    assert contents(engine)["session"][0]["seen_at"] == (NOW + timedelta(seconds=60)).isoformat()


def test_an_order_needs_a_proof_of_the_last_quarter_of_an_hour(engine: Engine, people: dict[str, Member]) -> None:
    found = sign_in.read(engine, begun(engine, people["Claire Martin"]) or "", now=NOW)

    assert found is not None
    assert sign_in.is_fresh(found, now=NOW + timedelta(minutes=15))
    assert not sign_in.is_fresh(found, now=NOW + timedelta(minutes=15) + SECOND)


def test_what_a_provider_vouched_for_keeps_the_time_of_the_proof(engine: Engine, people: dict[str, Member]) -> None:
    proof = Voucher("https://id.example", "s-1", NOW - timedelta(minutes=14), "sid-1")
    claire = people["Claire Martin"]
    session_id = sign_in.begin(engine, space_id="atelier-nord", member_id=claire.id, now=NOW, voucher=proof) or ""

    found = sign_in.read(engine, session_id, now=NOW + timedelta(minutes=2))

    assert found is not None
    assert (found.issuer, found.subject, found.provider_session) == ("https://id.example", "s-1", "sid-1")
    assert not sign_in.is_fresh(found, now=NOW + timedelta(minutes=2))


def test_a_person_sees_where_they_are_signed_in_and_ends_one_of_them(engine: Engine, people: dict[str, Member]) -> None:
    here = sign_in.read(engine, begun(engine, people["Claire Martin"]) or "", now=NOW)
    there = begun(engine, people["Claire Martin"]) or ""
    karim = sign_in.read(engine, begun(engine, people["Karim Benali"]) or "", now=NOW)
    assert isinstance(here, Session)
    assert isinstance(karim, Session)

    listed = sign_in.mine(engine, here, now=NOW)
    (other,) = (each for each in listed if each.handle != here.handle)
    refused = sign_in.end_mine(engine, here, karim.handle)
    ended = sign_in.end_mine(engine, here, other.handle)

    assert (len(listed), refused, ended) == (2, False, True)
    assert sign_in.read(engine, there, now=NOW) is None
    assert [each.handle for each in sign_in.mine(engine, here, now=NOW)] == [here.handle]
    assert len(sign_in.mine(engine, karim, now=NOW)) == 1


def test_who_is_deactivated_is_signed_out_everywhere(engine: Engine, people: dict[str, Member]) -> None:
    karim = begun(engine, people["Karim Benali"]) or ""
    claire = begun(engine, people["Claire Martin"]) or ""

    set_active(
        engine,
        space_id="atelier-nord",
        actor_id=people["Claire Martin"].id,
        member_ids=[people["Karim Benali"].id],
        active=False,
        now=NOW,
    )

    assert sign_in.read(engine, karim, now=NOW) is None
    assert sign_in.read(engine, claire, now=NOW) is not None


def test_sessions_end_by_space_and_by_subject(engine: Engine, people: dict[str, Member]) -> None:
    def vouched(name: str, subject: str) -> str:
        proof = Voucher("https://id.example", subject, NOW)
        found = people[name]
        return sign_in.begin(engine, space_id=found.space_id, member_id=found.id, now=NOW, voucher=proof) or ""

    claire, karim = vouched("Claire Martin", "s-1"), vouched("Karim Benali", "s-2")

    with pytest.raises(NobodyError, match="nobody with this subject"):
        sessions.end_of_subject(engine, "s-1", issuer="https://other.example", now=NOW)
    assert sessions.end_of_subject(engine, "s-1", now=NOW) == 1
    assert [sign_in.read(engine, each, now=NOW) is None for each in (claire, karim)] == [True, False]
    assert sessions.end_in_space(engine, "harbour-studio", now=NOW) == 0
    assert sessions.end_in_space(engine, "atelier-nord", now=NOW) == 1
    assert sign_in.read(engine, karim, now=NOW) is None
    with pytest.raises(NobodyError, match="no space has the id unknown"):
        sessions.end_in_space(engine, "unknown", now=NOW)


def test_of_the_vendors_own_people_it_stands_in_the_security_log(
    engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with transaction(engine) as connection:
        sam = identities.put_staff(connection, "https://id.example", "s-9", Staff("staff-9", "Sam Okafor", "support"))
    sign_in.begin_staff(engine, sam.id, now=NOW, voucher=Voucher("https://id.example", "s-9", NOW))

    ended = sessions.end_of_subject(engine, "s-9", now=NOW)

    told = [(each.getMessage(), vars(each)["facts"]) for each in caplog.records]
    assert (ended, told) == (1, [("sessions-ended", {"staff": sam.id, "sessions": 1})])


def test_who_ends_sessions_leaves_it_in_the_audit_log_of_each_space(engine: Engine, people: dict[str, Member]) -> None:
    claire = people["Claire Martin"]
    for _ in range(2):
        proof = Voucher("https://id.example", "s-1", NOW)
        sign_in.begin(engine, space_id=claire.space_id, member_id=claire.id, now=NOW, voucher=proof)

    sessions.end_of_subject(engine, "s-1", issuer="https://id.example", now=NOW)
    sessions.end_in_space(engine, "atelier-nord", now=NOW)

    told = [(each["space_id"], each["actor"], json.loads(each["data"])) for each in events(engine, "sessions.ended")]
    assert told == [
        ("atelier-nord", "system", {"member": claire.id, "sessions": 2}),
        ("atelier-nord", "system", {"sessions": 0}),
    ]
    assert verify(engine).events == len(contents(engine)["audit_event"])


def test_what_is_over_is_removed(engine: Engine, people: dict[str, Member]) -> None:
    begun(engine, people["Karim Benali"])
    kept = begun(engine, people["Claire Martin"]) or ""
    sign_in.read(engine, kept, now=NOW + timedelta(minutes=20))

    removed = sign_in.tidy(engine, now=NOW + timedelta(minutes=31))

    assert (removed, len(contents(engine)["session"])) == (1, 1)
    assert sign_in.read(engine, kept, now=NOW + timedelta(minutes=31)) is not None


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
