"""What is sent to us, up to a size: longer bodies are dropped while they arrive."""

from starlette.requests import Request

MAX_BODY = 64 * 1024


async def read_body(request: Request) -> bytes | None:
    """Return the body, or None when it is larger than anything of ours."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > MAX_BODY:
            return None
        parts.append(part)
    return b"".join(parts)
