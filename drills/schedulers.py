"""R6: four schedulers at once, killed at random, on both engines; each change comes into force exactly once."""

import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from drills.ground import NOW, TERMS, Drill, child, contents, people, started
from tests.services.postgres import running
from widget.domain.plan import Level
from widget.services.apply_due import apply_due
from widget.store import audit, outbox
from widget.store import subscription as subscriptions
from widget.store.engine import open_engine, reading, transaction

CHANGES, SCHEDULERS, KILLS = 500, 4, 20
LATER = NOW + timedelta(days=400)


def drill(folder: Path) -> Iterator[Drill]:
    """Apply on SQLite and on PostgreSQL."""
    broken = _naive(folder)
    control = f"a scheduler that trusts what it read before: {broken} of 20 applied twice"
    yield _drill(folder, f"sqlite:///{folder}/due.sqlite3", "SQLite", control, broken)
    with running() as postgres:
        url = postgres.url(postgres.create())
        yield _drill(folder, url, "PostgreSQL", control, broken)


def _due(url: str, folder: Path, count: int) -> None:
    engine = started(url)
    for who in people(engine, folder, count):
        who.orders(Level("essential", 12, 4), key=who.space_id)
    engine.dispose()


def _drill(folder: Path, url: str, name: str, control: str, broken: int) -> Drill:
    _due(url, folder, CHANGES)
    began, kills = time.monotonic(), 0
    schedulers = [child(partial(_schedule, url)) for _ in range(SCHEDULERS)]
    engine = open_engine(url)
    while _waiting(engine) and time.monotonic() - began < 120:
        if kills < KILLS:
            time.sleep(random.uniform(0, 0.1))  # noqa: S311 -- a moment, not a secret
            schedulers.pop(random.randrange(len(schedulers))).kill()  # noqa: S311 -- any of them
            schedulers.append(child(partial(_schedule, url)))
            kills += 1
        else:
            time.sleep(0.05)
    spent = time.monotonic() - began
    for each in schedulers:
        each.kill()
    wrong = _wrong(engine, CHANGES)
    engine.dispose()
    figure = f"{CHANGES} changes, {SCHEDULERS} schedulers, {kills} kills, {name}: {wrong} faults, {spent:.0f} s"
    return Drill(f"R6 schedulers, {name}", figure, wrong == 0, control, broken > 0)


def _schedule(url: str, _tell: Any) -> None:
    engine = open_engine(url)
    while True:
        apply_due(engine, TERMS, now=LATER)


def _waiting(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(subscriptions.due_spaces(connection))


def _wrong(engine: Engine, count: int) -> int:
    rows = contents(engine)
    audited = Counter(row["space_id"] for row in rows["audit_event"] if row["kind"] == "change.applied")
    told = Counter(row["space_id"] for row in rows["outbox"] if row["kind"] == "change.applied")
    plans = [row["plan"] for row in rows["subscription"]]
    once = {f"space-{number}": 1 for number in range(count)}
    return (audited != once) + (told != once) + (plans != ["essential"] * count) + _waiting(engine)


def _naive(folder: Path) -> int:
    """Two schedulers that look once and act later, without asking again: what ours must not be."""
    url = f"sqlite:///{folder}/naive.sqlite3"
    _due(url, folder, 20)

    def act(_tell: Any) -> None:
        engine = open_engine(url)
        with reading(engine) as connection:
            due = subscriptions.due_spaces(connection)
        time.sleep(1)
        for space_id, _ in due:
            with transaction(engine) as connection:
                audit.append(connection, space_id, at=LATER, actor="system", kind="change.applied", data={})
                outbox.add(connection, space_id, kind="change.applied", facts={}, at=LATER)

    for each in [child(act) for _ in range(2)]:
        each.wait()
    engine = open_engine(url)
    audited = Counter(row["space_id"] for row in contents(engine)["audit_event"] if row["kind"] == "change.applied")
    return sum(times > 1 for times in audited.values())
