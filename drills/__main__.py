"""Run every drill and print the table: goal, figure, whether it held, and its control, which must have failed."""

import logging
import sys
import tempfile
import time
from pathlib import Path

from drills import calendar, cases, copies, disk, kills, orders, power, receivers, schedulers, slow, walls

DRILLS = {
    "kills": kills.drill,
    "power": power.drill,
    "orders": orders.drill,
    "schedulers": schedulers.drill,
    "receivers": receivers.drill,
    "calendar": calendar.drill,
    "disk": disk.drill,
    "copies": copies.drill,
    "walls": walls.drill,
    "cases": cases.drill,
    "slow": slow.drill,
}


def main() -> int:
    """Run the drills named, or all; return 1 where one did not hold or a control did not fail."""
    logging.disable(logging.CRITICAL)
    chosen = sys.argv[1:] or list(DRILLS)
    bad = 0
    print(
        "| goal | figure | held | control that must fail | failed | s |\n| --- | --- | --- | --- | --- | --- |",
        flush=True,
    )
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            began = time.monotonic()
            for row in DRILLS[name](Path(folder)):
                bad += not (row.passed and row.control_failed)
                held, failed = ("yes" if each else "NO" for each in (row.passed, row.control_failed))
                spent = time.monotonic() - began
                print(f"| {row.goal} | {row.figure} | {held} | {row.control} | {failed} | {spent:.0f} |", flush=True)
    return 1 if bad else 0


sys.exit(main())
