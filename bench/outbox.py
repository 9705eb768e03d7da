"""The outbox: messages kept and deliveries made a second, on both engines; and an order's time at 70 % of the peak."""

import statistics
import threading
import time
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

from sqlalchemy import Engine

from tests.services.conftest import TERMS, Administrator, administrator, bring_in, demo_space
from tests.services.postgres import running
from widget import languages
from widget.domain.plan import Level
from widget.gateways.webhook import WebhookGateway
from widget.services import facts
from widget.services.deliver import Dispatcher, Post
from widget.services.mail import Sender
from widget.store import delivery, outbox, space
from widget.store.engine import migrate, open_engine, transaction

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
MESSAGES, PEAK_SECONDS, STEADY_SECONDS, SHARE = 500, 15, 120, 0.7
Row = tuple[str, str, str]


class Nowhere:
    """A way out that costs nothing: what is measured is ours."""

    def send(self, message: EmailMessage, *, sender: str, to: str) -> None:
        """Take the message."""


def rows(folder: Path) -> list[Row]:
    """Return the throughput on both engines, and the order's times at a steady load on SQLite."""
    found = _throughput(folder, f"sqlite:///{folder}/outbox.sqlite3", "SQLite")
    with running() as postgres:
        found += _throughput(folder, postgres.url(postgres.create()), "PostgreSQL")
    return [*found, _steady(folder)]


def _space(url: str, folder: Path) -> Administrator:
    engine = open_engine(url)
    migrate(engine)
    few = demo_space("atelier-nord")
    bring_in(engine, folder, few | {"members": few["members"][:3]})
    return administrator(engine, "atelier-nord", "Claire Martin")


def _throughput(folder: Path, url: str, name: str) -> list[Row]:
    who = _space(url, folder)
    with transaction(who.engine) as connection:
        told = facts.where(space.known(connection, who.space_id), NOW.date())
    told |= {"renewal": "2027-05-08", "deadline": "2027-04-08"}
    began = time.perf_counter()
    for _ in range(MESSAGES):
        with transaction(who.engine) as connection:
            outbox.add(connection, who.space_id, kind="deadline.week", facts=told, at=NOW)
    kept = MESSAGES / (time.perf_counter() - began)
    began = time.perf_counter()
    dispatcher = Dispatcher(_post(who.engine))
    while dispatcher.round():
        dispatcher.wait(60)
    sent = MESSAGES / (time.perf_counter() - began)
    with transaction(who.engine) as connection:
        assert not delivery.listed(connection, "waiting", "dead")
    who.engine.dispose()
    return [(f"outbox, {name}: messages kept / mails made and settled a second", f"{kept:.0f} / {sent:.0f}", "-")]


def _post(engine: Engine) -> Post:
    sender = Sender("help@workspace.example", "https://help.example")
    return Post(engine, TERMS, languages.load(), sender, Nowhere(), WebhookGateway(), lambda: NOW)


def _steady(folder: Path) -> Row:
    """Orders at 70 % of the peak, timed from the moment each was planned for: a late start counts."""
    who = _space(f"sqlite:///{folder}/steady.sqlite3", folder)
    worker = threading.Event()
    dispatcher = Dispatcher(_post(who.engine))

    def send() -> None:
        while not worker.wait(1):
            dispatcher.round()

    thread = threading.Thread(target=send)
    thread.start()
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < PEAK_SECONDS:
        _order(who, count)
        count += 1
    peak = count / PEAK_SECONDS
    times, planned = [], time.perf_counter()
    ends = planned + STEADY_SECONDS
    while planned < ends:
        time.sleep(max(0.0, planned - time.perf_counter()))
        _order(who, count)
        count += 1
        times.append(time.perf_counter() - planned)
        planned += 1 / (peak * SHARE)
    worker.set()
    thread.join()
    dispatcher.stop.set()
    assert dispatcher.wait(60)  # before the folder goes that it writes to
    cuts = statistics.quantiles(times, n=100)
    figure = f"peak {peak:.0f}/s; {len(times)} orders: p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
    return ("review and order at 70 % of the peak for 2 minutes, worker beside it, SQLite FULL", figure, "p99 250 ms")


def _order(who: Administrator, number: int) -> None:
    who.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}")
