"""A pytest plugin: takes each filter by space out of the store, one at a time, and asks the tests that reach it.

The tests are collected once. Each filter then has a child of its own, in which its function's code is another; the
tests that evaluated the filter before run in it, the quickest first, until one is red.
"""

import json
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from types import CodeType

import pytest

from widget.settings import ROOT

#: A column of a space compared, or a row's space compared in Python.
FILTER = re.compile(
    r"\w+\.c\.space_id (?:== [a-z_.]+(?:\[\"id\"\])?)"
    r"|\w+\.c\.space_id\.(?:not_)?in_\([a-z_.]+\)"
    r"|\bspace\.c\.id (?:== space_id)"
    r"|\bspace\.c\.id\.in_\([a-z_.]+\)"
    r"|\bfound\.space_id == space_id"
)
#: Where the plugin writes what it found: a line of JSON for each filter, the first one for none taken out.
ANSWERS = "DRILL_FILTERS"
AT_ONCE = 2


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: where it stands, and in which function."""

    module: str
    function: str
    number: int
    start: int
    end: int

    @property
    def name(self) -> str:
        """A name for the table: module, function and which of its filters it is."""
        return f"{self.module}.{self.function}#{self.number}"

    @property
    def path(self) -> Path:
        """The file that it stands in."""
        return ROOT / "widget" / "store" / f"{self.module}.py"


def filters() -> list[Filter]:
    """Return every filter by space in the store, in order."""
    found: list[Filter] = []
    for path in sorted((ROOT / "widget" / "store").glob("*.py")):
        text, seen = path.read_text(encoding="utf-8"), defaultdict[str, int](int)
        for match in FILTER.finditer(text):
            function = re.findall(r"^def (\w+)", text[: match.start()], re.MULTILINE)[-1]
            seen[function] += 1
            found.append(Filter(path.stem, function, seen[function], *match.span()))
    return found


def put_in(changed: Sequence[Filter], written: Callable[[Filter, str], str]) -> None:
    """Give the functions of these filters the code that they would have with the filters written otherwise."""
    for stem in {each.module for each in changed}:
        own = [each for each in changed if each.module == stem]
        text = own[0].path.read_text(encoding="utf-8")
        for each in sorted(own, key=lambda one: -one.start):
            text = text[: each.start] + written(each, text[each.start : each.end]) + text[each.end :]
        module = import_module(f"widget.store.{stem}")
        whole = compile(text, str(own[0].path), "exec", dont_inherit=True)
        for name in {each.function for each in own}:
            (code,) = (each for each in whole.co_consts if isinstance(each, CodeType) and each.co_name == name)
            getattr(module, name).__code__ = code


def without(_: Filter, text: str) -> str:
    """Return what stands in a filter's place where there is none."""
    return "True" if text.startswith("found.") else '__import__("sqlalchemy").true()'


class Walls:
    """Runs the tests once as they are, then once for each filter."""

    def __init__(self) -> None:
        self.red: list[str] = []
        self.reached: set[str] = set()
        self.by_test: dict[str, set[str]] = defaultdict(set)
        self.by_module: dict[str, set[str]] = defaultdict(set)
        self.seconds: dict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note what a phase of a test reached, how long it took and whether it failed."""
        if report.failed:
            self.red.append(report.nodeid)
        # A module's own fixture is set up with its first test and serves every other.
        found = self.by_module[report.nodeid.partition("::")[0]] if report.when == "setup" else None
        (self.by_test[report.nodeid] if found is None else found).update(self.reached)
        self.seconds[report.nodeid] += report.duration
        self.reached.clear()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run everything; pytest itself runs nothing more."""
        every, items = filters(), {item.nodeid: item for item in session.items}
        with Path(os.environ[ANSWERS]).open("w", encoding="utf-8") as answers:
            first = _child(lambda: self._as_it_is(every, session.items))
            told = json.loads(_read(first))
            answers.write(json.dumps(["", told["red"]]) + "\n")
            jobs = iter(
                (one, [items[name] for name in self._who_asks(one, told)] if not told["red"] else []) for one in every
            )
            for one, red in _all(jobs, self._without):
                answers.write(json.dumps([one.name, red]) + "\n")
                answers.flush()
        return True

    def _as_it_is(self, every: list[Filter], items: list[pytest.Item]) -> str:
        for stem in {each.module for each in every}:
            vars(import_module(f"widget.store.{stem}"))["_reached"] = self.reached.add
        put_in(every, lambda one, text: f'(_reached("{one.name}"), {text})[1]')
        _run(items, lambda: False)
        told = {
            "red": self.red[:1],
            "tests": {name: sorted(found) for name, found in self.by_test.items()},
            "modules": {name: sorted(found) for name, found in self.by_module.items()},
            "seconds": self.seconds,
        }
        return json.dumps(told)

    @staticmethod
    def _who_asks(one: Filter, told: dict[str, dict[str, list[str]]]) -> list[str]:
        """Return the tests that evaluate a filter: those named after its function first, then the quickest."""
        asking = [
            name
            for name, found in told["tests"].items()
            if one.name in found or one.name in told["modules"].get(name.partition("::")[0], [])
        ]
        named = f"[{one.module}.{one.function}"
        return sorted(asking, key=lambda name: (named not in name, told["seconds"][name]))

    def _without(self, one: Filter, items: list[pytest.Item]) -> str:
        put_in([one], without)
        _run(items, lambda: bool(self.red))
        return json.dumps(self.red[:1] or ["", len(items)])


def _run(items: Sequence[pytest.Item], over: Callable[[], bool]) -> None:
    for item, following in zip_longest(items, items[1:]):
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if over():
            item.session._setupstate.teardown_exact(None)  # what the tests after it would have shared is over too
            return


def _child(act: Callable[[], str]) -> tuple[int, int]:
    """Return a child that does an act in a folder of its own, and the pipe that its answer comes through."""
    out, into = os.pipe()
    pid = os.fork()
    if pid:
        os.close(into)
        return pid, out
    with tempfile.TemporaryDirectory() as folder:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = folder
        try:
            answer = act()
        except BaseException as error:  # a child has nobody above it: what it raised is its answer
            answer = json.dumps({"raised": f"{type(error).__name__}: {error}"})
    with os.fdopen(into, "w", encoding="utf-8") as pipe:
        pipe.write(answer)
    sys.stdout.flush()
    os._exit(0)


def _read(child: tuple[int, int]) -> str:
    pid, out = child
    with os.fdopen(out, encoding="utf-8") as pipe:
        told = pipe.read()
    os.waitpid(pid, 0)
    if told.startswith('{"raised"'):
        raise RuntimeError(told)
    return told


def _all(
    jobs: Iterator[tuple[Filter, list[pytest.Item]]], act: Callable[[Filter, list[pytest.Item]], str]
) -> Iterator[tuple[Filter, list[str]]]:
    """Do every job, a few at once, and yield the answers in the order of the jobs."""
    waiting: list[tuple[Filter, tuple[int, int]]] = []
    for one, items in jobs:
        waiting.append((one, _child(partial(act, one, items))))
        if len(waiting) == AT_ONCE:
            first, child = waiting.pop(0)
            yield first, json.loads(_read(child))
    for first, child in waiting:
        yield first, json.loads(_read(child))


def pytest_configure(config: pytest.Config) -> None:
    """Register what runs the tests."""
    config.pluginmanager.register(Walls(), "walls")
