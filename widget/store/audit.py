"""The audit log: append-only, hash-chained per space. It holds what was decided, never what somebody wrote."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from widget.store.tables import audit_event

FIRST = "0" * 64


def append(
    connection: Connection, space_id: str, *, at: datetime, actor: str, kind: str, data: Mapping[str, Any]
) -> str:
    """Add an event to the space's chain and return its hash. The caller holds the lock on the space's subscription."""
    last = connection.execute(
        select(audit_event.c.sequence, audit_event.c.hash)
        .where(audit_event.c.space_id == space_id)
        .order_by(audit_event.c.sequence.desc())
        .limit(1)
    ).first()
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, FIRST)
    row = {
        "space_id": space_id,
        "sequence": sequence,
        "at": at.isoformat(),
        "actor": actor,
        "kind": kind,
        "data": json.dumps(data, sort_keys=True, ensure_ascii=False),
        "previous_hash": previous,
    }
    digest = _hash(row)
    connection.execute(insert(audit_event).values(row | {"hash": digest}))
    return digest


def first_altered(connection: Connection, space_id: str) -> int | None:
    """Return the sequence of the first event that does not fit the chain, or None where all do."""
    previous, expected = FIRST, 1
    rows = connection.execute(
        select(audit_event).where(audit_event.c.space_id == space_id).order_by(audit_event.c.sequence)
    ).mappings()
    for row in rows:
        told = {name: value for name, value in row.items() if name != "hash"}
        if row["sequence"] != expected or row["previous_hash"] != previous or _hash(told) != row["hash"]:
            return expected
        previous, expected = row["hash"], expected + 1
    return None


def _hash(row: Mapping[str, Any]) -> str:
    text = json.dumps(dict(row), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
