"""What the database holds about a person, found by the annotations of its columns; taken out without a hole.

A row is a person's where a column names them (a foreign key to `member` or `staff`, or `info={"names": …}`), or where
it hangs on such a row, or where free text says their name or address. A new table is found without a change here.
"""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    RowMapping,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    update,
)

from widget.store.feedback import words_of
from widget.store.names import DOCUMENTS, GONE, known_as, masked, said, without
from widget.store.outbox import instant
from widget.store.tables import (
    ADDRESS,
    calendar_feed,
    delivery,
    draft,
    feedback,
    idempotency,
    identity,
    member,
    metadata,
    outbox,
    placed_order,
    quote,
    quote_pdf,
    rate_limit,
    search_miss,
    session,
    staff,
    survey_answer,
)

#: Rows that serve only the person: they go as a whole.
_ROWS = (session, identity, calendar_feed, delivery)
#: What people wrote whom nobody knows.
_FREE = tuple(
    column for table in metadata.sorted_tables for column in table.columns if column.info["holds"] == "free text"
)


@dataclass(frozen=True, slots=True)
class Person:
    """Everything that one person is here: members of spaces, or one of the vendor's people."""

    member_ids: tuple[str, ...]
    staff_ids: tuple[str, ...]
    space_ids: tuple[str, ...]
    names: frozenset[str]
    emails: frozenset[str]

    @property
    def is_somebody(self) -> bool:
        """Whether anybody was found."""
        return bool(self.member_ids or self.staff_ids)

    @property
    def words(self) -> frozenset[str]:
        """What the person is called in a text, and in what is kept of a search; nothing of one who was erased."""
        searched = {" ".join(words) for each in self.names if len("".join(words := words_of(each))) > 1}
        return frozenset((self.names | self.emails | searched) - {GONE, ""})


def find(connection: Connection, who: str) -> Person:
    """Return the person of an e-mail address (in any spelling) or of an id; empty where nobody is meant."""
    # Here and not in the query: SQLite knows capitals of ASCII alone.
    everybody = connection.execute(select(member).order_by(member.c.id))
    members = [each for each in everybody if each.id == who or each.email.lower() == who.lower()]
    people = connection.execute(select(staff).where(staff.c.id == who)).all()
    member_ids, space_ids = tuple(each.id for each in members), tuple(each.space_id for each in members)
    return Person(
        member_ids=member_ids,
        staff_ids=tuple(each.id for each in people),
        space_ids=space_ids,
        names=frozenset(each.name for each in (*members, *people)) | known_as(connection, member_ids, space_ids),
        emails=frozenset(spelled for each in members for spelled in (each.email, each.email.lower())),
    )


def belongs(table: Table, person: Person) -> ColumnElement[bool] | None:
    """Return the condition for the person's rows of a table, or None for a table that knows no people."""
    own = {member.c.id: person.member_ids, staff.c.id: person.staff_ids}
    direct = [each.in_(ids) for each, ids in own.items() if each.table is table]
    direct += [key.parent.in_(own[key.column]) for key in table.foreign_keys if key.column in own]
    named = {"member.id": person.member_ids, "member.email": person.emails}
    by_name = [each.in_(named[each.info["names"]]) for each in table.columns if each.info.get("names")]
    # An address may stand there in other capitals than the member has it in now.
    by_name += [
        func.lower(each).in_(person.emails) for each in table.columns if each.info.get("names") == ADDRESS["names"]
    ]
    if direct or by_name:
        return or_(*direct, *by_name)
    inherited = [
        key.parent.in_(select(key.column).where(condition))
        for key in table.foreign_keys
        if key.column.table is not table
        if (condition := belongs(key.column.table, person)) is not None
    ]
    return or_(*inherited) if inherited else None


def rows(connection: Connection, person: Person) -> dict[str, list[dict[str, Any]]]:
    """Return every row that is the person's, by table."""
    found = {}
    for table in metadata.sorted_tables:
        condition = belongs(table, person)
        if condition is not None:
            answer = connection.execute(select(table).where(condition).order_by(*table.primary_key)).mappings()
            found[table.name] = [dict(row) for row in answer]
    for column in _FREE:
        found[column.table.name] = [dict(row) for row in _mentioning(connection, column, person)]
    for column in DOCUMENTS:
        found[column.table.name] += _said_by_others(connection, column, person, found[column.table.name])
    return {name: held for name, held in found.items() if held}


def _said_by_others(
    connection: Connection, column: Column[Any], person: Person, own: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return what the documents that are not the person's own say of the person, and nothing of anybody else."""
    table = column.table
    key = next(iter(table.primary_key))
    known, told = {row[key.name] for row in own}, []
    query = select(key, column).where(table.c.space_id.in_(person.space_ids)).order_by(key)
    for number, text in connection.execute(query):
        before = json.loads(text)
        found = said(before, masked(column, before, person.words))
        if found and number not in known:
            told.append({key.name: number, column.name: json.dumps(found, ensure_ascii=False)})
    return told


def _mentioning(connection: Connection, column: Column[Any], person: Person) -> list[RowMapping]:
    """Return the rows whose text says a name or an address of the person."""
    found = connection.execute(select(column.table).where(column != "").order_by(*column.table.primary_key))
    # Here and not in the query: SQLite knows capitals of ASCII alone.
    return [row for row in found.mappings() if without(row[column.name], person.words) != row[column.name]]


def led_alone(connection: Connection, person: Person) -> list[str]:
    """Return the spaces that would have no active administrator without the person."""
    leads = (member.c.role == "administrator", member.c.state == "active")
    alone = []
    for space_id in person.space_ids:
        leading = set(connection.execute(select(member.c.id).where(member.c.space_id == space_id, *leads)).scalars())
        if leading and leading <= set(person.member_ids):
            alone.append(space_id)
    return alone


def erase(connection: Connection, person: Person) -> None:
    """Take the person out of every table; ids, amounts and dates stay. Accepted quotes are contracts and stay whole."""
    for column in DOCUMENTS:
        _mask(connection, column, person)
    for column in _FREE:
        _unsay(connection, column, person)
    for table in reversed(metadata.sorted_tables):
        condition = belongs(table, person)
        if condition is None:
            continue
        if table is quote_pdf:
            condition &= quote_pdf.c.number.in_(select(quote.c.number).where(quote.c.state != "accepted"))
        if table in _ROWS or table is quote_pdf:
            connection.execute(delete(table).where(condition))
        elif values := _blanks(table):
            connection.execute(update(table).where(condition).values(**values))


def _blanks(table: Table) -> dict[str, Any]:
    """Return what stands in a table's personal columns when nobody is meant any more."""
    if table is member:
        email = member.c.id + "@erased.invalid"
        return {"name": GONE, "email": email, "last_seen": None, "language": None, "state": "inactive", "role": "user"}
    if table is staff:
        return {"name": GONE, "subject": staff.c.id}
    return {
        column.name: None if column.nullable else b"" if isinstance(column.type, LargeBinary) else ""
        for column in table.columns
        if column.info.get("holds") == "personal" and column not in DOCUMENTS
    }


def _mask(connection: Connection, column: Column[Any], person: Person) -> None:
    table = column.table
    key = next(iter(table.primary_key))
    where: list[ColumnElement[bool]] = [table.c.space_id.in_(person.space_ids)]
    if table is quote:
        where.append(quote.c.state != "accepted")
    for row in connection.execute(select(key, column).where(*where)).all():
        before = json.loads(row[1])
        after = masked(column, before, person.words)
        if after != before:
            text = json.dumps(after, ensure_ascii=False)
            connection.execute(update(table).where(key == row[0]).values({column.name: text}))


def _unsay(connection: Connection, column: Column[Any], person: Person) -> None:
    """Mask the person in free text; a row that is nothing but its text goes."""
    keys = list(column.table.primary_key)
    for row in _mentioning(connection, column, person):
        where = [each == row[each.name] for each in keys]
        if column in keys:
            connection.execute(delete(column.table).where(*where))
        else:
            said = {column.name: without(row[column.name], person.words)}
            connection.execute(update(column.table).where(*where).values(**said))


def remove_drafts(connection: Connection, before: datetime) -> int:
    """Remove wishes begun before an instant that led to no order and no quote."""
    kept = select(placed_order.c.draft_id).union(select(quote.c.draft_id))
    old = draft.c.created_at < before.isoformat()
    return connection.execute(delete(draft).where(old, draft.c.id.not_in(kept))).rowcount


def blank_comments(connection: Connection, before: datetime) -> int:
    """Remove the words of surveys before an instant, with an order, a quote or neither; the reasons stay."""
    old = (draft.c.created_at < before.isoformat(), draft.c.comment != "")
    wished = connection.execute(update(draft).where(*old).values(comment="")).rowcount
    placed = select(placed_order.c.id).where(placed_order.c.placed_at < before.isoformat())
    query = update(survey_answer).where(survey_answer.c.order_id.in_(placed), survey_answer.c.comment != "")
    return wished + connection.execute(query.values(comment="")).rowcount


def blank_feedback(connection: Connection, before: datetime) -> int:
    """Remove what readers wrote about articles before an instant; whether it helped them stays."""
    old = (feedback.c.at < before.isoformat(), feedback.c.comment != "")
    return connection.execute(update(feedback).where(*old).values(comment="")).rowcount


def remove_misses(connection: Connection, before: date) -> int:
    """Forget the words that were searched in vain before a day for the last time."""
    return connection.execute(delete(search_miss).where(search_miss.c.last_on < before)).rowcount


def remove_messages(connection: Connection, before: datetime, receipts: Collection[str]) -> int:
    """Remove to whom messages before an instant went, and the names in them; what waits to be sent stays.

    The kinds that are receipts keep their names: who ordered what, and for which space, is what they prove.
    """
    waiting = select(delivery.c.outbox_id).where(delivery.c.state == "waiting")
    old = (outbox.c.at < instant(before), outbox.c.id.not_in(waiting))
    removed = connection.execute(delete(delivery).where(delivery.c.outbox_id.in_(select(outbox.c.id).where(*old))))
    named = (outbox.c.private != "{}", outbox.c.kind.not_in(receipts))
    connection.execute(update(outbox).where(*old, *named).values(private="{}"))
    return removed.rowcount


def remove_quotes(connection: Connection, before: date) -> int:
    """Remove the files of quotes that were valid until before a day and never accepted, and who had asked."""
    old = (quote.c.valid_until < before, quote.c.state != "accepted")
    removed = connection.execute(delete(quote_pdf).where(quote_pdf.c.number.in_(select(quote.c.number).where(*old))))
    asked = quote.c.document.not_like(f'%"asked_by": "{GONE}"%')  # as json.dumps writes it: nobody reads those again
    for row in connection.execute(select(quote.c.number, quote.c.document).where(*old, asked)).all():
        nobody = json.dumps(json.loads(row.document) | {"asked_by": GONE}, ensure_ascii=False)
        connection.execute(update(quote).where(quote.c.number == row.number).values(document=nobody))
    return removed.rowcount


def remove_keys(connection: Connection, before: datetime) -> int:
    """Forget the keys of orders placed and of quotes issued before an instant, and of sending those that ended then.

    The database still refuses a draft's second order.
    """
    placed = select(placed_order.c.id).where(placed_order.c.placed_at < before.isoformat())
    issued = select(quote.c.number).where(quote.c.issued_at < before.isoformat())
    # A quote may be sent on its last day, and that form again the day after.
    ended = select(quote.c.number).where(quote.c.valid_until < before.date())
    old = or_(
        idempotency.c.answer.in_(placed),
        and_(idempotency.c.operation == "quote", idempotency.c.answer.in_(issued)),
        idempotency.c.answer.in_(ended),
    )
    return connection.execute(delete(idempotency).where(old)).rowcount


def remove_limits(connection: Connection, now: datetime) -> int:
    """Forget how often something was done in windows that are over."""
    return connection.execute(delete(rate_limit).where(rate_limit.c.ends_at <= int(now.timestamp()))).rowcount
