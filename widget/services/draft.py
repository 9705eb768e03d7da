"""A wish on its way: kept, answered, reviewed. Nothing here changes a subscription."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from widget.domain.plan import Level
from widget.store import order as orders
from widget.store.engine import reading, transaction
from widget.store.order import Draft, Order


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
    """Change a person's own draft: `reason` and `comment`, or `reviewed`."""
    with transaction(engine) as connection:
        orders.update_draft(connection, space_id, member_id, draft_id, **values)


def order(engine: Engine, *, space_id: str, order_id: str) -> Order | None:
    """Return a placed order of the space, or None."""
    with reading(engine) as connection:
        return orders.load(connection, space_id, order_id)
