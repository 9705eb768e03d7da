"""Mail out: to an SMTP server, or into a Maildir where none is set."""

import os
import smtplib
import socket
import ssl
import threading
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Any, Protocol

from widget.gateways.failure import GiveUpError, TryAgainError, kind_of
from widget.gateways.tls import trusted
from widget.settings import Smtp


class MailGateway(Protocol):
    """Takes one message for one address. Raises TryAgainError and GiveUpError."""

    def send(self, message: EmailMessage, *, sender: str, to: str) -> None:
        """Hand the message over; its Message-ID makes a second time recognisable."""


@dataclass(frozen=True, slots=True)
class SmtpGateway:
    """An SMTP server, with TLS unless it is on this machine.

    `patience` is the longest wait for one answer, `longest` that of a whole attempt, in seconds: with what a lane has
    sent before it, an attempt ends well before its lease.
    """

    server: Smtp
    context: ssl.SSLContext | None = None
    patience: float = 15
    longest: float = 45

    def send(self, message: EmailMessage, *, sender: str, to: str) -> None:
        """Hand the message to the server. A permanent "no" to this message gives up; all else is tried again."""
        try:
            with closing(self._connected()) as server:
                _hand_over(server, message, sender, to)
                with suppress(smtplib.SMTPException, OSError):  # it is theirs by now, however they take leave
                    server.quit()
        except smtplib.SMTPResponseException as error:
            # A "no" to us (sign-in, sender), not to this message: somebody mends the settings, and it goes.
            raise TryAgainError(_line(error.smtp_code, error.smtp_error), kind=str(error.smtp_code)) from None
        except (smtplib.SMTPException, OSError) as error:
            raise TryAgainError(f"{type(error).__name__}: {error}", kind=kind_of(error)) from None

    def _connected(self) -> smtplib.SMTP:
        context = self.context or trusted()
        host, port = self.server.host, self.server.port
        if self.server.security == "tls":
            server: _Cut = _CutTls(host, port, longest=self.longest, timeout=self.patience, context=context)
        else:
            server = _Cut(host, port, longest=self.longest, timeout=self.patience)
        try:
            if self.server.security == "starttls":
                server.starttls(context=context)
            if self.server.user:
                server.login(self.server.user, self.server.password)
        except BaseException:
            server.close()
            raise
        return server


class _Cut(smtplib.SMTP):
    """A connection that is cut when it has taken `longest` seconds, however slowly the other side drips."""

    def __init__(self, host: str, port: int, *, longest: float, **options: Any) -> None:
        self._over = threading.Event()
        threading.Thread(target=self._cut_after, args=(longest,), name="mail deadline", daemon=True).start()
        try:
            super().__init__(host, port, **options)
        except BaseException:
            self._over.set()
            raise

    def _cut_after(self, longest: float) -> None:
        wait = longest
        while not self._over.wait(wait):
            wait = 1  # what had not connected by then is cut as soon as it has
            if self.sock is not None:
                with suppress(OSError):
                    # Below TLS: whoever reads finds the end, and the TLS above stays whole for the thread that uses it.
                    socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Close the connection; nothing is left to cut."""
        self._over.set()
        super().close()


class _CutTls(_Cut, smtplib.SMTP_SSL):
    """The same, in TLS from the first byte."""


def _hand_over(server: smtplib.SMTP, message: EmailMessage, sender: str, to: str) -> None:
    try:
        server.send_message(message, sender, [to])
    except smtplib.SMTPRecipientsRefused as error:
        _refused(*next(iter(error.recipients.values())))
    except smtplib.SMTPDataError as error:
        _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:  # an address beyond ASCII, and a server that takes none
        raise GiveUpError(str(error)) from None


def _refused(code: int, answer: bytes | str) -> None:
    if 500 <= code < 600:
        raise GiveUpError(_line(code, answer))
    raise TryAgainError(_line(code, answer), kind=str(code), reached=True)


def _line(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {' '.join(text.split())[:200]}"


@dataclass(frozen=True, slots=True)
class MaildirGateway:
    """A Maildir: each message a file, whole or not there. The same message again is the same file."""

    folder: Path

    def send(self, message: EmailMessage, *, sender: str, to: str) -> None:  # noqa: ARG002 -- they stand in the message
        """Write the message and make it safe on the disk."""
        name = message["Message-ID"].strip("<>").replace("/", "_")
        waiting = self.folder / "tmp" / name
        try:
            for folder in ("tmp", "new", "cur"):
                (self.folder / folder).mkdir(parents=True, exist_ok=True)
            with waiting.open("wb") as file:
                file.write(message.as_bytes(policy=SMTPUTF8 if not to.isascii() else SMTP))
                file.flush()
                os.fsync(file.fileno())
            waiting.replace(self.folder / "new" / name)
        except OSError as error:
            raise TryAgainError(f"{self.folder}: {error.strerror}", kind=kind_of(error)) from None
