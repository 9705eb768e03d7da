"""What a start takes before it serves: the whole database read for damage, and every audit event against its chain."""

import time
from pathlib import Path
from statistics import median

from sqlalchemy import Engine

from bench.buyer import SPACE
from bench.databases import NOW, TERMS
from widget.catalogue import DATA
from widget.services.audit import verify
from widget.services.transfer import import_file
from widget.store import audit
from widget.store.engine import migrate, open_engine, transaction

Row = tuple[str, str, str]
EVENTS, TIMES = 100_000, 5


def row(folder: Path) -> Row:
    """Return the time of both checks with 100 000 audit events, on SQLite."""
    engine = open_engine(f"sqlite:///{folder}/start.sqlite3")
    migrate(engine)
    import_file(engine, TERMS, DATA / "demo.json", now=NOW)
    level = {"plan": "premium", "users": 12, "zoom_licenses": 2}
    with transaction(engine) as connection:
        for number in range(EVENTS):
            data = {"before": level, "after": level | {"users": number}, "change": f"{number:032x}"}
            audit.append(connection, SPACE, at=NOW, actor="system", kind="change.undone", data=data)
    damage, chain = (median(each) for each in zip(*(_checked(engine) for _ in range(TIMES)), strict=True))
    engine.dispose()
    return (f"a start's checks with {EVENTS} audit events: damage + chain", f"{damage:.2f} + {chain:.2f} s", "1 s")


def _checked(engine: Engine) -> tuple[float, float]:
    began = time.perf_counter()
    migrate(engine, thorough=True)
    read = time.perf_counter()
    verify(engine)
    return read - began, time.perf_counter() - read
