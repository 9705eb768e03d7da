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
    """A wish on its way to an order: what is asked, the survey's answer, what was reviewed.

    `reviews` are the promises that were shown, by their fingerprint, the latest last (services.draft.review).
    """

    id: str
    member_id: str
    wish: Level
    reason: str | None
    comment: str
    reviews: dict[str, dict[str, Any]]


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
    wish = Level(row.plan, row.users, row.zoom_licenses)
    # Before promises had fingerprints, the fields of one stood here, none of them a document: nothing was shown yet.
    shown = {name: each for name, each in json.loads(row.reviewed or "{}").items() if isinstance(each, dict)}
    return Draft(row.id, row.member_id, wish, row.reason, row.comment, shown)


def update_draft(connection: Connection, space_id: str, member_id: str, draft_id: str, **values: Any) -> None:
    """Change a person's own draft: `reason`, `comment`, the wish's fields, or `reviews` (as documents)."""
    if "reviews" in values:
        values["reviewed"] = json.dumps(values.pop("reviews"), ensure_ascii=False)
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


def spaces_of(connection: Connection, beginning: str) -> list[str]:
    """Return the spaces of the orders whose id begins like this, for support."""
    begins = placed_order.c.id.startswith(beginning, autoescape=True)
    return list(connection.execute(select(placed_order.c.space_id).where(begins)).scalars())


def newest(connection: Connection, space_id: str) -> str | None:
    """Return the id of the order of the space that was placed last, or None."""
    return connection.execute(
        select(placed_order.c.id)
        .where(placed_order.c.space_id == space_id)
        .order_by(placed_order.c.placed_at.desc())
        .limit(1)
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
