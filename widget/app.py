"""The only place that knows all parts, and the only one that reads the clock."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from sqlalchemy import Engine
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect

from widget import catalogue, languages
from widget.gateways.mail import MaildirGateway, MailGateway, SmtpGateway
from widget.gateways.openid import OpenIdProvider
from widget.gateways.webhook import WebhookGateway
from widget.services.deliver import Post
from widget.services.limits import Limits
from widget.services.mail import Sender
from widget.services.work import GRACE, Worker
from widget.settings import HOME_ZONE, Settings
from widget.store.engine import FullError
from widget.web import articles, errors
from widget.web.context import Clock, Context
from widget.web.envelope import Envelope, site_headers
from widget.web.routes import routes
from widget.web.security import CrossOriginGuard, HostGuard
from widget.worked import fingerprint


def system_clock() -> datetime:
    """Return the present instant, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 -- the one place that reads the clock


def create_post(settings: Settings, engine: Engine, clock: Clock = system_clock) -> Post:
    """Return what sending takes: mail to the server of the settings or into the Maildir, webhooks outwards.

    In a demo webhooks may lead to this machine, and only there.
    """
    out: MailGateway = SmtpGateway(settings.smtp) if settings.smtp else MaildirGateway(settings.maildir)
    return Post(
        engine=engine,
        terms=catalogue.load(),
        languages=languages.load(),
        sender=Sender(settings.mail_from, settings.address),
        mail=out,
        webhooks=WebhookGateway(private=settings.demo),
        clock=clock,
    )


def _shared(settings: Settings) -> list[Middleware]:
    """Return what lets the site on its own host, and no other, ask with the reader's cookies."""
    if settings.trust.site is None:
        return []
    origins = [settings.trust.site]
    return [Middleware(CORSMiddleware, allow_origins=origins, allow_credentials=True, allow_methods=["GET", "POST"])]


def create_app(settings: Settings, engine: Engine, clock: Clock = system_clock) -> Starlette:
    """Return the service. Raises MissingSiteError, CatalogueError where what it needs is not there."""
    believed = settings.trust.provider
    terms = catalogue.load()
    today = clock().astimezone(HOME_ZONE).date()
    context = Context(
        settings=settings,
        terms=terms,
        languages=languages.load(),
        articles=articles.load(settings.site, fingerprint(terms, today)),
        engine=engine,
        clock=clock,
        limits=Limits(engine, clock),
        articles_of=today,
        site_headers=site_headers(settings.site),
        provider=OpenIdProvider(believed, f"{settings.address}/widget/signin/back") if believed else None,
    )

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        worker = Worker(create_post(settings, engine, clock))
        running = threading.Thread(target=worker.run, name="worker", daemon=True)
        if settings.worker:
            running.start()
        yield
        worker.stop.set()
        if settings.worker:
            await asyncio.to_thread(running.join, GRACE + 1)

    app = Starlette(
        lifespan=lifespan,
        routes=routes(settings),
        middleware=[
            Middleware(HostGuard, hosts=settings.hosts),
            Middleware(CrossOriginGuard, trusted=frozenset(filter(None, [settings.trust.site]))),
            *_shared(settings),
        ],
        exception_handlers={
            HTTPException: errors.http_error,
            ClientDisconnect: errors.gone,
            DataError: errors.unheard_of,
            OperationalError: errors.unavailable,
            NoConnectionError: errors.unavailable,
            FullError: errors.unavailable,
            Exception: errors.server_error,
        },
    )
    app.state.context = context
    # Outside of Starlette's own outermost layer, so that an unforeseen error has its headers and id as well.
    app.middleware_stack = Envelope(
        app.build_middleware_stack(),
        site=context.site_headers,
        https=settings.is_https,
        partner=settings.trust.site or "",
    )
    return app
