"""How a quote ends, as part of another use case's transaction: settled once, with its audit event."""

from datetime import datetime

from sqlalchemy import Connection

from widget.domain.quote import QuoteState
from widget.store import audit
from widget.store import quote as quotes


def end(
    connection: Connection,
    space_id: str,
    number: str,
    state: QuoteState,
    *,
    by: str,
    now: datetime,
    order_id: str | None = None,
) -> str | None:
    """End an open quote and return the hash of its audit event; None where it had ended before, and nothing is kept.

    The caller holds the lock on the space's subscription.
    """
    if not quotes.settle(connection, space_id, number, state, at=now, order_id=order_id):
        return None
    data = {"quote": number} | ({"order": order_id} if order_id else {})
    return audit.append(connection, space_id, at=now, actor=by, kind=f"quote.{state}", data=data)


def supersede(connection: Connection, space_id: str, *, by: str, now: datetime, spared: str | None = None) -> None:
    """End every open quote of a space whose subscription an order or its undo has just changed, `spared` excepted.

    Whatever changes what is billed or in use calls this: a quote promises nothing on ground that has moved.
    """
    for number in quotes.open_numbers(connection, space_id):
        if number != spared:
            end(connection, space_id, number, QuoteState.SUPERSEDED, by=by, now=now)
