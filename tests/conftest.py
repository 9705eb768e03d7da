"""One profile for all property tests: the same examples on every machine, and no limit on how long one may take.

And one Chromium for all browser tests of a process: Playwright starts only one.
"""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.chromium import launch
from widget.logs import JsonLines

settings.register_profile("the same everywhere", derandomize=True, max_examples=400, deadline=None, database=None)
settings.load_profile("the same everywhere")
# A busy machine is slow, not wrong: what is awaited has time, and a test that passes waits for none of it.
expect.set_options(timeout=20_000)
UMASK = os.umask(0o022)
os.umask(UMASK)
# What the shell of a developer serves with is not what a test acts on, nor is its way out to the world ours.
for _name in list(os.environ):
    if _name.startswith("HELPCENTER_") or _name in {"HOST", "PORT"} or _name.lower().endswith("_proxy"):
        del os.environ[_name]


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than there are cores: a test in the browser waits for half of its time."""
    return len(os.sched_getaffinity(0)) + 1


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Take back what a command of ours sets up for its whole process: the next test hears what it asks for.

    And what it writes, others read: a server of another account, for example.
    """
    yield
    os.umask(UMASK)
    logging.getLogger("widget").setLevel(logging.NOTSET)
    for handler in [each for each in logging.root.handlers if isinstance(each.formatter, JsonLines)]:
        logging.root.removeHandler(handler)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright.chromium)
        yield browser
        browser.close()
