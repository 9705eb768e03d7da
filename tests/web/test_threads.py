"""Whatever waits for the database waits alone: the articles and the health of the service are answered meanwhile."""

import asyncio
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from tests.loop import in_a_loop
from tests.web.conftest import Today, serving
from widget.store.engine import transaction
from widget.web.context import Context

FORM = {"article": "1001", "section": "", "version": "", "helpful": "yes"}


@pytest.mark.parametrize("waiting", [pytest.param(1, id="one form"), pytest.param(45, id="more than threads")])
def test_the_articles_are_there_while_forms_wait_for_the_database(tmp_path: Path, today: Today, waiting: int) -> None:
    with serving(tmp_path, today) as client:
        app = client.app
        assert isinstance(app, Starlette)
        meanwhile, after = in_a_loop(read_meanwhile(app, waiting))

    assert meanwhile == [200, 200, 200]
    assert set(after) <= {303, 429}  # kept, or one too many of an hour
    assert 303 in after


async def read_meanwhile(app: Starlette, waiting: int) -> tuple[list[int], list[int]]:
    """Return what is answered while somebody else holds the writer's lane, and what the forms get when it is free."""
    context: Context = app.state.context
    there = httpx2.ASGITransport(app=app)
    own_site = {"Sec-Fetch-Site": "same-origin"}
    async with httpx2.AsyncClient(transport=there, base_url="http://127.0.0.1", headers=own_site) as browser:
        with transaction(context.engine):
            forms = [asyncio.create_task(browser.post("/widget/fr/feedback", data=FORM)) for _ in range(waiting)]
            await asyncio.sleep(0.5)  # all have begun
            pages = ("/fr/abonnement/retrograder/", "/widget/health", "/widget/fr/change/result?users=9")
            meanwhile = [(await browser.get(page)).status_code for page in pages]
            assert not any(each.done() for each in forms)
        return meanwhile, [each.status_code for each in await asyncio.gather(*forms)]
