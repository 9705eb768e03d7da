"""Webhooks out: one POST, to an address on the public network alone, following no redirect.

The address is decided on what the name resolves to, and the connection goes to exactly that.
"""

import ipaddress
import socket
import ssl
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpcore

from widget.gateways.failure import GiveUpError, TryAgainError, kind_of
from widget.gateways.tls import trusted

#: Longest Retry-After that is honoured.
LONGEST_WAIT = timedelta(days=1)


class AddressError(ValueError):
    """This is no address for a webhook. The message says why."""


def check_url(url: str, *, private: bool = False) -> None:
    """Raise AddressError for an address that is none, or leads to this machine or a private network.

    `private` allows those, and http: the demo has nothing else to send to.
    """
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise AddressError(f"{url!r}: {error}") from None
    if any(ord(character) < 33 or ord(character) > 126 for character in url):
        raise AddressError(f"{url!r}: expected an address in ASCII, without spaces")
    if parts.scheme != "https" and not (private and parts.scheme == "http"):
        raise AddressError(f"{url!r}: expected an address that starts with https://")
    if not parts.hostname or parts.username is not None or parts.password is not None or parts.fragment:
        raise AddressError(f"{url!r}: expected a host, without user, password or fragment")
    try:
        parts.hostname.encode("idna")  # as the look-up writes it: no part of a name is empty, or longer than 63 letters
    except UnicodeError as error:
        raise AddressError(f"{parts.hostname}: {error}") from None
    if not private:
        try:
            resolve(parts.hostname, port)
        except OSError as error:
            raise AddressError(f"{parts.hostname}: {error}") from None


class ForbiddenAddressError(OSError):
    """The name leads to this machine or to a private network."""


def resolve(host: str, port: int) -> str:
    """Return a public address of the host. Raises ForbiddenAddressError where any of its addresses is not, OSError."""
    found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for address in found:
        if not _is_public(address):
            raise ForbiddenAddressError(f"{address} is not on the public network")
    return found[0]


def _is_public(address: str) -> bool:
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        # Addresses that carry another one are judged by it.
        inner = found.ipv4_mapped or found.sixtofour or (found.teredo[1] if found.teredo else None)
        if found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return _is_public(str(inner))
    return found.is_global and not found.is_multicast


class _Stream(httpcore.NetworkStream):
    """A connection that ends at a moment, however slowly the other side drips."""

    def __init__(self, inner: httpcore.NetworkStream, ends: float) -> None:
        self._inner, self._ends = inner, ends

    def _left(self, timeout: float | None) -> float:
        left = self._ends - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("no whole answer in time")
        return min(left, timeout) if timeout is not None else left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Network(httpcore.NetworkBackend):
    """Connects to what the name resolved to when it was judged: a second look-up could give another answer."""

    def __init__(self, *, private: bool, patience: float) -> None:
        self._inner, self._private, self._patience = httpcore.SyncBackend(), private, patience

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        try:
            address = host if self._private else resolve(host, port)
        except ForbiddenAddressError:
            raise
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from None
        stream = self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
        return _Stream(stream, time.monotonic() + self._patience)


@dataclass(frozen=True, slots=True)
class WebhookGateway:
    """Posts to endpoints. `private` allows this machine and private networks: for the demo alone.

    `patience` is the longest wait for the whole of a delivery, in seconds (Standard Webhooks: 15 to 30).
    """

    private: bool = False
    context: ssl.SSLContext | None = None
    patience: float = 20

    def post(self, url: str, *, body: bytes, headers: Mapping[str, str], now: datetime) -> None:
        """Post a body. Raises TryAgainError unless the answer is 2xx, GiveUpError where it is 410 or forbidden."""
        timeout = dict.fromkeys(("connect", "read", "write", "pool"), self.patience)
        context = self.context or trusted()
        try:
            check_url(url, private=True)
            network = _Network(private=self.private, patience=self.patience)
            with (
                httpcore.ConnectionPool(ssl_context=context, network_backend=network) as pool,
                pool.stream(
                    "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": timeout}
                ) as answer,
            ):
                # What the answer says beyond its status is not read: it could be of any size.
                _judge(answer.status, {name.lower(): value for name, value in answer.headers}, now)
        except (AddressError, ForbiddenAddressError) as error:
            raise GiveUpError(str(error)) from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
            raise TryAgainError(f"{type(error).__name__}: {error}", kind=kind_of(error)) from None


def _judge(status: int, headers: Mapping[bytes, bytes], now: datetime) -> None:
    if 200 <= status < 300:
        return
    if status == 410:
        raise GiveUpError("410: the receiver wants nothing any more", gone=True)
    raise TryAgainError(str(status), kind=str(status), after=_wait(headers.get(b"retry-after", b""), now), reached=True)


def _wait(text: bytes, now: datetime) -> timedelta | None:
    try:
        told = text.decode("ascii").strip()
        wait = timedelta(seconds=int(told)) if told.isdigit() else parsedate_to_datetime(told).astimezone(UTC) - now
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
