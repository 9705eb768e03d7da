"""Receipts: the dated proof of an order, an undo, a deactivation, a price change, found again and on paper."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Engine

from widget import receipts
from widget.domain.terms import Terms
from widget.gateways import pdf
from widget.languages import Language
from widget.store import order as orders
from widget.store import outbox
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import reading
from widget.store.outbox import Message
from widget.wording import N_

KINDS = tuple(receipts.TITLES)


def load(engine: Engine, *, space_id: str, message_id: str) -> Message | None:
    """Return the message behind a receipt of the space, or None: one of another space is unknown."""
    with reading(engine) as connection:
        found = outbox.of_space(connection, space_id, message_id)
    return found if found and found.kind in KINDS else None


def of_order(engine: Engine, terms: Terms, *, space_id: str, order_id: str) -> Message | None:
    """Return the message behind the receipt of an order of the space, or None.

    An order that accepts a quote has one receipt, that of the acceptance, as its mail has.
    """
    with reading(engine) as connection:
        found = outbox.of_space(connection, space_id, outbox.id_of(space_id, "order.placed", order_id))
        if found and (number := found.facts.get("quote")):
            found = outbox.of_space(connection, space_id, outbox.id_of(space_id, "quote.accepted", number))
        placed = orders.load(connection, space_id, order_id)
        if found or placed is None:
            return found
        # Placed before there was an outbox: what its review promised is kept with it.
        space = spaces.known(connection, space_id)
        interval = subscriptions.load(connection, space_id).subscription.interval
    currency = terms.price_book_version(placed.preview["price_book"]).currency
    facts = placed.preview | {"order": order_id, "zone": space.time_zone, "interval": interval, "currency": currency}
    return Message("", space_id, 0, "order.placed", placed.placed_at, facts, {"space": space.name})


def of_space(engine: Engine, *, space_id: str) -> list[Message]:
    """Return the messages behind the receipts of a space, the newest first; an accepted quote has one (`of_order`)."""
    with reading(engine) as connection:
        listed = outbox.listed(connection, space_id, KINDS)
    return [each for each in listed if not (each.kind == "order.placed" and each.facts.get("quote"))]


def paper(message: Message, language: Language, terms: Terms) -> bytes:
    """Return the receipt as a PDF; the same receipt gives the same bytes."""
    shown = receipts.receipt(message.kind, message.at, message.facts, message.private, language, terms)
    author = terms.policy(message.at.date()).seller.name
    return pdf.render("receipt", _view(asdict(shown), language), author=author, language=language.code, at=message.at)


def _view(shown: dict[str, Any], language: Language) -> dict[str, Any]:
    t = language.gettext
    return shown | {
        "head": [t(N_("Line")), t(N_("Before")), t(N_("After")), t(N_("Applies from")), t(N_("Price from"))],
        "words": {
            "page": t(N_("Page")),
            "lines": t(N_("Line by line")),
            "fees": t(N_("Fees")),
            "from": t(N_("From")),
            "proof": t(N_("Proof (hash of the entry in the audit log)")),
        },
    }
