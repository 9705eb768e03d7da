"""R2: the power is cut at any moment; only what was synced is sure to survive. Nothing acknowledged is lost.

The product's own statements run on a file system that notes each write and each sync (SQLite's VFS, by apsw). For each
seed a moment is chosen and the disk is put together as it may be then: of the writes since the last sync of a file half
survive, a fifth are torn and the others vanish. The database is opened on that disk.
"""

import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import apsw
from sqlalchemy import event

from drills.ground import Drill, people, started
from widget.domain.plan import Level

SEEDS, ORDERS = 500, 40
SYNC, WRITE, TRUNCATE, DELETE, ACKNOWLEDGED = "sync", "write", "truncate", "delete", "acknowledged"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a file, or that an order was acknowledged."""

    kind: str
    file: str = ""
    at: int = 0
    data: bytes = b""


@dataclass
class Disk(apsw.VFS):
    """Passes everything on to the real disk, and notes it."""

    steps: list[Step] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__("noted", "")

    def xOpen(self, name: Any, flags: Any) -> "File":  # noqa: N802 -- SQLite's name
        return File(self, name, flags)

    def xDelete(self, name: str, sync: bool) -> None:  # noqa: N802 -- SQLite's name
        self.steps.append(Step(DELETE, Path(name).name, at=int(sync)))
        super().xDelete(name, sync)


class File(apsw.VFSFile):
    """A file of that disk."""

    def __init__(self, disk: Disk, name: Any, flags: Any) -> None:
        super().__init__("", name, flags)
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        self._steps, self._name = disk.steps, Path(path or "temporary").name

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 -- SQLite's name
        self._steps.append(Step(WRITE, self._name, offset, bytes(data)))
        super().xWrite(data, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802 -- SQLite's name
        self._steps.append(Step(TRUNCATE, self._name, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802 -- SQLite's name
        self._steps.append(Step(SYNC, self._name))
        super().xSync(flags)


def drill(folder: Path) -> list[Drill]:
    """Cut the power."""
    statements, before = _statements(folder)
    safe = _cuts(folder, statements, before, "TRUNCATE", "FULL")
    log = _cuts(folder, statements, before, "WAL", "FULL")
    loose = _cuts(folder, statements, before, "TRUNCATE", "OFF")
    normal = _cuts(folder, statements, before, "WAL", "NORMAL")
    held = not any(safe) and not any(log)
    figure = (
        f"{SEEDS} cuts each of {ORDERS} orders (14 or more writes in each); TRUNCATE: {_told(safe)}; WAL: {_told(log)}"
    )
    control = f"synchronous=OFF: {_told(loose)}; WAL with NORMAL: {_told(normal)}"
    return [Drill("R2 power cut", figure, held, control, any(loose) and normal[0] > 0)]


def _told(counts: tuple[int, int, int]) -> str:
    return f"{counts[0]} lost, {counts[1]} half, {counts[2]} damaged"


def _statements(folder: Path) -> tuple[list[tuple[str, Any]], bytes]:
    """Return what the product says to SQLite while orders are placed, and the file before."""
    path = folder / "orders.sqlite3"
    engine = started(f"sqlite:///{path}")
    (who,) = people(engine, folder, 1)
    before = path.read_bytes()
    said: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: bool) -> None:
        if not statement.startswith(("SELECT", "PRAGMA")):
            said.extend((statement, each) for each in (values if many else [values]))

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", lambda _: said.append(("COMMIT", ())))
    for number in range(ORDERS):
        who.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}")
        said.append((ACKNOWLEDGED, ()))
    engine.dispose()
    return said, before


def _cuts(
    folder: Path, statements: list[tuple[str, Any]], before: bytes, journal: str, synchronous: str
) -> tuple[int, int, int]:
    path = folder / f"{journal}-{synchronous}" / "orders.sqlite3"
    path.parent.mkdir()
    path.write_bytes(before)
    disk = Disk()
    connection = apsw.Connection(str(path), vfs="noted")
    # A VFS in Python has no shared memory, without which WAL needs the file for itself.
    pragmas = ["locking_mode=EXCLUSIVE"] if journal == "WAL" else []
    for each in (*pragmas, f"journal_mode={journal}", f"synchronous={synchronous}", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {each}").fetchall()
    start = len(disk.steps)
    for statement, values in statements:
        if statement == ACKNOWLEDGED:
            disk.steps.append(Step(ACKNOWLEDGED))
        elif statement.startswith("BEGIN"):
            connection.execute("BEGIN IMMEDIATE")
        else:
            connection.execute(statement, tuple(values))
    connection.close()
    disk.unregister()
    lost = half = damaged = 0
    for seed in range(SEEDS):
        dice = random.Random(seed)  # noqa: S311 -- a seed that can be tried again
        moment = dice.randrange(start, len(disk.steps))
        files = _left(before, disk.steps[:moment], start, dice)
        acknowledged = sum(step.kind == ACKNOWLEDGED for step in disk.steps[:moment])
        found = _opened(folder / "cut", files)
        lost += found is not None and found[0] < acknowledged
        half += found is not None and len(set(found)) != 1
        damaged += found is None
    return lost, half, damaged


def _left(before: bytes, steps: list[Step], start: int, dice: random.Random) -> dict[str, bytes]:
    """Return the files as the disk may hold them: what is older than `start` or synced for sure, of the rest a part."""
    last = {step.file: number for number, step in enumerate(steps) if step.kind == SYNC}
    files: dict[str, bytearray] = {"orders.sqlite3": bytearray(before)}
    for number, step in enumerate(steps):
        if step.kind in {SYNC, ACKNOWLEDGED}:
            continue
        sure = number < max(start, last.get(step.file, -1)) or (step.kind == DELETE and step.at)
        data, fate = step.data, 0.0 if sure else dice.random()
        if fate > 0.7:
            continue
        if fate > 0.5:
            data = data[: dice.randrange(len(data))] if data else data
        _do(files, step, data)
    return {name: bytes(content) for name, content in files.items()}


def _do(files: dict[str, bytearray], step: Step, data: bytes) -> None:
    if step.kind == DELETE:
        files.pop(step.file, None)
        return
    content = files.setdefault(step.file, bytearray())
    if step.kind == TRUNCATE:
        del content[step.at :]
        return
    content.extend(bytes(max(0, step.at + len(data) - len(content))))
    content[step.at : step.at + len(data)] = data


def _opened(folder: Path, files: dict[str, bytes]) -> tuple[int, int, int] | None:
    """Return the orders, their messages and their audit events on a disk; None where the database is damaged."""
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    count = "SELECT count(*) FROM {} WHERE kind = 'order.placed'"
    try:
        with closing(sqlite3.connect(folder / "orders.sqlite3")) as connection:
            if connection.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
                return None
            queries = ("SELECT count(*) FROM placed_order", count.format("outbox"), count.format("audit_event"))
            one, two, three = (connection.execute(each).fetchone()[0] for each in queries)
    except sqlite3.DatabaseError:
        return None
    return one, two, three
