"""One order is one transaction, on both engines."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from tests.services.conftest import NOW, TERMS, Desk, desk_of
from widget.catalogue import DATA
from widget.domain.plan import Level
from widget.services import members, undo
from widget.services.apply_due import apply_due
from widget.services.order import Incomplete, KeyReused, Placed, Stale
from widget.services.transfer import export_file, import_file
from widget.store import audit
from widget.store import subscription as subscriptions
from widget.store.engine import transaction
from widget.store.tables import audit_event, placed_order

FEWER = Level("premium", 6, 2)


def orders(engine: Engine) -> int:
    with transaction(engine) as connection:
        return connection.execute(select(func.count()).select_from(placed_order)).scalar_one()


def test_users_drop_at_once_and_the_price_waits_for_its_day(harbour: Desk) -> None:
    placed = harbour.place(harbour.reviewed(FEWER))

    assert isinstance(placed, Placed)
    seen = harbour.account().subscription
    assert seen.in_use == FEWER
    assert [(step.starts_on, step.level.users) for step in seen.billed][1:] == [(date(2026, 12, 1), 6)]


def test_the_same_key_answers_the_same_order_and_another_body_is_refused(harbour: Desk) -> None:
    draft = harbour.reviewed(FEWER)
    first = harbour.place(draft, key="k")
    assert isinstance(first, Placed)

    assert harbour.place(draft, key="k") == replace(first, replayed=True)
    assert harbour.place(draft, key="k", late_ack="2030-01-01") == KeyReused()
    assert orders(harbour.engine) == 1


def test_of_forty_simultaneous_orders_exactly_one_is_placed(harbour: Desk) -> None:
    drafts = [harbour.reviewed(Level("premium", 5 + number % 3, 2)) for number in range(40)]

    with ThreadPoolExecutor(40) as pool:
        outcomes = list(pool.map(harbour.place, drafts))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Placed"] + ["Stale"] * 39
    assert orders(harbour.engine) == 1


def test_the_same_order_sent_twenty_times_at_once_is_one_order(harbour: Desk) -> None:
    draft = harbour.reviewed(FEWER)

    with ThreadPoolExecutor(20) as pool:
        outcomes = list(pool.map(lambda _: harbour.place(draft, key="k"), range(20)))

    assert len({outcome.order_id for outcome in outcomes if isinstance(outcome, Placed)}) == 1
    assert orders(harbour.engine) == 1


def test_a_review_that_no_longer_holds_is_shown_with_what_differs(harbour: Desk) -> None:
    draft = harbour.reviewed(FEWER)
    person = [each.id for each in harbour.account().occupants if each.id != harbour.member_id][:1]
    members.set_active(
        harbour.engine,
        space_id=harbour.space_id,
        actor_id=harbour.member_id,
        member_ids=person,
        active=False,
        now=NOW,
    )

    outcome = harbour.place(draft)

    assert outcome == Stale({"occupied_users": (4, 3)})
    assert orders(harbour.engine) == 0


def test_a_decrease_without_an_answer_to_the_survey_is_sent_back(harbour: Desk) -> None:
    assert harbour.place(harbour.reviewed(FEWER, reason=None)) == Incomplete("survey")
    assert orders(harbour.engine) == 0


def test_a_late_order_needs_its_own_tick(engine: Engine) -> None:
    late = desk_of(engine, "late-notice")
    draft = late.reviewed(Level("premium", 10, 5))

    assert late.place(draft) == Incomplete("late")
    renewal = late.account().subscription.anchor.replace(year=2027)
    assert isinstance(late.place(draft, late_ack=renewal.isoformat()), Placed)


def test_the_database_refuses_a_second_pending_change(harbour: Desk) -> None:
    harbour.place(harbour.reviewed(FEWER))

    with pytest.raises(IntegrityError), transaction(harbour.engine) as connection:
        subscriptions.schedule(connection, harbour.space_id, "second", None, date(2027, 1, 1))


def test_undo_brings_everything_back_and_twice_is_once(harbour: Desk) -> None:
    before = harbour.account().subscription
    harbour.place(harbour.reviewed(FEWER))
    pending = harbour.account().pending
    assert pending is not None

    for _ in range(2):
        assert undo.undo(
            harbour.engine,
            TERMS,
            space_id=harbour.space_id,
            member_id=harbour.member_id,
            change_id=pending.id,
            now=NOW,
        )

    assert harbour.account().subscription == before
    assert harbour.account().pending is None


def test_after_the_price_date_there_is_nothing_to_undo(harbour: Desk) -> None:
    harbour.place(harbour.reviewed(FEWER))
    pending = harbour.account().pending
    assert pending is not None

    assert not undo.undo(
        harbour.engine,
        TERMS,
        space_id=harbour.space_id,
        member_id=harbour.member_id,
        change_id=pending.id,
        now=NOW + timedelta(days=30),
    )


def test_a_lower_plan_comes_into_force_exactly_once_however_many_apply(harbour: Desk) -> None:
    harbour.place(harbour.reviewed(Level("essential", 8, 2)))
    assert harbour.account().subscription.in_use.plan == "premium"
    due = datetime(2026, 12, 1, 12, tzinfo=UTC)

    with ThreadPoolExecutor(4) as pool:
        applied = list(pool.map(lambda _: apply_due(harbour.engine, TERMS, now=due), range(4)))

    assert sum(applied) == 1
    assert harbour.account(due).subscription.in_use.plan == "essential"
    with transaction(harbour.engine) as connection:
        kinds = connection.execute(select(audit_event.c.kind).where(audit_event.c.space_id == harbour.space_id))
        assert [kind for (kind,) in kinds].count("change.applied") == 1


@pytest.mark.parametrize(("space_id", "day"), [("kiritimati", date(2026, 11, 25)), ("pago-pago", date(2026, 11, 24))])
def test_the_day_is_that_of_the_space(engine: Engine, space_id: str, day: date) -> None:
    assert desk_of(engine, space_id).account(datetime(2026, 11, 24, 12, tzinfo=UTC)).on == day


def test_the_audit_log_is_a_chain_that_nobody_can_change(harbour: Desk) -> None:
    harbour.place(harbour.reviewed(FEWER))

    with transaction(harbour.engine) as connection:
        assert audit.first_altered(connection, harbour.space_id) is None
    for statement in (audit_event.update().values(actor="x"), audit_event.delete()):
        with pytest.raises(DBAPIError, match="append-only"), transaction(harbour.engine) as connection:
            connection.execute(statement)


def test_importing_the_demo_twice_changes_nothing_and_the_export_is_an_import(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> None:
    again = import_file(engine, TERMS, DATA / "demo.json", now=NOW)
    file = tmp_path_factory.mktemp("export") / "all.json"
    count = export_file(engine, file)

    assert (again.added, again.changed, again.unchanged) == (0, 0, 14)
    assert count == 14
    assert import_file(engine, TERMS, file, now=NOW).added == 0
