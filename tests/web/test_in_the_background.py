"""The service does by itself what the calendar asks for, where no `widget work` runs beside it."""

import time
from datetime import UTC, datetime
from pathlib import Path

from tests.services.conftest import Administrator, administrator
from tests.web.conftest import Today, engine_of, serving
from widget.domain.plan import Level

#: More than a round of the worker takes, by far.
PATIENCE = 20


def plan_of(claire: Administrator) -> str:
    return claire.seen().subscription.in_use.plan


def test_a_lower_plan_that_is_due_comes_into_force_while_the_service_runs(tmp_path: Path) -> None:
    with serving(tmp_path, Today()) as client:
        claire = administrator(engine_of(client), "atelier-nord", "Claire Martin")
        claire.orders(Level("essential", 12, 2))
    assert plan_of(claire) == "premium"

    with serving(tmp_path, Today(datetime(2027, 5, 8, 9, tzinfo=UTC)), HELPCENTER_WORKER="1"):
        ends = time.monotonic() + PATIENCE
        while plan_of(claire) == "premium" and time.monotonic() < ends:
            time.sleep(0.05)

    assert plan_of(claire) == "essential"
