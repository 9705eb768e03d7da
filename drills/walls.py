"""Takes each filter by space out of the queries, one at a time, in a copy: the tenant tests must turn red."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from drills.ground import Drill
from widget.settings import ROOT

FILTER = re.compile(r"\w+\.c\.space_id == [a-z_.]+")
TESTS = ("tests/services/test_walls.py", "tests/services/test_tenants.py", "tests/web/test_matrix.py")
COPIED = ("widget", "tests", "docs", "overrides", "pyproject.toml", "mkdocs.yml")
#: Filters that say which row to write after the same row was read by its space, or that join rows of one space: what
#: they guard was refused before. Each says why it cannot be reached.
UNREACHABLE: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One filter: where it stands, and in which function."""

    path: Path
    start: int
    end: int
    name: str


def mutants() -> list[Mutant]:
    """Return every filter by space in the store, in order."""
    found = []
    for path in sorted((ROOT / "widget" / "store").glob("*.py")):
        text = path.read_text(encoding="utf-8")
        seen: dict[str, int] = {}
        for match in FILTER.finditer(text):
            function = re.findall(r"^def (\w+)", text[: match.start()], re.MULTILINE)[-1]
            seen[function] = seen.get(function, 0) + 1
            found.append(Mutant(path, *match.span(), f"{path.stem}.{function}#{seen[function]}"))
    return found


def caught(mutant: Mutant | None) -> str:
    """Return the first test that is red without a filter, or "" where all stay green."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / name)
        (copy / "site").symlink_to(ROOT / "site")
        if mutant is not None:
            target = copy / mutant.path.relative_to(ROOT)
            text = target.read_text(encoding="utf-8")
            always = '__import__("sqlalchemy").true()'
            target.write_text(text[: mutant.start] + always + text[mutant.end :], encoding="utf-8")
        tests = [each for each in TESTS if (copy / each).exists()]
        told = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-x",
                "-q",
                "-p",
                "no:xdist",
                "-k",
                "not postgresql and not every_route",
                *tests,
            ],
            cwd=copy,
            env=os.environ | {"PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
    red = re.findall(r"^(?:FAILED|ERROR) (\S+)", told.stdout, re.MULTILINE)
    if told.returncode not in {0, 1}:
        raise RuntimeError(told.stdout[-2000:] + told.stderr[-2000:])
    return red[0] if red else ""


def drill(_folder: Path) -> Iterator[Drill]:
    """Try every filter, two at a time."""
    every = mutants()
    red = caught(None)
    yield Drill("as it is, every test of the walls is green", red or "green", red == "", "-", True)
    with ThreadPoolExecutor(2) as pool:
        for mutant, red in zip(every, pool.map(caught, every), strict=True):
            why = UNREACHABLE.get(mutant.name, "")
            goal = "what is of another space is unknown"
            yield Drill(goal, red or why or "every test is green", True, f"without {mutant.name}", bool(red or why))
