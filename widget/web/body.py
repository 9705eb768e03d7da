"""What is sent to us, up to a size and a time: longer bodies are dropped while they arrive."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from widget.logs import Event, tell

MAX_BODY = 64 * 1024
#: Seconds in which the whole body must be here.
BODY_WITHIN = 20.0


async def read_body(request: Request) -> bytes | None:
    """Return the body, or None when it is larger than anything of ours. Raises HTTPException (408) for a slow one."""
    try:
        async with asyncio.timeout(BODY_WITHIN):
            return await _read(request)
    except TimeoutError:
        tell(Event.TOO_SLOW)
        raise HTTPException(408, headers={"Connection": "close"}) from None


async def _read(request: Request) -> bytes | None:
    parts, size, more = [], 0, True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > MAX_BODY:
            tell(Event.TOO_LARGE)
            return None
    return b"".join(parts)
