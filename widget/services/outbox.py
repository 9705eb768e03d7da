"""The team's view of the outbox: what waits, what was given up on and why, and sending it again."""

import json
from datetime import datetime

from sqlalchemy import Engine

from widget.services.deliver import payload
from widget.store import delivery as deliveries
from widget.store import outbox
from widget.store.delivery import Delivery
from widget.store.engine import reading, transaction


class UnknownDeliveryError(Exception):
    """There is no delivery of this id. The message is one line."""

    def __init__(self, delivery_id: str) -> None:
        super().__init__(f"{delivery_id}: there is no such delivery; `widget outbox list --all` names them")


def listed(engine: Engine, *, delivered: bool = False) -> list[str]:
    """Return a line for each delivery that waits or was given up on, and where asked those that arrived."""
    states = ("dead", "waiting", "delivered") if delivered else ("dead", "waiting")
    with reading(engine) as connection:
        return [_line(each) for each in deliveries.listed(connection, *states)]


def _line(each: Delivery) -> str:
    when = each.available_at.isoformat(timespec="seconds")
    parts = [each.id, each.state, each.channel, each.target, f"attempts={each.attempts}", when, each.error]
    return " ".join(part for part in parts if part)


def shown(engine: Engine, delivery_id: str) -> str:
    """Return a delivery with what its message says, without what is private. Raises UnknownDeliveryError."""
    with reading(engine) as connection:
        found = deliveries.load(connection, delivery_id)
        message = outbox.load(connection, found.outbox_id) if found else None
    if found is None or message is None:
        raise UnknownDeliveryError(delivery_id)
    return f"{_line(found)}\n{json.dumps(json.loads(payload(message)), ensure_ascii=False, indent=2)}"


def send_again(engine: Engine, delivery_id: str | None, *, now: datetime) -> int:
    """Send a delivery again, or all that were given up on; return how many. Raises UnknownDeliveryError."""
    with transaction(engine) as connection:
        if delivery_id is None:
            dead = deliveries.listed(connection, "dead")
            return sum(deliveries.revive(connection, each.id, at=now) for each in dead)
        if not deliveries.revive(connection, delivery_id, at=now):
            raise UnknownDeliveryError(delivery_id)
        return 1
