"""A real browser on the real service: `widget demo` as its own process, on a new database, restarted where asked."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page


def free_port() -> int:
    """Return a port of the kernel's choice."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Service:
    """The service as an operator runs it; it can be stopped and started again on the same data."""

    def __init__(self, data: Path, command: str = "demo", **environment: str) -> None:
        self.data, self.command, self.environment = data, command, environment
        self.port = int(environment.get("PORT") or free_port())
        self.address = f"http://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        environment = os.environ | {"PORT": str(self.port), "HELPCENTER_DATA": str(self.data)} | self.environment
        self.process = subprocess.Popen([sys.executable, "-m", "widget", self.command], env=environment)
        for _ in range(900):  # the machine may be busy
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{self.address}/widget/health", timeout=1).close()  # noqa: S310 -- our own server
                return
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        self.process.wait()
        raise RuntimeError(f"the service did not start: exit code {self.process.returncode}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One service for all browser tests: what a test changes, it changes in a space of its own (people.py)."""
    running = Service(tmp_path_factory.mktemp("service"))
    yield running
    running.stop()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page under our content security policy; whatever it blocks fails the test."""
    context = chromium.new_context()
    context.set_default_timeout(30_000)
    page = context.new_page()
    blocked: list[str] = []
    page.on("console", lambda said: blocked.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert blocked == []
