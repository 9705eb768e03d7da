"""Run every drill and print the table: goal, figure, whether it held, and its control, which must have failed.

Each drill is a process of its own with a time limit, two at a time; one that ends badly or late is a line that did not
hold. `python -m drills power calendar` runs those two.
"""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

from drills.ground import Drill
from tests.services.postgres import memory

#: The most seconds that all may take together: below half an hour.
WHOLE = 1_740
#: The most seconds that each may take; the longest come first.
LIMITS = {
    "cases": 900,
    "walls": 600,
    "receivers": 600,
    "endpoints": 180,
    "kills": 600,
    "orders": 420,
    "pages": 300,
    "power": 300,
    "copies": 240,
    "schedulers": 300,
    "disk": 120,
    "large": 120,
    "calendar": 120,
    "patterns": 300,
}
#: What measures the time of answers has the machine for itself, at the end.
ALONE = {"slow": 300}
AT_A_TIME = 2


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table, with the seconds that it took."""

    drill: Drill
    seconds: float

    @property
    def is_good(self) -> bool:
        """Whether it held and its control failed."""
        return self.drill.passed and self.drill.control_failed


def main() -> int:
    """Run the drills named, or all; return 1 where one did not hold or a control did not fail."""
    if sys.argv[1:2] == ["--one"]:
        return one(sys.argv[2])
    chosen, began = sys.argv[1:] or [*LIMITS, *ALONE], time.monotonic()
    unknown = set(chosen) - {*LIMITS, *ALONE}
    if unknown:
        print(f"no such drill: {', '.join(sorted(unknown))}; there are {', '.join([*LIMITS, *ALONE])}", file=sys.stderr)
        return 2
    print("| goal | figure | held | control that must fail | failed | s |\n| --- | --- | --- | --- | --- | --- |")
    rows = [_shown(row) for row in _all(chosen, ends=began + WHOLE)]
    bad = sum(not each.is_good for each in rows)
    print(f"\n{len(rows)} lines, {bad} not passed, {time.monotonic() - began:.0f} s", flush=True)
    return 1 if bad else 0


def _shown(row: Row) -> Row:
    held, failed = ("yes" if each else "NO" for each in (row.drill.passed, row.drill.control_failed))
    cells = [row.drill.goal, row.drill.figure, held, row.drill.control, failed, f"{row.seconds:.0f}"]
    print(f"| {' | '.join(each.replace('|', '/') for each in cells)} |", flush=True)
    return row


def _all(chosen: Iterable[str], *, ends: float) -> Iterator[Row]:
    """Run them and give each one's lines when it ends."""
    chosen = list(chosen)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        # What measures times comes last, so its share is kept back from the others.
        before = ends - sum(limit for name, limit in ALONE.items() if name in chosen)
        for each in as_completed([pool.submit(_run, name, LIMITS[name], before) for name in LIMITS if name in chosen]):
            yield from each.result()
    for name in ALONE:
        if name in chosen:
            yield from _run(name, ALONE[name], ends)


def _run(name: str, limit: float, ends: float) -> list[Row]:
    """Run one drill in its own process group; whatever it does, it ends, and there is a line that says so."""
    began = time.monotonic()
    limit = max(0.0, min(limit, ends - began))
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as told:
        command = [sys.executable, "-m", "drills", "--one", name]
        process = subprocess.Popen(command, stdout=out, stderr=told, start_new_session=True)
        try:
            code: int | None = process.wait(limit)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            _end(process)
        out.seek(0)
        rows = [_read(line) for line in out.read().decode().splitlines() if line.startswith('{"goal"')]
        told.seek(0)
        last = (told.read().decode(errors="replace").strip().splitlines() or ["nothing on standard error"])[-1][:300]
    spent = time.monotonic() - began
    if code is None:
        rows.append(Row(Drill(name, f"stopped at its limit of {limit:.0f} s", False, "-", False), spent))
    elif code != 0 or not rows:
        rows.append(Row(Drill(name, f"ended with {code}: {last}", False, "-", False), spent))
    return rows


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what it started and left behind."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # all of it has ended
    process.wait()


def one(name: str) -> int:
    """Run one drill here and write a line of JSON for each row as it comes."""
    logging.disable(logging.CRITICAL)
    began = time.monotonic()
    # In memory: kill -9 takes nothing that the system holds, and what a disk may do is for "power" and "disk" to try.
    with tempfile.TemporaryDirectory(prefix=f"drill-{name}-", dir=memory()) as folder:
        for row in import_module(f"drills.{name}").drill(Path(folder)):
            ended = time.monotonic()
            print(json.dumps({**asdict(row), "seconds": ended - began}), flush=True)
            began = ended
    return 0


def _read(line: str) -> Row:
    found = json.loads(line)
    seconds = float(found.pop("seconds"))
    return Row(Drill(**found), seconds)


if __name__ == "__main__":
    sys.exit(main())
