"""Real receivers on this machine: SMTP servers and HTTP traps that behave as a test tells them, and a certificate."""

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.running import free_port


@dataclass
class Postman:
    """What an SMTP server took, and what it answers: to a recipient, to the data, to who takes leave."""

    rcpt: str = "250 OK"
    data: str = "250 OK"
    quit: str = "221 Bye"
    envelopes: list[tuple[list[str], bytes]] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        if self.data.startswith("2"):
            self.envelopes.append((list(envelope.rcpt_tos), envelope.original_content))
        return self.data

    async def handle_QUIT(self, _server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        return self.quit

    @property
    def messages(self) -> list[EmailMessage]:
        read: list[Any] = [message_from_bytes(raw, policy=default) for _, raw in self.envelopes]
        return read


@contextmanager
def smtp_server(
    postman: Postman, *, tls: ssl.SSLContext | None = None, login: tuple[str, str] | None = None
) -> Iterator[int]:
    """Run a server and return its port; with TLS it takes nothing before STARTTLS, with a login nothing before that."""

    def authenticate(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=(data.login.decode(), data.password.decode()) == login, handled=False)

    options: dict[str, Any] = {"enable_SMTPUTF8": True}
    if tls:
        options |= {"tls_context": tls, "require_starttls": True}
    if login:
        options |= {"authenticator": authenticate, "auth_required": True}
    port = free_port()
    controller = Controller(postman, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@dataclass
class Trap:
    """A listener that notes who came and what they sent, and answers with raw bytes."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0


Answer = bytes | Callable[[socket.socket], None]


@contextmanager
def http_trap(answer: Answer, *, tls: ssl.SSLContext | None = None) -> Iterator[Trap]:
    """Run a listener that gives every request this answer."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(64)
    trap = Trap(listener.getsockname()[1])

    def serve(connection: socket.socket) -> None:
        with connection:
            connection.settimeout(10)
            try:
                secure = tls.wrap_socket(connection, server_side=True) if tls else connection
                request = _request(secure)
                trap.requests.append(request)
                if callable(answer):
                    answer(secure)
                else:
                    secure.sendall(answer)
                secure.close()
            except OSError:
                return  # the other side went away: what it sent was noted

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            trap.connections += 1
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield trap
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(5)


def _request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        part = connection.recv(65536)
        if not part:
            return received
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")), 0
    )
    while len(body) < length:
        part = connection.recv(65536)
        if not part:
            break  # whoever sent it is gone
        body += part
    return head + b"\r\n\r\n" + body


def status(code: int, *headers: str, body: bytes = b"") -> bytes:
    """Return a raw answer."""
    lines = [f"HTTP/1.1 {code} X", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def certificate(
    folder: Path, name: str = "localhost", *, expired: bool = False
) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Return a server's context with a new certificate for a name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)  # noqa: TID251 -- a certificate is valid by the clock of the TLS library
    begins = now - timedelta(days=20)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=1 if expired else 40))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}-{expired}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))
