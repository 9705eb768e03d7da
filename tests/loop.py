"""A loop of one's own: Playwright's runs in the thread of the tests from the first browser test on."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Answer = TypeVar("Answer")


def in_a_loop(run: Coroutine[Any, Any, Answer], by: Callable[..., Answer] = asyncio.run) -> Answer:
    """Return what a coroutine returns, run in another thread."""
    with ThreadPoolExecutor(1) as another:
        return another.submit(by, run).result()
