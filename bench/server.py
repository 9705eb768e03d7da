"""CPU of a preview on the server against a bare Starlette answer of the same size, both behind uvicorn, in one run."""

import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
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
QUESTION = json.dumps(EXAMPLE)
#: Questions that readers take turns with, fewer than are remembered.
KNOWN = 2_000
Call = tuple[str, str, bytes, dict[str, str]]


def _level(number: int) -> tuple[int, int]:
    """Return users and Zoom licenses to ask for: another pair for each number below 5 000."""
    return 15 + number % 1_000, number // 1_000 % 5


def json_preview(number: int) -> Call:
    """Return the documented question with numbers of its own."""
    users, licenses = _level(number)
    question = json.loads(QUESTION)
    question["subscription"] |= {"users": users + 5, "zoom_licenses": 5}
    question["requested"] |= {"users": users, "zoom_licenses": licenses}
    body = json.dumps(question).encode()
    return "POST", "/widget/api/v1/preview", body, {"Content-Type": "application/json"}


def html_fragment(number: int) -> Call:
    """Return what the element asks for while a reader types."""
    users, licenses = _level(number)
    query = f"users={users}&zoom_licenses={licenses}&in_users={users + 5}&in_zoom_licenses=5"
    return "GET", f"/widget/fr/change/result?{query}", b"", {"Accept": "text/html;fragment=1"}


CALLS: dict[str, tuple[Callable[[int], Call], str]] = {
    "JSON preview": (json_preview, "3x"),
    "what-if HTML fragment": (html_fragment, "5x"),
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

    def call(self, name: str, number: int = 0) -> bytes:
        """Ask one question, by its number; return the body of the answer."""
        client = next(self.turn)
        client.request(*CALLS[name][0](number))
        answer = client.getresponse()
        body = answer.read()
        assert answer.status == 200, (answer.status, body)
        return body

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

    def microseconds(self, name: str, numbers: range) -> float:
        """Return the CPU of one request, over many."""
        before = self.cpu()
        for number in numbers:
            self.call(name, number)
        return (self.cpu() - before) / len(numbers) * 1e6


def ratios(folder: Path) -> Iterator[Row]:
    """Yield the CPU ratios of the JSON preview and the HTML fragment, new to the server and asked before."""
    with ExitStack() as ends:
        ours = ends.enter_context(closing(Server("ours", str(folder))))
        sizes = [str(len(ours.call(name))) for name in CALLS]
        bare = ends.enter_context(closing(Server("bare", "-", *sizes)))
        for name, (_, budget) in CALLS.items():
            new = [range(start, start + ROUNDS) for start in range(1, 1 + TIMES * ROUNDS, ROUNDS)]
            yield _compared(ours, bare, name, new, f"{name} nobody asked for yet", "-")
            before = [range(start % KNOWN, start % KNOWN + ROUNDS) for start in range(0, TIMES * ROUNDS, ROUNDS)]
            for number in range(KNOWN):
                ours.call(name, number)
            yield _compared(ours, bare, name, before, f"{name}, one of {KNOWN} asked before", budget)


def _compared(ours: Server, bare: Server, name: str, rounds: list[range], what: str, budget: str) -> Row:
    pairs = [(ours.microseconds(name, each), bare.microseconds(name, each)) for each in rounds]
    mine, floor = (median(each) for each in zip(*pairs, strict=True))
    figure = f"{mine / floor:.1f}x ({mine:.0f} us against {floor:.0f} us)"
    return f"{what}, CPU against bare Starlette", figure, budget


def domain() -> list[Row]:
    """Return the time of `preview` alone."""
    start, terms = sample(), catalogue.load()
    began, rounds = time.process_time(), 5_000
    for _ in range(rounds):
        preview(start.subscription, start.wish, on=date(2027, 3, 15), terms=terms)
    return [("preview, domain only", f"{(time.process_time() - began) / rounds * 1e6:.0f} us", "-")]
