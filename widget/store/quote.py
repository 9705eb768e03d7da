"""Quotes: numbered without a gap, kept as they were drawn up, settled once. Every query carries the space."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Connection, Row, Table, func, insert, select, update

from widget.domain.quote import Quote, QuoteState, number_of
from widget.store.engine import insert_into
from widget.store.outbox import instant
from widget.store.tables import outbox, quote, quote_counter, quote_pdf, space

_DOCUMENT = TypeAdapter(Quote)


@dataclass(frozen=True, slots=True)
class Kept:
    """A quote and what became of it; `state` is as kept: how it stands on a day is `state_on`."""

    quote: Quote
    space_id: str
    member_id: str
    draft_id: str
    issued_at: datetime
    state: QuoteState
    settled_at: datetime | None
    order_id: str | None

    def state_on(self, day: date) -> QuoteState:
        """Return how it stands on a day of its own zone."""
        return self.quote.state(self.state, day)


def next_number(connection: Connection, year: int) -> tuple[int, str]:
    """Return the next sequence of a year and its number; who asks next waits until this transaction has ended."""
    _insert_new(connection, quote_counter, {"year": year, "last": 0})
    sequence = connection.execute(
        update(quote_counter)
        .where(quote_counter.c.year == year)
        .values(last=quote_counter.c.last + 1)
        .returning(quote_counter.c.last)
    ).scalar_one()
    return sequence, number_of(year, sequence)


def add(
    connection: Connection,
    drawn_up: Quote,
    *,
    space_id: str,
    member_id: str,
    draft_id: str,
    sequence: int,
    at: datetime,
) -> None:
    """Keep a new quote; the database refuses a number that is taken, and one that leaves a gap."""
    connection.execute(
        insert(quote).values(
            number=drawn_up.number,
            space_id=space_id,
            member_id=member_id,
            draft_id=draft_id,
            year=drawn_up.issued_on.year,
            sequence=sequence,
            previous=sequence - 1 or None,
            document=_DOCUMENT.dump_json(drawn_up).decode(),
            issued_at=at.isoformat(),
            valid_until=drawn_up.valid_until,
            state=QuoteState.OPEN,
        )
    )


def load(connection: Connection, space_id: str, number: str) -> Kept | None:
    """Return a quote of this space, or None: one of another space is unknown."""
    row = connection.execute(select(quote).where(quote.c.space_id == space_id, quote.c.number == number)).first()
    return _kept(row) if row else None


def spaces_of(connection: Connection, number: str) -> list[str]:
    """Return the space of the quote with this number, for support; none for an unknown one."""
    return list(connection.execute(select(quote.c.space_id).where(quote.c.number == number)).scalars())


def of_space(connection: Connection, space_id: str) -> list[Kept]:
    """Return every quote of a space, the newest first."""
    rows = connection.execute(
        select(quote).where(quote.c.space_id == space_id).order_by(quote.c.year.desc(), quote.c.sequence.desc())
    )
    return [_kept(row) for row in rows]


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        quote=_DOCUMENT.validate_json(row.document),
        space_id=row.space_id,
        member_id=row.member_id,
        draft_id=row.draft_id,
        issued_at=datetime.fromisoformat(row.issued_at),
        state=QuoteState(row.state),
        settled_at=datetime.fromisoformat(row.settled_at) if row.settled_at else None,
        order_id=row.order_id,
    )


def settle(
    connection: Connection, space_id: str, number: str, state: QuoteState, *, at: datetime, order_id: str | None = None
) -> bool:
    """End an open quote; return False where it had ended before. `order_id` goes with acceptance, and only there."""
    changed = connection.execute(
        update(quote)
        .where(quote.c.space_id == space_id, quote.c.number == number, quote.c.state == QuoteState.OPEN)
        .values(state=state, settled_at=at.isoformat(), order_id=order_id)
    )
    return changed.rowcount == 1


def open_numbers(connection: Connection, space_id: str) -> list[str]:
    """Return the numbers of the quotes of a space that nothing has ended, oldest first."""
    return list(
        connection.execute(
            select(quote.c.number)
            .where(quote.c.space_id == space_id, quote.c.state == QuoteState.OPEN)
            .order_by(quote.c.year, quote.c.sequence)
        ).scalars()
    )


def ending(connection: Connection, last: date) -> list[tuple[str, str]]:
    """Return space and number of the open quotes of all spaces valid until `last` at the longest, first to end first.

    Their documents are not read: one that is damaged holds up no other.
    """
    rows = connection.execute(
        select(quote.c.space_id, quote.c.number)
        .join(space, space.c.id == quote.c.space_id)
        .where(quote.c.state == QuoteState.OPEN, quote.c.valid_until <= last, space.c.archived.is_(False))
        .order_by(quote.c.valid_until, quote.c.number)
    )
    return [(row.space_id, row.number) for row in rows]


def sent_since(connection: Connection, space_id: str, since: datetime) -> int:
    """Return how many quotes the space has sent to colleagues from an instant on."""
    query = select(func.count()).where(
        outbox.c.space_id == space_id, outbox.c.kind == "quote.sent", outbox.c.at > instant(since)
    )
    return connection.execute(query).scalar_one()


def pdf(connection: Connection, number: str) -> tuple[bytes, str] | None:
    """Return the kept PDF of a quote and its SHA-256, or None where none is kept yet."""
    row = connection.execute(
        select(quote_pdf.c.content, quote_pdf.c.sha256).where(quote_pdf.c.number == number)
    ).first()
    return (row.content, row.sha256) if row else None


def keep_pdf(connection: Connection, number: str, content: bytes, sha256: str) -> None:
    """Keep the PDF of a quote, once: a second one is not kept."""
    _insert_new(connection, quote_pdf, {"number": number, "content": content, "sha256": sha256})


def _insert_new(connection: Connection, table: Table, values: Mapping[str, object]) -> None:
    connection.execute(insert_into(connection, table).values(**values).on_conflict_do_nothing())
