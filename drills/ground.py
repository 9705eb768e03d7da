"""What every drill stands on: a row of the table, spaces that order, children that are killed."""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from select import select as select_ready
from typing import Any

from sqlalchemy import Engine, func, select

from tests.services.conftest import TERMS, Administrator, administrator, bring_in, contents, demo_space
from widget.services.audit import AlteredError, verify
from widget.store import outbox
from widget.store.engine import migrate, open_engine, reading
from widget.store.tables import placed_order

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
__all__ = [
    "NOW",
    "TERMS",
    "Administrator",
    "Child",
    "Drill",
    "Fault",
    "child",
    "contents",
    "faults",
    "instead",
    "people",
    "started",
]


@dataclass(frozen=True, slots=True)
class Drill:
    """A line of the table: the goal, what was counted, whether it held, and whether its control failed as it must."""

    goal: str
    figure: str
    passed: bool
    control: str
    control_failed: bool


Fault = str


class instead:  # noqa: N801 -- reads as a word
    """Puts a fault in the place of a function while the control runs."""

    def __init__(self, module: Any, name: str, fault: Callable[..., Any]) -> None:
        self._module, self._name, self._fault, self._real = module, name, fault, getattr(module, name)

    def __enter__(self) -> None:
        setattr(self._module, self._name, self._fault)

    def __exit__(self, *_: object) -> None:
        setattr(self._module, self._name, self._real)


def started(url: str) -> Engine:
    """Return an engine on a migrated database."""
    engine = open_engine(url)
    migrate(engine)
    return engine


def people(engine: Engine, folder: Path, count: int, **changes: Any) -> list[Administrator]:
    """Return the administrators of new spaces that all are like Atelier Nord, with three people each."""
    facts = demo_space("atelier-nord")
    facts["members"] = facts["members"][:3]
    spaces = [facts | {"id": f"space-{number}"} | changes for number in range(count)]
    bring_in(engine, folder, *spaces)
    return [administrator(engine, each["id"], "Claire Martin") for each in spaces]


@dataclass
class Child:
    """A process that writes lines, and what was read of them."""

    pid: int
    out: int
    read: bytes = b""

    def lines(self) -> list[str]:
        """Return every whole line that has come so far, without waiting."""
        while select_ready([self.out], [], [], 0)[0]:
            part = os.read(self.out, 65536)
            if not part:
                break
            self.read += part
        return [line.decode() for line in self.read.split(b"\n")[:-1]]

    def kill(self) -> list[str]:
        """End it at once, with no chance to tidy up, and return its lines."""
        os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self) -> list[str]:
        """Wait for its end and return its lines."""
        os.waitpid(self.pid, 0)
        found = self.lines()
        os.close(self.out)
        return found


def _told(into: int, line: str) -> None:
    os.write(into, f"{line}\n".encode())


def child(act: Callable[[Callable[[str], None]], None]) -> Child:
    """Run an act in a child process."""
    out, into = os.pipe()
    pid = os.fork()
    if pid:
        os.close(into)
        return Child(pid, out)
    os.close(out)
    try:
        act(lambda line: _told(into, line))
    except BaseException as error:
        os.write(into, f"!{type(error).__name__}: {error}\n".encode())
    os._exit(0)


def faults(engine: Engine, acknowledged: set[str]) -> list[Fault]:
    """Return what is wrong with the orders: lost, doubled, half, or damaged. `acknowledged` are ids of drafts."""
    found: list[Fault] = []
    if engine.dialect.name == "sqlite":
        with reading(engine) as connection:
            told = connection.exec_driver_sql("PRAGMA integrity_check(1)").scalar_one()
        found += [f"damaged: {told}"] if told != "ok" else []
    try:
        verify(engine)
    except AlteredError as error:
        found.append(f"altered: {error}")
    rows = contents(engine)
    found += [f"lost {each}" for each in acknowledged - {row["draft_id"] for row in rows["placed_order"]}]
    messages = [row["id"] for row in rows["outbox"] if row["kind"] == "order.placed"]
    proofs = [row["data"] for row in rows["audit_event"] if row["kind"] == "order.placed"]
    orders = {row["id"]: outbox.id_of(row["space_id"], "order.placed", row["id"]) for row in rows["placed_order"]}
    found += [f"half {each}" for each, message in orders.items() if messages.count(message) != 1]
    if not len(messages) == len(proofs) == len(orders):
        found.append(f"{len(orders)} orders, {len(messages)} messages, {len(proofs)} audit events")
    with reading(engine) as connection:
        doubled = connection.execute(
            select(placed_order.c.draft_id).group_by(placed_order.c.draft_id).having(func.count() > 1)
        ).all()
    return found + [f"doubled {row.draft_id}" for row in doubled]
