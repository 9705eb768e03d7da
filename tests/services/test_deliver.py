"""What was announced arrives, through real servers, at least once, under one id, as it was at that moment."""

import logging
import mailbox
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from standardwebhooks.webhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from tests.gateways.receivers import Postman, certificate, http_trap, smtp_server, status
from tests.one_language import parted_in_text, parted_numbers
from tests.running import free_port
from tests.services.conftest import NOW, TERMS, Administrator, administrator, bring_in, contents, demo_space
from widget import languages
from widget.app import system_clock
from widget.domain.plan import Level
from widget.gateways.mail import MaildirGateway, SmtpGateway
from widget.gateways.webhook import WebhookGateway
from widget.logs import JsonLines
from widget.services import members, outbox, privacy, webhook
from widget.services.deliver import LANES, SCHEDULE, Dispatcher, Post
from widget.services.mail import Sender
from widget.settings import Smtp
from widget.store import delivery as deliveries
from widget.store.engine import transaction
from widget.store.outbox import instant
from widget.store.tables import delivery, member, space
from widget.store.tables import webhook as hook

FEWER_LICENSES = Level("premium", 12, 2)
SENDER = Sender("help@workspace.example", "https://help.example")
HOUR = timedelta(hours=1)


@dataclass
class Clock:
    """A clock that a test moves."""

    instant: datetime = NOW

    def __call__(self) -> datetime:
        return self.instant


def post(engine: Engine, folder: Path, clock: Any = lambda: NOW, port: int | None = None) -> Post:
    out = SmtpGateway(Smtp("127.0.0.1", port, "none", "", ""), patience=2) if port else MaildirGateway(folder / "mail")
    gateway = WebhookGateway(private=True, patience=1)
    return Post(engine, TERMS, languages.load(), SENDER, out, gateway, clock)


def send_all(ready: Post) -> None:
    """Send until nothing is due at this moment."""
    dispatcher, ends = Dispatcher(ready), time.monotonic() + 20
    while dispatcher.round():
        assert dispatcher.wait(max(0, ends - time.monotonic()))


def letters(folder: Path) -> list[EmailMessage]:
    if not (folder / "mail" / "cur").is_dir():  # the last that is made of a Maildir
        return []
    found: list[Any] = [
        message_from_bytes(each.as_bytes(), policy=default) for each in mailbox.Maildir(folder / "mail", create=False)
    ]
    return found


def part(letter: EmailMessage, kind: str) -> str:
    body = letter.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def states(engine: Engine) -> list[tuple[str, str, int]]:
    rows = contents(engine)["delivery"]
    return sorted((row["channel"], row["state"], row["attempts"]) for row in rows)


def forever(released: threading.Event) -> None:
    released.wait()


def webhook_states(engine: Engine) -> list[str]:
    return [state for channel, state, _ in states(engine) if channel == "webhook"]


def endpoint(engine: Engine, port: int) -> tuple[str, str]:
    return webhook.add(engine, f"http://127.0.0.1:{port}/hook", private=True, now=NOW)


def test_a_mail_in_a_language_that_is_there_no_more_arrives_in_the_original(
    claire: Administrator, tmp_path: Path
) -> None:
    claire.orders(FEWER_LICENSES)
    with transaction(claire.engine) as connection:
        connection.execute(update(delivery).values(language="nl"))

    send_all(post(claire.engine, tmp_path))

    assert [str(letter["Content-Language"]) for letter in letters(tmp_path)] == ["fr"]
    assert states(claire.engine) == [("mail", "delivered", 1)]


def test_an_order_is_confirmed_by_mail_in_the_language_it_was_placed_in(claire: Administrator, tmp_path: Path) -> None:
    order_id = claire.orders(FEWER_LICENSES)

    send_all(post(claire.engine, tmp_path))

    (letter,) = letters(tmp_path)
    assert letter["To"] == "claire.martin@atelier-nord.example"
    assert letter["Subject"] == f"Votre commande est passée – {order_id[:8].upper()}"
    for kind in ("plain", "html"):
        text = part(letter, kind)
        assert "24\u00a0novembre 2026, 10:00:00 (Europe/Paris)" in text
        assert "Claire Martin" in text
        assert "8\u00a0mai 2027" in text
        assert "https://help.example/widget/fr/receipts/msg_" in text
        assert (parted_in_text if kind == "plain" else parted_numbers)(text) == []
    assert states(claire.engine) == [("mail", "delivered", 1)]


def test_each_attempt_sends_the_same_bytes_under_the_same_id(claire: Administrator, tmp_path: Path) -> None:
    claire.orders(FEWER_LICENSES)
    postman = Postman(data="451 not now")
    with smtp_server(postman) as port:
        clock = Clock()
        ready = post(claire.engine, tmp_path, clock, port)
        send_all(ready)
        assert states(claire.engine) == [("mail", "waiting", 1)]
        postman.data = "250 OK"
        clock.instant += HOUR
        send_all(ready)
        revive(claire.engine, [row["id"] for row in contents(claire.engine)["delivery"]], clock())
        send_all(ready)

    (first, again) = [raw for _, raw in postman.envelopes]
    assert first == again


def test_what_changes_later_does_not_change_the_mail(claire: Administrator, tmp_path: Path) -> None:
    claire.orders(FEWER_LICENSES)
    with transaction(claire.engine) as connection:
        connection.execute(update(member).values(name="Somebody Else"))
        connection.execute(update(space).values(name="Another Name", time_zone="Asia/Tokyo"))

    send_all(post(claire.engine, tmp_path))

    (letter,) = letters(tmp_path)
    assert "Claire Martin" in part(letter, "plain")
    assert "Atelier Nord" in part(letter, "plain")
    assert "10:00:00 (Europe/Paris)" in part(letter, "plain")


def test_nothing_that_anybody_typed_becomes_a_header_or_markup(claire: Administrator, tmp_path: Path) -> None:
    attack = "=?utf-8?q?a=0D=0ABcc:_x@evil.example?=\r\nBcc: x@evil.example\r\n\r\n<script>alert(1)</script>"
    with transaction(claire.engine) as connection:
        connection.execute(update(member).values(name=attack))
        connection.execute(update(space).values(name=attack))
    claire.orders(FEWER_LICENSES, comment=attack)
    members.set_active(
        claire.engine,
        space_id=claire.space_id,
        actor_id=claire.member_id,
        member_ids=[each.id for each in claire.seen().occupants if each.id != claire.member_id][:2],
        active=False,
        now=NOW,
    )
    postman = Postman()
    with smtp_server(postman) as port:
        send_all(post(claire.engine, tmp_path, port=port))

    assert [to for to, _ in postman.envelopes] == [["claire.martin@atelier-nord.example"]] * 2
    for letter, (_, raw) in zip(postman.messages, postman.envelopes, strict=True):
        assert {name.lower() for name in letter} == {
            "from", "to", "subject", "date", "message-id", "auto-submitted", "content-language", "mime-version",
            "content-type",
        }  # fmt: skip
        assert b"\r\nBcc:" not in raw.partition(b"\r\n\r\n")[0]
        assert "<script>" not in part(letter, "html")
        assert "&lt;script&gt;" in part(letter, "html")


@pytest.mark.parametrize(
    "address", ["a@b.example\r\nBcc: x@evil.example", "=?utf-8?q?a?=@b.example", "a b@c.example", "x"]
)
def test_an_address_that_is_none_is_given_up_and_the_team_is_told(
    claire: Administrator, tmp_path: Path, address: str
) -> None:
    with transaction(claire.engine) as connection:
        connection.execute(update(member).where(member.c.id == claire.member_id).values(email=address))
    claire.orders(FEWER_LICENSES)

    send_all(post(claire.engine, tmp_path))

    (letter,) = letters(tmp_path)
    assert (letter["To"], letter["Subject"]) == ("support@workspace.example", "Un message n’a pas pu être remis")
    assert states(claire.engine) == [("mail", "dead", 1), ("mail", "delivered", 1)]


def test_an_address_beyond_ascii_is_written_to(claire: Administrator, tmp_path: Path) -> None:
    with transaction(claire.engine) as connection:
        connection.execute(
            update(member).where(member.c.id == claire.member_id).values(email="zoé@atelier-nord.example")
        )
    claire.orders(FEWER_LICENSES)
    postman = Postman()
    with smtp_server(postman) as port:
        send_all(post(claire.engine, tmp_path, port=port))

    assert [to for to, _ in postman.envelopes] == [["zoé@atelier-nord.example"]]


def test_a_webhook_is_signed_counts_on_and_carries_nothing_private(claire: Administrator, tmp_path: Path) -> None:
    with http_trap(status(204)) as trap:
        _, secret = endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES, comment="our director said it")
        send_all(post(claire.engine, tmp_path, system_clock))

    told = [heard(request) for request in trap.requests]
    bodies = sorted((Verifier(secret).verify(body, headers) for headers, body in told), key=lambda each: each["type"])
    assert [(each["type"], each["data"]["sequence"]) for each in bodies] == [
        ("order.placed", 1),
        ("survey.answered", 2),
    ]
    assert {each["data"]["space"] for each in bodies} == {"atelier-nord"}
    assert bodies[1]["data"]["reason"] == "other"
    for _, body in told:
        assert not [each for each in ("Claire", "Atelier Nord", "director", "private") if each in body]
        assert len(body.encode()) < 20_000


def revive(engine: Engine, ids: list[str], at: datetime) -> None:
    with transaction(engine) as connection:
        assert all(deliveries.revive(connection, each, at=at) for each in ids)


def heard(request: bytes) -> tuple[dict[str, str], str]:
    head, _, body = request.partition(b"\r\n\r\n")
    lines = [line.decode().split(": ", 1) for line in head.split(b"\r\n")[1:]]
    return {name.lower(): value for name, value in lines}, body.decode()


def test_after_a_rotation_the_old_secret_signs_too_until_its_end(claire: Administrator, tmp_path: Path) -> None:
    with http_trap(status(204)) as trap:
        webhook_id, old = endpoint(claire.engine, trap.port)
        new = webhook.rotate(claire.engine, webhook_id, now=system_clock())
        claire.orders(FEWER_LICENSES)
        send_all(post(claire.engine, tmp_path, system_clock))
        both = [heard(each) for each in trap.requests]
        webhook.rotate(claire.engine, webhook_id, now=system_clock() - timedelta(days=2))
        kept = privacy.retain(claire.engine, TERMS.policy(NOW.date()), system_clock())["old secrets of webhooks"]
        again = [row["id"] for row in contents(claire.engine)["delivery"] if row["channel"] == "webhook"]
        revive(claire.engine, again, NOW)
        send_all(post(claire.engine, tmp_path, system_clock))

    assert all(Verifier(secret).verify(body, headers) for headers, body in both for secret in (old, new))
    assert [len(heard(each)[0]["webhook-signature"].split()) for each in trap.requests[2:]] == [1, 1]
    assert (kept, contents(claire.engine)["webhook"][0]["old_secret"]) == (1, None)


def tampered(headers: dict[str, str], body: str) -> Iterator[tuple[dict[str, str], str]]:
    """Yield what somebody on the way could make of a message: its words, its id, its time or its signature changed."""
    for place in range(0, len(body), max(1, len(body) // 16)):
        yield headers, body[:place] + ("x" if body[place] != "x" else "y") + body[place + 1 :]
    yield from ((headers, each) for each in ("", body + " ", " " + body, body[:-1], body * 2, body.upper()))
    signature, moment = headers["webhook-signature"], int(headers["webhook-timestamp"])
    for name, values in {
        "webhook-id": ["", "msg_other", headers["webhook-id"].upper(), headers["webhook-id"] + "."],
        "webhook-timestamp": ["", "0", "x", *(str(moment + each) for each in (-301, -1, 1, 301))],
        "webhook-signature": [
            "",
            signature[3:],
            f"v1a,{signature[3:]}",
            f"v2,{signature[3:]}",
            "v1,",
            "v1," + "A" * 43 + "=",
            f"v1,{signature[4:]}A",
        ],
    }.items():
        yield from ((headers | {name: value}, body) for value in values)


def test_whatever_is_changed_on_the_way_is_refused_by_the_receivers_own_library(
    claire: Administrator, tmp_path: Path
) -> None:
    with http_trap(status(204)) as trap:
        _, secret = endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES)
        send_all(post(claire.engine, tmp_path, system_clock))
    headers, body = heard(trap.requests[0])
    changed = list(tampered(headers, body))
    accepted = []
    for each in changed:
        with suppress(WebhookVerificationError, ValueError):
            accepted.append((Verifier(secret).verify(each[1], each[0]), each))

    assert accepted == []
    assert len(changed) >= 40
    with pytest.raises(WebhookVerificationError):
        Verifier(webhook.new_secret()).verify(body, headers)
    assert Verifier(secret).verify(body, headers)["data"]["space"] == "atelier-nord"


# Five minutes are the tolerance; the clock goes on while a message travels, hence the minute more ahead of it.
@pytest.mark.parametrize("seconds", [-301, 361])
def test_a_message_of_another_time_is_refused_by_the_receivers_own_library(
    claire: Administrator, tmp_path: Path, seconds: int
) -> None:
    with http_trap(status(204)) as trap:
        _, secret = endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES)
        send_all(post(claire.engine, tmp_path, lambda: system_clock() + timedelta(seconds=seconds)))
    headers, body = heard(trap.requests[0])

    with pytest.raises(WebhookVerificationError, match="timestamp too"):
        Verifier(secret).verify(body, headers)


def test_410_disables_the_endpoint_and_gives_up_what_waits_for_it(claire: Administrator, tmp_path: Path) -> None:
    with http_trap(status(410)) as trap:
        webhook_id, _ = endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES)
        send_all(post(claire.engine, tmp_path))

    assert len(trap.requests) == 1
    assert [(row["id"], row["state"]) for row in contents(claire.engine)["webhook"]] == [(webhook_id, "disabled")]
    assert {row["state"] for row in contents(claire.engine)["delivery"] if row["channel"] == "webhook"} == {"dead"}


@pytest.mark.parametrize("state", ["disabled", "removed"])
def test_what_waits_for_an_endpoint_that_the_team_takes_away_is_given_up_without_a_mail_each(
    claire: Administrator, tmp_path: Path, state: str
) -> None:
    webhook_id, _ = endpoint(claire.engine, free_port())
    claire.orders(FEWER_LICENSES)

    webhook.set_state(claire.engine, webhook_id, state, now=NOW)
    send_all(post(claire.engine, tmp_path))

    assert [letter["To"] for letter in letters(tmp_path)] == ["claire.martin@atelier-nord.example"]
    rows = [row for row in contents(claire.engine)["delivery"] if row["channel"] == "webhook"]
    assert [(row["state"], row["error"]) for row in rows] == [("dead", f"the webhook was {state} by the team")] * 2


def test_what_is_being_sent_is_not_sent_beside_it_when_the_team_asks_for_it_again(claire: Administrator) -> None:
    claire.orders(FEWER_LICENSES)
    with transaction(claire.engine) as connection:
        (held,) = deliveries.claim(connection, now=NOW, limit=9)
    soon, later = NOW + timedelta(seconds=1), NOW + deliveries.LEASE

    assert outbox.send_again(claire.engine, held.id, now=soon) == 1
    with transaction(claire.engine) as connection:
        assert deliveries.claim(connection, now=soon, limit=9) == []
        assert deliveries.retry(connection, held, at=later, error="x")
        (again,) = deliveries.claim(connection, now=later, limit=9)
        assert deliveries.delivered(connection, again, at=later)
    assert outbox.send_again(claire.engine, held.id, now=later) == 1
    with transaction(claire.engine) as connection:
        assert [each.id for each in deliveries.claim(connection, now=later, limit=9)] == [held.id]


def test_ten_attempts_on_the_schedule_then_the_team_is_told_and_can_send_again(
    claire: Administrator, tmp_path: Path
) -> None:
    clock = Clock()
    waits = []
    with http_trap(status(500)) as trap:
        endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES)
        ready = post(claire.engine, tmp_path, clock)
        for _ in SCHEDULE:
            send_all(ready)
            due = [row for row in contents(claire.engine)["delivery"] if row["state"] == "waiting"]
            waits.append([datetime.fromisoformat(row["available_at"]) - clock() for row in due])
            clock.instant = max(datetime.fromisoformat(row["available_at"]) for row in due)
        send_all(ready)
        attempts = len(trap.requests)

    for expected, found in zip(SCHEDULE, waits, strict=True):
        assert all(expected <= each <= expected * 1.2 for each in found), (expected, found)
    assert attempts == 20
    rows = [row for row in contents(claire.engine)["delivery"] if row["channel"] == "webhook"]
    assert [(row["state"], row["attempts"], row["error"]) for row in rows] == [("dead", 10, "500")] * 2
    assert [each["To"] for each in letters(tmp_path)].count("support@workspace.example") == 2
    with http_trap(status(204)) as mended:
        with transaction(claire.engine) as connection:
            connection.execute(update(hook).values(url=f"http://127.0.0.1:{mended.port}/"))
        revive(claire.engine, [row["id"] for row in rows], clock())
        send_all(ready)
    assert len(mended.requests) == 2


def test_retry_after_is_waited_for(claire: Administrator, tmp_path: Path) -> None:
    with http_trap(status(429, "Retry-After: 7200")) as trap:
        endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES)
        send_all(post(claire.engine, tmp_path))

    waiting = [row for row in contents(claire.engine)["delivery"] if row["channel"] == "webhook"]
    assert {row["available_at"] for row in waiting} == {(NOW + 2 * HOUR).isoformat(timespec="microseconds")}


def test_a_mail_server_away_for_72_hours_loses_nothing(claire: Administrator, tmp_path: Path) -> None:
    clock = Clock()
    for number in range(6):
        claire.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}")
    away = post(claire.engine, tmp_path, clock, free_port())
    for _ in range(72):
        send_all(away)
        clock.instant += HOUR
    assert {state for _, state, _ in states(claire.engine)} == {"waiting"}

    postman = Postman()
    with smtp_server(postman) as port:
        back = post(claire.engine, tmp_path, clock, port)
        for _ in range(36):
            send_all(back)
            clock.instant += HOUR

    assert len({letter["Message-ID"] for letter in postman.messages}) == len(postman.messages) == 6
    assert {state for _, state, _ in states(claire.engine)} == {"delivered"}


def test_what_waits_behind_a_server_that_does_not_answer_waits_a_minute_and_counts_no_attempt(
    claire: Administrator, tmp_path: Path
) -> None:
    for licenses in (3, 2):
        claire.orders(Level("premium", 12, licenses), key=f"{licenses} licenses")
    away = Dispatcher(post(claire.engine, tmp_path, port=free_port()))

    away.round()
    assert away.wait(20)

    rows = [(row["attempts"], row["available_at"]) for row in contents(claire.engine)["delivery"]]
    assert sorted(rows)[0] == (0, instant(NOW + timedelta(minutes=1)))
    assert [attempts for attempts, _ in sorted(rows)] == [0, 1]


def test_a_dead_endpoint_holds_up_no_other(claire: Administrator, tmp_path: Path) -> None:
    released = threading.Event()
    with ExitStack() as stack:
        silent = stack.enter_context(http_trap(lambda _: forever(released)))
        alive = [stack.enter_context(http_trap(status(204))) for _ in range(3)]
        for trap in (silent, *alive):
            endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES)
        patient = WebhookGateway(private=True, patience=HOUR.total_seconds())
        dispatcher = Dispatcher(replace(post(claire.engine, tmp_path), webhooks=patient))
        dispatcher.round()
        # The silent one would be waited for an hour: whatever stood behind it would never come.
        while sum(len(trap.requests) for trap in alive) < 6:
            time.sleep(0.01)
        while webhook_states(claire.engine).count("delivered") < 6 or not silent.requests:
            time.sleep(0.01)
        waited_for = len(silent.requests)
        released.set()
        assert dispatcher.wait(HOUR.total_seconds())

    assert waited_for == 1
    assert sorted(webhook_states(claire.engine)) == ["delivered"] * 6 + ["waiting"] * 2


def test_no_more_lanes_are_worked_on_than_may_be_and_each_has_its_turn(claire: Administrator, tmp_path: Path) -> None:
    released = threading.Event()

    def late(connection: socket.socket) -> None:
        released.wait()
        connection.sendall(status(204))

    with http_trap(late) as trap:
        for _ in range(LANES + 3):
            endpoint(claire.engine, trap.port)
        claire.orders(FEWER_LICENSES)
        patient = WebhookGateway(private=True, patience=HOUR.total_seconds())
        dispatcher = Dispatcher(replace(post(claire.engine, tmp_path), webhooks=patient))
        dispatcher.round()
        dispatcher.round()
        at_once = sum(each.name.startswith("lane ") for each in threading.enumerate())
        released.set()
        assert dispatcher.wait(HOUR.total_seconds())
        send_all(dispatcher.post)

    assert at_once <= LANES
    assert webhook_states(claire.engine) == ["delivered"] * 2 * (LANES + 3)


def test_several_workers_send_each_message_once(claire: Administrator, tmp_path: Path) -> None:
    postman = Postman()
    for number in range(6):
        claire.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}")
    with smtp_server(postman) as port:
        workers = [Dispatcher(post(claire.engine, tmp_path, port=port)) for _ in range(4)]
        threads = [threading.Thread(target=lambda each=each: [each.round(), each.wait(20)]) for each in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(postman.envelopes) == 6
    assert states(claire.engine) == [("mail", "delivered", 1)] * 6


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("CRITICAL")


def test_an_order_placed_in_english_is_confirmed_in_english(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, tmp_path, demo_space("harbour-studio"))
    olivia = administrator(engine, "harbour-studio", "Olivia Hughes")
    olivia.place(olivia.reviewed(Level("premium", 8, 1)), language="en")

    send_all(post(engine, tmp_path))

    (letter,) = letters(tmp_path)
    assert str(letter["Subject"]).startswith("Your order is placed – ")
    assert "1 December 2026" in part(letter, "plain")


def test_whom_a_mail_server_names_when_it_refuses_is_in_no_log_line(
    claire: Administrator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "widget")
    claire.orders(FEWER_LICENSES)
    with smtp_server(Postman(rcpt="550 <claire.martin@atelier-nord.example>: nobody here")) as port:
        send_all(post(claire.engine, tmp_path, port=port))

    lines = [JsonLines().format(each) for each in caplog.records]
    assert [line for line in lines if "is given up" in line]
    assert [line for line in lines if "claire" in line.lower()] == []


def test_a_server_that_cannot_prove_its_name_is_in_the_log(
    claire: Administrator, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server, _ = certificate(tmp_path)  # vouched for by nobody whom the system knows
    claire.place(claire.reviewed(FEWER_LICENSES))
    with smtp_server(Postman(), tls=server) as port:
        there = SmtpGateway(Smtp("localhost", port, "starttls", "", ""))
        ready = replace(post(claire.engine, tmp_path), mail=there)
        caplog.clear()
        caplog.set_level(logging.WARNING, "widget")
        send_all(ready)

    told = [each.getMessage() for each in caplog.records if each.name == "widget"]
    assert [line.partition(" this time: ")[2] for line in told] == ["SSLCertVerificationError"]


def test_the_team_reads_why_a_delivery_was_given_up_and_sends_it_again(claire: Administrator, tmp_path: Path) -> None:
    claire.orders(FEWER_LICENSES)
    with smtp_server(Postman(rcpt="550 nobody here")) as port:
        send_all(post(claire.engine, tmp_path, port=port))
    (dead,) = [row["id"] for row in contents(claire.engine)["delivery"] if row["target"].startswith("claire")]
    (line,) = [each for each in outbox.listed(claire.engine) if each.startswith(dead)]
    shown = outbox.shown(claire.engine, dead)

    assert (
        line
        == f"{dead} dead mail claire.martin@atelier-nord.example attempts=1 2026-11-24T09:00:00+00:00 550 nobody here"
    )
    assert '"type": "order.placed"' in shown
    assert "Claire" not in shown
    assert outbox.send_again(claire.engine, None, now=NOW) == 2
    send_all(post(claire.engine, tmp_path))
    assert sorted(letter["To"] for letter in letters(tmp_path)) == [
        "claire.martin@atelier-nord.example",
        "support@workspace.example",
    ]
