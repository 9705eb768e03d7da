"""What an audit event holds: who, what before and after, under which policy and price book (decisions/0016)."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine

from tests.services.conftest import NOW, TERMS, Administrator, events
from widget.domain.plan import Level
from widget.services import members, undo
from widget.services.apply_due import apply_due
from widget.store import space as spaces
from widget.store.engine import reading

IN_USE = {"plan": "premium", "users": 12, "zoom_licenses": 4}
LOWER = Level("essential", 12, 2)


def told(engine: Engine, kind: str) -> tuple[str, dict[str, Any]]:
    """Return the actor and the data of the one event of a kind."""
    (found,) = events(engine, kind)
    return found["actor"], json.loads(found["data"])


def test_an_order_says_who_asked_what_for_what_by_which_versions_and_what_was_promised(claire: Administrator) -> None:
    order_id = claire.orders(LOWER)

    actor, data = told(claire.engine, "order.placed")

    promise = data.pop("promise")
    assert actor == claire.member_id
    assert data == {
        "order": order_id,
        "before": IN_USE,
        "after": {"plan": "essential", "users": 12, "zoom_licenses": 2},
        "policy": "2026-11",
        "price_book": "2026-11",
    }
    assert [(fee["amount"], fee["starts_on"]) for fee in promise["fees"]] == [
        (312_000, "2026-11-24"),
        (174_000, "2027-05-08"),
    ]


def test_an_undo_says_who_took_back_which_change_and_what_is_in_use_again(claire: Administrator) -> None:
    claire.orders(LOWER)
    change = claire.pending().id

    undo.undo(claire.engine, TERMS, space_id=claire.space_id, member_id=claire.member_id, change_id=change, now=NOW)

    # The plan was to go down with its price: only the licenses had dropped.
    before = IN_USE | {"zoom_licenses": 2}
    assert told(claire.engine, "change.undone") == (
        claire.member_id,
        {"change": change, "before": before, "after": IN_USE},
    )


def test_a_plan_that_comes_into_force_says_so_on_the_day_of_the_space(claire: Administrator) -> None:
    claire.orders(LOWER)
    change = claire.pending().id

    apply_due(claire.engine, TERMS, now=datetime(2027, 5, 8, 4, tzinfo=UTC))

    assert told(claire.engine, "change.applied") == (
        "system",
        {"change": change, "before": "premium", "after": "essential", "on": "2027-05-08"},
    )


def test_a_deactivation_names_who_did_it_and_whom(claire: Administrator) -> None:
    with reading(claire.engine) as connection:
        (karim,) = (each.id for each in spaces.members(connection, claire.space_id, "active") if "Karim" in each.name)

    members.set_active(
        claire.engine,
        space_id=claire.space_id,
        actor_id=claire.member_id,
        member_ids=[karim],
        active=False,
        now=NOW,
    )

    actor, data = told(claire.engine, "member.deactivated")
    assert (actor, data["member"]) == (claire.member_id, karim)
    assert (data["before"], data["after"]) == ("active", "inactive")
