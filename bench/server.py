"""CPU of a preview on the server against a bare Starlette answer of the same size, both behind uvicorn, in one run."""

import http.client
import json
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from datetime import date
from itertools import cycle
from pathlib import Path
from statistics import median

from widget import catalogue
from widget.domain.change import preview
from widget.panels import sample
from widget.web.openapi import EXAMPLE

Row = tuple[str, str, str]
ROUNDS, TIMES = 500, 7
QUESTION = json.dumps(EXAMPLE).encode()
CALLS = {
    "JSON preview": ("POST", "/widget/api/v1/preview", QUESTION, {"Content-Type": "application/json"}, "3x"),
    "what-if HTML fragment": (
        "GET",
        "/widget/fr/change/result?users=15",
        b"",
        {"Accept": "text/html;fragment=1"},
        "5x",
    ),
}


#: Clients at their own loopback addresses, so that none meets the limit of one address; each keeps its connection.
CLIENTS = 100


class Server:
    """A child process, the connections of its clients, and its CPU time."""

    def __init__(self, *arguments: str) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        kind, *rest = arguments
        self.process = subprocess.Popen([sys.executable, "-m", "bench.serve", kind, str(port), *rest])
        self.clients = [
            http.client.HTTPConnection("127.0.0.1", port, source_address=(f"127.0.0.{number + 1}", 0))
            for number in range(CLIENTS)
        ]
        self.turn = cycle(self.clients)
        self._wait()
        for each in self.clients[1:]:
            each.connect()

    def _wait(self) -> None:
        for _ in range(600):  # the machine may be busy
            try:
                return self.clients[0].connect()
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the server did not start")

    def call(self, name: str) -> bytes:
        method, path, body, headers, _ = CALLS[name]
        client = next(self.turn)
        client.request(method, path, body, headers)
        answer = client.getresponse()
        assert answer.status == 200, (answer.status, answer.read())
        return answer.read()

    def cpu(self) -> float:
        """Return the seconds on a processor of all threads, which the kernel keeps to the nanosecond."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(each.read_text(encoding="ascii").split()[0]) for each in threads) / 1e9

    def close(self) -> None:
        """End the process."""
        for each in self.clients:
            each.close()
        self.process.terminate()
        self.process.wait(30)

    def microseconds(self, name: str) -> float:
        """Return the CPU of one request, over many."""
        before = self.cpu()
        for _ in range(ROUNDS):
            self.call(name)
        return (self.cpu() - before) / ROUNDS * 1e6


def ratios(folder: Path) -> list[Row]:
    """Return the CPU ratios of the JSON preview and the HTML fragment."""
    with ExitStack() as ends:
        ours = ends.enter_context(closing(Server("ours", str(folder))))
        sizes = [str(len(ours.call(name))) for name in CALLS]
        bare = ends.enter_context(closing(Server("bare", "-", *sizes)))
        return _compared(ours, bare)


def _compared(ours: Server, bare: Server) -> list[Row]:
    rows = []
    for name, (*_, budget) in CALLS.items():
        pairs = [(ours.microseconds(name), bare.microseconds(name)) for _ in range(TIMES)]
        mine, floor = (median(each) for each in zip(*pairs, strict=True))
        figure = f"{mine / floor:.1f}x ({mine:.0f} us against {floor:.0f} us)"
        rows.append((f"{name}, CPU against bare Starlette", figure, budget))
    return rows


def domain() -> list[Row]:
    """Return the time of `preview` alone."""
    start, terms = sample(), catalogue.load()
    began, rounds = time.process_time(), 5_000
    for _ in range(rounds):
        preview(start.subscription, start.wish, on=date(2027, 3, 15), terms=terms)
    return [("preview, domain only", f"{(time.process_time() - began) / rounds * 1e6:.0f} us", "-")]
