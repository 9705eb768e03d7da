"""The demo's spaces cover each situation that an article speaks of, on whatever day they come in."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import Engine

from tests.services.conftest import DEMO, TERMS
from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Interval, Level
from widget.domain.refusal import Rule
from widget.services.account import local_day
from widget.services.transfer import import_file
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import reading
from widget.store.subscription import Pending

DAYS = [
    datetime(2026, 11, 24, 12, 30, tzinfo=UTC),
    datetime(2027, 2, 28, 12, 30, tzinfo=UTC),
    datetime(2028, 2, 29, 12, 30, tzinfo=UTC),
    datetime(2027, 12, 31, 12, 30, tzinfo=UTC),
]


@pytest.fixture(params=DAYS, ids=lambda day: str(day.date()))
def now(request: pytest.FixtureRequest, engine: Engine) -> datetime:
    day: datetime = request.param
    import_file(engine, TERMS, DEMO, now=day)
    return day


def lowered(engine: Engine, space_id: str, now: datetime) -> ChangePreview:
    """Return what one Zoom license and one user less would do, in the space on its own day."""
    with reading(engine) as connection:
        on = local_day(spaces.known(connection, space_id), now)
        found = subscriptions.load(connection, space_id).subscription
    used = found.in_use
    wish = Level(used.plan, max(used.users - 1, 1), max(used.zoom_licenses - 1, 0))
    return preview(found, wish, on=on, terms=TERMS)


def rules(answer: ChangePreview) -> set[Rule]:
    return {each.rule for each in answer.blockers}


def test_each_situation_has_its_space(engine: Engine, now: datetime) -> None:
    with reading(engine) as connection:
        names = spaces.ids(connection)
        pending = subscriptions.pending(connection, "pending-decrease")
    seen = {name: lowered(engine, name, now) for name in names}

    assert len(names) >= 12
    assert seen["harbour-studio"].subscription.interval is Interval.MONTH
    assert (seen["atelier-nord"].notice_in_time, seen["late-notice"].notice_in_time) == (True, False)
    assert seen["leap-day"].renewal_date in {date(2027, 2, 28), date(2028, 2, 29), date(2029, 2, 28)}
    assert renewals(seen["last-of-february"]) == (2, 28)
    assert renewals(seen["month-end"]) == (8, 31)
    assert Rule.ACTIVE_USER_FLOOR in rules(seen["full-house"])
    assert Rule.LOCKED_CONTRACT in rules(seen["signed-contract"])
    assert isinstance(pending, Pending)
    assert pending.due_on == seen["pending-decrease"].renewal_date
    assert seen["solo"].subscription.in_use.users == 1
    assert seen["three-thousand"].subscription.occupied_users == 3_000
    assert (seen["kiritimati"].on - seen["pago-pago"].on).days == 1
    assert seen["free-plan"].subscription.in_use.plan == "free"


def renewals(answer: ChangePreview) -> tuple[int, int]:
    assert answer.renewal_date is not None
    return answer.renewal_date.month, answer.renewal_date.day
