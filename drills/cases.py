"""What comes from outside, by the thousand: generated questions at the calculator, and every string in every field."""

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
#: Every string of the corpus in every field: at least so many requests.
TYPED = 26_000


def drill(folder: Path) -> Iterator[Drill]:
    """Run the suites of generated and of typed input with all there is; their controls are services that are wrong."""
    passed, sent, figure = suite(folder, "tests/web/test_openapi.py", HELPCENTER_CASES=str(EACH))
    goal = f"{ALL} generated requests break no check of the calculator"
    refusing = is_noticed(
        "import widget.web.api as api\n"
        "from widget.web.problem import FieldError\n"
        "api.contradictions = lambda *_: [FieldError('on', 'not_a_date', {})]\n",
        ["tests/web/test_openapi.py", "-k", "a_third_of_it"],
    )
    yield Drill(goal, figure, passed and sent >= ALL, "a service that refuses them all", refusing)

    passed, sent, figure = suite(folder, "tests/security/test_corpora.py", HELPCENTER_NAUGHTY="1")
    goal = f"each of the strings in each field, {TYPED} requests: every one is judged, none is an error of ours"
    failing = is_noticed(
        "import widget.web.forms as forms\n"
        "normal = forms.Form.text\n"
        "forms.Form.text = lambda self, name, most: normal(self, name, most).encode('latin-1').decode('latin-1')\n",
        ["tests/security/test_corpora.py", "-k", "typed and survey-comment"],
    )
    yield Drill(goal, figure, passed and sent >= TYPED, "a service that keeps Latin-1 alone", failing)


def suite(folder: Path, tests: str, **environment: str) -> tuple[bool, int, str]:
    """Run a file of tests; return whether it passed, how many requests it recorded, and both as a figure."""
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
        tests,
    ]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    sent = sum(map(int, re.findall(r'name="requests" value="(\d+)"', told.read_text(encoding="utf-8"))))
    last = done.stdout.strip().splitlines()[-1]
    return done.returncode == 0, sent, f"{sent} requests in {time.monotonic() - began:.0f} s, {last}"


def is_noticed(change: str, tests: list[str]) -> bool:
    """Return whether tests are red once the service is changed so: a run that stays green would prove nothing."""
    code = f"import sys, pytest\n{change}sys.exit(pytest.main(sys.argv[1:]))"
    arguments = ["-q", "-p", "no:xdist", *tests]
    told = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, check=False)
    return told.returncode == 1
