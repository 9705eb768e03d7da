"""Eight thousand generated requests at the calculator: no failed check, and a third of what fits is answered 200."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from drills.ground import Drill
from widget.settings import ROOT

#: Of each operation in each of the two modes; some have fewer different ones. Together they are at least so many.
EACH, ALL = 1_500, 8_000


def drill(folder: Path) -> Iterator[Drill]:
    """Run the suite of tests/web/test_openapi.py with so many cases; its own floor of answers 200 is the control."""
    began, told = time.monotonic(), folder / "told.xml"
    command = [
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:xdist",
        "--timeout=900",
        f"--junit-xml={told}",
        "-o",
        "junit_family=xunit1",  # the one that holds what a test records
        "tests/web/test_openapi.py",
    ]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | {"HELPCENTER_CASES": str(EACH)},
        capture_output=True,
        text=True,
        check=False,
    )
    sent = sum(map(int, re.findall(r'name="requests" value="(\d+)"', told.read_text(encoding="utf-8"))))
    last = done.stdout.strip().splitlines()[-1]
    figure = f"{sent} requests in {time.monotonic() - began:.0f} s, {last}"
    goal = f"{ALL} generated requests break no check of the calculator"
    passed = done.returncode == 0 and sent >= ALL
    yield Drill(goal, figure, passed, "a service that refuses them all", refusing_is_noticed())


def refusing_is_noticed() -> bool:
    """Return whether the suite is red where everything is answered 422: such a run would prove nothing."""
    code = (
        "import sys, pytest, widget.web.api as api\n"
        "from widget.web.problem import FieldError\n"
        "api.contradictions = lambda *_: [FieldError('on', 'not_a_date', {})]\n"
        "sys.exit(pytest.main(sys.argv[1:]))"
    )
    arguments = ["-q", "-p", "no:xdist", "tests/web/test_openapi.py", "-k", "a_third_of_it"]
    told = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, check=False)
    return told.returncode == 1
