"""What readers say of the articles, and what they search in vain: words and figures, nobody's name or address."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from widget.store.engine import insert_into
from widget.store.tables import feedback, search_miss

#: Different searches kept; what is new after that is not.
MOST_MISSES = 10_000
_MOST_WORDS, _LONGEST_WORD = 6, 30
_LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Feedback:
    """Whether a wording of an article helped, from which section it was said, and a comment or ""."""

    id: str
    at: datetime
    article: int
    section: str
    language: str
    version: str
    helpful: bool
    comment: str


@dataclass(frozen=True, slots=True)
class Miss:
    """What was searched in vain, how often, and when last."""

    language: str
    words: str
    count: int
    last_on: date


def words_of(text: str) -> list[str]:
    """Return the words of a search, or of a name, as they are kept of a search.

    Only words are: what holds a digit or an @ may be a number or an address of somebody.
    """
    chunks = [chunk for chunk in text.lower().split() if "@" not in chunk and not any(map(str.isdigit, chunk))]
    words = [word[:_LONGEST_WORD] for chunk in chunks for word in _LETTERS.findall(chunk)]
    return words[:_MOST_WORDS]


def add(connection: Connection, found: Feedback) -> None:
    """Keep what a reader says of an article."""
    connection.execute(
        insert(feedback).values(
            id=found.id,
            at=found.at.isoformat(),
            article=found.article,
            section=found.section,
            language=found.language,
            version=found.version,
            helpful=found.helpful,
            comment=found.comment,
        )
    )


def load(connection: Connection, feedback_id: str) -> Feedback | None:
    """Return what was said under an id, or None."""
    row = connection.execute(select(feedback).where(feedback.c.id == feedback_id)).first()
    return _said(row) if row else None


def comment(connection: Connection, feedback_id: str, text: str) -> bool:
    """Add a comment; return False where there is one already."""
    changed = connection.execute(
        update(feedback).where(feedback.c.id == feedback_id, feedback.c.comment == "").values(comment=text)
    )
    return changed.rowcount == 1


def everything(connection: Connection) -> list[Feedback]:
    """Return all that was said, by article and language, the oldest first."""
    order = (feedback.c.article, feedback.c.language, feedback.c.at, feedback.c.id)
    rows = connection.execute(select(feedback).order_by(*order))
    return [_said(row) for row in rows]


def _said(row: Row[Any]) -> Feedback:
    return Feedback(**{**row._mapping, "at": datetime.fromisoformat(row.at)})


def count_miss(connection: Connection, language: str, words: str, on: date) -> None:
    """Count a search without a result; two that are the first at once count as two."""
    more = {"count": search_miss.c.count + 1, "last_on": on}
    these = (search_miss.c.language == language, search_miss.c.words == words)
    if connection.execute(update(search_miss).where(*these).values(more)).rowcount:
        return
    kept = connection.execute(select(func.count()).select_from(search_miss)).scalar_one()
    if kept < MOST_MISSES:
        first = insert_into(connection, search_miss).values(language=language, words=words, count=1, last_on=on)
        connection.execute(first.on_conflict_do_update(index_elements=[*search_miss.primary_key], set_=more))


def misses(connection: Connection) -> list[Miss]:
    """Return the searches without a result, by language, the most frequent first."""
    order = (search_miss.c.language, search_miss.c.count.desc(), search_miss.c.words)
    return [Miss(*row) for row in connection.execute(select(search_miss).order_by(*order))]
