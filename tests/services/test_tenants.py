"""What is of one space is unknown to every other, whoever holds its ids."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, func, select

from widget import catalogue
from widget.catalogue import DATA
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.services import account, draft, members, order, undo
from widget.services.members import MembersError
from widget.services.order import Outcome, Placed, Unknown
from widget.services.transfer import import_file
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import transaction
from widget.store.tables import FIRST_HASH, audit_event, metadata, placed_order, subscription

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TERMS = catalogue.load()


@dataclass(frozen=True)
class Person:
    """An administrator of one space."""

    engine: Engine
    space_id: str
    member_id: str

    def reviewed(self, wish: Level) -> str:
        own = {"space_id": self.space_id, "member_id": self.member_id}
        draft_id = draft.begin(self.engine, **own, wish=wish, now=NOW)
        seen = account.load(self.engine, TERMS, **own, now=NOW)
        assert seen is not None
        promise = order.reviewed(seen, preview(seen.subscription, wish, on=seen.on, terms=TERMS))
        draft.keep(self.engine, **own, draft_id=draft_id, reason="other")
        found = draft.load(self.engine, **own, draft_id=draft_id)
        assert found is not None
        draft.review(self.engine, space_id=self.space_id, draft=found, promise=promise)
        return draft_id

    def place(self, draft_id: str) -> Outcome:
        found = draft.load(self.engine, space_id=self.space_id, member_id=self.member_id, draft_id=draft_id)
        return order.place(
            self.engine,
            TERMS,
            space_id=self.space_id,
            member_id=self.member_id,
            draft_id=draft_id,
            key="the-same-key",
            agreed=next(iter(found.reviews), "") if found else "",
            late_ack="",
            language="en",
            now=NOW,
        )

    def change_id(self) -> str:
        with transaction(self.engine) as connection:
            found = subscriptions.pending(connection, self.space_id)
        assert found is not None
        return found.id


def administrator(engine: Engine, space_id: str) -> Person:
    with transaction(engine) as connection:
        people = [each for each in spaces.members(connection, space_id, "active") if each.is_administrator]
    return Person(engine, space_id, people[0].id)


@pytest.fixture
def claire(engine: Engine) -> Person:
    import_file(engine, TERMS, DATA / "demo.json", now=NOW)
    return administrator(engine, "atelier-nord")


@pytest.fixture
def olivia(claire: Person) -> Person:
    return administrator(claire.engine, "harbour-studio")


FEWER = Level("premium", 12, 2)


def counted(engine: Engine) -> dict[str, int]:
    with transaction(engine) as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_a_draft_of_another_space_is_unknown(claire: Person, olivia: Person) -> None:
    draft_id = claire.reviewed(FEWER)
    before = counted(claire.engine)

    assert olivia.place(draft_id) == Unknown()
    assert Person(claire.engine, claire.space_id, olivia.member_id).place(draft_id) == Unknown()
    assert Person(claire.engine, olivia.space_id, claire.member_id).place(draft_id) == Unknown()
    assert draft.load(claire.engine, space_id=olivia.space_id, member_id=olivia.member_id, draft_id=draft_id) is None

    assert counted(claire.engine) == before


def test_nobody_keeps_anything_in_a_draft_of_another_space_or_of_another_person(claire: Person, olivia: Person) -> None:
    draft_id = claire.reviewed(FEWER)

    for space_id, member_id in (
        (olivia.space_id, olivia.member_id),
        (olivia.space_id, claire.member_id),
        (claire.space_id, olivia.member_id),
    ):
        own = {"space_id": space_id, "member_id": member_id, "draft_id": draft_id}
        draft.keep(olivia.engine, **own, reason="too-expensive")

    found = draft.load(claire.engine, space_id=claire.space_id, member_id=claire.member_id, draft_id=draft_id)
    assert found is not None
    assert found.reason == "other"
    assert found.reviews


def test_a_member_of_another_space_sees_nothing(claire: Person, olivia: Person) -> None:
    seen = account.load(claire.engine, TERMS, space_id=claire.space_id, member_id=olivia.member_id, now=NOW)

    assert seen is None


def test_the_same_key_in_two_spaces_is_two_orders(claire: Person, olivia: Person) -> None:
    hers, the_other = claire.place(claire.reviewed(FEWER)), olivia.place(olivia.reviewed(Level("premium", 8, 1)))

    assert isinstance(hers, Placed)
    assert isinstance(the_other, Placed)
    assert hers.order_id != the_other.order_id
    assert not the_other.replayed


def test_an_order_changes_one_space_and_is_shown_to_that_space(claire: Person, olivia: Person) -> None:
    placed = claire.place(claire.reviewed(FEWER))

    assert isinstance(placed, Placed)
    assert order_of(olivia, placed.order_id) is False
    assert order_of(claire, placed.order_id) is True
    with transaction(claire.engine) as connection:
        changed = select(subscription.c.space_id).where(subscription.c.version > 1)
        assert list(connection.execute(changed).scalars()) == ["atelier-nord"]
        assert set(connection.execute(select(placed_order.c.space_id)).scalars()) == {"atelier-nord"}
        logged = select(audit_event.c.space_id).where(audit_event.c.actor != "import")
        assert set(connection.execute(logged).scalars()) == {"atelier-nord"}


def order_of(person: Person, order_id: str) -> bool:
    return draft.order(person.engine, space_id=person.space_id, order_id=order_id) is not None


def test_a_change_of_another_space_is_not_undone(claire: Person, olivia: Person) -> None:
    claire.place(claire.reviewed(FEWER))
    change_id = claire.change_id()
    before = counted(claire.engine)

    for space_id in (olivia.space_id, claire.space_id):
        assert not undo.undo(
            claire.engine, TERMS, space_id=space_id, member_id=olivia.member_id, change_id=change_id, now=NOW
        )

    assert claire.change_id() == change_id
    assert counted(claire.engine) == before


@pytest.mark.parametrize("active", [True, False])
def test_a_member_of_another_space_is_not_moved(claire: Person, olivia: Person, active: bool) -> None:
    def moved(space_id: str) -> None:
        members.set_active(
            claire.engine,
            space_id=space_id,
            actor_id=olivia.member_id,
            member_ids=[claire.member_id],
            active=active,
            now=NOW,
        )

    with pytest.raises(MembersError, match="unknown"):
        moved(olivia.space_id)
    with pytest.raises(MembersError, match="not-allowed"):
        moved(claire.space_id)


def test_how_a_change_of_another_space_stands_is_not_told(claire: Person, olivia: Person) -> None:
    claire.place(claire.reviewed(FEWER))
    change_id = claire.change_id()

    assert undone(claire, change_id)
    assert not undone(olivia, change_id)


def undone(person: Person, change_id: str) -> bool:
    return undo.undo(
        person.engine, TERMS, space_id=person.space_id, member_id=person.member_id, change_id=change_id, now=NOW
    )


def test_an_order_replaces_only_the_pending_change_of_its_own_space(claire: Person, olivia: Person) -> None:
    olivia.place(olivia.reviewed(Level("premium", 8, 1)))
    waiting = olivia.change_id()

    claire.place(claire.reviewed(FEWER))

    assert olivia.change_id() == waiting


def test_each_space_has_an_audit_chain_of_its_own(claire: Person, olivia: Person) -> None:
    claire.place(claire.reviewed(FEWER))
    olivia.place(olivia.reviewed(Level("premium", 8, 1)))

    with transaction(claire.engine) as connection:
        both = audit_event.c.space_id.in_([claire.space_id, olivia.space_id])
        rows = connection.execute(
            select(audit_event.c.space_id, audit_event.c.sequence, audit_event.c.previous_hash).where(both)
        ).all()
    assert sorted((row.space_id, row.sequence) for row in rows) == [
        ("atelier-nord", 1),
        ("atelier-nord", 2),
        ("harbour-studio", 1),
        ("harbour-studio", 2),
    ]
    assert [row.previous_hash for row in rows if row.sequence == 1] == [FIRST_HASH, FIRST_HASH]
