"""Sends what waits in the outbox, at least once, under one id; a lane that does not answer holds up no other."""

import json
import logging
import threading
import time
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine
from standardwebhooks.webhooks import Webhook as Signer

from widget.domain.terms import Terms
from widget.gateways.failure import GiveUpError, TryAgainError, kind_of
from widget.gateways.mail import MailGateway
from widget.gateways.webhook import WebhookGateway
from widget.languages import ORIGINAL, Language
from widget.services import mail
from widget.services.attachments import attachments
from widget.services.mail import Sender
from widget.store import delivery as deliveries
from widget.store import outbox
from widget.store import webhook as webhooks
from widget.store.delivery import Delivery
from widget.store.engine import reading, transaction
from widget.store.outbox import Message, instant
from widget.store.webhook import Webhook

log = logging.getLogger("widget")

#: The waits between attempts, as Standard Webhooks proposes them: ten attempts in 75 hours and 35 minutes.
SCHEDULE = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
#: When what waits behind a lane that does not answer is tried, without counting an attempt.
BEHIND = timedelta(seconds=60)
#: How many deliveries one claim holds, and for how long a lane works on them: well within the lease.
BATCH, STINT = 50, deliveries.LEASE.total_seconds() / 3
LANES = 8


@dataclass(frozen=True, slots=True)
class Post:
    """What sending takes: the rules and words, the two ways out, and whom to tell what could not be sent."""

    engine: Engine
    terms: Terms
    languages: Mapping[str, Language]
    sender: Sender
    mail: MailGateway
    webhooks: WebhookGateway
    clock: Callable[[], datetime]


@dataclass
class Dispatcher:
    """Shares what waits among lanes, each worked on by one thread at a time."""

    post: Post
    stop: threading.Event = field(default_factory=threading.Event)
    _busy: dict[str, threading.Thread] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        """Whether as many lanes are worked on as may be at a time."""
        return sum(thread.is_alive() for thread in self._busy.values()) >= LANES

    def round(self) -> int:
        """Begin sending what is due and not yet under way; return how many deliveries were begun."""
        if self.is_full or self.stop.is_set():
            return 0
        self._busy = {lane: thread for lane, thread in self._busy.items() if thread.is_alive()}
        with transaction(self.post.engine) as connection:
            held = deliveries.claim(connection, now=self.post.clock(), limit=BATCH, busy=list(self._busy))
            # The lanes of the oldest first: who finds none free is put back as it was, and is the oldest soon.
            begun = list(dict.fromkeys(each.lane for each in held))[: LANES - len(self._busy)]
            for each in held:
                if each.lane not in begun:
                    deliveries.release(connection, each, at=each.available_at)
        for lane in begun:
            self._begin(lane, [each for each in held if each.lane == lane])
        return sum(each.lane in begun for each in held)

    def _begin(self, lane: str, batch: list[Delivery]) -> None:
        thread = threading.Thread(target=self._work, args=(batch,), name=f"lane {lane}", daemon=True)
        self._busy[lane] = thread
        thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait for what is under way; return whether all of it ended in time."""
        ends = time.monotonic() + seconds
        for thread in self._busy.values():
            thread.join(max(0.0, ends - time.monotonic()))
        return not any(thread.is_alive() for thread in self._busy.values())

    def _work(self, batch: list[Delivery]) -> None:
        try:
            send_batch(self.post, batch, stop=self.stop.is_set)
        except Exception:
            log.exception("a lane of the outbox stopped; what it held is free again after its lease")


def send_batch(post: Post, batch: list[Delivery], *, stop: Callable[[], bool] = lambda: False) -> None:
    """Send claimed deliveries of one lane one after the other, oldest first, and settle each.

    Where the lane does not answer, or the worker is to stop, the rest is put back untried.
    """
    began, answers = time.monotonic(), True
    for held in sorted(batch, key=lambda each: each.available_at):
        now = post.clock()
        if not answers or stop() or time.monotonic() - began > STINT:
            with transaction(post.engine) as connection:
                deliveries.release(connection, held, at=now if answers else now + BEHIND)
            continue
        answers = send(post, held)


def send(post: Post, held: Delivery) -> bool:
    """Make one attempt and settle it; return whether the other side answered at all."""
    try:
        _attempt(post, held)
    except TryAgainError as failure:
        log.warning("delivery %s did not arrive this time: %s", held.id, failure.kind)
        _failed(post, held, failure)
        return failure.reached
    except GiveUpError as failure:
        with transaction(post.engine) as connection:
            _gave_up(connection, post, held, str(failure), gone=failure.gone)
        return True
    except Exception as error:
        # A fault of ours: it is tried again as if the receiver had failed, and seen in the log and by the team.
        log.exception("delivery %s could not be made", held.id)
        _failed(post, held, TryAgainError(f"{type(error).__name__}: {error}", kind=kind_of(error), reached=True))
        return True
    with transaction(post.engine) as connection:
        deliveries.delivered(connection, held, at=post.clock())
    return True


def _attempt(post: Post, held: Delivery) -> None:
    with reading(post.engine) as connection:
        message = outbox.load(connection, held.outbox_id)
        webhook = webhooks.load(connection, held.target) if held.channel == deliveries.WEBHOOK else None
    if message is None:
        raise GiveUpError("the message is gone")
    if held.channel == deliveries.MAIL:
        _mail(post, held, message)
    else:
        _tell(post, webhook, message)


def _mail(post: Post, held: Delivery, message: Message) -> None:
    # A language may have been taken away since: better the original than no mail at all.
    language = post.languages.get(held.language) or post.languages[ORIGINAL]
    letter = mail.compose(
        message,
        held,
        terms=post.terms,
        language=language,
        sender=post.sender,
        attachments=attachments(post.engine, post.terms, message, language, post.sender.origin),
    )
    post.mail.send(letter, sender=post.sender.address, to=held.target)


def _tell(post: Post, webhook: Webhook | None, message: Message) -> None:
    if webhook is None or webhook.state != "enabled":
        raise GiveUpError("the webhook is not enabled")
    now, body = post.clock(), payload(message)
    signatures = [Signer(secret).sign(message.id, now, body) for secret in webhook.secrets(now)]
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "helpcentre-webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
    post.webhooks.post(webhook.url, body=body.encode(), headers=headers, now=now)


def payload(message: Message) -> str:
    """Return the body of a webhook: the same bytes at every attempt, without what is private."""
    data = {"space": message.space_id, "sequence": message.sequence, **message.facts}
    told = {"type": message.kind, "timestamp": instant(message.at), "data": data}
    return json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def wait_after(held: Delivery) -> timedelta | None:
    """Return how long to wait after one more failed attempt, up to a fifth longer than the schedule; None: give up."""
    if held.attempts >= len(SCHEDULE):
        return None
    spread = zlib.crc32(f"{held.id}/{held.attempts}".encode()) / 0xFFFFFFFF
    return SCHEDULE[held.attempts] * (1 + spread / 5)


def _failed(post: Post, held: Delivery, failure: TryAgainError) -> None:
    wait, now = wait_after(held), post.clock()
    with transaction(post.engine) as connection:
        if wait is None:
            _gave_up(connection, post, held, str(failure), gone=False)
        else:
            again = now + max(wait, failure.after or wait)
            deliveries.retry(connection, held, at=again, error=str(failure))


def _gave_up(connection: Connection, post: Post, held: Delivery, reason: str, *, gone: bool) -> None:
    """Settle what is not tried again, and tell the team; a failed message to the team is only in the log and list."""
    now = post.clock()
    if not deliveries.give_up(connection, held, at=now, error=reason):
        return
    # A mail server's reason often names the address: it is in the list of the outbox, and not in the log.
    log.error("delivery %s to %s is given up; `widget outbox show` says why", held.id, held.channel)
    if gone:
        webhooks.set_state(connection, held.target, "disabled")
        deliveries.give_up_lane(connection, held.target, at=now, error="the webhook was disabled by its answer 410")
    message = outbox.load(connection, held.outbox_id)
    if message is not None and message.kind != "delivery.failed":
        told = {"message": message.id, "kind": message.kind, "delivery": held.id, "channel": held.channel}
        outbox.add(
            connection,
            message.space_id,
            kind="delivery.failed",
            facts=told | {"private": {"error": reason}},
            at=now,
            subject=f"{held.id}/{instant(now)}",
            to=[post.terms.policy(now.date()).support_email],
        )
