"""R7: receivers that refuse, hang, lie or are away, and workers killed between sending and noting it."""

import os
import random
import signal
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import Engine, event, update

from drills.ground import NOW, TERMS, Drill, child, contents, people, started
from tests.gateways.receivers import Postman, certificate, http_trap, smtp_server, status
from tests.running import free_port
from tests.services.conftest import demo_space
from tests.services.postgres import running
from widget import languages
from widget.domain.plan import Level
from widget.gateways.failure import GiveUpError, TryAgainError
from widget.gateways.mail import SmtpGateway
from widget.gateways.webhook import WebhookGateway
from widget.services import webhook
from widget.services.deliver import Dispatcher, Post
from widget.services.mail import Sender
from widget.settings import Smtp
from widget.store import delivery
from widget.store.engine import open_engine
from widget.store.tables import delivery as deliveries

#: Orders; each is told to two administrators by mail and is two webhooks.
ORDERS, KILLS = 75, 50
#: When the receivers, which are away, are tried before they are there again.
AWAY, BACK = (timedelta(), timedelta(hours=1), timedelta(hours=24)), timedelta(hours=72)
#: How often a worker dies when it is about to note that something has arrived.
DEADLY = 0.6
HERE = Sender("help@workspace.example", "https://help.example")
LATER, NEVER, ARRIVED = "tried again", "given up", "arrived"


def drill(folder: Path) -> Iterator[Drill]:
    """Try 25 behaviours, then 300 messages through an outage of 72 hours and 50 kills on both engines."""
    yield _behaviours(folder)
    lost = _sent(folder, f"sqlite:///{folder}/early.sqlite3", early=True)[0]
    control = f"noted as sent before it is: {lost} lost"
    yield _outage(folder, f"sqlite:///{folder}/outage.sqlite3", "SQLite", control, lost)
    with running() as postgres:
        yield _outage(folder, postgres.url(postgres.create()), "PostgreSQL", control, lost)


def _outage(folder: Path, url: str, name: str, control: str, lost: int) -> Drill:
    missing, other, twice, kills, spent = _sent(folder, url, early=False)
    figure = (
        f"{2 * ORDERS} mails and {2 * ORDERS} webhooks, receivers away for 72 hours of clock, {kills} kills between "
        f"sending and noting: {missing} lost, {twice} sent twice, {other} of them with other bytes, {spent:.0f} s"
    )
    return Drill(
        f"R7 outage and kills, {name}", figure, not missing and not other and kills >= KILLS, control, lost > 0
    )


def _sent(folder: Path, url: str, *, early: bool) -> tuple[int, int, int, int, float]:
    engine = started(url)
    (who,) = people(engine, folder, 1, members=_two_administrators())
    postman, began = Postman(), time.monotonic()
    with ExitStack() as stack:
        is_back = threading.Event()
        trap = stack.enter_context(http_trap(lambda there: there.sendall(status(204)) if is_back.is_set() else None))
        webhook.add(engine, f"http://127.0.0.1:{trap.port}/", private=True, now=NOW)
        for number in range(ORDERS if not early else 20):
            who.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}")
        engine.dispose()
        # In children: typst's threads, once begun here, would be missing in every process forked later.
        for after in AWAY:
            child(partial(_worker, url, free_port(), NOW + after, dies=False, early=False)).wait()
        sent_too_soon = sum(row["state"] == "delivered" for row in _deliveries(url))
        trap.requests.clear()
        is_back.set()
        port = stack.enter_context(smtp_server(postman))
        kills = _work(url, port, early=early)
        rows = _deliveries(url)
        mails = Counter(str(each["Message-ID"]).strip("<>").partition("@")[0] for each in postman.messages)
        hooks = Counter(_id(each) for each in trap.requests)
        wanted_mails = {row["id"] for row in rows if row["channel"] == "mail"}
        wanted_hooks = {row["outbox_id"] for row in rows if row["channel"] == "webhook"}
        missing = len(wanted_mails - mails.keys()) + len(wanted_hooks - hooks.keys())
        missing += sent_too_soon + sum(row["state"] != "delivered" for row in rows)
        other = len({raw for _, raw in postman.envelopes}) - len(mails)
        other += len({(_id(each), each.partition(b"\r\n\r\n")[2]) for each in trap.requests}) - len(hooks)
        twice = sum(times > 1 for times in (*mails.values(), *hooks.values()))
    return missing, other, twice, kills, time.monotonic() - began


def _two_administrators() -> list[dict[str, Any]]:
    members = demo_space("atelier-nord")["members"][:3]
    return [each | {"role": "administrator"} if number < 2 else each for number, each in enumerate(members)]


def _deliveries(url: str) -> list[dict[str, Any]]:
    engine = open_engine(url)
    found = contents(engine)["delivery"]
    engine.dispose()
    return found


def _id(request: bytes) -> str:
    return request.lower().partition(b"webhook-id: ")[2].partition(b"\r\n")[0].decode()


def _post(engine: Engine, port: int, now: Any) -> Post:
    out = SmtpGateway(Smtp("127.0.0.1", port, "none", "", ""), patience=10)
    gateway = WebhookGateway(private=True, patience=10)
    return Post(engine, TERMS, languages.load(), HERE, out, gateway, lambda: now)


def _work(url: str, port: int, *, early: bool) -> int:
    """Run four workers that die at random between sending and noting it; the clock goes on with each new one."""
    kills, now = 0, NOW + BACK
    most = KILLS if not early else 8
    while True:
        workers = [child(partial(_worker, url, port, now, dies=kills < most, early=early)) for _ in range(4)]
        told = [line for each in workers for line in each.wait()]
        kills += 4 - told.count("done")
        now += delivery.LEASE
        if not any(row["state"] == "waiting" for row in _deliveries(url)):
            return kills


def _worker(url: str, port: int, now: Any, tell: Callable[[str], None], *, dies: bool, early: bool) -> None:
    engine = open_engine(url)

    def perhaps(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        noted = statement.startswith("UPDATE delivery") and "delivered" in str(values)
        if noted and random.random() < DEADLY:  # noqa: S311 -- a moment, not a secret
            os.kill(os.getpid(), signal.SIGKILL)

    if dies and not early:
        event.listen(engine, "before_cursor_execute", perhaps)
    if early:
        _note_early(dies)
    dispatcher = Dispatcher(_post(engine, port, now))
    while dispatcher.round():
        dispatcher.wait(60)
    tell("done")


def _note_early(dies: bool) -> None:
    """Take away what makes it at least once: note a delivery as made when it is claimed."""
    real = delivery.claim

    def claim(connection: Any, **more: Any) -> Any:
        found = real(connection, **more)
        for each in found:
            connection.execute(update(deliveries).where(deliveries.c.id == each.id).values(state="delivered"))
        if found and dies:
            connection.commit()
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    delivery.claim = claim


Send = Callable[[], None]


def _behaviours(folder: Path) -> Drill:
    wrong, tried = [], 0
    for name, expected, make in _all(folder):
        with make() as send:
            tried += 1
            try:
                send()
                found = ARRIVED
            except TryAgainError:
                found = LATER
            except GiveUpError:
                found = NEVER
        if found != expected:
            wrong.append(f"{name}: {found}")
    followed = _followed()
    figure = f"{tried} behaviours of receivers: {len(wrong)} judged wrongly {', '.join(wrong)}"
    control = f"redirects followed: {followed} requests inside"
    return Drill("R7 behaviours", figure.strip(), tried >= 25 and not wrong, control, followed > 0)


def _followed() -> int:
    """Do what ours must not: follow a redirect to this machine."""
    with http_trap(status(204)) as inside, http_trap(status(302, f"Location: http://127.0.0.1:{inside.port}/")) as trap:
        httpx.get(f"http://127.0.0.1:{trap.port}/", follow_redirects=True)
        return inside.connections


def _all(folder: Path) -> Iterator[tuple[str, str, Callable[[], Any]]]:
    yield from (
        (f"SMTP {where} {code}", NEVER if code >= 500 else LATER, partial(_smtp, where, f"{code} no"))
        for where, code in [("rcpt", 450), ("rcpt", 550), ("data", 421), ("data", 451), ("data", 552)]
    )
    yield "SMTP 250", ARRIVED, partial(_smtp, "data", "250 OK")
    yield "SMTP refused", LATER, partial(_at, lambda: _mail("127.0.0.1", free_port()))
    yield "SMTP name unknown", LATER, partial(_at, lambda: _mail("nowhere.invalid", 25))
    yield "SMTP hangs before its banner", LATER, partial(_raw, lambda _: time.sleep(3), mail=True)
    yield "SMTP drops after the data", LATER, partial(_raw, _drops, mail=True)
    yield "SMTP hangs after the data", LATER, partial(_raw, partial(_drops, hang=True), mail=True)
    answers = {200: ARRIVED, 204: ARRIVED, 301: LATER, 400: LATER, 404: LATER, 410: NEVER, 429: LATER, 500: LATER}
    for code, expected in answers.items():
        yield f"HTTP {code}", expected, partial(_http, status(code))
    yield "HTTP 302 to this machine", LATER, partial(_http, status(302, "Location: http://127.0.0.1/"))
    yield "HTTP silent", LATER, partial(_http, lambda _: time.sleep(3))
    yield "HTTP garbage", LATER, partial(_http, b"\x00\xff garbage\r\n\r\n")
    yield "HTTP hangs up", LATER, partial(_http, b"")
    yield "HTTP 10 MB", ARRIVED, partial(_http, status(200, body=b"x" * 10_000_000))
    yield "HTTP refused", LATER, partial(_at, lambda: _hook(f"http://127.0.0.1:{free_port()}/"))
    yield "HTTP name unknown", LATER, partial(_at, lambda: _hook("http://nowhere.invalid/"))
    yield "TLS expired", LATER, partial(_tls, folder, "localhost", expired=True)
    yield "TLS of another host", LATER, partial(_tls, folder, "another.example", expired=False)


def _mail(host: str, port: int) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = HERE.address, "a@b.example", "x"
    letter.set_content("x")
    SmtpGateway(Smtp(host, port, "none", "", ""), patience=1).send(letter, sender=HERE.address, to="a@b.example")


def _hook(url: str, context: ssl.SSLContext | None = None) -> None:
    WebhookGateway(private=True, context=context, patience=1).post(url, body=b"{}", headers={}, now=NOW)


@contextmanager
def _at(send: Send) -> Iterator[Send]:
    yield send


@contextmanager
def _smtp(where: str, answer: str) -> Iterator[Send]:
    with smtp_server(Postman(rcpt=answer) if where == "rcpt" else Postman(data=answer)) as port:
        yield lambda: _mail("127.0.0.1", port)


@contextmanager
def _http(answer: Any) -> Iterator[Send]:
    with http_trap(answer) as trap:
        yield lambda: _hook(f"http://127.0.0.1:{trap.port}/")


@contextmanager
def _tls(folder: Path, name: str, *, expired: bool) -> Iterator[Send]:
    server, client = certificate(folder, name, expired=expired)
    with http_trap(status(204), tls=server) as trap:
        yield lambda: _hook(f"https://localhost:{trap.port}/", client)


@contextmanager
def _raw(answer: Callable[[socket.socket], None], *, mail: bool) -> Iterator[Send]:
    assert mail
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                answer(connection)

        threading.Thread(target=serve, daemon=True).start()
        yield lambda: _mail("127.0.0.1", listener.getsockname()[1])


def _drops(connection: socket.socket, *, hang: bool = False) -> None:
    """Speak SMTP up to the end of the data, and then nothing."""
    connection.sendall(b"220 here\r\n")
    said, data = b"", False
    while b"\r\n.\r\n" not in said:
        part = connection.recv(65536)
        said = said + part if data else part
        if not data:
            data = part.upper().startswith(b"DATA")
            connection.sendall(b"354 go\r\n" if data else b"250 OK\r\n")
    if hang:
        time.sleep(3)
