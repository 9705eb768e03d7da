"""What comes from outside, by the thousand: generated questions at the calculator, and every string in every field."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from drills.ground import Drill
from widget.settings import ROOT

#: Of each operation in each of the two modes; some have fewer different ones.
EACH = 1_500


@dataclass(frozen=True, slots=True)
class Corpus:
    """A file of tests with all its input, at least so many requests; and a change of the service that it must see."""

    goal: str
    tests: str
    environment: dict[str, str]
    least: int
    control: str
    change: str
    seen_by: str


CORPORA = (
    Corpus(
        goal="generated requests break no check of the calculator",
        tests="tests/web/test_openapi.py",
        environment={"TESTS_CASES": str(EACH)},
        least=8_000,
        control="a service that refuses them all",
        change="import widget.web.api as api\n"
        "from widget.web.problem import FieldError\n"
        "api.contradictions = lambda *_: [FieldError('on', 'not_a_date', {})]\n",
        seen_by="a_third_of_it",
    ),
    Corpus(
        goal="requests with each string in each field: every one is judged, none is an error of ours",
        tests="tests/security/test_corpora.py",
        environment={"TESTS_NAUGHTY": "1"},
        least=26_000,
        control="a service that keeps Latin-1 alone",
        change="import widget.web.forms as forms\n"
        "normal = forms.Form.text\n"
        "forms.Form.text = lambda self, name, most: normal(self, name, most).encode('latin-1').decode('latin-1')\n",
        seen_by="typed and survey-comment",
    ),
    Corpus(
        goal="guesses of a calendar's secret address: none is right, all but 20 a minute are told to wait",
        tests="tests/web/test_guesses.py",
        environment={"TESTS_GUESSES": "10000"},
        least=10_000,
        control="a service that counts no guess",
        change="import widget.services.limits as limits\nlimits.Limits.hit = lambda *_: 0\n",
        seen_by="find_nothing",
    ),
)


def drill(folder: Path) -> Iterator[Drill]:
    """Run each corpus, and its control: the same tests where the service is wrong."""
    for each in CORPORA:
        passed, sent, figure = suite(folder, each.tests, each.environment)
        goal = f"{each.least} {each.goal}"
        noticed = is_noticed(each.change, [each.tests, "-k", each.seen_by])
        yield Drill(goal, figure, passed and sent >= each.least, each.control, noticed)


def suite(folder: Path, tests: str, environment: dict[str, str]) -> tuple[bool, int, str]:
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
