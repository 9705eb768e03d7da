"""Drafts, orders, survey answers and idempotency keys. Every query carries the space."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from widget.domain.plan import Level
from widget.store.tables import draft, idempotency, placed_order, survey_answer


@dataclass(frozen=True, slots=True)
class Draft:
    """A wish on its way to an order: what is asked, the survey's answer, what was reviewed."""

    id: str
    member_id: str
    wish: Level
    reason: str | None
    comment: str
    reviewed: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Order:
    """A placed order; `preview` is what it promised, as shown on its day."""

    id: str
    draft_id: str
    placed_at: datetime
    placed_on: date
    preview: dict[str, Any]


def add_draft(connection: Connection, space_id: str, member_id: str, draft_id: str, wish: Level, now: datetime) -> None:
    """Keep a new draft."""
    connection.execute(
        insert(draft).values(
            id=draft_id,
            space_id=space_id,
            member_id=member_id,
            plan=wish.plan,
            users=wish.users,
            zoom_licenses=wish.zoom_licenses,
            comment="",
            created_at=now.isoformat(),
        )
    )


def load_draft(connection: Connection, space_id: str, member_id: str, draft_id: str) -> Draft | None:
    """Return a person's own draft in this space, or None."""
    row = connection.execute(
        select(draft).where(draft.c.space_id == space_id, draft.c.member_id == member_id, draft.c.id == draft_id)
    ).first()
    if row is None:
        return None
    reviewed = json.loads(row.reviewed) if row.reviewed else None
    return Draft(
        row.id, row.member_id, Level(row.plan, row.users, row.zoom_licenses), row.reason, row.comment, reviewed
    )


def update_draft(connection: Connection, space_id: str, member_id: str, draft_id: str, **values: Any) -> None:
    """Change a person's own draft: `reason`, `comment`, the wish's fields, or `reviewed` (as a document)."""
    if "reviewed" in values:
        values["reviewed"] = json.dumps(values["reviewed"], ensure_ascii=False)
    own = (draft.c.space_id == space_id, draft.c.member_id == member_id, draft.c.id == draft_id)
    connection.execute(update(draft).where(*own).values(**values))


def add(connection: Connection, space_id: str, member_id: str, order: Order) -> None:
    """Keep an order; the database refuses a second one for the same draft."""
    connection.execute(
        insert(placed_order).values(
            id=order.id,
            space_id=space_id,
            draft_id=order.draft_id,
            member_id=member_id,
            placed_at=order.placed_at.isoformat(),
            placed_on=order.placed_on,
            preview=json.dumps(order.preview, ensure_ascii=False),
        )
    )


def add_answer(connection: Connection, order_id: str, reason: str, comment: str, language: str) -> None:
    """Keep the answer to the survey, for good (rule: survey-first)."""
    connection.execute(
        insert(survey_answer).values(order_id=order_id, reason=reason, comment=comment, language=language)
    )


def load(connection: Connection, space_id: str, order_id: str) -> Order | None:
    """Return an order of this space, or None."""
    row = connection.execute(
        select(placed_order).where(placed_order.c.space_id == space_id, placed_order.c.id == order_id)
    ).first()
    if row is None:
        return None
    return Order(row.id, row.draft_id, datetime.fromisoformat(row.placed_at), row.placed_on, json.loads(row.preview))


def of_draft(connection: Connection, space_id: str, draft_id: str) -> str | None:
    """Return the id of the order that a draft of this space has become, or None."""
    return connection.execute(
        select(placed_order.c.id).where(placed_order.c.space_id == space_id, placed_order.c.draft_id == draft_id)
    ).scalar()


def answered(connection: Connection, space_id: str, operation: str, key: str) -> tuple[str, str] | None:
    """Return the request hash and the stored answer of a key that was used before, or None."""
    row = connection.execute(
        select(idempotency.c.request_hash, idempotency.c.answer).where(
            idempotency.c.space_id == space_id, idempotency.c.operation == operation, idempotency.c.key == key
        )
    ).first()
    return (row.request_hash, row.answer) if row else None


def remember(connection: Connection, space_id: str, operation: str, key: str, request_hash: str, answer: str) -> None:
    """Keep the answer of a key, in the transaction of what it did."""
    connection.execute(
        insert(idempotency).values(
            space_id=space_id, operation=operation, key=key, request_hash=request_hash, answer=answer
        )
    )
