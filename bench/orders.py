"""Orders under load and under kill -9, on SQLite: one placed, none lost, none doubled."""

import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, func, select

from widget import catalogue
from widget.catalogue import DATA
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.services import account, draft, order
from widget.services.transfer import import_file
from widget.store import space as spaces
from widget.store.engine import migrate, open_engine, transaction
from widget.store.tables import placed_order

Row = tuple[str, str, str]
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TERMS = catalogue.load()
SPACE = "harbour-studio"


def rows(folder: Path) -> list[Row]:
    """Return the race, the order rate and the crash run."""
    return [_race(folder), _rate(folder), _crash(folder)]


def _fresh(path: Path) -> tuple[Engine, str]:
    engine = open_engine(f"sqlite:///{path}")
    migrate(engine)
    import_file(engine, TERMS, DATA / "demo.json", now=NOW)
    with transaction(engine) as connection:
        return engine, next(each.id for each in spaces.members(connection, SPACE, "active") if each.is_administrator)


def _ready(engine: Engine, member: str, users: int) -> str:
    """Keep a reviewed draft and return its id."""
    wish = Level("premium", users, 2)
    draft_id = draft.begin(engine, space_id=SPACE, member_id=member, wish=wish, now=NOW)
    _review(engine, member, draft_id)
    return draft_id


def _review(engine: Engine, member: str, draft_id: str) -> None:
    seen = account.load(engine, TERMS, space_id=SPACE, member_id=member, now=NOW)
    found = draft.load(engine, space_id=SPACE, member_id=member, draft_id=draft_id)
    assert seen
    assert found
    result = preview(seen.subscription, found.wish, on=seen.on, terms=TERMS)
    promise = order.reviewed(seen, result)
    draft.keep(engine, space_id=SPACE, draft_id=draft_id, reason="other", reviewed=promise)


def _place(engine: Engine, member: str, draft_id: str) -> order.Outcome:
    return order.place(
        engine,
        TERMS,
        space_id=SPACE,
        member_id=member,
        draft_id=draft_id,
        key=draft_id,
        late_ack="",
        language="en",
        now=NOW,
    )


def _race(folder: Path) -> Row:
    counts = []
    for number in range(20):
        engine, member = _fresh(folder / f"race{number}" / "x.sqlite3")
        drafts = [_ready(engine, member, 5 + number % 3) for _ in range(80)]
        with ThreadPoolExecutor(80) as pool:
            outcomes = list(pool.map(lambda each: _place(engine, member, each), drafts))  # noqa: B023 -- used at once
        counts.append(sum(isinstance(each, order.Placed) for each in outcomes))
        engine.dispose()
    return ("80 simultaneous orders, 20 rounds, SQLite: placed in each", f"{sorted(set(counts))}", "[1]")


def _rate(folder: Path) -> Row:
    engine, member = _fresh(folder / "rate" / "x.sqlite3")
    spent = 0.0
    for number in range(200):
        draft_id = _ready(engine, member, 9 + number % 2)
        began = time.perf_counter()
        outcome = _place(engine, member, draft_id)
        spent += time.perf_counter() - began
        assert isinstance(outcome, order.Placed), outcome
    return ("orders per second, one process, SQLite FULL", f"{200 / spent:.0f}", "-")


def _crash(folder: Path) -> Row:
    path = folder / "crash" / "x.sqlite3"
    engine, member = _fresh(path)
    engine.dispose()
    acknowledged: list[str] = []
    unknown: list[str] = []
    kills = 0
    while kills < 100 or len(acknowledged) < 1000:
        child = subprocess.Popen(
            [sys.executable, "-m", "bench.crash", str(path), member, str(kills)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout
        child.stdout.readline()
        time.sleep(random.uniform(0.05, 0.35))  # noqa: S311 -- a moment, not a secret
        child.kill()
        lines = child.stdout.read().split("\n")[:-1]
        kills += 1
        done = {line[1:] for line in lines if line.startswith("+")}
        acknowledged += sorted(done)
        unknown += [line[1:] for line in lines if line.startswith("?") and line[1:] not in done]
    engine = open_engine(f"sqlite:///{path}")
    with transaction(engine) as connection:
        query = select(placed_order.c.draft_id, func.count()).group_by(placed_order.c.draft_id)
        orders: dict[str, int] = dict(row.tuple() for row in connection.execute(query))
    lost = [each for each in acknowledged if each not in orders]
    again = 0
    for each in unknown:
        if not isinstance(_place(engine, member, each), order.Placed):
            # Not placed before the kill, and others were since: it is reviewed again over another level, then sent.
            _place(engine, member, _ready(engine, member, 30))
            _review(engine, member, each)
            assert isinstance(_place(engine, member, each), order.Placed), each
        again += 1
    doubled = sum(count > 1 for count in orders.values())
    text = (
        f"{kills} kills, {len(acknowledged)} acknowledged, {len(lost)} lost, {doubled} doubled, {again} unknown placed"
    )
    return ("kill -9 during orders, SQLite", text, "0 lost, 0 doubled")
