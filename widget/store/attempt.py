"""What is on its way to a session: kept for minutes, bound to one browser, taken once. And tokens that hold once."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import IntegrityError

from widget.store.session import hashed
from widget.store.tables import attempt, used_token


def add(
    connection: Connection, attempt_id: str, *, kind: str, browser: str, data: Mapping[str, Any], expires: datetime
) -> None:
    """Keep an attempt under a random id; neither the id nor the browser's secret is stored as it is."""
    connection.execute(
        insert(attempt).values(
            id_hash=hashed(attempt_id),
            kind=kind,
            browser_hash=hashed(browser),
            data=json.dumps(data, sort_keys=True),
            expires_at=expires.isoformat(),
        )
    )


def take(connection: Connection, attempt_id: str, *, kind: str, browser: str, now: datetime) -> dict[str, Any] | None:
    """Return an attempt's data and remove it; None where it is unknown, over, taken, or of another browser."""
    row = connection.execute(
        delete(attempt)
        .where(
            attempt.c.id_hash == hashed(attempt_id),
            attempt.c.kind == kind,
            attempt.c.browser_hash == hashed(browser),
            attempt.c.expires_at > now.isoformat(),
        )
        .returning(attempt.c.data)
    ).first()
    if row is None:
        return None
    data: dict[str, Any] = json.loads(row.data)
    return data


def use(connection: Connection, issuer: str, token_id: str, *, expires: datetime) -> bool:
    """Note that a token was used; return False where it had been used before."""
    try:
        with connection.begin_nested():
            connection.execute(
                insert(used_token).values(issuer=issuer, token_id=token_id, expires_at=expires.isoformat())
            )
    except IntegrityError:
        return False
    return True


def remove_expired(connection: Connection, now: datetime) -> int:
    """Remove attempts and used tokens that nobody can use any more; return how many that were."""
    gone = connection.execute(delete(attempt).where(attempt.c.expires_at <= now.isoformat())).rowcount
    return gone + connection.execute(delete(used_token).where(used_token.c.expires_at <= now.isoformat())).rowcount
