"""Eight thousand generated requests at the calculator: no failed check, and a third of what fits is answered 200."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from drills.ground import Drill
from widget.settings import ROOT

#: Spread over two modes and every operation.
CASES = 8_000


def drill(_folder: Path) -> Iterator[Drill]:
    """Run the suite of tests/web/test_openapi.py with so many cases; its own floor of answers 200 is the control."""
    began = time.monotonic()
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", "--timeout=7200", "tests/web/test_openapi.py"],
        cwd=ROOT,
        env=os.environ | {"HELPCENTER_CASES": str(CASES)},
        capture_output=True,
        text=True,
        check=False,
    )
    took = f"{CASES} cases in {time.monotonic() - began:.0f} s, {told.stdout.strip().splitlines()[-1]}"
    goal = f"{CASES} generated requests break no check of the calculator"
    yield Drill(goal, took, told.returncode == 0, "a service that refuses them all", refusing_is_noticed())


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
