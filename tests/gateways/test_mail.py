"""Mail is handed to a real server over TLS, or lies whole in the Maildir; each "no" is told apart."""

import mailbox
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.gateways.receivers import Postman, certificate, smtp_server
from tests.running import free_port
from widget.gateways.failure import GiveUpError, TryAgainError
from widget.gateways.mail import MaildirGateway, SmtpGateway
from widget.services.deliver import STINT
from widget.settings import Smtp
from widget.store.delivery import LEASE

FROM, TO = "help@workspace.example", "claire.martin@atelier-nord.example"


def letter() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = FROM, TO, "Délai de préavis"
    message["Message-ID"] = "<abc@workspace.example>"
    message.set_content("Bonjour, 1 234,50 €")
    return message


def refusing(where: str, answer: str) -> Postman:
    return Postman(rcpt=answer) if where == "rcpt" else Postman(data=answer)


def plain(port: int) -> SmtpGateway:
    return SmtpGateway(Smtp("127.0.0.1", port, "none", "", ""), patience=5)


def test_mail_goes_over_starttls_after_signing_in(tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    postman = Postman()
    with smtp_server(postman, tls=server, login=("help", "s3cret")) as port:
        gateway = SmtpGateway(Smtp("localhost", port, "starttls", "help", "s3cret"), client)

        gateway.send(letter(), sender=FROM, to=TO)

    assert [recipients for recipients, _ in postman.envelopes] == [[TO]]
    (arrived,) = postman.messages
    assert (arrived["Subject"], arrived["Message-ID"]) == ("Délai de préavis", "<abc@workspace.example>")
    assert arrived.get_content() == "Bonjour, 1 234,50 €\r\n"


def test_a_server_that_is_not_whom_its_certificate_says_gets_nothing(tmp_path: Path) -> None:
    server, client = certificate(tmp_path, "another.example")
    postman = Postman()
    with smtp_server(postman, tls=server) as port:
        gateway = SmtpGateway(Smtp("localhost", port, "starttls", "", ""), client)

        with pytest.raises(TryAgainError, match="CERTIFICATE_VERIFY_FAILED"):
            gateway.send(letter(), sender=FROM, to=TO)

    assert postman.envelopes == []


def test_a_server_that_nobody_whom_the_system_knows_vouches_for_gets_nothing(tmp_path: Path) -> None:
    server, _ = certificate(tmp_path)
    postman = Postman()
    with smtp_server(postman, tls=server) as port:
        gateway = SmtpGateway(Smtp("localhost", port, "starttls", "", ""))

        with pytest.raises(TryAgainError) as failed:
            gateway.send(letter(), sender=FROM, to=TO)

    assert (failed.value.kind, postman.envelopes) == ("SSLCertVerificationError", [])


def test_a_server_without_tls_gets_nothing_unless_it_is_on_this_machine() -> None:
    postman = Postman()
    with smtp_server(postman) as port:
        with pytest.raises(TryAgainError, match="STARTTLS"):
            SmtpGateway(Smtp("127.0.0.1", port, "starttls", "", "")).send(letter(), sender=FROM, to=TO)
        assert postman.envelopes == []

        plain(port).send(letter(), sender=FROM, to=TO)

    assert len(postman.envelopes) == 1


@pytest.mark.parametrize("where", ["rcpt", "data"])
@pytest.mark.parametrize("code", ["421", "450", "451", "452"])
def test_a_no_for_now_is_tried_again(code: str, where: str) -> None:
    with (
        smtp_server(refusing(where, f"{code} not now")) as port,
        pytest.raises(TryAgainError, match=f"^{code} "),
    ):
        plain(port).send(letter(), sender=FROM, to=TO)


@pytest.mark.parametrize("where", ["rcpt", "data"])
@pytest.mark.parametrize("code", ["550", "552", "554"])
def test_a_no_for_good_is_given_up(code: str, where: str) -> None:
    with (
        smtp_server(refusing(where, f"{code} never")) as port,
        pytest.raises(GiveUpError, match=f"^{code} never$"),
    ):
        plain(port).send(letter(), sender=FROM, to=TO)


@pytest.mark.parametrize("leave", ["421 too busy", "554 go away", "no answer at all"])
def test_a_letter_that_was_taken_is_not_tried_again_for_a_bad_leave(leave: str) -> None:
    postman = Postman(quit=leave)
    with smtp_server(postman) as port:
        plain(port).send(letter(), sender=FROM, to=TO)

    assert len(postman.envelopes) == 1


def test_a_wrong_password_loses_no_mail(tmp_path: Path) -> None:
    server, client = certificate(tmp_path)
    with smtp_server(Postman(), tls=server, login=("help", "s3cret")) as port:
        gateway = SmtpGateway(Smtp("localhost", port, "starttls", "help", "wrong"), client)

        with pytest.raises(TryAgainError, match="535"):
            gateway.send(letter(), sender=FROM, to=TO)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_drips_is_left_when_the_time_of_an_attempt_is_over(tmp_path: Path, security: str) -> None:
    server, client = certificate(tmp_path)
    with dripping(server if security == "tls" else None) as port:
        gateway = SmtpGateway(Smtp("localhost", port, security, "", ""), client, patience=1, longest=1.5)
        began = time.monotonic()

        with pytest.raises(TryAgainError):
            gateway.send(letter(), sender=FROM, to=TO)

    assert 1 < time.monotonic() - began < 8


def test_no_deadline_stays_behind_what_was_sent_or_could_not_be() -> None:
    with smtp_server(Postman()) as port:
        plain(port).send(letter(), sender=FROM, to=TO)
    with pytest.raises(TryAgainError):
        plain(free_port()).send(letter(), sender=FROM, to=TO)

    ends = time.monotonic() + 3
    while "mail deadline" in {each.name for each in threading.enumerate()}:
        assert time.monotonic() < ends
        time.sleep(0.01)


def test_an_attempt_ends_before_its_lease_however_late_its_lane_begins_it() -> None:
    gateway = SmtpGateway(Smtp("127.0.0.1", 25, "none", "", ""))

    assert STINT + gateway.longest + 2 * gateway.patience < LEASE.total_seconds()


@contextmanager
def dripping(tls: ssl.SSLContext | None) -> Iterator[int]:
    """Run a server that says one letter at a time, each soon enough, and never comes to the end of its greeting."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            accepted, _ = listener.accept()
            with tls.wrap_socket(accepted, server_side=True) if tls else accepted as connection, suppress(OSError):
                for _ in range(100):
                    connection.sendall(b"2")
                    time.sleep(0.1)

        thread = threading.Thread(target=drip)
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


def test_a_server_that_is_away_is_tried_again() -> None:
    with pytest.raises(TryAgainError, match="ConnectionRefusedError"):
        plain(free_port()).send(letter(), sender=FROM, to=TO)


def test_a_letter_put_twice_into_the_maildir_lies_there_once(tmp_path: Path) -> None:
    gateway = MaildirGateway(tmp_path / "mail")

    gateway.send(letter(), sender=FROM, to=TO)
    gateway.send(letter(), sender=FROM, to=TO)

    found = list(mailbox.Maildir(tmp_path / "mail", create=False))
    assert [each["Message-ID"] for each in found] == ["<abc@workspace.example>"]


def test_a_maildir_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("no folder")

    with pytest.raises(TryAgainError, match="mail: "):
        MaildirGateway(tmp_path / "mail").send(letter(), sender=FROM, to=TO)
