"""Whatever waits for the database waits alone: the articles and the health of the service are answered meanwhile."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from inspect import iscoroutinefunction
from pathlib import Path
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from tests.loop import in_a_loop
from tests.web.conftest import Today, serving
from widget.services.limits import WINDOWS, Limit
from widget.store.engine import transaction
from widget.web.context import Context

ARTICLES = ("/fr/abonnement/retrograder/", "/widget/health", "/widget/fr/change/result?users=9")
FORM = {"article": "1001", "section": "", "version": "", "helpful": "yes"}


#: What writes, and how often one may: a form, and an address that nobody has, which is counted as a guess.
WRITE = {
    "a form": (partial(httpx2.AsyncClient.post, url="/widget/fr/feedback", data=FORM), WINDOWS[Limit.FEEDBACK]),
    "a look": (partial(httpx2.AsyncClient.get, url="/widget/calendar/guessed.ics"), WINDOWS[Limit.GUESS]),
}


@pytest.mark.parametrize("waiting", [pytest.param(1, id="one"), pytest.param(45, id="more than threads")])
@pytest.mark.parametrize("kind", WRITE)
def test_the_articles_are_there_while_others_wait_for_the_database(
    tmp_path: Path, today: Today, kind: str, waiting: int
) -> None:
    write, window = WRITE[kind]
    with serving(tmp_path, today) as client:
        app = client.app
        assert isinstance(app, Starlette)
        meanwhile, after = in_a_loop(read_meanwhile(app, write, waiting, ARTICLES))

    assert meanwhile == [200, 200, 200]
    assert set(after) <= {303, 404, 429}  # kept, nobody's, or one too many
    assert len([each for each in after if each != 429]) == min(waiting, window.amount)  # whoever came first


def test_no_endpoint_takes_the_threads_of_the_articles(client: TestClient) -> None:
    """Starlette gives a plain function one of the threads that files have."""
    assert isinstance(client.app, Starlette)
    ours = [each for mount in client.app.routes if isinstance(mount, Mount) for each in mount.routes or ()]

    assert len(ours) > 40
    assert [each.path for each in ours if isinstance(each, Route) and not iscoroutinefunction(each.endpoint)] == []


def test_whatever_reads_the_database_is_there_while_many_wait_at_the_way_in(tmp_path: Path, today: Today) -> None:
    enter = partial(httpx2.AsyncClient.post, url="/widget/signin", data={"person": "nobody"})
    with serving(tmp_path, today) as client:
        app = client.app
        assert isinstance(app, Starlette)
        meanwhile, _ = in_a_loop(read_meanwhile(app, enter, 45, ["/widget/fr/change"]))

    assert meanwhile == [200]


async def read_meanwhile(
    app: Starlette, write: Callable[..., Any], waiting: int, pages: Sequence[str]
) -> tuple[list[int], list[int]]:
    """Return what is answered while somebody else holds the writer's lane, and what those get who waited for it."""
    context: Context = app.state.context
    there = httpx2.ASGITransport(app=app)
    own_site = {"Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=there, base_url="http://127.0.0.1", headers=own_site) as browser:
        with transaction(context.engine):
            others = [asyncio.create_task(write(browser)) for _ in range(waiting)]
            await asyncio.sleep(0.5)  # all have begun
            meanwhile = [(await asyncio.wait_for(browser.get(page), 10)).status_code for page in pages]
            assert not any(each.done() for each in others)
        return meanwhile, [each.status_code for each in await asyncio.gather(*others)]
