"""Asked to stop, the server answers everybody who had come before its door closed."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
import uvicorn
import uvloop

from tests.loop import in_a_loop
from tests.running import in_a_thread
from widget.web import connection
from widget.web.connection import Connection
from widget.web.server import Server

REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


async def says_ok(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


def configured(fewer_than: int | None = None) -> uvicorn.Config:
    return uvicorn.Config(
        says_ok, port=0, http=Connection, log_config=None, lifespan="off", limit_concurrency=fewer_than
    )


@contextmanager
def running(fewer_than: int | None = None) -> Iterator[tuple[uvicorn.Server, tuple[str, int]]]:
    server = Server(configured(fewer_than))
    with in_a_thread(server) as address:
        yield server, address


def heard(connected: socket.socket) -> bytes:
    found = b""
    while part := connected.recv(65536):
        found += part
    return found


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_whoever_waits_at_the_door_when_the_server_stops_is_answered(run: Callable[[Any], list[bytes]]) -> None:
    answers = in_a_loop(stopped_with_a_queue(20), by=run)

    assert [each.partition(b"\r\n")[0] for each in answers] == [b"HTTP/1.1 200 OK"] * 20


async def stopped_with_a_queue(length: int) -> list[bytes]:
    """Stop a server at once after clients have come to its door, before it had a turn to let them in."""
    server = Server(configured())
    server.config.load()
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup()
    address = server.servers[0].sockets[0].getsockname()[:2]
    with ExitStack() as clients:
        waiting = [clients.enter_context(socket.create_connection(address, timeout=30)) for _ in range(length)]
        for each in waiting:
            each.sendall(REQUEST)
        await server.shutdown()
        return [heard(each) for each in waiting]


def test_a_request_that_comes_just_after_its_connection_is_answered_and_ends_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "PART_WITHIN", 30)
    with running() as (server, address):
        kept = socket.create_connection(address, timeout=30)
        kept.sendall(REQUEST)
        kept.recv(65536)
        fresh = socket.create_connection(address, timeout=30)
        server.should_exit = True
        while is_open(address):
            time.sleep(0.01)
        for each in (kept, fresh):
            each.sendall(REQUEST)
        answers = [heard(kept), heard(fresh)]

    assert [each.partition(b"\r\n")[0] for each in answers] == [b"HTTP/1.1 200 OK"] * 2
    kept.close()
    fresh.close()


def test_a_connection_that_says_nothing_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "PART_WITHIN", 0.01)
    with running() as (server, address), socket.create_connection(address, timeout=30) as silent:
        server.should_exit = True
        assert heard(silent) == b""


def test_one_connection_too_many_is_told_when_to_come_again_in_both_languages() -> None:
    with running(fewer_than=2) as (_, address), socket.create_connection(address, timeout=30) as first:
        first.sendall(REQUEST)
        answer = first.recv(65536)
        with socket.create_connection(address, timeout=30) as late:
            late.sendall(REQUEST)
            head, _, text = heard(late).decode().partition("\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert head.startswith("HTTP/1.1 503 ")
    assert "retry-after: 5" in head.split("\r\n")
    assert ("Réessayez" in text, "Try again" in text) == (True, True)


def is_open(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, timeout=30).close()
    except ConnectionRefusedError:
        return False
    return True
