"""R7: one endpoint that never answers among twenty; the others hear of everything within seconds."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import select

from drills.ground import NOW, TERMS, Drill, child, contents, people, started
from tests.gateways.receivers import Postman, http_trap, smtp_server, status
from widget import languages
from widget.domain.plan import Level
from widget.gateways.mail import SmtpGateway
from widget.gateways.webhook import WebhookGateway
from widget.services import webhook
from widget.services.deliver import Post
from widget.services.mail import Sender
from widget.services.work import Worker
from widget.settings import Smtp
from widget.store.delivery import Delivery
from widget.store.engine import open_engine, reading
from widget.store.tables import delivery

ENDPOINTS, ORDERS = 20, 15
#: Seconds: how late 95 of 100 may be, and how long is waited for all.
WITHIN, PATIENCE = 10.0, 60.0
HERE = Sender("help@workspace.example", "https://help.example")


def drill(folder: Path) -> Iterator[Drill]:
    """Tell twenty endpoints of orders, one of which is dead."""
    told, lag = _p95(folder / "own.sqlite3", PATIENCE)
    slow, late = _p95(folder / "one.sqlite3", WITHIN + 2, arm=_one_lane)
    wanted = (ENDPOINTS - 1) * ORDERS * 2
    figure = f"{told} of {wanted} webhooks at {ENDPOINTS - 1} endpoints, p95 {lag:.1f} s, while one is dead"
    control = f"all in one lane: {slow} of {wanted} after {WITHIN + 2:.0f} s, p95 {late:.1f} s"
    yield Drill("R7 one dead of twenty", figure, told == wanted and lag <= WITHIN, control, late > WITHIN)


def _p95(path: Path, patience: float, arm: Callable[[], None] = lambda: None) -> tuple[int, float]:
    """Return how many webhooks arrived at those that live, and the seconds that 95 of 100 took at most."""
    url, began, released = f"sqlite:///{path}", time.monotonic(), threading.Event()
    path.parent.mkdir(exist_ok=True)
    engine = started(url)
    (who,) = people(engine, path.parent, 1)

    def now() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    with ExitStack() as stack:
        dead = stack.enter_context(http_trap(lambda _: _silent(released)))
        traps = [stack.enter_context(http_trap(status(204))) for _ in range(ENDPOINTS - 1)]
        port = stack.enter_context(smtp_server(Postman()))
        _, *live = [
            webhook.add(engine, f"http://127.0.0.1:{trap.port}/", private=True, now=now())[0] for trap in (dead, *traps)
        ]
        engine.dispose()
        worker = child(partial(_works, url, port, now, arm))
        for number in range(ORDERS):
            who.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}", now=now())
        wanted, ends = len(live) * ORDERS * 2, time.monotonic() + patience
        while _waiting(url, live) and time.monotonic() < ends:
            time.sleep(0.5)
        worker.kill()
        released.set()
        lags = _lags(url, live)
    late = [*lags, *[patience] * (wanted - len(lags))]
    return len(lags), sorted(late)[int(len(late) * 0.95)]


def _silent(released: threading.Event) -> None:
    released.wait()


def _works(url: str, port: int, now: Callable[[], datetime], arm: Callable[[], None], _tell: Any) -> None:
    arm()
    out = SmtpGateway(Smtp("127.0.0.1", port, "none", "", ""), patience=10)
    engine = open_engine(url)
    Worker(Post(engine, TERMS, languages.load(), HERE, out, WebhookGateway(private=True, patience=10), now)).run()


def _waiting(url: str, live: list[str]) -> bool:
    engine = open_engine(url)
    with reading(engine) as connection:
        mine = (delivery.c.state == "waiting", delivery.c.target.in_(live))
        found = connection.execute(select(delivery.c.id).where(*mine).limit(1)).first()
    engine.dispose()
    return found is not None


def _lags(url: str, live: list[str]) -> list[float]:
    engine = open_engine(url)
    rows = contents(engine)
    engine.dispose()
    at = {row["id"]: datetime.fromisoformat(row["at"]) for row in rows["outbox"]}
    return [
        (datetime.fromisoformat(row["settled_at"]) - at[row["outbox_id"]]).total_seconds()
        for row in rows["delivery"]
        if row["state"] == "delivered" and row["target"] in live
    ]


def _one_lane() -> None:
    """Take away what keeps endpoints apart: all wait in one queue."""
    Delivery.lane = property(lambda _: "all")  # type: ignore[assignment,method-assign]  # the fault that is tried
