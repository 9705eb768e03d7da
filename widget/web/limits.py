"""A limit on what a request asks for: passed, or 429 with the seconds to wait."""

from functools import wraps

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from widget.logs import Event, tell
from widget.services.limits import Limit, one_household
from widget.web.context import context_of
from widget.web.threads import Endpoint, in_thread

_THIS_MACHINE = {"", "127.0.0.1", "::1"}


def limited(request: Request, limit: Limit, *, member_id: str = "") -> None:
    """Count this request for the member signed in, else for the address it comes from.

    The calculator's limit waits for nothing; any other is counted in the database, in a thread.

    Raises HTTPException with status 429 and Retry-After where it is one too many. The calculator is not limited on
    this machine itself: a proxy that forwards no address must not make one reader of all.
    """
    address = one_household(request.client.host) if request.client else ""
    if limit is Limit.CALCULATE and address in _THIS_MACHINE:
        return
    wait = context_of(request).limits.hit(limit, member_id or address)
    if wait:
        tell(Event.TOO_MANY, limit=limit.value, wait=wait)
        raise HTTPException(429, headers={"Retry-After": str(wait)})


def counted(limit: Limit, endpoint: Endpoint) -> Endpoint:
    """Return an endpoint each request of which is counted for the address that it comes from, whatever it asks."""

    @wraps(endpoint)
    async def limiting(request: Request) -> Response:
        await in_thread(request, limited, request, limit)
        return await endpoint(request)

    return limiting
