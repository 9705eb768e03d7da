"""A wish on its way: kept, answered, reviewed. Nothing here changes a subscription."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from widget.domain.plan import Level
from widget.services.order import fingerprint
from widget.store import order as orders
from widget.store.engine import reading, transaction
from widget.store.order import Draft, Order

#: So many different reviews of a draft are remembered; the form of an older one leads to the review again.
MOST_REVIEWS = 8


def begin(engine: Engine, *, space_id: str, member_id: str, wish: Level, now: datetime) -> str:
    """Keep a wish and return the id of its draft."""
    draft_id = secrets.token_urlsafe(16)
    with transaction(engine) as connection:
        orders.add_draft(connection, space_id, member_id, draft_id, wish, now)
    return draft_id


def load(engine: Engine, *, space_id: str, member_id: str, draft_id: str) -> Draft | None:
    """Return a person's own draft, or None."""
    with reading(engine) as connection:
        return orders.load_draft(connection, space_id, member_id, draft_id)


def keep(engine: Engine, *, space_id: str, member_id: str, draft_id: str, **values: Any) -> None:
    """Change a person's own draft: its `reason` and `comment`."""
    with transaction(engine) as connection:
        orders.update_draft(connection, space_id, member_id, draft_id, **values)


def review(engine: Engine, *, space_id: str, draft: Draft, promise: dict[str, Any]) -> str:
    """Keep what the review of a draft shows, and return its fingerprint: an order that carries it says "I saw this"."""
    agreed = fingerprint(promise)
    if agreed in draft.reviews:
        return agreed
    with transaction(engine) as connection:
        now = orders.load_draft(connection, space_id, draft.member_id, draft.id) or draft
        shown = [*now.reviews.items(), (agreed, promise)][-MOST_REVIEWS:]
        orders.update_draft(connection, space_id, draft.member_id, draft.id, reviews=dict(shown))
    return agreed


def order(engine: Engine, *, space_id: str, order_id: str) -> Order | None:
    """Return a placed order of the space, or None."""
    with reading(engine) as connection:
        return orders.load(connection, space_id, order_id)
