"""Endpoints whose work may wait, for a database, a document or the provider: done in threads of their own, so that the
loop and the articles, whose files have the threads of Starlette, go on with everybody else.
"""

from collections.abc import Awaitable, Callable
from functools import partial, wraps
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from widget.web.context import Context, context_of
from widget.web.pages import read_form, too_large

T = TypeVar("T")
Handler = Callable[[Request, str], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


async def in_thread(request: Request, act: Callable[..., T], *given: Any, **named: Any) -> T:
    """Return what an act gives that may wait."""
    return await to_thread.run_sync(partial(act, *given, **named), limiter=context_of(request).working)


def worked(handler: Callable[[Request], Response]) -> Endpoint:
    """Return the endpoint of a handler that reads no form."""

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        return await in_thread(request, handler, request)

    return endpoint


def formed(handler: Handler) -> Endpoint:
    """Return the endpoint of a handler that is told the form sent to it: "" where none was; 413 for too large a one."""
    return _formed(handler, lambda context: context.working)


def asking(handler: Handler) -> Endpoint:
    """Return the same for a handler that may wait for the provider, in one of the threads that are kept for that."""
    return _formed(handler, lambda context: context.asking)


def _formed(handler: Handler, threads: Callable[[Context], CapacityLimiter]) -> Endpoint:
    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        body: str | None = ""
        if request.method == "POST":
            body = await read_form(request)
        if body is None:
            return too_large(request)
        return await to_thread.run_sync(handler, request, body, limiter=threads(context_of(request)))

    return endpoint
