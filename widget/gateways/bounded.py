"""Asking other people's servers without letting them fill our memory: an answer is read up to a size, uncompressed."""

from collections.abc import Iterator

import httpx2

from widget.gateways.tls import trusted

MOST = 256 * 1024


class TooLargeError(Exception):
    """An answer is larger than anything that we ask for."""


class Bounded(httpx2.HTTPTransport):
    """Stops reading an answer at a size, and takes none that could unfold to more than it weighs."""

    def __init__(self) -> None:
        super().__init__(verify=trusted())

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the answer of a server. Raises TooLargeError while it is read, or for a compressed one."""
        request.headers["Accept-Encoding"] = "identity"
        answer = super().handle_request(request)
        if answer.headers.get("content-encoding", "identity") != "identity":
            answer.close()
            raise TooLargeError
        return httpx2.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Counted(answer.stream),
            extensions=answer.extensions,
        )


class _Counted(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream | httpx2.AsyncByteStream) -> None:
        assert isinstance(stream, httpx2.SyncByteStream)  # noqa: S101 -- this is a synchronous transport
        self.stream = stream

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for part in self.stream:
            size += len(part)
            if size > MOST:
                raise TooLargeError
            yield part

    def close(self) -> None:
        self.stream.close()
