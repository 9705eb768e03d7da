"""Price books and policies that something was promised by are kept: without them, the promise cannot be shown."""

from sqlalchemy import Engine

from widget.catalogue import CatalogueError
from widget.domain.terms import Terms
from widget.store.engine import reading
from widget.store.terms import named


def refuse_missing(engine: Engine, terms: Terms) -> None:
    """Raise CatalogueError for a version that orders, quotes, messages or bills name and that is no longer there."""
    with reading(engine) as connection:
        missing = {
            "price-books.toml": named(connection, "price_book") - {book.version for book in terms.price_books},
            "policies.toml": named(connection, "policy") - {policy.version for policy in terms.policies},
        }
    for file, versions in missing.items():
        if versions:
            raise CatalogueError(
                f"{file}: version {', '.join(sorted(versions))} is missing: orders use it; put it back"
            )
