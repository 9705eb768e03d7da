"""How the time of each pattern grows with the text: proved by recheck, which it installs from npm."""

import ast
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from drills.ground import Drill
from widget.settings import ROOT

#: Text that is three times as long may take nine times as long, not 27 times.
MOST = 2
INSTALLED, SOURCE = ROOT / ".cache" / "recheck", Path(__file__).parent / "recheck"
FLAGS = {"DOTALL": "s", "IGNORECASE": "i", "MULTILINE": "m"}
Pattern = dict[str, Any]


def drill(_: Path) -> Iterator[Drill]:
    """Ask recheck about every pattern of ours, and about three that are known to be bad."""
    install()
    told = asked(list(ours()), [str(each) for each in scripts()])
    known = asked(
        [{"where": "control", "pattern": each, "flags": ""} for each in (r"^(a+)+$", r"a*a*a*b", r"^(a|aa)+$")]
    )
    bad, unread = [each for each in told if is_bad(each)], [each for each in told if each["pattern"] is None]
    squares = sum(each.get("degree") == MOST and each["growth"] == "polynomial" for each in told)
    figure = f"{len(told)} patterns: {squares} square, {len(bad)} worse" + "".join(
        f"; {each['where']}: {each['pattern']} ({each.get('growth')})" for each in (*bad, *unread)
    )
    goal = "no pattern takes more than the square of its text's length"
    passed = len(told) > 60 and not bad and not unread
    yield Drill(goal, figure, passed, "three that take more", all(is_bad(each) for each in known))


def install() -> None:
    """Install recheck as it is locked, where it is not."""
    lock, done = SOURCE / "package-lock.json", INSTALLED / "installed.json"
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for each in SOURCE.iterdir():
        shutil.copy(each, INSTALLED)
    if not done.exists() or done.read_bytes() != lock.read_bytes():
        command = ["npm", "ci", "--prefix", str(INSTALLED), "--no-progress", "--loglevel=error"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(lock, done)


def asked(patterns: list[Pattern], files: list[str] | None = None) -> list[Pattern]:
    """Return what recheck says of each pattern, and of each that stands in a file of JavaScript."""
    sent = json.dumps({"patterns": patterns, "files": files or []})
    # Written in JavaScript itself, it needs no Java.
    done = subprocess.run(
        [shutil.which("node") or "node", "recheck.mjs"],
        cwd=INSTALLED,
        env=os.environ | {"RECHECK_BACKEND": "pure"},
        input=sent,
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[Pattern] = json.loads(done.stdout)
    return found


def is_bad(told: Pattern) -> bool:
    """Whether a pattern grows too fast, or nothing could be proved about it."""
    proved = told.get("status") in {"safe", "vulnerable"} and told.get("growth") in {"safe", "linear", "polynomial"}
    return told["pattern"] is not None and not (proved and told["degree"] <= MOST)


def scripts() -> list[Path]:
    """Return the files of JavaScript that are ours."""
    found = [*(ROOT / "widget" / "static").glob("*.js"), *(ROOT / "overrides" / "assets").glob("*.js")]
    assert len(found) > 5
    return sorted(found)


def ours() -> Iterator[Pattern]:
    """Yield every pattern that our Python writes out, as JavaScript would write it."""
    for path in sorted((ROOT / "widget").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
                first, text = node.args[0], ast.unparse(node)
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    pattern = first.value.replace(r"\A", "^").replace(r"\Z", "$").replace("(?P<", "(?<")
                    flags = "".join(flag for name, flag in FLAGS.items() if name in text)
                    yield {"where": path.relative_to(ROOT).as_posix(), "pattern": pattern, "flags": flags}
