"""A connection that waits for nobody: who is slow to send, slow to read or sends too much is let go.

uvicorn 0.54 keeps a half-sent request open for ever; behind a proxy that buffers requests this never comes into play.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from widget.logs import Event, tell

#: Seconds for all headers, for the whole request, and for the client to take the answer off our hands. Whoever reads a
#: body waits less, and answers (body.py): here ends what nobody reads.
HEADERS_WITHIN, REQUEST_WITHIN, READ_WITHIN = 10.0, 30.0, 30.0
#: Seconds that a connection without a request has left when the server stops: one may be on its way.
PART_WITHIN = 1.0
#: Bytes of the request line's address, and of all headers together.
LONGEST_ADDRESS, MOST_HEADERS = 8 * 1024, 16 * 1024
#: Connections at a time; one more is answered 503.
MOST_CONNECTIONS = 2_000
#: What is answered then, in both languages: nothing that looks for the reader's own runs in a crowd.
_CROWDED = """Le service est très demandé. Réessayez dans un instant.

The service is very busy. Try again in a moment.
""".encode()
_ANSWERS = {408: b"Request Timeout", 414: b"URI Too Long", 431: b"Request Header Fields Too Large"}


class TooMuchError(Exception):
    """More address or headers than any request of ours has; stops the parser."""


async def _crowded(_scope: Any, _receive: Any, send: Any) -> None:
    """Answer one connection too many."""
    headers = {
        "content-type": "text/plain; charset=utf-8",
        "content-length": str(len(_CROWDED)),
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "retry-after": "5",
        "connection": "close",
    }
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": 503, "headers": raw})
    await send({"type": "http.response.body", "body": _CROWDED})


class Connection(HttpToolsProtocol):
    """uvicorn's connection with deadlines and limits on what arrives before the application is asked."""

    deadline: asyncio.TimerHandle | None = None
    head = 0
    receiving_head = False
    refusal: int | None = None
    answering: RequestResponseCycle | None = None
    parting = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in the base class
        """Start to wait for the first request."""
        super().connection_made(transport)
        self._expect(HEADERS_WITHIN, 408)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting; no request that came along is answered any more, not only the last."""
        self._arrived()
        for cycle in (self.answering, *(waiting for waiting, _ in self.pipeline)):
            if cycle is not None:
                cycle.disconnected = True
        super().connection_lost(exc)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if app is service_unavailable:  # uvicorn's own says neither when to try again nor anything in French
            app = _crowded
        self.answering = cycle
        if self.parting:
            cycle.keep_alive = False
        super()._start_asgi_task(cycle, app)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that is already too long is refused while it arrives."""
        if self.deadline is None and (self.cycle is None or self.cycle.response_complete):
            self._expect(HEADERS_WITHIN, 408)  # the first bytes of the next request on a kept connection
        super().data_received(data)
        if self.receiving_head:
            self.head += len(data)
            if self.head > MOST_HEADERS and not self.transport.is_closing():
                self._refuse(431)

    def on_message_begin(self) -> None:
        """A request starts: count its head from here."""
        self.receiving_head, self.head = True, 0
        if self.parting:
            self._expect(HEADERS_WITHIN, 408)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Take a part of the address."""
        super().on_url(url)
        if len(self.url) > LONGEST_ADDRESS:
            self.refusal = 414
            raise TooMuchError

    def on_headers_complete(self) -> None:
        """The head is whole: from now on the body is waited for."""
        if sum(len(name) + len(value) for name, value in self.headers) > MOST_HEADERS:
            self.refusal = 431
            raise TooMuchError
        self.receiving_head = False
        self._expect(REQUEST_WITHIN, None)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._arrived()
        super().on_message_complete()

    def pause_writing(self) -> None:
        """The client takes nothing off our hands: wait a while."""
        self._expect(READ_WITHIN, None)
        super().pause_writing()

    def resume_writing(self) -> None:
        """It reads on."""
        self._arrived()
        super().resume_writing()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, or is more than we parse."""
        if self.refusal is None:
            super().send_400_response(msg)
        else:
            self._refuse(self.refusal)

    def shutdown(self) -> None:
        """The server stops: what is under way is answered, and so is a request that comes within a moment."""
        self.parting = True
        if self.cycle is None or self.cycle.response_complete:
            if not self.receiving_head:
                self._arrived()
                self.deadline = self.loop.call_later(PART_WITHIN, self._close)
        else:
            self.cycle.keep_alive = False

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that is not used; what the client does not read is not waited for."""
        self._close()

    def _expect(self, seconds: float, status: int | None) -> None:
        self._arrived()
        self.deadline = self.loop.call_later(seconds, self._late, status)

    def _arrived(self) -> None:
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None

    def _late(self, status: int | None) -> None:
        if status is None or self.receiving_head:  # a browser that connects beforehand has not begun to ask
            tell(Event.TOO_SLOW)
        if status is not None:
            self._refuse(status)
        else:
            self.transport.abort()

    def _refuse(self, status: int) -> None:
        if status != 408:
            tell(Event.TOO_LARGE)
        self.transport.write(
            b"HTTP/1.1 %d %s\r\ncontent-length: 0\r\nconnection: close\r\n\r\n" % (status, _ANSWERS[status])
        )
        self._close()

    def _close(self) -> None:
        self.transport.close()
        self._arrived()
        self.deadline = self.loop.call_later(READ_WITHIN, self.transport.abort)
