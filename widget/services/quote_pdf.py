"""The PDF of a quote: made once, kept with its SHA-256, served again as it was."""

import hashlib
from datetime import datetime

from sqlalchemy import Engine

from widget import languages
from widget.domain.terms import Terms
from widget.gateways import pdf
from widget.panels import quote_view
from widget.services import account
from widget.store import quote as quotes
from widget.store.engine import reading, transaction
from widget.store.quote import Kept


class DamagedPdfError(Exception):
    """The kept PDF is not the one that was made: it is served to nobody. The message names the quote."""


def read(
    engine: Engine, terms: Terms, *, space_id: str, member_id: str, number: str, address: str, now: datetime
) -> bytes | None:
    """Return the PDF of a quote of the space, to an administrator; None else. Made and kept where none is yet.

    Raises DamagedPdfError where what is kept is not what was made.
    """
    with reading(engine) as connection:
        seen = account.of_administrator(connection, terms, space_id=space_id, member_id=member_id, now=now)
        kept = quotes.load(connection, space_id, number)
    if seen is None or kept is None:
        return None
    return content(engine, terms, kept, address)


def content(engine: Engine, terms: Terms, kept: Kept, address: str) -> bytes:
    """Return the PDF of a kept quote, made outside of any transaction and kept where none is yet.

    `address` is the service's public origin, for the links. Raises DamagedPdfError as `read` does.
    """
    number = kept.quote.number
    with reading(engine) as connection:
        found = quotes.pdf(connection, number)
    if found is None:
        made = _make(kept, terms, address)
        with transaction(engine) as connection:
            quotes.keep_pdf(connection, number, made, hashlib.sha256(made).hexdigest())
            found = quotes.pdf(connection, number)  # another one may have been kept first: that one is the quote's
    if found is None or hashlib.sha256(found[0]).hexdigest() != found[1]:
        raise DamagedPdfError(f"{number}: its kept PDF does not have its SHA-256")
    return found[0]


def _make(kept: Kept, terms: Terms, address: str) -> bytes:
    quote = kept.quote
    view = quote_view(quote, languages.load()[quote.language], terms, address)
    return pdf.render("quote", view, author=quote.seller.name, language=quote.language, at=kept.issued_at)
