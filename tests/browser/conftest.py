"""A real browser on the real service: `widget demo` as its own process, on a new database, restarted where asked."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.running import free_port, until_it_answers


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
        until_it_answers(self.address, self.process)

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
