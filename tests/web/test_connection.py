"""Raw sockets against the running server: the slow are let go, the oversized refused before they are read."""

import asyncio
import io
import json
import logging
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import redirect_stderr, suppress

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.testclient import TestClient

from tests.loop import in_a_loop
from tests.running import in_a_thread
from widget import logs
from widget.web import body, connection
from widget.web.connection import Connection

Server = tuple[str, int]


@pytest.fixture
def server(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The service behind uvicorn as `widget serve` starts it, with deadlines short enough for a test."""
    for name in ("HEADERS_WITHIN", "REQUEST_WITHIN", "READ_WITHIN"):
        monkeypatch.setattr(connection, name, 0.5)
    config = uvicorn.Config(client.app, port=0, http=Connection, log_config=None, access_log=False, lifespan="off")
    with in_a_thread(uvicorn.Server(config)) as listening:
        yield listening


def opened(server: Server) -> socket.socket:
    """Connect; what never comes ends a test by the time limit of a test, whatever the machine is doing."""
    return socket.create_connection(server)


def heard(sent: bytes, server: Server) -> bytes:
    """Send bytes and return everything that comes back until the server hangs up."""
    with opened(server) as connected:
        still_taken(connected, sent)  # or refused while we were still sending
        return rest(connected)


def still_taken(connected: socket.socket, sent: bytes) -> bool:
    """Send bytes; return whether the other side still takes them."""
    try:
        connected.sendall(sent)
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def rest(connected: socket.socket) -> bytes:
    found = b""
    with suppress(ConnectionResetError):
        while part := connected.recv(65536):
            found += part
    return found


POST = b"POST /widget/api/v1/preview HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"


def test_headers_that_do_not_arrive_are_not_waited_for(server: Server) -> None:
    with opened(server) as slow:
        slow.sendall(b"GET /fr/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        assert rest(slow).startswith(b"HTTP/1.1 408")


def test_one_byte_at_a_time_does_not_buy_more_time(server: Server) -> None:
    with opened(server) as slow:
        slow.sendall(b"GET /fr/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        slow.settimeout(0.1)
        answer = b""
        while not answer and still_taken(slow, b"X"):  # for ever, where each byte began the wait anew
            with suppress(TimeoutError):
                answer = slow.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408")


def test_a_silent_connection_is_closed(server: Server) -> None:
    with opened(server) as silent:
        assert rest(silent).startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"", []),
        (b"GET /fr/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", ["too-slow"]),
        (POST + b"Content-Length: 100\r\n\r\n{", ["too-slow"]),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", ["too-large"]),
    ],
)
def test_who_is_let_go_is_told_of_once_they_have_begun_to_ask(
    server: Server, caplog: pytest.LogCaptureFixture, sent: bytes, told: list[str]
) -> None:
    heard(sent, server)

    assert [each.getMessage() for each in caplog.records if each.name == "widget.security"] == told


def test_a_body_that_does_not_arrive_is_not_waited_for(server: Server) -> None:
    with opened(server) as slow:
        slow.sendall(POST + b"Content-Length: 100\r\n\r\n{")
        assert rest(slow) == b""  # the service itself would have answered 408, much later


def test_an_answer_that_nobody_reads_is_not_kept(server: Server) -> None:
    page = b"GET /fr/abonnement/retrograder/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with opened(server) as deaf:
        deaf.sendall(page * 500)
        time.sleep(2)
        assert 0 < rest(deaf).count(b"HTTP/1.1 200") < 500


def test_a_kept_connection_answers_again(server: Server) -> None:
    get = b"GET /widget/health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    with opened(server) as kept:
        for _ in range(3):
            kept.sendall(get)
            answer = b""
            while not answer.endswith(b"}"):  # head and body may come apart
                answer += kept.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200")
            time.sleep(0.7)


def test_five_hundred_slow_connections_do_not_hold_up_a_good_one(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "HEADERS_WITHIN", 3_600)  # nobody is let go before the good one is answered
    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # both ends of each are ours
    slow = [opened(server) for _ in range(500)]
    for each in slow:
        each.sendall(b"GET /fr/ HTTP/1.1\r\nX-Slow: ")
    get = b"GET /widget/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    answers = [heard(get, server)[:12] for _ in range(20)]
    for each in slow:
        each.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (usual, most))

    assert answers == [b"HTTP/1.1 200"] * 20


def test_what_nobody_foresaw_is_one_line_in_the_log(client: TestClient, server: Server) -> None:
    async def fail(_: Request) -> Response:
        raise RuntimeError

    client.app.router.routes.insert(0, Route("/broken", fail))  # type: ignore[attr-defined]  # a Starlette application
    written = io.StringIO()
    with redirect_stderr(written):
        logs.configure(logging.WARNING)

    answer = heard(b"GET /broken HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", server)

    (line,) = written.getvalue().splitlines()
    assert (answer[9:12], json.loads(line)["event"]) == (b"500", "unforeseen error")


OVERSIZED = {
    "an address of 16 KB": (b"GET /" + b"a" * 16_384 + b" HTTP/1.1\r\nHost: x\r\n\r\n", b"414"),
    "an address that never ends": (b"GET /" + b"a" * 100_000, b"414"),
    "a header of 64 KB": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 65_536 + b"\r\n\r\n", b"431"),
    "a header that never ends": (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 100_000, b"431"),
    "two thousand headers": (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1234567\r\n" * 2_000 + b"\r\n", b"431"),
}


@pytest.mark.parametrize(("sent", "status"), OVERSIZED.values(), ids=OVERSIZED)
def test_a_head_that_is_too_large_is_refused(server: Server, sent: bytes, status: bytes) -> None:
    assert heard(sent, server)[9:12] == status


def test_a_body_of_a_gigabyte_is_refused_before_it_is_read(server: Server) -> None:
    with opened(server) as large:
        large.sendall(POST + b"Content-Length: 1073741824\r\n\r\n" + b"x" * 70_000)
        assert large.recv(65536)[9:12] == b"413"


def test_a_body_without_end_in_chunks_is_refused(server: Server) -> None:
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    with opened(server) as large:
        large.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 20)
        assert large.recv(65536)[9:12] == b"413"


SMUGGLED = {
    "both lengths": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde",
    "a length with a sign": b"Content-Length: +4\r\n\r\nabcd",
    "a length in hexadecimal": b"Content-Length: 0x4\r\n\r\nabcd",
    "a space before the colon": b"Content-Length : 4\r\n\r\nabcd",
    "an unknown coding": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "a folded header": b"X: a\r\n Content-Length: 4\r\n\r\nabcd",
    "a bare line feed in a value": b"X: a\nContent-Length: 4\r\n\r\nabcd",
    "a zero byte in a value": b"X: a\x00b\r\n\r\n",
    "a chunk length that is none": b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabcd\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("tail", SMUGGLED.values(), ids=SMUGGLED)
def test_a_request_whose_end_is_unclear_is_one_request_at_most_and_never_a_500(server: Server, tail: bytes) -> None:
    told = heard(POST + tail + b"GET /widget/health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", server)

    assert b"HTTP/1.1 5" not in told
    assert told.count(b"HTTP/1.1 ") == 1


def test_a_slow_body_is_told_so_by_the_service_itself(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "BODY_WITHIN", 0.05)
    answered: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        await asyncio.sleep(5)
        raise AssertionError("the service waited")

    async def send(message: dict[str, object]) -> None:
        answered.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/widget/api/v1/preview",
        "raw_path": b"",
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    in_a_loop(client.app(scope, receive, send))  # type: ignore[arg-type]  # a bare ASGI call

    assert answered[0]["status"] == 408
