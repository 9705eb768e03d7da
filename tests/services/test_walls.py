"""Each query of the store, asked in one space for what is of another: it answers as for what does not exist."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, update
from sqlalchemy.exc import OperationalError

from tests.services.conftest import NOW, administrator
from tests.services.postgres import Postgres
from tests.web.world import SPACES, UNKNOWN, bring_in, fill
from widget.domain.plan import Level
from widget.domain.quote import QuoteState
from widget.services import sign_in
from widget.store import (
    audit,
    calendar,
    identity,
    names,
    order,
    outbox,
    privacy,
    quote,
    reminder,
    session,
    space,
    subscription,
    transfer,
)
from widget.store.engine import open_engine, reading, transaction
from widget.store.tables import audit_event, delivery, member, metadata, placed_order
from widget.store.tables import outbox as outbox_rows
from widget.store.tables import subscription as subscriptions

Ids = dict[str, str]
Read = Callable[[Connection, str, Ids], Any]

#: Asked for an id: in the neighbour's space what is one's own is unknown.
BY_ID: dict[str, Read] = {
    "identity.member_id": lambda c, s, i: identity.member_id(c, "us", i["subject"], s),
    "order.load_draft": lambda c, s, i: order.load_draft(c, s, i["boss"], i["draft"]),
    "order.load": lambda c, s, i: order.load(c, s, i["order"]),
    "order.of_draft": lambda c, s, i: order.of_draft(c, s, i["ordered"]),
    "order.answered": lambda c, s, i: order.answered(c, s, "order", i["key"]),
    "quote.load": lambda c, s, i: quote.load(c, s, i["number"]),
    "session.of_member": lambda c, s, i: session.of_member(c, s, i["boss"]),
    "space.id_by_email": lambda c, s, i: space.id_by_email(c, s, i["email"]),
    "space.id_by_email beyond ASCII": lambda c, s, i: space.id_by_email(c, s, i["beyond"]),
    "space.load_member": lambda c, s, i: space.load_member(c, s, i["boss"]),
    "space.member_by_email": lambda c, s, i: space.member_by_email(c, s, i["email"]),
    "subscription.billed_before": lambda c, s, i: subscription.billed_before(c, s, i["change"]),
    "subscription.ordered_on": lambda c, s, i: subscription.ordered_on(c, s, i["change"]),
    "subscription.state_of": lambda c, s, i: subscription.state_of(c, s, i["change"]),
    "transfer._known": lambda c, s, i: transfer._known(c, s, i["email"]),
}
#: Asked for a whole space: what is told does not depend on what the neighbour does.
WHOLE: dict[str, Read] = {
    "audit.head": lambda c, s, _: audit.head(c, s),
    "audit.first_altered": lambda c, s, _: audit.first_altered(c, s),
    "audit.altered_orders": lambda c, s, _: audit.altered_orders(c, s),
    "calendar.since": lambda c, s, _: calendar.since(c, s),
    "order.newest": lambda c, s, _: order.newest(c, s),
    "outbox.last": lambda c, s, _: outbox.last(c, s, ["order.placed", "change.undone"]),
    "outbox.listed": lambda c, s, _: outbox.listed(c, s, ["order.placed", "quote.created"]),
    "quote.of_space": lambda c, s, _: quote.of_space(c, s),
    "quote.open_numbers": lambda c, s, _: quote.open_numbers(c, s),
    "quote.sent_since": lambda c, s, _: quote.sent_since(c, s, NOW - timedelta(days=1)),
    "reminder.wanted": lambda c, s, _: reminder.wanted(c, s),
    "reminder.candidates": lambda c, s, _: [each for each in reminder.candidates(c) if s in each],
    "space.members": lambda c, s, _: space.members(c, s, "active", "invited"),
    "space.count": lambda c, s, _: space.count(c, s, "active"),
    "subscription.load": lambda c, s, _: subscription.load(c, s),
    "subscription.pending": lambda c, s, _: subscription.pending(c, s),
    "subscription.due_spaces": lambda c, s, _: [each for each in subscription.due_spaces(c) if s in each],
    "transfer.everything": lambda c, s, _: [each for each in transfer.everything(c) if each["id"] == s],
}
#: Done in the neighbour's space with one's own ids: nothing of one's own moves.
WRITES: dict[str, Read] = {
    "audit.append": lambda c, s, _: audit.append(c, s, at=NOW, actor="x", kind="test", data={}),
    "calendar.remove": lambda c, s, _: calendar.remove(c, s),
    "calendar.remove_of": lambda c, s, i: calendar.remove_of(c, s, i["boss"]),
    "order.update_draft": lambda c, s, i: order.update_draft(c, s, i["boss"], i["draft"], comment="changed"),
    "outbox.add": lambda c, s, _: outbox.add(c, s, kind="quote.created", facts={"private": {}}, at=NOW, subject="w"),
    "quote.settle": lambda c, s, i: quote.settle(c, s, i["number"], QuoteState.WITHDRAWN, at=NOW),
    "reminder.choose": lambda c, s, _: reminder.choose(c, s, reminders=False),
    "session.remove_handle": lambda c, s, i: session.remove_handle(c, s, i["boss"], i["handle"]),
    "session.remove_member": lambda c, s, i: session.remove_member(c, s, i["boss"]),
    "session.remove_space": lambda c, s, _: session.remove_space(c, s),
    "space.reads": lambda c, s, i: space.reads(c, s, i["boss"], "another"),
    "space.set_role": lambda c, s, i: space.set_role(c, s, i["boss"], "user"),
    "space.set_state": lambda c, s, i: space.set_state(c, s, i["boss"], before="active", after="inactive"),
    "subscription.save": lambda c, s, _: subscription.save(
        c, subscription.load(c, s), Level("free", 1, 0), subscription.load(c, s).subscription.billed[:1]
    ),
    "subscription.settle": lambda c, s, _: subscription.settle(c, s, "undone"),
    "subscription.settle by id": lambda c, s, i: subscription.settle(c, s, "undone", i["change"]),
    "transfer.put_member": lambda c, s, i: transfer.put_member(
        c, s, {"name": "X", "email": i["email"], "role": "user", "state": "inactive", "last_seen": None}
    ),
}


@pytest.fixture
def engine(tmp_path: Path, sqlite_template: Path) -> Iterator[Engine]:
    made = open_engine(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'walls.sqlite3')}")
    bring_in(made, tmp_path, archived=False)
    yield made
    made.dispose()


def filled(engine: Engine, space_id: str, leader: str = "") -> Ids:
    """Fill a space as in every other test of walls, and return its ids."""
    boss = administrator(engine, space_id, leader or f"Olivia {space_id}")
    ids = fill(boss) | {"boss": boss.member_id, "email": f"olivia@{space_id}.example", "key": f"key-of-{space_id}"}
    begun = sign_in.begin(engine, space_id=space_id, member_id=boss.member_id, now=NOW)
    assert begun
    with reading(engine) as connection:
        query = select(placed_order.c.draft_id).where(placed_order.c.id == ids["order"])
        ids["ordered"] = connection.execute(query).scalar_one()
    values = {"issuer": "us", "subject": f"subject-{space_id}", "space_id": space_id, "member_id": boss.member_id}
    with transaction(engine) as connection:
        connection.execute(insert(metadata.tables["identity"]).values(**values))
        connection.execute(insert(member).values(**beyond_ascii(space_id)))
        outbox.add(connection, space_id, kind="quote.sent", facts={"private": {}}, at=NOW, to=["a@example.org"])
        reminder.choose(connection, space_id, reminders=False)
    ids |= {"subject": f"subject-{space_id}", "handle": session.hashed(begun)}
    return ids | {"beyond": f"ÉLISE@{space_id}.example"}


def beyond_ascii(space_id: str) -> dict[str, str]:
    """Return a member whose capitals SQLite does not know."""
    who = {"id": f"elise-{space_id}", "name": "Élise", "email": f"élise@{space_id}.example"}
    return who | {"space_id": space_id, "role": "user", "state": "inactive"}


def own_rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for table in metadata.sorted_tables:
        if "space_id" in table.c:
            rows = connection.execute(select(table).where(table.c.space_id == "own").order_by(*table.primary_key))
            found[table.name] = [dict(row) for row in rows.mappings()]
    return found


@pytest.mark.parametrize("name", BY_ID)
def test_what_is_asked_for_by_its_id_is_unknown_next_door(engine: Engine, name: str) -> None:
    ids = filled(engine, "own")
    nothing = {each: f"unknown-{each}" for each in ids} | UNKNOWN

    with reading(engine) as connection:
        own = BY_ID[name](connection, "own", ids)
        next_door = BY_ID[name](connection, "neighbour", ids)
        unknown = BY_ID[name](connection, "neighbour", nothing)

    assert own not in (None, [])
    assert next_door == unknown


@pytest.mark.parametrize("name", WHOLE)
def test_what_a_space_is_told_does_not_depend_on_its_neighbour(engine: Engine, name: str) -> None:
    ids = filled(engine, "own")
    with reading(engine) as connection:
        before = WHOLE[name](connection, "own", ids)

    filled(engine, "neighbour")

    with reading(engine) as connection:
        assert WHOLE[name](connection, "own", ids) == before


@pytest.mark.parametrize("name", WHOLE)
def test_a_space_without_anything_is_told_nothing_of_its_neighbour(engine: Engine, name: str) -> None:
    boss = administrator(engine, "archived", "Olivia archived")
    with reading(engine) as connection:
        before = WHOLE[name](connection, "archived", {"boss": boss.member_id})

    filled(engine, "own")

    with reading(engine) as connection:
        assert WHOLE[name](connection, "archived", {"boss": boss.member_id}) == before


@pytest.mark.parametrize("name", WRITES)
def test_what_is_done_next_door_moves_nothing_here(engine: Engine, name: str) -> None:
    ids = filled(engine, "own")
    with reading(engine) as connection:
        before = own_rows(connection)
    filled(engine, "neighbour")

    with transaction(engine) as connection:
        WRITES[name](connection, "neighbour", ids)

    with reading(engine) as connection:
        assert own_rows(connection) == before


def test_the_same_subject_of_another_issuer_is_somebody_else(engine: Engine) -> None:
    ids = filled(engine, "own")

    with reading(engine) as connection:
        assert identity.member_id(connection, "us", ids["subject"], "own") == ids["boss"]
        assert identity.member_id(connection, "https://other.example", ids["subject"], "own") is None


def test_a_space_is_known_by_its_own_id(engine: Engine) -> None:
    with reading(engine) as connection:
        assert [space.known(connection, each).name for each in SPACES] == [f"Space {each}" for each in SPACES]


def test_an_export_of_every_space_has_the_people_of_each(engine: Engine) -> None:
    with reading(engine) as connection:
        told = {
            each["id"]: {one["email"].partition("@")[2] for one in each["members"]}
            for each in transfer.everything(connection)
        }

    assert told == {each: {f"{each}.example"} for each in SPACES}


def test_an_annual_space_is_reminded_unless_it_chose_otherwise_whatever_its_neighbour_chose(engine: Engine) -> None:
    begun = date(2026, 7, 1)
    with transaction(engine) as connection:
        connection.execute(update(subscriptions).values(interval="year", term_start=begun))
        reminder.choose(connection, "own", reminders=False)

        told = [space_id for space_id, _, anchor in reminder.candidates(connection) if anchor == begun]

    assert told == ["archived", "neighbour"]


def test_the_only_administrator_of_a_space_is_so_whoever_leads_others(engine: Engine) -> None:
    boss = administrator(engine, "own", "Olivia own")
    with reading(engine) as connection:
        person = privacy.find(connection, boss.member_id)

        assert privacy.led_alone(connection, person) == ["own"]


def test_who_is_erased_here_leaves_a_namesake_next_door_as_they_are(engine: Engine) -> None:
    leads = member.c.role == "administrator"
    with transaction(engine) as connection:
        connection.execute(update(member).where(leads).values(name="Olivia Twice"))
    filled(engine, "own", "Olivia Twice")
    filled(engine, "neighbour", "Olivia Twice")
    boss = administrator(engine, "neighbour", "Olivia Twice")
    with reading(engine) as connection:
        before = own_rows(connection)

    with transaction(engine) as connection:
        privacy.erase(connection, privacy.find(connection, boss.member_id))

    with reading(engine) as connection:
        assert own_rows(connection) == before
    assert "Olivia Twice" in str(before["quote"])


def test_who_is_shown_here_is_shown_nothing_of_a_namesake_next_door(engine: Engine) -> None:
    with transaction(engine) as connection:
        connection.execute(update(member).where(member.c.role == "administrator").values(name="Olivia Twice"))
    filled(engine, "own", "Olivia Twice")
    ids = filled(engine, "neighbour", "Olivia Twice")

    with reading(engine) as connection:
        alone = privacy.rows(connection, privacy.find(connection, ids["boss"]))
        others = set(
            connection.execute(select(outbox_rows.c.id).where(outbox_rows.c.space_id != "neighbour")).scalars()
        )

    assert others
    assert others.isdisjoint(row["id"] for row in alone["outbox"])


def test_what_is_said_next_door_of_an_id_is_no_name_of_anybody_here(engine: Engine) -> None:
    boss = administrator(engine, "own", "Olivia own").member_id
    facts = {"recipient": boss, "private": {"recipient": "Somebody Else"}}
    with transaction(engine) as connection:
        outbox.add(connection, "neighbour", kind="quote.sent", facts=facts, at=NOW, to=[])

        assert names.known_as(connection, [boss], ["own"]) == set()
        outbox.add(connection, "own", kind="quote.sent", facts=facts, at=NOW, to=[])
        assert names.known_as(connection, [boss], ["own"]) == {"Somebody Else"}


def test_a_message_is_counted_in_its_own_space_and_goes_to_its_own_people(engine: Engine) -> None:
    filled(engine, "own")
    with transaction(engine) as connection:
        told = outbox.add(connection, "archived", kind="quote.created", facts={"private": {}}, at=NOW, subject="w")
        (message,) = outbox.listed(connection, "archived", ["quote.created"])
        targets = list(connection.execute(select(delivery.c.target).where(delivery.c.outbox_id == told)).scalars())

    assert message.sequence == 1
    assert targets == ["olivia@archived.example"]


def test_the_chain_of_a_space_goes_on_where_it_stopped(engine: Engine) -> None:
    filled(engine, "own")
    filled(engine, "neighbour")

    with transaction(engine) as connection:
        sequence, previous = audit.head(connection, "own")
        audit.append(connection, "own", at=NOW, actor="x", kind="test", data={})

        assert audit.head(connection, "own")[0] == sequence + 1
        assert audit.first_altered(connection, "own") is None
        assert previous != audit.head(connection, "own")[1]


def test_an_event_is_not_later_because_a_neighbour_had_a_later_one(engine: Engine) -> None:
    filled(engine, "own")
    filled(engine, "neighbour")
    ahead = NOW + timedelta(days=1)

    with transaction(engine) as connection:
        most = max(audit.head(connection, each)[0] for each in ("own", "neighbour"))
        for each in ("own", "neighbour"):
            while audit.head(connection, each)[0] < most:
                audit.append(connection, each, at=NOW, actor="x", kind="test", data={})
        for each, at in (("neighbour", ahead), ("own", NOW), ("own", NOW)):
            audit.append(connection, each, at=at, actor="x", kind="test", data={})
        rows = connection.execute(select(audit_event.c.at).where(audit_event.c.space_id == "own")).scalars()

        assert ahead.isoformat() not in set(rows)


def test_a_message_waits_for_what_goes_on_in_its_own_space_and_in_no_other(
    postgres: Postgres, postgres_template: str, tmp_path: Path
) -> None:
    name = postgres.create(postgres_template)
    engine = open_engine(postgres.url(name))
    bring_in(engine, tmp_path, archived=False)

    def told(space_id: str) -> str:
        with transaction(engine) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '100ms'")
            return outbox.add(connection, space_id, kind="quote.created", facts={"private": {}}, at=NOW, subject="w")

    with transaction(engine) as connection:
        subscription.load(connection, "neighbour", lock=True)

        assert told("own") == outbox.id_of("own", "quote.created", "w")
        with pytest.raises(OperationalError, match="lock timeout"):
            told("neighbour")

    engine.dispose()
    postgres.drop(name)
