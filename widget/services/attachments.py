"""The files that go with a mail: the receipt or the quote as a PDF, and the dates for a calendar."""

from dataclasses import dataclass

from sqlalchemy import Engine

from widget.domain.terms import Terms
from widget.languages import Language
from widget.services import calendar, quote_pdf, receipt
from widget.store import quote as quotes
from widget.store.engine import reading
from widget.store.outbox import Message

QUOTES = frozenset({"quote.created", "quote.sent", "quote.expiring"})


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail. `kind` is its media type, such as "application/pdf"."""

    name: str
    kind: str
    content: bytes


def attachments(
    engine: Engine, terms: Terms, message: Message, language: Language, origin: str
) -> tuple[Attachment, ...]:
    """Return the files of a message's mail; the same message has the same files at each attempt."""
    if message.kind in QUOTES:
        return _quote(engine, terms, message, language, origin)
    if message.kind not in receipt.KINDS:
        return ()
    found = [Attachment(f"{message.id}.pdf", "application/pdf", receipt.paper(message, language, terms))]
    if calendar.has_days(message):
        link = f"{origin}/widget/{language.code}/receipts/{message.id}"
        found.append(Attachment("calendar.ics", "text/calendar", calendar.of_receipt(message, language, terms, link)))
    return tuple(found)


def _quote(engine: Engine, terms: Terms, message: Message, language: Language, origin: str) -> tuple[Attachment, ...]:
    number = message.facts["number"]
    with reading(engine) as connection:
        kept = quotes.load(connection, message.space_id, number)
    if kept is None:
        return ()
    link = f"{origin}/widget/{language.code}/quotes/{number}"
    return (
        Attachment(f"{number}.pdf", "application/pdf", quote_pdf.content(engine, terms, kept, origin)),
        Attachment("calendar.ics", "text/calendar", calendar.of_quote(kept, terms, language, link)),
    )
