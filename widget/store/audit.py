"""The audit log: append-only, hash-chained per space. It holds what was decided, never what somebody wrote.

The head of each chain (the last sequence and hash) stands on the space's subscription, in the same transaction: a log
cut short no longer reaches its head, and the events that follow do not close the gap.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from widget.store.tables import FIRST_HASH, audit_event, placed_order, subscription


def append(
    connection: Connection, space_id: str, *, at: datetime, actor: str, kind: str, data: Mapping[str, Any]
) -> str:
    """Add an event to the space's chain and return its hash. The caller holds the lock on the space's subscription.

    Its time is never before that of the last event: a clock that is set back does not turn their order round.
    """
    sequence, previous = head(connection, space_id)
    row = {
        "space_id": space_id,
        "sequence": sequence + 1,
        "at": max(at.isoformat(), _last_time(connection, space_id, sequence)),  # both in UTC: they sort as texts
        "actor": actor,
        "kind": kind,
        "data": json.dumps(data, sort_keys=True, ensure_ascii=False),
        "previous_hash": previous,
    }
    digest = _hash(row)
    connection.execute(insert(audit_event).values(row | {"hash": digest}))
    connection.execute(
        update(subscription)
        .where(subscription.c.space_id == space_id)
        .values(audit_sequence=sequence + 1, audit_hash=digest)
    )
    return digest


def _last_time(connection: Connection, space_id: str, sequence: int) -> str:
    last = (audit_event.c.space_id == space_id, audit_event.c.sequence == sequence)
    return connection.execute(select(audit_event.c.at).where(*last)).scalar() or ""


def head(connection: Connection, space_id: str) -> tuple[int, str]:
    """Return the sequence and the hash of the last event; 0 and zeros before the first."""
    columns = (subscription.c.audit_sequence, subscription.c.audit_hash)
    row = connection.execute(select(*columns).where(subscription.c.space_id == space_id)).one()
    return row.audit_sequence, row.audit_hash


def first_altered(connection: Connection, space_id: str) -> int | None:
    """Return the sequence of the first event that does not fit the chain or is missing, or None where all do."""
    previous, expected = FIRST_HASH, 1
    names = audit_event.c.keys()
    rows = connection.execute(
        select(audit_event).where(audit_event.c.space_id == space_id).order_by(audit_event.c.sequence)
    )
    for row in rows:  # every start reads them all, hence plain tuples and one encoder
        told = dict(zip(names, row, strict=True))
        digest = told.pop("hash")
        if told["sequence"] != expected or told["previous_hash"] != previous or _hash(told) != digest:
            return expected
        previous, expected = digest, expected + 1
    return _beyond(expected - 1, previous, head(connection, space_id))


def _beyond(sequence: int, digest: str, kept: tuple[int, str]) -> int | None:
    if kept == (sequence, digest):
        return None
    # Cut short: the first one missing. Longer than its head, or written anew as a whole: where the two part.
    return min(sequence, kept[0]) + 1 if sequence != kept[0] else sequence


def altered_orders(connection: Connection, space_id: str) -> list[str]:
    """Return the orders of a space whose promise is not the one in the chain."""
    told = connection.execute(
        select(audit_event.c.data).where(audit_event.c.space_id == space_id, audit_event.c.kind == "order.placed")
    ).scalars()
    promises = {data["order"]: data["promise"] for data in map(json.loads, told)}
    rows = connection.execute(
        select(placed_order.c.id, placed_order.c.preview).where(placed_order.c.space_id == space_id)
    )
    kept = {row.id: row.preview for row in rows}
    return sorted(each for each in kept.keys() | promises.keys() if not _is(kept.get(each, ""), promises.get(each)))


def _is(text: str, promise: object) -> bool:
    try:
        return bool(json.loads(text) == promise)
    except ValueError:
        return False


def _hash(row: Mapping[str, Any]) -> str:
    return hashlib.sha256(_ENCODER.encode(row).encode()).hexdigest()


_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
