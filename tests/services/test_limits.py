"""Limits count per window, for everybody apart, over restarts and over several processes."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from tests.services.conftest import NOW, at_once, contents
from widget.services.limits import WINDOWS, Limit, Limits, one_household


class Clock:
    def __init__(self) -> None:
        self.instant = NOW

    def __call__(self) -> datetime:
        return self.instant


@pytest.fixture
def clock() -> Clock:
    return Clock()


def waits(limits: Limits, limit: Limit, who: str, times: int) -> list[int]:
    return [limits.hit(limit, who) for _ in range(times)]


@pytest.mark.parametrize("limit", [Limit.CALCULATE, Limit.FEEDBACK, Limit.SIGN_IN])
def test_a_limit_lets_its_number_pass_and_names_the_seconds_to_wait(engine: Engine, clock: Clock, limit: Limit) -> None:
    limits, window = Limits(engine, clock), WINDOWS[limit]

    told = waits(limits, limit, "claire", window.amount + 1)

    assert told[:-1] == [0] * window.amount
    assert 1 <= told[-1] <= window.get_expiry() + 1
    clock.instant += timedelta(seconds=told[-1])
    assert limits.hit(limit, "claire") == 0


def test_a_window_ends_when_it_was_to_end_however_often_somebody_tries_meanwhile(engine: Engine, clock: Clock) -> None:
    limits, amount = Limits(engine, clock), WINDOWS[Limit.SIGN_IN].amount
    waits(limits, Limit.SIGN_IN, "claire", amount)
    clock.instant += timedelta(seconds=30)

    refused = limits.hit(Limit.SIGN_IN, "claire")
    clock.instant += timedelta(seconds=31)

    assert (refused, limits.hit(Limit.SIGN_IN, "claire")) == (31, 0)


def test_a_limit_counts_after_2038_too(engine: Engine, clock: Clock) -> None:
    clock.instant = datetime(2040, 2, 29, tzinfo=UTC)
    limits, amount = Limits(engine, clock), WINDOWS[Limit.FEEDBACK].amount

    told = waits(limits, Limit.FEEDBACK, "claire", amount + 1)

    assert [wait > 0 for wait in told] == [False] * amount + [True]


def test_a_clock_that_ran_ahead_keeps_nobody_out_once_it_is_right(engine: Engine, clock: Clock) -> None:
    limits, amount = Limits(engine, clock), WINDOWS[Limit.FEEDBACK].amount
    clock.instant += timedelta(days=1)
    waits(limits, Limit.FEEDBACK, "claire", amount + 1)
    clock.instant -= timedelta(days=1)

    told = waits(limits, Limit.FEEDBACK, "claire", amount + 1)

    assert told[:-1] == [0] * amount
    assert 1 <= told[-1] <= WINDOWS[Limit.FEEDBACK].get_expiry() + 1


def test_a_limit_survives_a_restart(engine: Engine, clock: Clock) -> None:
    waits(Limits(engine, clock), Limit.FEEDBACK, "claire", WINDOWS[Limit.FEEDBACK].amount)

    after_restart = Limits(engine, clock)

    assert after_restart.hit(Limit.FEEDBACK, "claire") > 0
    assert after_restart.hit(Limit.FEEDBACK, "olivia") == 0
    assert after_restart.hit(Limit.SIGN_IN, "claire") == 0


def test_two_processes_count_together(engine: Engine, clock: Clock) -> None:
    amount = WINDOWS[Limit.FEEDBACK].amount
    processes = [Limits(engine, clock), Limits(engine, clock)]

    acts: list[Callable[[], int]] = [
        partial(processes[at % 2].hit, Limit.FEEDBACK, "claire") for at in range(amount + 10)
    ]
    told = at_once(acts)

    assert sum(wait == 0 for wait in told) == amount


def test_no_address_is_kept(engine: Engine, clock: Clock) -> None:
    Limits(engine, clock).hit(Limit.SIGN_IN, "203.0.113.9")

    (row,) = contents(engine)["rate_limit"]
    assert "203.0.113.9" not in str(row)
    assert row["ends_at"] == int(datetime(2026, 11, 24, 9, 1, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("address", "household"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("::1", "::1"),
        ("testclient", ""),
    ],
)
def test_an_address_is_counted_by_household(address: str, household: str) -> None:
    assert one_household(address) == household
