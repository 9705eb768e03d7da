"""Mail out: to an SMTP server, or into a Maildir where none is set."""

import os
import smtplib
import ssl
from contextlib import closing, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from pathlib import Path
from typing import Protocol

from widget.gateways.failure import GiveUpError, TryAgainError, kind_of
from widget.gateways.tls import trusted
from widget.settings import Smtp


class MailGateway(Protocol):
    """Takes one message for one address. Raises TryAgainError and GiveUpError."""

    def send(self, message: EmailMessage, *, sender: str, to: str) -> None:
        """Hand the message over; its Message-ID makes a second time recognisable."""


@dataclass(frozen=True, slots=True)
class SmtpGateway:
    """An SMTP server, with TLS unless it is on this machine. `patience`: longest wait for one answer, in seconds."""

    server: Smtp
    context: ssl.SSLContext | None = None
    patience: float = 15

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
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=self.patience, context=context)
        else:
            server = smtplib.SMTP(host, port, timeout=self.patience)
        try:
            if self.server.security == "starttls":
                server.starttls(context=context)
            if self.server.user:
                server.login(self.server.user, self.server.password)
        except BaseException:
            server.close()
            raise
        return server


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
