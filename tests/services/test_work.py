"""The worker: no fault ends it, a clock that jumps is not believed, and stopping leaves nothing half done."""

import json
import logging
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, update

from tests.services.conftest import NOW, Administrator, contents, events
from tests.services.test_deliver import Clock, letters, post
from widget.domain.plan import Level
from widget.logs import JsonLines
from widget.services import feedback
from widget.services.quote import Requested
from widget.services.work import Watch, Worker
from widget.store.engine import transaction
from widget.store.tables import quote, space, subscription

DAY = timedelta(days=1)


def run(worker: Worker, until: object, seconds: float = 60) -> None:
    thread = threading.Thread(target=worker.run)
    thread.start()
    ends = time.monotonic() + seconds
    while not until():  # type: ignore[operator]  # a condition
        assert time.monotonic() < ends
        time.sleep(0.02)
    worker.stop.set()
    thread.join(10)
    assert not thread.is_alive()


def test_one_worker_sends_applies_and_reminds(claire: Administrator, tmp_path: Path) -> None:
    claire.orders(Level("essential", 12, 4))
    clock = Clock(NOW + 200 * DAY)

    run(Worker(post(claire.engine, tmp_path, clock)), lambda: len(letters(tmp_path)) == 2)

    assert sorted(str(each["Subject"]) for each in letters(tmp_path))[0] == "Le nouveau tarif est en vigueur"
    assert len(events(claire.engine, "change.applied")) == 1


def test_a_clock_set_forward_applies_nothing_and_is_told(
    claire: Administrator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    claire.orders(Level("essential", 12, 4))
    clock = Clock()
    watch = Watch(clock)
    worker = Worker(post(claire.engine, tmp_path, clock))
    clock.instant += 200 * DAY
    before = contents(claire.engine)

    with caplog.at_level(logging.ERROR):
        worker.calendar(watch)

    assert contents(claire.engine) == before
    assert "the clock ran" in caplog.text


@pytest.mark.parametrize(("hours", "believed"), [(-200, True), (0, True), (2, True), (12, True), (13, False)])
def test_a_clock_set_forward_by_no_more_than_half_a_day_is_believed(hours: int, believed: bool) -> None:
    clock = Clock()
    watch = Watch(clock)
    clock.instant += timedelta(hours=hours)

    assert (watch.jumped() is None) == believed


def test_the_worker_forgets_what_readers_wrote_when_the_policy_says_so(engine: Engine, tmp_path: Path) -> None:
    said = feedback.say(engine, article=1001, section="", language="en", version="0a1b2c3d", helpful=True, now=NOW)
    feedback.comment(engine, said, "I am Claire")
    later = Clock(NOW + 366 * DAY)

    Worker(post(engine, tmp_path, later)).calendar(Watch(later))

    assert [(row["helpful"], row["comment"]) for row in contents(engine)["feedback"]] == [(True, "")]


def test_a_duty_that_fails_stops_no_other(
    claire: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    claire.orders(Level("essential", 12, 4))
    clock = Clock(NOW + 200 * DAY)
    monkeypatch.setattr("widget.services.quote_due.expire_due", lambda *_: 1 / 0)

    Worker(post(claire.engine, tmp_path, clock)).calendar(Watch(clock))

    assert "quotes that end: not done" in caplog.text
    assert len(events(claire.engine, "change.applied")) == 1


def test_of_what_fails_the_log_has_the_class_and_the_place_and_never_the_words(
    claire: Administrator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    who = "Claire Martin"
    number = claire.request(claire.begin(Level("premium", 12, 2)))
    assert isinstance(number, Requested)
    claire.orders(Level("essential", 12, 4), key="another")
    with transaction(claire.engine) as connection:
        connection.execute(update(quote).values(document=f'"{who}"', state="open", settled_at=None))
        connection.execute(update(subscription).values(plan=who))
        connection.execute(update(space).values(time_zone=who))
    clock = Clock(NOW + 200 * DAY)

    Worker(post(claire.engine, tmp_path, clock)).calendar(Watch(clock))

    lines = [json.loads(JsonLines().format(each)) for each in caplog.records]
    assert [line for line in lines if "Martin" in str(line)] == []
    told = {(line["event"], line["error"]) for line in lines if "error" in line}
    assert told == {
        ("due changes not applied: atelier-nord is to be tried again", "ZoneInfoNotFoundError"),
        ("spaces not reminded: atelier-nord is to be tried again", "ZoneInfoNotFoundError"),
        (f"quotes not expired: {number.number} is to be tried again", "ValidationError"),
        (f"quotes not reminded of: {number.number} is to be tried again", "ValidationError"),
    }
    assert all("widget/services" in str(line["raised"]) for line in lines if "error" in line)
    assert len([line for line in lines if "error" not in line]) == 4
