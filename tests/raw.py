"""A request whose path arrives as it stands: no client tidies it up."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from starlette.testclient import TestClient

from tests.loop import in_a_loop


@dataclass(frozen=True)
class Raw:
    status: int
    headers: dict[str, str]
    body: bytes


def raw_get(client: TestClient, path: str) -> Raw:
    """Ask the application as the server does: `raw_path` is what came, `path` the same without its escapes."""
    told: list[dict[str, Any]] = []

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        told.append(message)

    scope = {"type": "http", "method": "GET", "path": unquote(path), "raw_path": path.encode(), "query_string": b""}
    scope |= {"root_path": "", "scheme": "http", "headers": [(b"host", b"127.0.0.1")], "server": ("127.0.0.1", 80)}
    scope |= {"client": ("127.0.0.1", 1), "http_version": "1.1"}
    in_a_loop(client.app(scope, receive, send))  # type: ignore[arg-type]  # a bare ASGI call
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in told[0]["headers"]}
    return Raw(told[0]["status"], headers, b"".join(each.get("body", b"") for each in told[1:]))
