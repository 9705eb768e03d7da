"""R9 and R10: a disk that is full at random moments, and databases that were damaged before the start."""

import random
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import OperationalError

from drills.ground import Drill, contents, faults, people, started
from widget.domain.plan import Level
from widget.services.audit import AlteredError, verify
from widget.services.order import Placed
from widget.store import engine
from widget.store.engine import FullError, StoreError, migrate, open_engine

MOMENTS, COPIES = 40, 100
TABLES = ("placed_order", "audit_event", "subscription", "billed_step")


def drill(folder: Path) -> Iterator[Drill]:
    """Fill the disk; then damage copies."""
    yield _full(folder)
    yield _nearly_full(folder)
    yield _damaged(folder)


def _full(folder: Path) -> Drill:
    path = folder / "full.sqlite3"
    store = started(f"sqlite:///{path}")
    (who,) = people(store, folder, 1)
    acknowledged, refused, believed, again, retried = set(), 0, set(), 0, 0
    dice = random.Random(9)  # noqa: S311 -- a seed that can be tried again
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for _ in range(MOMENTS):
        draft_id = who.reviewed(Level("premium", 12, 7 - who.seen().subscription.in_use.zoom_licenses))
        resource.setrlimit(resource.RLIMIT_FSIZE, (dice.randrange(512, 40_000), hard))
        try:
            placed = who.place(draft_id, key=draft_id)
            acknowledged |= {draft_id} if isinstance(placed, Placed) else set()
        except OperationalError:
            refused += 1
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        believed.add(draft_id)
        if draft_id not in acknowledged and dice.random() < 0.5:
            retried += 1
            again += isinstance(who.place(draft_id, key=draft_id), Placed)
            acknowledged.add(draft_id)
    wrong = faults(store, acknowledged)
    missing = len([each for each in faults(store, believed) if each.startswith("lost")])
    store.dispose()
    figure = (
        f"{MOMENTS} moments, {refused} refused, {again} of {retried} placed by the same key afterwards, "
        f"{len(wrong)} faults"
    )
    return Drill(
        "R9 disk full",
        figure,
        refused > 0 and again == retried and not wrong,
        f"errors believed to be orders: {missing} lost",
        missing > 0,
    )


def _nearly_full(folder: Path) -> Drill:
    """Say that the disk has less room than must be left: an order is refused before anything is written."""
    path = folder / "nearly.sqlite3"
    store = started(f"sqlite:///{path}")
    (who,) = people(store, folder, 1)
    draft_id, room = who.reviewed(Level("premium", 12, 2)), engine.ROOM
    before = contents(store)
    try:
        engine.ROOM = shutil.disk_usage(folder).total + 1
        who.place(draft_id, key=draft_id)
        refused = False
    except FullError:
        refused = True
    finally:
        engine.ROOM = room
    unchanged = contents(store) == before
    placed = isinstance(who.place(draft_id, key=draft_id), Placed)
    store.dispose()
    return Drill(
        f"R9 less than {room // 2**20} MB left",
        f"an order is refused: {refused}, nothing written: {unchanged}",
        refused and unchanged,
        f"with room, the same order is placed: {placed}",
        placed,
    )


def _damaged(folder: Path) -> Drill:
    path = folder / "whole.sqlite3"
    store = started(f"sqlite:///{path}")
    (who,) = people(store, folder, 1)
    for number in range(20):
        who.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}")
    whole = contents(store)
    store.dispose()
    dice = random.Random(10)  # noqa: S311 -- a seed that can be tried again
    refused = same = altered = changed = blind = 0
    for number in range(COPIES):
        copy = folder / "damaged.sqlite3"
        shutil.copy(path, copy)
        _damage(copy, number, dice)
        before = copy.read_bytes()
        outcome = _start(copy, whole)
        refused, same, altered = (
            refused + (outcome == "refused"),
            same + (outcome == "same"),
            altered + (outcome == "altered"),
        )
        changed += outcome == "refused" and copy.read_bytes() != before
        blind += _quick(before, folder / "quick.sqlite3") and outcome == "refused"
    figure = (
        f"{COPIES} damaged copies: {refused} refused and left as they were ({changed} not), {same} harmless, "
        f"{altered} started on altered orders, events or bills"
    )
    control = f"quick_check alone, no chain: {blind} more start"
    return Drill("R10 damaged at start", figure, altered == 0 and changed == 0 and refused > 0, control, blind > 0)


def _damage(path: Path, number: int, dice: random.Random) -> None:
    content = bytearray(path.read_bytes())
    kind = ("bit", "bit", "bit", "page", "end", "garbage", "header", "row")[number % 8]
    at = dice.randrange(100, len(content))
    if kind == "bit":
        content[at] ^= 1 << dice.randrange(8)
    elif kind == "page":
        content[at // 4096 * 4096 : at // 4096 * 4096 + 4096] = bytes(4096)
    elif kind == "end":
        del content[at:]
    elif kind == "garbage":
        content[at : at + 512] = dice.randbytes(512)
    elif kind == "header":
        content[dice.randrange(16)] ^= 0xFF
    path.write_bytes(content)
    if kind == "row":
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("DROP TRIGGER audit_event_no_update")
            connection.execute("UPDATE audit_event SET data = replace(data, '12', '13') WHERE sequence = 3")
            connection.commit()


def _start(path: Path, whole: dict[str, list[dict[str, object]]]) -> str:
    try:
        store = open_engine(f"sqlite:///{path}")
        migrate(store, thorough=True)
        verify(store)
        found = contents(store)
    except (StoreError, AlteredError):
        return "refused"
    except Exception:
        return "refused"  # any exception stops the start
    finally:
        store.dispose()
    return "same" if all(found[name] == whole[name] for name in TABLES) else "altered"


def _quick(content: bytes, path: Path) -> bool:
    path.write_bytes(content)
    try:
        with closing(sqlite3.connect(path)) as connection:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")
    except sqlite3.DatabaseError:
        return False
