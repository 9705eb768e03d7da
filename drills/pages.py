"""R3 through the pages: orders, acceptances of a quote, undos and the scheduler at one moment; one of them decides."""

import http.client
import random
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, select

from drills.ground import NOW, TERMS, Administrator, Drill, child, contents, faults, instead, people, started
from tests.running import free_port
from tests.services.conftest import at_once
from tests.services.postgres import running
from widget.app import create_app
from widget.cli import configured
from widget.domain.plan import Level
from widget.services import order, sign_in
from widget.services.apply_due import apply_due
from widget.services.quote import Requested
from widget.services.sign_in import Voucher
from widget.settings import read
from widget.store.engine import open_engine, reading
from widget.store.session import hashed
from widget.store.tables import session
from widget.web.server import Server

#: What comes at one moment, and the scheduler with it: fifty at once.
ACTS = {"order": 28, "accept": 17, "undo": 4}
SCHEDULER = "apply"
ROUNDS, PATIENCE = 40, 30
#: When the first change of a round is due, for the scheduler alone: the servers' clock stands at NOW.
LATER = NOW + timedelta(days=400)
#: Who comes a little earlier, in turn, so that each is the first in some rounds; None: all at one moment.
EARLIER = (None, *ACTS, SCHEDULER)
#: By how many seconds. Those who come earlier still meet the others, who are many.
LEAD = 0.1


def drill(folder: Path) -> Iterator[Drill]:
    """Send everything at once to one server and to two, on both engines."""
    yield _drill(folder, f"sqlite:///{folder}/pages.sqlite3", "SQLite")
    with running() as postgres:
        yield _drill(folder, postgres.url(postgres.create()), "PostgreSQL")


def _drill(folder: Path, url: str, name: str) -> Drill:
    engine = started(url)
    *buyers, blind = people(engine, folder, ROUNDS + 1)
    with _served(engine, url, folder) as ports:
        rounds = [
            _round(url, who, ports[: 1 + number % 2], EARLIER[number % len(EARLIER)])
            for number, who in enumerate(buyers)
        ]
    with instead(order, "reviewed", lambda *_: {}), _served(engine, url, folder) as ports:
        placed = _round(url, blind, ports, None)[1]["order 303"]
    won = Counter(decided for decided, _ in rounds)
    fair = sum(answers == _fair(decided) for decided, answers in rounds)
    wrong = faults(engine, set())
    engine.dispose()
    figure = (
        f"{sum(ACTS.values()) + 1} at once x {ROUNDS}, to one server and to two: one decided and the others were told "
        f"in {fair} ({', '.join(f'{each} {won[each]}' for each in sorted(won))}), {len(wrong)} faults"
    )
    every = won.keys() == {*ACTS, SCHEDULER}
    return Drill(
        f"R3 order, acceptance, undo and scheduler by HTTP, {name}",
        figure,
        fair == ROUNDS and every and not wrong,
        f"review not compared: {placed} placed in a round",
        placed > 1,
    )


@contextmanager
def _served(engine: Engine, url: str, folder: Path) -> Iterator[list[int]]:
    """Start two servers of one database, and kill them at the end."""
    engine.dispose()
    ports = [free_port(), free_port()]
    servers = [child(partial(_serve, url, folder, port)) for port in ports]
    try:
        for port in ports:
            _wait(port)
        yield ports
    finally:
        for each in servers:
            each.kill()


def _serve(url: str, folder: Path, port: int, _tell: Any) -> None:
    settings = read({"HELPCENTER_DATA": str(folder), "HELPCENTER_WORKER": "0"})
    app = create_app(settings, open_engine(url), lambda: NOW)
    Server(configured(app, settings, port=port)).run()


def _wait(port: int) -> None:
    ends = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)


def _round(url: str, who: Administrator, ports: list[int], earlier: str | None) -> tuple[str, Counter[str]]:
    """Return which act decided, by what the database says, and how each was answered."""
    first = who.orders(Level("essential", 12, 4), key="first")
    change_id = who.pending().id
    asked = who.request(who.begin(Level("premium", 10, 2)), language="en")
    assert isinstance(asked, Requested), asked
    drafts = [who.reviewed(Level("premium", 11, 1 + turn % 2)) for turn in range(ACTS["order"])]
    proof = Voucher("https://id.example", who.member_id, NOW)
    session_id = sign_in.begin(who.engine, space_id=who.space_id, member_id=who.member_id, now=NOW, voucher=proof)
    assert session_id
    paths: list[tuple[str, str, dict[str, str]]] = [
        ("order", f"change/{each}/order", {"key": each, "agreed": who.agreed[each]}) for each in drafts
    ]
    paths += [("accept", f"quotes/{asked.number}/accept", {"key": f"key-{turn}"}) for turn in range(ACTS["accept"])]
    paths += [("undo", f"undo/{change_id}", {})] * ACTS["undo"]
    random.shuffle(paths)
    send = partial(_sent, session_id, _token(who.engine, session_id))
    acts: list[Callable[[], str]] = [
        partial(_after, _wait_of(each[0], earlier), partial(send, ports[turn % len(ports)], *each))
        for turn, each in enumerate(paths)
    ]
    who.engine.dispose()
    scheduler = child(partial(_apply, url, _wait_of(SCHEDULER, earlier)))
    answers = Counter(at_once(acts))
    scheduler.wait()
    return _decided(who, first, change_id), answers


def _token(engine: Engine, session_id: str) -> str:
    with reading(engine) as connection:
        query = select(session.c.token).where(session.c.id_hash == hashed(session_id))
        token: str = connection.execute(query).scalar_one()
    return token


def _wait_of(act: str, earlier: str | None) -> float:
    return 0.0 if earlier in {None, act} else LEAD


def _after(seconds: float, send: Callable[[], str]) -> str:
    time.sleep(seconds)
    return send()


def _apply(url: str, wait: float, _tell: Any) -> None:
    engine = open_engine(url)
    time.sleep(wait)
    apply_due(engine, TERMS, now=LATER)


def _sent(session_id: str, token: str, port: int, act: str, path: str, fields: dict[str, str]) -> str:
    """Send the form of an act and return how it was answered."""
    form = {"token": token} | fields
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": f"session={session_id}",
        "Sec-Fetch-Site": "same-origin",
    }
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        client.request("POST", f"/widget/en/{path}", urlencode(form), headers)
        return f"{act} {client.getresponse().status}"
    except OSError as error:
        return f"{act} {type(error).__name__}"
    finally:
        client.close()


def _decided(who: Administrator, first: str, change_id: str) -> str:
    rows = contents(who.engine)
    (state,) = (row["state"] for row in rows["pending_change"] if row["id"] == change_id)
    orders = [row["id"] for row in rows["placed_order"] if row["space_id"] == who.space_id and row["id"] != first]
    accepted = [row["order_id"] for row in rows["quote"] if row["space_id"] == who.space_id and row["order_id"]]
    known = {
        ("superseded", 1, 0): "order",
        ("superseded", 1, 1): "accept",
        ("undone", 0, 0): "undo",
        ("applied", 0, 0): SCHEDULER,
    }
    found = (state, len(orders), len(accepted))
    return known.get(found, f"{state} with {len(orders)} orders, {len(accepted)} acceptances")


def _fair(decided: str) -> Counter[str]:
    """Return how all are answered where one decided: undoing twice is undoing once, all else is told what happened."""
    won = {"order": 1, "accept": 1, "undo": ACTS["undo"]}.get(decided, 0)
    told = {f"{act} 409": count - (won if act == decided else 0) for act, count in ACTS.items()}
    return Counter({f"{decided} 303": won}) + Counter(told)
