"""The only place that knows all parts, and the only one that reads the clock."""

from datetime import UTC, datetime

from sqlalchemy import Engine
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from widget import catalogue, languages
from widget.settings import Settings
from widget.web import articles, errors
from widget.web.context import Clock, Context
from widget.web.routes import routes
from widget.web.security import CrossOriginGuard


def system_clock() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- the one place that reads the clock


def create_app(settings: Settings, engine: Engine, clock: Clock = system_clock) -> Starlette:
    """Return the service. Raises MissingSiteError, CatalogueError where what it needs is not there."""
    context = Context(
        settings=settings,
        terms=catalogue.load(),
        languages=languages.load(),
        articles=articles.load(settings.site),
        engine=engine,
        clock=clock,
    )
    app = Starlette(
        routes=routes(settings),
        middleware=[Middleware(CrossOriginGuard)],
        exception_handlers={HTTPException: errors.http_error, Exception: errors.server_error},
    )
    app.state.context = context
    return app
