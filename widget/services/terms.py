"""Price books and policies that something was promised by are kept: without them, the promise cannot be shown."""

from sqlalchemy import Engine

from widget.catalogue import CatalogueError
from widget.domain.terms import Terms
from widget.store.engine import reading
from widget.store.terms import named


def refuse_missing_versions(engine: Engine, terms: Terms) -> None:
    """Raise CatalogueError for a version that orders, quotes, messages or bills name and that is no longer there."""
    with reading(engine) as connection:
        missing = {
            "price-books.toml": named(connection, "price_book") - {book.version for book in terms.price_books},
            "policies.toml": named(connection, "policy") - {policy.version for policy in terms.policies},
        }
    lines = [
        f"{file}: version {', '.join(sorted(versions))} is missing: something was promised by it; put it back"
        for file, versions in missing.items()
        if versions
    ]
    if lines:
        raise CatalogueError("\n".join(lines))
