"""What is of one space is unknown to every other, whoever holds its ids."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from tests.services.conftest import NOW, TERMS, Administrator, administrator, bring_in, demo_space
from widget.domain.plan import Level
from widget.services import account, draft, members, undo
from widget.services.members import MembersError
from widget.services.order import Placed, Unknown
from widget.store.engine import transaction
from widget.store.tables import FIRST_HASH, audit_event, metadata, placed_order, subscription


@pytest.fixture
def claire(engine: Engine, tmp_path: Path) -> Administrator:
    bring_in(engine, tmp_path, demo_space("atelier-nord"), demo_space("harbour-studio"))
    return administrator(engine, "atelier-nord", "Claire Martin")


@pytest.fixture
def olivia(claire: Administrator) -> Administrator:
    return administrator(claire.engine, "harbour-studio", "Olivia Hughes")


FEWER = Level("premium", 12, 2)


def counted(engine: Engine) -> dict[str, int]:
    with transaction(engine) as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


def test_a_draft_of_another_space_is_unknown(claire: Administrator, olivia: Administrator) -> None:
    draft_id = claire.reviewed(FEWER)
    before = counted(claire.engine)

    agreed = claire.agreed[draft_id]
    assert olivia.place(draft_id, agreed=agreed) == Unknown()
    assert Administrator(claire.engine, claire.space_id, olivia.member_id).place(draft_id, agreed=agreed) == Unknown()
    assert Administrator(claire.engine, olivia.space_id, claire.member_id).place(draft_id, agreed=agreed) == Unknown()
    assert draft.load(claire.engine, space_id=olivia.space_id, member_id=olivia.member_id, draft_id=draft_id) is None

    assert counted(claire.engine) == before


def test_nobody_keeps_anything_in_a_draft_of_another_space_or_of_another_person(
    claire: Administrator, olivia: Administrator
) -> None:
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


def test_a_member_of_another_space_sees_nothing(claire: Administrator, olivia: Administrator) -> None:
    seen = account.load(claire.engine, TERMS, space_id=claire.space_id, member_id=olivia.member_id, now=NOW)

    assert seen is None


def test_the_same_key_in_two_spaces_is_two_orders(claire: Administrator, olivia: Administrator) -> None:
    hers = claire.place(claire.reviewed(FEWER), key="the-same-key")
    the_other = olivia.place(olivia.reviewed(Level("premium", 8, 1)), key="the-same-key")

    assert isinstance(hers, Placed)
    assert isinstance(the_other, Placed)
    assert hers.order_id != the_other.order_id
    assert not the_other.replayed


def test_an_order_changes_one_space_and_is_shown_to_that_space(claire: Administrator, olivia: Administrator) -> None:
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


def order_of(person: Administrator, order_id: str) -> bool:
    return draft.order(person.engine, space_id=person.space_id, order_id=order_id) is not None


def test_a_change_of_another_space_is_not_undone(claire: Administrator, olivia: Administrator) -> None:
    claire.place(claire.reviewed(FEWER))
    change_id = claire.pending().id
    before = counted(claire.engine)

    for space_id in (olivia.space_id, claire.space_id):
        assert not undo.undo(
            claire.engine, TERMS, space_id=space_id, member_id=olivia.member_id, change_id=change_id, now=NOW
        )

    assert claire.pending().id == change_id
    assert counted(claire.engine) == before


@pytest.mark.parametrize("active", [True, False])
def test_a_member_of_another_space_is_not_moved(claire: Administrator, olivia: Administrator, active: bool) -> None:
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


def test_how_a_change_of_another_space_stands_is_not_told(claire: Administrator, olivia: Administrator) -> None:
    claire.place(claire.reviewed(FEWER))
    change_id = claire.pending().id

    assert undone(claire, change_id)
    assert not undone(olivia, change_id)


def undone(person: Administrator, change_id: str) -> bool:
    return undo.undo(
        person.engine, TERMS, space_id=person.space_id, member_id=person.member_id, change_id=change_id, now=NOW
    )


def test_an_order_replaces_only_the_pending_change_of_its_own_space(
    claire: Administrator, olivia: Administrator
) -> None:
    olivia.place(olivia.reviewed(Level("premium", 8, 1)))
    waiting = olivia.pending().id

    claire.place(claire.reviewed(FEWER))

    assert olivia.pending().id == waiting


def test_each_space_has_an_audit_chain_of_its_own(claire: Administrator, olivia: Administrator) -> None:
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
