"""R11 and R14: copies taken while orders are placed, restored behind a fence; and a server asked to stop under load."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from sqlalchemy import Engine

from drills.ground import Drill, contents, faults, people, started
from widget.domain.plan import Level
from widget.services import backup
from widget.services.backup import FencedError
from widget.store.engine import migrate, open_engine

COPIES, STOPS = 20, 20


def drill(folder: Path) -> Iterator[Drill]:
    """Copy and restore; stop."""
    yield _copies(folder)
    yield _stops(folder)


def _copies(folder: Path) -> Drill:
    engine = started(f"sqlite:///{folder}/live.sqlite3")
    (who,) = people(engine, folder, 1)
    acknowledged: list[str] = []
    stop = threading.Event()

    def place() -> None:
        while not stop.is_set():
            draft_id = who.reviewed(Level("premium", 12, 7 - who.seen().subscription.in_use.zoom_licenses))
            who.place(draft_id, key=draft_id)
            acknowledged.append(draft_id)

    writer = threading.Thread(target=place)
    writer.start()
    wrong = unfenced = 0
    slowest = 0.0
    for number in range(COPIES):
        while len(acknowledged) <= number:
            time.sleep(0.01)
        before = set(acknowledged)
        copy = backup.take(engine, folder / f"{number}.sqlite3").path
        began = time.monotonic()
        restored = open_engine(f"sqlite:///{folder}/restored-{number}/helpcentre.sqlite3")
        backup.restore(restored, copy)
        migrate(restored)
        slowest = max(slowest, time.monotonic() - began)
        unfenced += not _fenced(restored) or (number == 0 and _acts(folder / "restored-0"))
        backup.accept(restored)
        wrong += len(faults(restored, before)) + _fenced(restored)
        restored.dispose()
    stop.set()
    writer.join()
    engine.dispose()
    by_hand = folder / "by-hand"
    by_hand.mkdir()
    shutil.copy(folder / "live.sqlite3", by_hand / "helpcentre.sqlite3")
    figure = (
        f"{COPIES} copies under load, restored: {wrong} faults, {unfenced} without a fence, "
        f"slowest restore {slowest:.1f} s"
    )
    acts = _acts(by_hand)
    control = f"the live file copied by hand, which has no fence: `widget apply-due` acts on it: {acts}"
    return Drill("R11 backup and restore", figure, not wrong and not unfenced, control, acts)


def _acts(data: Path) -> bool:
    """Return whether the command that brings changes into force does its work on the database in a folder."""
    environment = os.environ | {"HELPCENTER_DATA": str(data)}
    command = [sys.executable, "-m", "widget", "apply-due"]
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def _fenced(engine: Engine) -> bool:
    try:
        backup.refuse_fenced(engine)
    except FencedError:
        return True
    return False


def _stops(folder: Path) -> Drill:
    rounds = [_stop(folder / str(number), signal.SIGTERM) for number in range(STOPS)]
    unanswered, codes, slowest = (
        sum(each[0] for each in rounds),
        {each[1] for each in rounds},
        max(each[2] for each in rounds),
    )
    held = sum(each[3] for each in rounds)
    answered = sum(each[4] for each in rounds)
    killed = _stop(folder / "killed", signal.SIGKILL)
    figure = (
        f"{STOPS} SIGTERMs under load: {answered} answered, {unanswered} unanswered, exit {sorted(codes)}, slowest "
        f"{slowest:.1f} s, {held} leases left"
    )
    passed = not unanswered and codes == {0} and slowest <= 10 and not held and answered > 0
    return Drill(
        "R14 graceful stop", figure, passed, f"SIGKILL: exit {killed[1]}, {killed[0]} unanswered", killed[1] != 0
    )


def _stop(folder: Path, how: signal.Signals) -> tuple[int, int, float, int, int]:
    """Return unanswered requests, the exit code, the seconds it took, leases left, and answered requests."""
    folder.mkdir()
    started(f"sqlite:///{folder}/helpcentre.sqlite3").dispose()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"HELPCENTER_DATA": str(folder), "PORT": str(port)}
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "widget", "serve"], env=environment, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/widget/fr/change/result?plan=premium&users=15&zoom_licenses=4"
    while not _asked(address):
        assert server.poll() is None, f"the server ended: {(folder / 'log').read_text()[-500:]}"
        time.sleep(0.05)
    counts = {"answered": 0, "unanswered": 0}
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                with urlopen(Request(address), timeout=15) as answer:
                    answer.read()
                counts["answered"] += 1
            except URLError as error:
                if isinstance(error.reason, ConnectionRefusedError):
                    return  # it no longer takes anything: nothing was accepted
                counts["unanswered"] += 1
                return
            except OSError:
                counts["unanswered"] += 1
                return

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for each in clients:
        each.start()
    time.sleep(0.5)
    began = time.monotonic()
    server.send_signal(how)
    code = server.wait(30)
    spent = time.monotonic() - began
    stop.set()
    for each in clients:
        each.join()
    engine = open_engine(f"sqlite:///{folder}/helpcentre.sqlite3")
    held = sum(row["lease"] is not None for row in contents(engine)["delivery"])
    engine.dispose()
    return counts["unanswered"], code, spent, held, counts["answered"]


def _asked(address: str) -> bool:
    try:
        with urlopen(address, timeout=5) as answer:  # noqa: S310 -- our own address
            return bool(answer.status == 200)
    except OSError:
        return False
