"""Was this article helpful? Readers say so with one click, comment if they like, and search in vain: kept and told."""

import secrets
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import Engine

from widget.services import transfer_file
from widget.store import feedback
from widget.store.engine import reading, transaction
from widget.store.feedback import Feedback

LONGEST_COMMENT = 2000
#: How long a comment may follow the click.
OPEN_FOR = timedelta(hours=1)
COLUMNS = ("at", "article", "section", "language", "version", "helpful", "comment")


def say(
    engine: Engine, *, article: int, section: str, language: str, version: str, helpful: bool, now: datetime
) -> str:
    """Keep whether an article helped, and return the id under which a comment may follow."""
    said = Feedback(secrets.token_urlsafe(16), now, article, section, language, version, helpful, "")
    with transaction(engine) as connection:
        feedback.add(connection, said)
    return said.id


def load(engine: Engine, feedback_id: str, *, now: datetime) -> Feedback | None:
    """Return what was said under an id, as long as a comment may follow; else None."""
    with reading(engine) as connection:
        found = feedback.load(connection, feedback_id)
    return found if found and now - found.at <= OPEN_FOR else None


def comment(engine: Engine, feedback_id: str, text: str) -> bool:
    """Add a comment to what was said; the first one stays, and False is returned for another."""
    with transaction(engine) as connection:
        return feedback.comment(connection, feedback_id, text)


def missed(engine: Engine, *, language: str, text: str, now: datetime) -> str:
    """Count a search without a result, and return the words kept of it, or "" where there are none to keep."""
    kept = " ".join(feedback.words_of(text))
    if kept:
        with transaction(engine) as connection:
            feedback.count_miss(connection, language, kept, now.date())
    return kept


def report(engine: Engine) -> str:
    """Return what readers said, by article, language and version, with comments; then what they searched in vain."""
    with reading(engine) as connection:
        said, misses = feedback.everything(connection), feedback.misses(connection)
    lines = [f"{len(said)} answers"]
    for (article, language, version), each in groupby(
        sorted(said, key=lambda one: (one.article, one.language, one.version)),
        key=lambda one: (one.article, one.language, one.version),
    ):
        answers = list(each)
        helped = sum(one.helpful for one in answers)
        lines.append(f"{article} {language} {version}: {helped} yes, {len(answers) - helped} no")
        lines += [f"    {_comment(one)}" for one in answers if one.comment]
    lines.append(f"{sum(each.count for each in misses)} searches without a result")
    lines += [f"{each.language} {each.count:>5} {_printable(each.words)}" for each in misses]
    return "\n".join(lines)


def _comment(said: Feedback) -> str:
    place = f" #{said.section}" if said.section else ""
    answer = "yes" if said.helpful else "no"
    return f"{said.at.date().isoformat()} {answer}{place}: {_printable(said.comment)}"


def _printable(text: str) -> str:
    """Return a text on one line in which nothing steers a terminal."""
    return "".join(each if each.isprintable() else " " for each in text)


def as_csv(engine: Engine) -> str:
    """Return all that readers said, one line each; no cell is a formula to a spreadsheet."""
    with reading(engine) as connection:
        said = feedback.everything(connection)
    rows = [
        (each.at.isoformat(), each.article, each.section, each.language, each.version, _yes(each), each.comment)
        for each in said
    ]
    return transfer_file.as_csv(COLUMNS, rows)


def _yes(each: Feedback) -> str:
    return "yes" if each.helpful else "no"
