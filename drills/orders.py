"""R3 and R4: many at once, and the same again. One order for a state, one for a key."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

from drills.ground import Administrator, Drill, people, started
from tests.services.conftest import at_once
from tests.services.postgres import running
from widget.domain.plan import Level
from widget.services import order
from widget.services.order import KeyReused, Placed
from widget.store import order as orders

CLIENTS, ROUNDS, REPLAYS = 50, 10, 1000


def drill(folder: Path) -> list[Drill]:
    """Race and replay on both engines."""
    rows = _drills(folder, f"sqlite:///{folder}/orders.sqlite3", "SQLite")
    with running() as postgres:
        rows += _drills(folder, postgres.url(postgres.create()), "PostgreSQL")
    return rows


def _drills(folder: Path, url: str, name: str) -> list[Drill]:
    engine = started(url)
    racer, replayer = people(engine, folder, 2)
    placed = [_race(racer, number) for number in range(ROUNDS)]
    with _instead(order, "reviewed", lambda *_: {}):
        blind = _race(racer, ROUNDS)
    race = Drill(
        f"R3 simultaneous orders, {name}",
        f"{CLIENTS} clients x {ROUNDS} rounds: placed in each {sorted(set(placed))}",
        set(placed) == {1},
        f"review not compared: {blind} placed in a round",
        blind > 1,
    )
    wrong, forgotten = _replays(replayer)
    replay = Drill(
        f"R4 replays, {name}",
        f"{REPLAYS} replays and {CLIENTS} at once, another body, another space: {wrong} answers differ",
        wrong == 0,
        f"key not kept: {forgotten} answers differ",
        forgotten > 0,
    )
    engine.dispose()
    return [race, replay]


def _race(who: Administrator, number: int) -> int:
    drafts = [who.reviewed(Level("premium", 12, 2 + number % 2)) for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = list(pool.map(lambda each: who.place(each, key=each), drafts))
    return sum(isinstance(each, Placed) for each in found)


def _replays(who: Administrator) -> tuple[int, int]:
    first = who.reviewed(Level("premium", 12, 2))
    placed = who.place(first, key="the-key")
    assert isinstance(placed, Placed)
    again = [who.place(first, key="the-key") for _ in range(REPLAYS)]
    again += at_once([partial(who.place, first, key="the-key")] * CLIENTS)
    wrong = sum(each != Placed(placed.order_id, replayed=True) for each in again)
    wrong += who.place(first, key="the-key", late_ack="2027-05-08") != KeyReused()
    with _instead(orders, "remember", lambda *_: None):
        lost = who.reviewed(Level("premium", 12, 3))
        who.place(lost, key="another-key")
        forgotten = sum(not isinstance(who.place(lost, key="another-key"), Placed) for _ in range(5))
    return wrong, forgotten


class _instead:  # noqa: N801 -- reads as a word
    """Puts a fault in the place of a function while the control runs."""

    def __init__(self, module: Any, name: str, fault: Callable[..., Any]) -> None:
        self._module, self._name, self._fault, self._real = module, name, fault, getattr(module, name)

    def __enter__(self) -> None:
        setattr(self._module, self._name, self._fault)

    def __exit__(self, *_: object) -> None:
        setattr(self._module, self._name, self._real)
