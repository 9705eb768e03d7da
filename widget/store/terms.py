"""Which versions of the price books and of the policies the rows name."""

from typing import Literal

from sqlalchemy import JSON, Connection, Text, cast, select, union

from widget.store.tables import audit_event, billed_step, outbox

#: SQLite reads JSON in a text; PostgreSQL is told that the text is one.
_DOCUMENT = JSON().with_variant(Text(), "sqlite")


def named(connection: Connection, what: Literal["price_book", "policy"]) -> set[str]:
    """Return every version that orders and quotes (by their audit events), messages or bills of any space name."""
    documents = (audit_event.c.data, outbox.c.facts)
    queries = [select(cast(document, _DOCUMENT)[what].as_string()) for document in documents]
    if what == "price_book":
        queries.append(select(billed_step.c.price_book))
    return {version for version in connection.execute(union(*queries)).scalars() if version is not None}
