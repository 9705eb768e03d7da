"""Endpoints whose work may wait, for a database, a document or the provider: done in a thread, so that the loop goes on
with everybody else. A plain function that reads no form is given a thread by Starlette itself.
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import Response

from widget.web.context import Context, context_of
from widget.web.pages import read_form, too_large

Handler = Callable[[Request, str], Response]
Endpoint = Callable[[Request], Awaitable[Response]]


def formed(handler: Handler) -> Endpoint:
    """Return the endpoint of a handler that is told the form sent to it: "" where none was; 413 for too large a one."""
    return _threaded(handler, lambda context: context.forms)


def asking(handler: Handler) -> Endpoint:
    """Return the same for a handler that may wait for the provider, in one of the threads that are kept for that."""
    return _threaded(handler, lambda context: context.asking)


def _threaded(handler: Handler, threads: Callable[[Context], CapacityLimiter]) -> Endpoint:
    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        body: str | None = ""
        if request.method == "POST":
            body = await read_form(request)
        if body is None:
            return too_large(request)
        return await to_thread.run_sync(handler, request, body, limiter=threads(context_of(request)))

    return endpoint
