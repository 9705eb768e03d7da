"""Takes each filter by space out of the queries, one at a time: the tests of the walls must turn red."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from drills.filters import ANSWERS
from drills.ground import Drill
from widget.settings import ROOT

TESTS = ("tests/services/test_walls.py", "tests/services/test_tenants.py", "tests/web/test_matrix.py")
#: What the drill found in each round: the name of the filter, and the first red test or "" with how many were green.
Answer = tuple[str, list[str]]


def answers(folder: Path) -> list[Answer]:
    """Return the first red test without each filter; the first answer is that of the store as it is."""
    told = folder / "answers"
    command = ["-m", "pytest", "-p", "drills.filters", "-p", "no:xdist", "-k", "not postgresql", *TESTS]
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=os.environ | {ANSWERS: str(told)}, capture_output=True, check=False
    )
    if not told.exists():
        raise RuntimeError(done.stdout.decode()[-2000:] + done.stderr.decode()[-2000:])
    return [(name, found) for name, found in map(json.loads, told.read_text(encoding="utf-8").splitlines())]


def drill(folder: Path) -> Iterator[Drill]:
    """Tell of every filter which test is red without it."""
    (_, broken), *every = answers(folder)
    yield Drill("as it is, every test of the walls is green", "".join(broken) or "green", not broken, "-", True)
    for name, (red, *green) in every:
        figure = red or f"{green[0]} tests reach it and are green"
        yield Drill("what is of another space is unknown", figure, True, f"without {name}", bool(red))
