"""Five hundred slow connections, three ways: gone within 15 seconds of their deadline, and good requests are served."""

import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import quantiles

from drills.ground import Drill
from tests.running import free_port
from widget.web.connection import HEADERS_WITHIN, REQUEST_WITHIN

COUNT, SPARE = 500, 15.0
WAYS = {
    "headers": (b"GET /fr/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ", HEADERS_WITHIN),
    "body": (
        # Both servers read the body of this one.
        b"POST /widget/api/v1/preview HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        b'Content-Length: 1000\r\n\r\n{"on": ',
        REQUEST_WITHIN,
    ),
    "nothing": (b"", HEADERS_WITHIN),
}


def drill(_folder: Path) -> Iterator[Drill]:
    """Open them, feed each a byte a second, and time good requests meanwhile; bare uvicorn is the control."""
    for name, (start, deadline) in WAYS.items():
        within = deadline + SPARE
        left, good = attack("demo", start, within)
        bare, _ = attack("bare", start, within)
        goal = f"slow connections ({name}): none left after {within:.0f} s, good requests under 0.5 s"
        figure = f"{left} of {COUNT} left, good p99 {good * 1000:.0f} ms"
        yield Drill(goal, figure, left == 0 and good < 0.5, f"bare uvicorn: {bare} left", bare > 0)


def attack(kind: str, start: bytes, seconds: float) -> tuple[int, float]:
    """Return how many slow connections are open at the end, and the p99 of good requests in seconds."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = (
            ["-m", "widget", "demo"] if kind == "demo" else ["-m", "bench.serve", "bare", str(port), folder, "1", "1"]
        )
        environment = {"PORT": str(port), "HELPCENTER_DATA": folder, "PATH": "/usr/bin:/bin"}
        server = subprocess.Popen([sys.executable, *command], env=environment, stdout=subprocess.DEVNULL)
        try:
            _wait(port)
            return _attack(port, start, seconds, "/widget/health" if kind == "demo" else "/widget/fr/change/result")
        finally:
            server.terminate()
            server.wait(20)


def _attack(port: int, start: bytes, seconds: float, path: str) -> tuple[int, float]:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(COUNT)]
    for each in slow:
        each.sendall(start)
        each.setblocking(False)
    times, ends = [], time.monotonic() + seconds
    while time.monotonic() < ends:
        began = time.monotonic()
        urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).close()
        times.append(time.monotonic() - began)
        slow = [each for each in slow if _drips(each, start != b"")]
        time.sleep(0.5)
    left = len(slow)
    for each in slow:
        each.close()
    return left, quantiles(times, n=100)[98]


def _drips(slow: socket.socket, sends: bool) -> bool:
    try:
        if sends:
            slow.send(b"x")
        slow.recv(1024)
        return False  # an answer or the end: it is not held any longer
    except BlockingIOError:
        return True
    except OSError:
        return False


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("the server did not start")
