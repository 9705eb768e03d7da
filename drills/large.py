"""What is too large costs no memory, and no pattern of ours is slow on a long text."""

import ast
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from drills.ground import Drill
from drills.slow import _wait
from tests.running import free_port
from widget.settings import ROOT

#: What the process may grow by, in MB, and a pattern may take on 100 kB, in milliseconds.
MOST_MB, MOST_MS = 5.0, 50.0
HOST = b"Host: 127.0.0.1\r\n"
API = b"POST /widget/api/v1/preview HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
FORM = b"POST /widget/en/change HTTP/1.1\r\n" + HOST + b"Sec-Fetch-Site: same-origin\r\n"
CHUNK = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
Sent = tuple[bytes, bytes, int]
#: A head, and how many chunks of 64 kB follow; the server may hang up before.
SENT: dict[str, Sent] = {
    "a hundred megabytes in chunks": (API + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK, 1_600),
    "a gigabyte announced": (API + b"Content-Length: 1000000000\r\n\r\n", b"x" * 0x10000, 1_600),
    "a form of a hundred megabytes": (FORM + b"Transfer-Encoding: chunked\r\n\r\n", CHUNK, 1_600),
    "endless nesting": (API + b"Content-Length: 60000\r\n\r\n" + b"[" * 60_000, b"", 0),
    "ten thousand keys": (FORM + b"Content-Length: 60000\r\n\r\n" + b"a=1&" * 15_000, b"", 0),
    "sixty thousand digits": (API + b'Content-Length: 60001\r\n\r\n{"users":' + b"9" * 59_991 + b"}", b"", 0),
    "headers of 64 kB": (b"GET /fr/ HTTP/1.1\r\n" + HOST + b"X-Long: " + b"x" * 65_536 + b"\r\n\r\n", b"", 0),
    "an address of 16 kB": (b"GET /fr/?" + b"x" * 16_384 + b" HTTP/1.1\r\n" + HOST + b"\r\n", b"", 0),
    "a thousand ranges": (
        b"GET /articles.json HTTP/1.1\r\n" + HOST + b"Range: bytes=" + b"0-," * 1_000 + b"0-\r\n\r\n", b"", 0,
    ),
}  # fmt: skip


def drill(folder: Path) -> Iterator[Drill]:
    """Send all of it to the service and to one that reads whole bodies; then try every pattern."""
    grown, told = attack(["-m", "widget", "demo"], folder / "ours", list(SENT.values()))
    bare, _ = attack(["-m", "bench.serve", "bare"], folder / "bare", [SENT["a hundred megabytes in chunks"]])
    worst = max(told)
    figure = f"{len(told)} requests, +{grown:.1f} MB at most, highest status {worst}"
    goal = f"what is too large makes the process grow by {MOST_MB:.0f} MB at most, and is no 5xx"
    yield Drill(goal, figure, grown <= MOST_MB and worst < 500, f"whole bodies: +{bare:.0f} MB", bare > MOST_MB)
    patterns = sorted(set(written()))
    slowest, pattern = max((milliseconds(*each), each[0]) for each in patterns)
    bad = milliseconds(r"(?:a|aa)+$", "match", ["a" * 30 + "!"])
    goal = f"no pattern that the service runs takes {MOST_MS:.0f} ms on 100 kB"
    figure = f"{len(patterns)} patterns, {slowest:.1f} ms at most ({pattern[:40]})"
    yield Drill(goal, figure, slowest < MOST_MS, f"a pattern that tries every way: {bad:.0f} ms", bad > MOST_MS)


def attack(command: list[str], folder: Path, sent: list[Sent]) -> tuple[float, list[int]]:
    """Return by how many MB the server's peak grew over its size when warm, and the statuses that it answered."""
    folder.mkdir()
    port = free_port()
    arguments = [*command, str(port), str(folder), "1", "1"] if "bare" in command else command
    environment = {"PORT": str(port), "HELPCENTER_DATA": str(folder), "PATH": "/usr/bin:/bin"}
    server = subprocess.Popen([sys.executable, *arguments], env=environment, stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        for _ in range(50):
            for start in (API, FORM):
                status_of(port, start + b"Content-Length: 2\r\n\r\n{}", b"", 0)
        Path(f"/proc/{server.pid}/clear_refs").write_text("5")  # the peak starts anew
        before = _megabytes(server.pid, "VmRSS")
        statuses = [status_of(port, *each) for each in sent]
        return _megabytes(server.pid, "VmHWM") - before, [each for each in statuses if each]
    finally:
        server.terminate()
        server.wait(20)


def _megabytes(pid: int, name: str) -> float:
    (found,) = re.findall(rf"{name}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found) / 1024


def status_of(port: int, head: bytes, chunk: bytes, count: int) -> int:
    """Send a request as far as it is taken, and return the status, or 0 where the server only hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connected:
        with suppress(BrokenPipeError, ConnectionResetError):
            connected.sendall(head)
            for _ in range(count):
                connected.sendall(chunk)
            if b"chunked" in head:
                connected.sendall(b"0\r\n\r\n")
        answer = b""
        with suppress(ConnectionResetError):
            answer = connected.recv(64)
    found = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    return int(found[1]) if found else 0


def written() -> Iterator[tuple[str, str]]:
    """Return every pattern that the source writes out, with how it is tried."""
    for path in sorted((ROOT / "widget").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
                first, function = node.args[0], ast.unparse(node.func).removeprefix("re.")
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    for each in [function] if function != "compile" else compiled_use(text, node):
                        yield first.value, each


def compiled_use(text: str, node: ast.Call) -> list[str]:
    """Return how a compiled pattern is tried in its own file; looked for, where that cannot be told."""
    line = text.splitlines()[node.lineno - 1]
    names = re.findall(r"\w+", line.partition("re.compile")[0])
    found = re.findall(rf"\b(?:{'|'.join(names) or '-'})\.(fullmatch|match|search|findall|finditer|sub|split)\(", text)
    return sorted(set(found)) or ["search"]


LETTERS = ("a", "1", " ", "-", ".", "a ", "1.", "é", "=\t", "\\n", "a@", "%2", "a" * 63 + ".")
TAGS = (
    "<",
    "<a ",
    "<h2 ",
    "<img ",
    "<style",
    "<script>",
    "<subscription-widget>",
    '<a class="headerlink">',
    '<h2 id="a">',
)
MARKDOWN = ("{{", "{#", "](", "![", "::a", "# a {")
LONG = [part * (100_000 // len(part)) for part in (*LETTERS, *TAGS, *MARKDOWN)]


def milliseconds(pattern: str, use: str, texts: list[str] = LONG) -> float:
    """Return the longest that a pattern takes on long texts, ended by what it does not expect."""
    compiled, worst = re.compile(pattern), 0.0
    act = getattr(compiled, use) if use in {"match", "fullmatch", "search"} else compiled.findall
    for text in texts:
        began = time.process_time()
        act(text + "\x00")
        worst = max(worst, time.process_time() - began)
    return worst * 1000
