"""The outbox: a row for each message, in the transaction of what it announces, and a row for each delivery of it.

What a message says is frozen in its facts. Those under `private` (names) are for the space's own mail and receipts:
they are kept apart, leave by no webhook, and can be erased alone.
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from widget.store import space as spaces
from widget.store.tables import delivery, outbox, subscription, webhook

#: What is told to webhooks.
WEBHOOKS = frozenset(
    {
        "order.placed",
        "change.undone",
        "change.applied",
        "quote.created",
        "quote.accepted",
        "quote.expired",
        "members.deactivated",
        "survey.answered",
    }
)
#: What is told by mail: to the active administrators of the space, or to those whom the writer names.
MAILS = frozenset(
    {
        "order.placed",
        "change.undone",
        "change.applied",
        "quote.created",
        "quote.sent",
        "quote.accepted",
        "quote.expiring",
        "members.deactivated",
        "deadline.month",
        "deadline.week",
        "delivery.failed",
    }
)


@dataclass(frozen=True, slots=True)
class Message:
    """What happened in a space, as it was at that moment; `sequence` counts the messages of its subscription."""

    id: str
    space_id: str
    sequence: int
    kind: str
    at: datetime
    facts: Mapping[str, Any]
    private: Mapping[str, Any]


def instant(at: datetime) -> str:
    """Return an instant as a text that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def id_of(space_id: str, kind: str, subject: str) -> str:
    """Return the id of the one message of this kind about a subject: an order, a change, a quote, a day."""
    return f"msg_{uuid.uuid5(uuid.NAMESPACE_URL, f'{space_id}/{kind}/{subject}').hex}"


def add(
    connection: Connection,
    space_id: str,
    *,
    kind: str,
    facts: Mapping[str, Any],
    at: datetime,
    subject: str | None = None,
    to: Sequence[str] | None = None,
) -> str:
    """Keep a message with its deliveries, in the transaction of what it announces, and return its id.

    With a `subject`, a second message of the kind about it is none: the first one's id comes back. `to` names the
    addresses of the mail instead of the space's administrators. Locks the space's subscription.
    """
    message_id = id_of(space_id, kind, subject or uuid.uuid4().hex)
    connection.execute(select(subscription.c.space_id).where(subscription.c.space_id == space_id).with_for_update())
    if subject and connection.execute(select(outbox.c.id).where(outbox.c.id == message_id)).first():
        return message_id
    private, shared = facts.get("private", {}), {name: facts[name] for name in facts if name != "private"}
    last = connection.execute(select(func.max(outbox.c.sequence)).where(outbox.c.space_id == space_id)).scalar()
    connection.execute(
        insert(outbox).values(
            id=message_id,
            space_id=space_id,
            sequence=(last or 0) + 1,
            kind=kind,
            at=instant(at),
            member_id=facts.get("actor"),
            facts=json.dumps(shared, ensure_ascii=False, sort_keys=True),
            private=json.dumps(private, ensure_ascii=False, sort_keys=True),
        )
    )
    targets = [("webhook", each, "") for each in _webhooks(connection, kind)]
    targets += [("mail", address, language) for address, language in _readers(connection, space_id, kind, to)]
    rows = [_delivery(message_id, channel, target, language, at) for channel, target, language in targets]
    if rows:
        connection.execute(insert(delivery), rows)
    return message_id


def _webhooks(connection: Connection, kind: str) -> list[str]:
    if kind not in WEBHOOKS:
        return []
    return list(connection.execute(select(webhook.c.id).where(webhook.c.state == "enabled")).scalars())


def _readers(connection: Connection, space_id: str, kind: str, to: Sequence[str] | None) -> list[tuple[str, str]]:
    if kind not in MAILS or to == []:
        return []
    space, members = spaces.known(connection, space_id), spaces.members(connection, space_id, "active")
    if to is None:
        to = [each.email for each in members if each.is_administrator]
    own = {each.email: each.language for each in members}
    return [(address, own.get(address) or space.language) for address in to]


def _delivery(message_id: str, channel: str, target: str, language: str, at: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid5(uuid.NAMESPACE_URL, f"{message_id}/{channel}/{target}").hex,
        "outbox_id": message_id,
        "channel": channel,
        "target": target,
        "language": language,
        "state": "waiting",
        "attempts": 0,
        "available_at": instant(at),
        "error": "",
    }


def load(connection: Connection, message_id: str) -> Message | None:
    """Return a message, or None for an unknown id."""
    row = connection.execute(select(outbox).where(outbox.c.id == message_id)).first()
    return _message(row) if row else None


def known(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Return which of these ids are messages."""
    return set(connection.execute(select(outbox.c.id).where(outbox.c.id.in_(ids))).scalars())


def of_space(connection: Connection, space_id: str, message_id: str) -> Message | None:
    """Return a message of this space, or None: one of another space is unknown."""
    found = load(connection, message_id)
    return found if found and found.space_id == space_id else None


def listed(connection: Connection, space_id: str, kinds: Sequence[str]) -> list[Message]:
    """Return the messages of a space of these kinds, the newest first."""
    rows = connection.execute(
        select(outbox).where(outbox.c.space_id == space_id, outbox.c.kind.in_(kinds)).order_by(outbox.c.sequence.desc())
    )
    return [_message(row) for row in rows]


def last(connection: Connection, space_id: str, kinds: Sequence[str]) -> str | None:
    """Return the id of the newest message of a space of these kinds, or None."""
    return connection.execute(
        select(outbox.c.id)
        .where(outbox.c.space_id == space_id, outbox.c.kind.in_(kinds))
        .order_by(outbox.c.sequence.desc())
        .limit(1)
    ).scalar()


def _message(row: Any) -> Message:
    at, facts, private = datetime.fromisoformat(row.at), json.loads(row.facts), json.loads(row.private)
    return Message(row.id, row.space_id, row.sequence, row.kind, at, facts, private)
