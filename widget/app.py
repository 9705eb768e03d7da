"""The only place that knows all parts, and the only one that reads the clock."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from widget import catalogue, languages
from widget.gateways.openid import OpenIdProvider
from widget.services import sign_in
from widget.services.apply_due import NotAppliedError, apply_due
from widget.settings import Settings
from widget.web import articles, errors
from widget.web.context import Clock, Context
from widget.web.routes import routes
from widget.web.security import CrossOriginGuard

log = logging.getLogger("widget")
#: How often the server looks for due changes, in seconds.
APPLY_EVERY = 60


def system_clock() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- the one place that reads the clock


def create_app(settings: Settings, engine: Engine, clock: Clock = system_clock) -> Starlette:
    """Return the service. Raises MissingSiteError, CatalogueError where what it needs is not there."""
    believed = settings.trust.provider
    context = Context(
        settings=settings,
        terms=catalogue.load(),
        languages=languages.load(),
        articles=articles.load(settings.site),
        engine=engine,
        clock=clock,
        provider=OpenIdProvider(believed, f"{settings.address}/widget/signin/back") if believed else None,
    )

    async def apply() -> None:
        while True:
            try:
                await asyncio.to_thread(apply_due, engine, context.terms, now=context.now())
                await asyncio.to_thread(sign_in.tidy, engine, now=context.now())
            except NotAppliedError as error:
                log.error("%s", error)
            except Exception:
                log.exception("due changes could not be applied; the next round tries again")
            await asyncio.sleep(APPLY_EVERY)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(apply())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app = Starlette(
        lifespan=lifespan,
        routes=routes(settings),
        middleware=[Middleware(CrossOriginGuard)],
        exception_handlers={HTTPException: errors.http_error, Exception: errors.server_error},
    )
    app.state.context = context
    return app
