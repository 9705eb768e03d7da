"""Webhooks reach public addresses alone, follow nothing, and read each answer as the specification says."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateways.receivers import Answer, certificate, http_trap, status
from tests.running import free_port
from widget.gateways.failure import GiveUpError, TryAgainError
from widget.gateways.tls import trusted
from widget.gateways.webhook import AddressError, WebhookGateway, check_url

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
HERE = WebhookGateway(private=True, patience=1)

FORBIDDEN = [
    "127.0.0.1", "127.1", "127.0.0.53", "0.0.0.0", "0", "localhost",  # noqa: S104 -- what must be refused
    "2130706433", "0x7f000001",
    "0177.0.0.1", "0x7f.1", "017700000001", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.254",
    "192.168.0.1", "192.168.255.255", "169.254.169.254", "169.254.0.1", "169.254.170.2", "100.64.0.1",
    "100.127.255.255", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[0:0:0:0:0:0:0:1]", "[fe80::1]", "[fc00::1]",
    "[fd00:ec2::254]", "[ff02::1]", "[2001:db8::1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[2002:7f00:1::]",
    "[2002:a00:1::]", "[2001:0:4136:e378:8000:63bf:80ff:fffe]", "[100::1]",
]  # fmt: skip
MALFORMED = [
    "http://hooks.example.com/", "ftp://hooks.example.com/", "file:///etc/passwd", "gopher://127.0.0.1/",
    "//example.com/", "https://localhost./",
    "hooks.example.com", "", "https://", "https:///path", "https://user@example.com/", "https://user:pass@example.com/",
    "https://example.com@127.0.0.1/", "https://example.com/#fragment", "https://example.com:port/",
    "https://example.com:99999/", "https://exa mple.com/", "https://example.com/\r\nHost: x", "https://exämple.com/",
    "https://[::1", "https://example.com\\@127.0.0.1/", "javascript:alert(1)", "https://example.com/\t",
    "https://1.1.1.1\n/", "HTTP://127.0.0.1/", f"https://{'a' * 64}.example/", "https://hooks..example/",
]  # fmt: skip


def post(port: int, gateway: WebhookGateway = HERE, host: str = "127.0.0.1", scheme: str = "http") -> None:
    gateway.post(
        f"{scheme}://{host}:{port}/hook", body=b'{"a":1}', headers={"Content-Type": "application/json"}, now=NOW
    )


def test_a_delivery_is_one_post_with_its_body_over_tls(tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    with http_trap(status(204), tls=server) as trap:
        post(trap.port, WebhookGateway(private=True, context=client), "localhost", "https")

    (request,) = trap.requests
    assert request.startswith(b"POST /hook HTTP/1.1\r\n")
    assert request.endswith(b'\r\n\r\n{"a":1}')


@pytest.mark.parametrize(("name", "expired"), [("another.example", False), ("localhost", True)])
def test_an_endpoint_that_cannot_prove_its_name_gets_nothing(tmp_path: Path, name: str, expired: bool) -> None:
    server, client = certificate(tmp_path, name, expired=expired)
    with http_trap(status(204), tls=server) as trap:
        with pytest.raises(TryAgainError, match="CERTIFICATE_VERIFY_FAILED"):
            post(trap.port, WebhookGateway(private=True, context=client), "localhost", "https")

        assert trap.requests == []


def test_an_endpoint_that_nobody_whom_the_system_knows_vouches_for_gets_nothing(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path)
    with http_trap(status(204), tls=server) as trap:
        with pytest.raises(TryAgainError) as failed:
            post(trap.port, WebhookGateway(private=True), "localhost", "https")

        assert (failed.value.kind, trap.requests) == ("SSLCertVerificationError", [])


def test_nothing_goes_out_over_an_old_protocol() -> None:
    context = trusted()

    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("code", [200, 201, 202, 204])
def test_any_2xx_has_arrived(code: int) -> None:
    with http_trap(status(code)) as trap:
        post(trap.port)

    assert len(trap.requests) == 1


@pytest.mark.parametrize("code", [301, 302, 307, 308])
def test_a_redirect_is_never_followed(code: int) -> None:
    with (
        http_trap(status(204)) as inside,
        http_trap(status(code, f"Location: http://127.0.0.1:{inside.port}/")) as trap,
    ):
        with pytest.raises(TryAgainError, match=f"^{code}$"):
            post(trap.port)

        assert inside.connections == 0


@pytest.mark.parametrize("code", [400, 401, 404, 429, 500, 502, 503])
def test_any_other_answer_is_tried_again(code: int) -> None:
    with http_trap(status(code)) as trap, pytest.raises(TryAgainError, match=f"^{code}$") as failed:
        post(trap.port)

    assert (failed.value.after, failed.value.reached) == (None, True)


@pytest.mark.parametrize(
    ("told", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Tue, 24 Nov 2026 09:30:00 GMT", timedelta(minutes=30)),
        ("Tue, 24 Nov 2026 08:30:00 GMT", timedelta(0)),
        ("99999999999", timedelta(days=1)),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after_is_honoured(told: str, wait: timedelta | None) -> None:
    with http_trap(status(429, f"Retry-After: {told}")) as trap, pytest.raises(TryAgainError) as failed:
        post(trap.port)

    assert failed.value.after == wait


def test_410_wants_nothing_any_more() -> None:
    with http_trap(status(410)) as trap, pytest.raises(GiveUpError) as failed:
        post(trap.port)

    assert failed.value.gone


@pytest.mark.parametrize(
    "answer",
    [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 X\r\n\r\n"],
    ids=["hangs up", "nonsense", "no status"],
)
def test_what_is_no_whole_answer_is_tried_again(answer: Answer) -> None:
    with http_trap(answer) as trap, pytest.raises(TryAgainError):
        post(trap.port)


class Endless:
    """An endpoint that goes on until the other side hangs up, and notes that it did."""

    def __init__(self, act: Callable[[socket.socket], object]) -> None:
        self.act, self.hung_up = act, threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        connection.settimeout(None)
        with suppress(OSError):
            while self.act(connection) != b"":
                pass
        self.hung_up.set()


def drip(connection: socket.socket) -> None:
    connection.sendall(b"H")
    time.sleep(0.1)


@pytest.mark.parametrize("act", [lambda connection: connection.recv(1), drip], ids=["silent", "drips"])
def test_an_answer_that_never_ends_is_not_waited_for(act: Callable[[socket.socket], object]) -> None:
    endless = Endless(act)

    with http_trap(endless) as trap:
        with pytest.raises(TryAgainError):
            post(trap.port)
        endless.hung_up.wait()


def test_a_huge_answer_is_not_read() -> None:
    begun = status(200, body=b"x" * 10_000_000)
    endless = Endless(lambda connection: connection.sendall(begun))

    with http_trap(endless) as trap:
        post(trap.port)
        endless.hung_up.wait()


def test_an_endpoint_that_is_away_is_tried_again() -> None:
    with pytest.raises(TryAgainError, match="ConnectError"):
        post(free_port())


@pytest.mark.parametrize("host", FORBIDDEN)
def test_an_address_of_this_machine_or_of_a_private_network_is_refused(host: str) -> None:
    with pytest.raises(AddressError):
        check_url(f"https://{host}/hook")

    with pytest.raises(GiveUpError, match="not on the public network"):
        post(443, WebhookGateway(patience=1), host, "https")


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(AddressError):
        check_url(url)


@pytest.mark.parametrize("host", ["a" * 64, "hooks..example"])
@pytest.mark.parametrize("private", [True, False])
def test_a_name_that_no_look_up_takes_is_given_up_at_once(host: str, *, private: bool) -> None:
    with pytest.raises(GiveUpError):
        post(443, WebhookGateway(private=private, patience=1), host, "https")


@pytest.mark.parametrize(
    "url", ["https://1.1.1.1/hook", "https://[2606:4700:4700::1111]:8443/a?b=c", "https://9.9.9.9"]
)
def test_a_public_address_is_taken(url: str) -> None:
    check_url(url)


def test_a_name_that_turns_to_this_machine_after_it_was_judged_is_not_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    answers = ["1.1.1.1", "127.0.0.1"]

    def rebinding(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        return real(answers.pop(0) if host == "rebind.example" else host, port, *rest, **more)

    with http_trap(status(204)) as trap:
        monkeypatch.setattr(socket, "getaddrinfo", rebinding)

        check_url(f"https://rebind.example:{trap.port}/")
        with pytest.raises(GiveUpError, match=r"127\.0\.0\.1 is not on the public network"):
            post(trap.port, WebhookGateway(patience=1), "rebind.example")

        assert trap.connections == 0


def test_a_name_with_one_public_and_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo

    def both(_host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        return [*real("1.1.1.1", port, *rest, **more), *real("127.0.0.1", port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", both)

    with pytest.raises(AddressError, match=r"127\.0\.0\.1"):
        check_url("https://both.example/")
