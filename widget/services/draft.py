"""A wish on its way: kept, answered, reviewed. Nothing here changes a subscription."""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from widget.domain.plan import Level
from widget.services.keys import hash_of
from widget.services.order import fingerprint
from widget.store import order as orders
from widget.store import outbox
from widget.store import subscription as subscriptions
from widget.store.engine import reading, transaction
from widget.store.order import Draft, Order

#: What changes a subscription for good: the last of them is what stands.
ACTS = ("order.placed", "change.undone")
#: So many different reviews of a draft are remembered; the form of an older one leads to the review again.
MOST_REVIEWS = 8


def begin(engine: Engine, *, space_id: str, member_id: str, wish: Level, now: datetime) -> str:
    """Keep a wish and return the id of its draft."""
    draft_id = secrets.token_urlsafe(16)
    with transaction(engine) as connection:
        orders.add_draft(connection, space_id, member_id, draft_id, wish, now)
    return draft_id


@dataclass(frozen=True, slots=True)
class Way:
    """A draft and how far it has come: `order_id` is its order, where no other and no undo has followed it."""

    draft: Draft
    order_id: str | None


def follow(engine: Engine, *, space_id: str, member_id: str, draft_id: str, now: datetime) -> Way | None:
    """Return a person's own draft as it can be gone on with, or None.

    A draft is ordered once. Where its order was taken back or replaced by another, a draft with the same values takes
    its place, so that it can be ordered again: begun at the first look, found at every other.
    """
    with reading(engine) as connection:
        found = _last(connection, space_id, member_id, draft_id)
    if not isinstance(found, Draft):
        return found
    with transaction(engine) as connection:
        subscriptions.load(connection, space_id, lock=True)  # so that two looks at once begin one draft
        found = _last(connection, space_id, member_id, draft_id)
        if not isinstance(found, Draft):
            return found
        anew = _next(found)
        orders.add_draft(connection, space_id, member_id, anew, found.wish, now)
        orders.update_draft(connection, space_id, member_id, anew, reason=found.reason, comment=found.comment)
        return Way(replace(found, id=anew, reviews={}), None)


def _last(connection: Connection, space_id: str, member_id: str, draft_id: str) -> Way | Draft | None:
    """Return how far the last draft in a row has come; alone, it wants another in its place."""
    last: Draft | None = None
    while (draft := orders.load_draft(connection, space_id, member_id, draft_id)) is not None:
        order_id = orders.of_draft(connection, space_id, draft.id)
        if order_id is None:
            return Way(draft, None)
        if _stands(connection, space_id, order_id):
            return Way(draft, order_id)
        last, draft_id = draft, _next(draft)
    return last


def _stands(connection: Connection, space_id: str, order_id: str) -> bool:
    """Return whether no other order and no undo has followed an order. Those of old times have no message."""
    newest = outbox.last(connection, space_id, ACTS)
    if newest is None:
        return orders.newest(connection, space_id) == order_id
    return newest == outbox.id_of(space_id, "order.placed", order_id)


def _next(draft: Draft) -> str:
    """Return the id of the draft that takes the place of one, the same each time."""
    return hash_of("again", draft.id)[:32]


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
    if next(reversed(draft.reviews), None) == agreed:
        return agreed
    with transaction(engine) as connection:
        now = orders.load_draft(connection, space_id, draft.member_id, draft.id) or draft
        others = [(name, each) for name, each in now.reviews.items() if name != agreed]
        shown = [*others, (agreed, promise)][-MOST_REVIEWS:]
        orders.update_draft(connection, space_id, draft.member_id, draft.id, reviews=dict(shown))
    return agreed


def order(engine: Engine, *, space_id: str, order_id: str) -> Order | None:
    """Return a placed order of the space, or None."""
    with reading(engine) as connection:
        return orders.load(connection, space_id, order_id)
