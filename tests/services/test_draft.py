"""A draft on its way: ordered once, and followed by another where its order no longer stands."""

from sqlalchemy import delete

from tests.services.conftest import NOW, TERMS, Administrator, at_once, contents
from widget.domain.plan import Level
from widget.services import draft, undo
from widget.services.draft import MOST_REVIEWS, Way
from widget.services.order import Incomplete, Placed, Stale
from widget.store.engine import transaction
from widget.store.order import Draft
from widget.store.tables import delivery, outbox

FEWER_ZOOM = Level("premium", 12, 2)


def follow(who: Administrator, draft_id: str) -> Way:
    found = draft.follow(who.engine, space_id=who.space_id, member_id=who.member_id, draft_id=draft_id, now=NOW)
    assert found is not None
    return found


def load(who: Administrator, draft_id: str) -> Draft:
    found = draft.load(who.engine, space_id=who.space_id, member_id=who.member_id, draft_id=draft_id)
    assert found is not None
    return found


def take_back(who: Administrator) -> None:
    own = {"space_id": who.space_id, "member_id": who.member_id, "change_id": who.pending().id}
    assert undo.undo(who.engine, TERMS, **own, now=NOW)


def placed(who: Administrator, draft_id: str) -> str:
    outcome = who.place(draft_id, key=draft_id)
    assert isinstance(outcome, Placed), outcome
    return outcome.order_id


def test_a_draft_that_was_not_ordered_is_gone_on_with(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    before = contents(claire.engine)

    assert follow(claire, draft_id) == Way(load(claire, draft_id), None)
    assert contents(claire.engine) == before


def test_a_draft_whose_order_stands_is_that_order(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    order_id = placed(claire, draft_id)
    before = contents(claire.engine)

    assert follow(claire, draft_id) == Way(load(claire, draft_id), order_id)
    assert contents(claire.engine) == before


def test_an_order_of_the_time_before_messages_stands_as_long_as_no_other_has_followed(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    order_id = placed(claire, draft_id)
    with transaction(claire.engine) as connection:
        for table in (delivery, outbox):
            connection.execute(delete(table))

    assert follow(claire, draft_id) == Way(load(claire, draft_id), order_id)


def test_a_draft_whose_order_was_taken_back_is_followed_by_one_with_the_same_values(claire: Administrator) -> None:
    draft_id = claire.begin(FEWER_ZOOM, reason="zoom-unused", comment="Merci")
    claire.review(draft_id)
    placed(claire, draft_id)
    take_back(claire)

    anew = follow(claire, draft_id)

    assert anew.order_id is None
    assert anew.draft.id != draft_id
    assert (anew.draft.wish, anew.draft.reason, anew.draft.comment) == (FEWER_ZOOM, "zoom-unused", "Merci")
    assert load(claire, anew.draft.id) == anew.draft
    assert follow(claire, draft_id) == follow(claire, anew.draft.id) == anew
    assert claire.place(anew.draft.id, key="another-key") == Incomplete("review")


def test_what_follows_is_ordered_and_taken_back_in_its_turn(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    orders = []
    for _ in range(3):
        now = follow(claire, draft_id).draft.id
        claire.review(now)
        orders.append(placed(claire, now))
        assert follow(claire, draft_id).order_id == orders[-1]
        take_back(claire)

    assert len(set(orders)) == 3
    assert [row["id"] for row in contents(claire.engine)["placed_order"]] == sorted(orders)


def test_a_draft_whose_order_was_replaced_is_followed_too(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    placed(claire, draft_id)
    claire.orders(Level("premium", 12, 1), key="a-second-key")

    assert follow(claire, draft_id).order_id is None


def test_two_looks_at_once_begin_one_draft(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    placed(claire, draft_id)
    take_back(claire)

    found = at_once([lambda: follow(claire, draft_id)] * 10)

    assert len({each.draft.id for each in found}) == 1
    assert len(contents(claire.engine)["draft"]) == 2


def test_nobody_follows_the_draft_of_another_person(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    placed(claire, draft_id)
    take_back(claire)
    (karim,) = claire.member_ids("Karim Benali")

    own = {"space_id": claire.space_id, "member_id": karim, "draft_id": draft_id}
    assert draft.follow(claire.engine, **own, now=NOW) is None
    assert len(contents(claire.engine)["draft"]) == 1


def test_the_latest_reviews_are_remembered_each_by_itself(claire: Administrator) -> None:
    draft_id = claire.begin(FEWER_ZOOM)
    shown = [
        draft.review(claire.engine, space_id=claire.space_id, draft=load(claire, draft_id), promise={"version": number})
        for number in (*range(MOST_REVIEWS + 2), MOST_REVIEWS)
    ]

    *older, before_last, last = shown[2:-1]  # the one but last was shown once more
    assert list(load(claire, draft_id).reviews) == [*older, last, before_last]
    assert claire.place(draft_id, agreed=shown[0]) == Incomplete("review")
    assert isinstance(claire.place(draft_id, agreed=shown[2]), Stale)
