"""R1: kill -9 while orders are placed, at random and at every named point; nothing acknowledged is lost or doubled."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from drills.ground import Administrator, Drill, child, faults, people, started
from tests.services.postgres import running
from widget.domain.plan import Level
from widget.services import draft
from widget.services.order import Placed
from widget.store import outbox
from widget.store.engine import open_engine, transaction

KILLS, ACKNOWLEDGED, UNKNOWN = 60, 1000, 200
#: How many orders all writers have placed before the moment of the kill comes.
BEFORE = 12
WRITERS, EACH = 4, 10
#: A named point is the statement after which, or the event at which, the process is gone.
POINTS = (
    "BEGIN",
    "UPDATE subscription",
    "INSERT INTO billed_step",
    "INSERT INTO placed_order",
    "INSERT INTO pending_change",
    "INSERT INTO survey_answer",
    "INSERT INTO audit_event",
    "INSERT INTO outbox",
    "INSERT INTO delivery",
    "INSERT INTO idempotency",
    "COMMIT",
    "answer",
)


def drill(folder: Path) -> Iterator[Drill]:
    """Kill and count, on SQLite and on PostgreSQL."""
    yield _drill(folder, f"sqlite:///{folder}/kills.sqlite3", f"sqlite:///{folder}/control.sqlite3", "SQLite")
    with running() as postgres:
        yield _drill(folder, postgres.url(postgres.create()), postgres.url(postgres.create()), "PostgreSQL")


def _drill(folder: Path, url: str, control_url: str, name: str) -> Drill:
    broken, engine = _control(folder, control_url), started(url)
    writers = people(engine, folder, WRITERS)
    engine.dispose()
    acknowledged, unknown, kills = _at_random(url, writers)
    named = [each for point in POINTS for _ in range(EACH) for each in _at(url, writers[0], point)]
    acknowledged |= {line[1:] for line in named if line.startswith("+")}
    unknown |= {line[1:] for line in named if line.startswith("?")} - acknowledged
    engine = open_engine(url)
    wrong = faults(engine, acknowledged)
    again = sum(_again(engine, writers, each) for each in unknown)
    wrong += faults(engine, acknowledged | unknown)
    engine.dispose()
    floors = len(acknowledged) >= ACKNOWLEDGED and len(unknown) >= UNKNOWN
    figure = (
        f"{kills + len(POINTS) * EACH} kills ({len(POINTS)} points x {EACH}), {len(acknowledged)} acknowledged, "
        f"{len(unknown)} unknown of which {again} placed once again, {len(wrong)} faults"
    )
    passed = floors and not wrong and again == len(unknown)
    control = f"message written after COMMIT: {broken} faults"
    return Drill(f"R1 kill -9 while ordering, {name}", figure, passed, control, broken > 0)


def _write(url: str, who: Administrator, tell: Callable[[str], None], arm: Callable[[Engine], None] | None) -> None:
    engine = open_engine(url)
    own = Administrator(engine, who.space_id, who.member_id)
    number = random.randrange(2)  # noqa: S311 -- which of two levels comes first
    while True:
        number += 1
        draft_id = own.reviewed(Level("premium", 12, 2 + number % 2))
        if arm:
            arm(engine)
        tell(f"?{draft_id}")
        placed = own.place(draft_id, key=draft_id)
        if arm:
            os.kill(os.getpid(), signal.SIGKILL)  # the point "answer", and the end of every armed child
        if isinstance(placed, Placed):
            tell(f"+{draft_id}")


def _at_random(url: str, writers: list[Administrator]) -> tuple[set[str], set[str], int]:
    acknowledged: set[str] = set()
    asked: set[str] = set()
    kills = 0
    while kills < KILLS or len(acknowledged) < ACKNOWLEDGED or len(asked - acknowledged) < UNKNOWN:
        running = [child(partial(_write, url, who, arm=None)) for who in writers]
        while sum(line.startswith("+") for each in running for line in each.lines()) < BEFORE:
            time.sleep(0.005)
        time.sleep(random.uniform(0, 0.15))  # noqa: S311 -- a moment, not a secret
        told = [line for each in running for line in each.kill()]
        acknowledged |= {line[1:] for line in told if line.startswith("+")}
        asked |= {line[1:] for line in told if line.startswith("?")}
        kills += len(running)
    return acknowledged, asked - acknowledged, kills


def _at(url: str, who: Administrator, point: str) -> list[str]:
    def arm(engine: Engine) -> None:
        def gone(*_: Any) -> None:
            os.kill(os.getpid(), signal.SIGKILL)

        def after(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.replace('"', "").startswith(point):
                gone()

        if point in {"BEGIN", "COMMIT"}:
            event.listen(engine, point.lower(), gone)
        elif point != "answer":
            event.listen(engine, "after_cursor_execute", after)

    return child(partial(_write, url, who, arm=arm)).wait()


def _again(engine: Engine, writers: list[Administrator], draft_id: str) -> bool:
    """Send an order again whose answer nobody saw, as the person would: reviewed anew where things have moved."""
    for who in writers:
        own = Administrator(engine, who.space_id, who.member_id)
        found = draft.load(engine, space_id=who.space_id, member_id=who.member_id, draft_id=draft_id)
        if found is None:
            continue
        own.agreed[draft_id] = next(reversed(found.reviews))  # their browser still has the form
        if isinstance(own.place(draft_id, key=draft_id), Placed):
            return True
        own.orders(Level("premium", 12, 7 - own.seen().subscription.in_use.zoom_licenses), key=f"between-{draft_id}")
        own.review(draft_id)
        return isinstance(own.place(draft_id, key=draft_id), Placed)
    return False


def _control(folder: Path, url: str) -> int:
    """Write the message after the COMMIT of what it announces, and be killed in between."""
    engine = started(url)
    (who,) = people(engine, folder, 1)
    engine.dispose()

    def late(tell: Callable[[str], None]) -> None:
        real, waiting = outbox.add, list[tuple[Any, Any]]()

        def wait(*told: Any, **more: Any) -> str:
            waiting.append((told[1:], more))
            return ""

        outbox.add = wait  # the fault that is tried: the message is written after the COMMIT of what it announces
        own = Administrator(open_engine(url), who.space_id, who.member_id)
        draft_id = own.reviewed(Level("premium", 12, 2))
        own.place(draft_id, key=draft_id)
        os.kill(os.getpid(), signal.SIGKILL)
        with transaction(own.engine) as connection:
            for told, more in waiting:
                real(connection, *told, **more)
        tell("+")

    child(late).wait()
    return len(faults(open_engine(url), set()))
