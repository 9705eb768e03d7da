"""Servers of a test: a port that nobody has, one of uvicorn's in a thread, and the wait until one answers."""

import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

Address = tuple[str, int]
#: How long a process may take to serve; the machine may be busy.
PATIENCE = 90


def free_port() -> int:
    """Return a port of the kernel's choice."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def in_a_thread(server: uvicorn.Server, listener: socket.socket | None = None) -> Iterator[Address]:
    """Run a server beside the test until the end of the block; yield where it listens.

    Raises AssertionError where it does not start, or does not stop when asked.
    """
    thread = threading.Thread(target=server.run, args=([listener] if listener else None,))
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            assert thread.is_alive(), "the server did not start"
        host, port = server.servers[0].sockets[0].getsockname()[:2]
        yield host, port
    finally:
        server.should_exit = True
        thread.join(30)
    assert not thread.is_alive(), "the server does not stop"


def until_it_answers(address: str, process: subprocess.Popen[str] | subprocess.Popen[bytes]) -> None:
    """Wait until a process of ours says that it is well; raise RuntimeError, and end it, where it does not."""
    ends = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < ends:
        try:
            urllib.request.urlopen(f"{address}/widget/health", timeout=1).close()  # noqa: S310 -- our own server
            return
        except OSError:
            time.sleep(0.1)
    process.kill()
    process.wait()
    raise RuntimeError(f"the service did not start: exit code {process.returncode}")
