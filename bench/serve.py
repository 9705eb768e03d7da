"""A server to be measured: ours, or a bare Starlette that answers bodies of the same size."""

import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from widget.app import create_app
from widget.settings import read
from widget.store.engine import migrate, open_engine


def bare(sizes: list[int]) -> Starlette:
    """Return an application whose answers have these sizes: JSON to a POST, HTML to a GET."""

    async def answer_json(request: Request) -> Response:
        await request.body()
        return Response(b"x" * sizes[0], media_type="application/json")

    async def answer_html(_: Request) -> Response:
        return Response(b"x" * sizes[1], media_type="text/html")

    return Starlette(
        routes=[
            Route("/widget/api/v1/preview", answer_json, methods=["POST"]),
            Route("/widget/fr/change/result", answer_html),
        ]
    )


def main() -> None:
    """Serve on the port named, with uvloop and httptools."""
    kind, port, folder, *sizes = sys.argv[1:]
    if kind == "bare":
        app = bare([int(size) for size in sizes])
    else:
        settings = read({"HELPCENTER_DATA": str(Path(folder))})
        engine = open_engine(settings.database_url)
        migrate(engine)
        app = create_app(settings, engine)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="error", access_log=False, timeout_keep_alive=600)


main()
