"""What a reader waits beside a large import: on the readers' own way, and in the writer's lane as before."""

import json
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import Connection, Engine

from bench.buyer import SPACE, Buyer, buyer
from bench.databases import NOW, TERMS, Kind
from widget.catalogue import DATA
from widget.services import account
from widget.services.transfer import import_file
from widget.store.engine import open_engine, reading, transaction

Row = tuple[str, str, str]
Way = Callable[[Engine], AbstractContextManager[Connection]]
SECONDS, PEOPLE = 3, 3_000


def row(kind: Kind, folder: Path) -> Row:
    """Return the 95th percentile of reading an account while 3 000 people are imported, both ways in turn."""
    folder.mkdir(exist_ok=True)
    pairs = [(_waits(kind, folder, reading), _waits(kind, folder, transaction)) for _ in range(3)]
    own, lane = (median(each) for each in zip(*pairs, strict=True))
    figure = f"{own:.0f} ms, in the writer's lane {lane:.0f} ms"
    return (f"reading an account beside the import of {PEOPLE} people, p95, {kind.name}", figure, "-")


def _waits(kind: Kind, folder: Path, way: Way) -> float:
    engine = open_engine(kind.fresh())
    who, end, waits = buyer(engine), time.monotonic() + SECONDS, list[float]()
    writer = threading.Thread(target=_import, args=(engine, folder / "people.json", end))
    writer.start()
    while time.monotonic() < end:
        began = time.perf_counter()
        _read(engine, who, way)
        waits.append((time.perf_counter() - began) * 1000)
        time.sleep(0.005)
    writer.join()
    engine.dispose()
    return quantiles(waits, n=20)[18]


def _read(engine: Engine, who: Buyer, way: Way) -> None:
    with way(engine) as connection:
        assert account.read(connection, TERMS, space_id=SPACE, member_id=who.member_id, now=NOW)


def _import(engine: Engine, path: Path, end: float) -> None:
    spaces = json.loads((DATA / "demo.json").read_text(encoding="utf-8"))["spaces"]
    large = next(each for each in spaces if each["id"] == "three-thousand") | {"generated_members": PEOPLE}
    number = 0
    while time.monotonic() < end:
        number += 1
        path.write_text(json.dumps({"format": 1, "spaces": [large | {"id": f"large-{number}"}]}), encoding="utf-8")
        import_file(engine, TERMS, path, now=NOW)
