"""The answers of the survey, of all spaces together and without who gave them."""

from sqlalchemy import Connection, func, select

from widget.store.tables import survey_answer


def reasons(connection: Connection) -> dict[str, int]:
    """Return how many gave each reason, the most frequent first."""
    count = func.count()
    query = select(survey_answer.c.reason, count).group_by(survey_answer.c.reason)
    rows = connection.execute(query.order_by(count.desc(), survey_answer.c.reason))
    return {row[0]: row[1] for row in rows}


def comments(connection: Connection) -> list[str]:
    """Return what people wrote, in the order of the letters, so that nothing says who or when."""
    query = select(survey_answer.c.comment).where(survey_answer.c.comment != "").distinct()
    return list(connection.execute(query.order_by(survey_answer.c.comment)).scalars())
