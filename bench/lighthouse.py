"""Lighthouse on every article in both languages, as the service sends them.

`python -m bench.lighthouse` tells each page as soon as it is measured and goes on where it was stopped; addresses such
as `/fr/abonnement/retrograder/` choose pages. What a page says and how it is built is measured once, for all pages
first; how fast it is depends on the machine: the median of up to three runs, with Lighthouse's own simulated
throttling.
"""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path
from statistics import median
from typing import Any

from tests.browser.conftest import Service
from tests.chromium import ARGUMENTS, NAMES
from widget.helpcentre import pages
from widget.settings import ROOT

Row = tuple[str, str, str]
#: What one run found: the score of each category, and the audits that cost something.
Run = dict[str, Any]
VERSION = "12.2.3"
RULES = ("accessibility", "best-practices", "seo")
SPEED = ("performance",)
#: How often each group is measured at most.
RUNS = {RULES: 1, SPEED: 3}
LOWEST = 0.98
#: Seconds after which a run is given up, and how often one that failed is tried.
PATIENCE = 120
TRIES = 3


def rows(folder: Path, chosen: tuple[str, ...] = ()) -> list[Row]:
    """Return the lowest score of each category over all articles (or the chosen ones), with the article that has it."""
    paths = [page.path for twins in pages.read(ROOT / "docs").values() for page in twins.values()]
    if unknown := set(chosen) - set(paths):
        raise ValueError(f"no article at {', '.join(sorted(unknown))}")
    scores = _scores(folder, [path for path in paths if not chosen or path in chosen])
    found = []
    for category, of_pages in scores.items():
        middle = {path: median(values) for path, values in of_pages.items()}
        lowest = min(middle, key=lambda path: middle[path])
        figure = f"{middle[lowest]:.2f} ({lowest}, the lowest of {len(middle)} pages)"
        found.append((f"Lighthouse {VERSION}, {category}", figure, f"{LOWEST}"))
    return found


def _scores(folder: Path, paths: list[str]) -> dict[str, dict[str, list[float]]]:
    """Return the scores of every run, by category and page."""
    command, kept = _installed(), ROOT / ".cache" / f"lighthouse-{VERSION}" / "runs" / _fingerprint()
    scores: dict[str, dict[str, list[float]]] = {each: {path: [] for path in paths} for each in RULES + SPEED}
    with _serving(folder) as address, _chromium(folder) as port:
        for (categories, times), path in product(RUNS.items(), paths):
            for turn in range(times):
                file = kept / f"{categories[0]}-{turn}{path.replace('/', '_')}.json"
                if not file.exists():
                    _keep(file, _measured(command, port, address + path, categories))
                run = json.loads(file.read_text(encoding="utf-8"))
                for category in categories:
                    scores[category][path].append(run["scores"][category])
                _tell(path, run)
                if _is_decided([scores[category][path] for category in categories], times):
                    break
    return scores


def _is_decided(scores: list[list[float]], times: int) -> bool:
    """Return whether the runs that are left can no longer bring the median of any category below LOWEST."""
    return all(sum(score >= LOWEST for score in of_category) > times / 2 for of_category in scores)


def _tell(path: str, run: Run) -> None:
    found = ", ".join(f"{category} {score:.2f}" for category, score in run["scores"].items())
    print(f"{path}: {found}. Load {os.getloadavg()[0]:.1f}. {' '.join(run['short'])}", file=sys.stderr, flush=True)


def _fingerprint() -> str:
    """Return what the runs belong to: the built pages, and the element's files."""
    digest = hashlib.sha256()
    for folder in (ROOT / "site", ROOT / "widget" / "static"):
        for file in sorted(each for each in folder.rglob("*") if each.is_file() and each.suffix != ".stamp"):
            digest.update(f"{file.relative_to(ROOT)}\n".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _installed() -> Path:
    """Return the command, installed with npm into a folder outside the repository's files where it is not yet."""
    folder = ROOT / ".cache" / f"lighthouse-{VERSION}"
    command = folder / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        folder.mkdir(parents=True, exist_ok=True)
        npm = ["npm", "install", "--save-exact", "--no-audit", "--no-fund", f"lighthouse@{VERSION}"]
        subprocess.run(npm, cwd=folder, check=True, capture_output=True)
    return command


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    # Not the demo: its banner is no part of an article.
    data = folder / "lighthouse"
    environment = os.environ | {"HELPCENTER_DATA": str(data)}
    subprocess.run([sys.executable, "-m", "widget", "migrate"], env=environment, check=True)
    service = Service(data, "serve")
    try:
        yield service.address
    finally:
        service.stop()


@contextmanager
def _chromium(folder: Path) -> Iterator[int]:
    """One browser for all pages; Lighthouse opens a new tab in it and empties its storage each time."""
    profile = folder / "chromium"
    chosen = next(name for name in NAMES if Path(name).exists())
    options = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={profile}", "about:blank"]
    browser = subprocess.Popen([chosen, *ARGUMENTS, *options], stderr=subprocess.DEVNULL)
    try:
        yield _port(browser, profile / "DevToolsActivePort")
    finally:
        browser.terminate()
        browser.wait(30)


def _port(browser: "subprocess.Popen[bytes]", file: Path) -> int:
    for _ in range(600):
        if file.exists() and (lines := file.read_text(encoding="utf-8").splitlines()):
            return int(lines[0])
        if browser.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"Chromium did not start: exit code {browser.poll()}")


def _measured(command: Path, port: int, address: str, categories: tuple[str, ...]) -> Run:
    """Return what a run found; one whose trace Chromium lost, as it does on a busy machine, is no run."""
    for _ in range(TRIES):
        said, wrong = _ran(command, port, address, categories)
        if said is not None:
            break
    else:
        raise RuntimeError(f"Lighthouse on {address}, {TRIES} times: {wrong}")
    short = [name for name, audit in said["audits"].items() if (audit["score"] or 0) < LOWEST and _counts(said, name)]
    return {"scores": {each: float(said["categories"][each]["score"]) for each in categories}, "short": short}


def _ran(command: Path, port: int, address: str, categories: tuple[str, ...]) -> tuple[dict[str, Any] | None, str]:
    options = ["--quiet", "--output=json", f"--port={port}", "--throttling-method=simulate"]
    options += ["--disable-full-page-screenshot", f"--only-categories={','.join(categories)}"]
    asked = [str(command), address, *options]
    try:
        done = subprocess.run(asked, capture_output=True, text=True, timeout=PATIENCE, check=False)
    except subprocess.TimeoutExpired:
        return None, f"no answer in {PATIENCE} s"
    if done.returncode:
        return None, f"exit code {done.returncode}\n{done.stderr[-2000:]}"
    said = json.loads(done.stdout)
    return (None, str(said["runtimeError"])) if "runtimeError" in said else (said, "")


def _counts(said: dict[str, Any], name: str) -> bool:
    """Return whether an audit has a score, and a weight in its category."""
    weights = {each["id"]: each["weight"] for found in said["categories"].values() for each in found["auditRefs"]}
    return said["audits"][name]["score"] is not None and weights.get(name, 0) > 0


def _keep(file: Path, run: Run) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(run), encoding="utf-8")
    part.replace(file)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        for row in rows(Path(home), tuple(sys.argv[1:])):
            print("| {} | {} | {} |".format(*row))
