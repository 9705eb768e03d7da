"""Which spaces are reminded of their notice deadline: all that pay annually, unless they chose otherwise."""

from datetime import date

from sqlalchemy import Connection, delete, insert, select

from widget.store.tables import mail_choice, space, subscription


def candidates(connection: Connection) -> list[tuple[str, str, date]]:
    """Return the annual spaces that want reminders, each with its zone and the anchor of its term."""
    rows = connection.execute(
        select(space.c.id, space.c.time_zone, subscription.c.term_start)
        .join(subscription, subscription.c.space_id == space.c.id)
        .outerjoin(mail_choice, mail_choice.c.space_id == space.c.id)
        .where(
            subscription.c.term_start.is_not(None),
            space.c.archived.is_(False),
            mail_choice.c.deadline_reminders.is_not(False),
        )
        .order_by(space.c.id)
    )
    return [(row.id, row.time_zone, row.term_start) for row in rows]


def wanted(connection: Connection, space_id: str) -> bool:
    """Return whether a space is reminded of its deadline."""
    found = connection.execute(
        select(mail_choice.c.deadline_reminders).where(mail_choice.c.space_id == space_id)
    ).scalar()
    return found is not False


def choose(connection: Connection, space_id: str, *, reminders: bool) -> None:
    """Keep whether a space is reminded."""
    connection.execute(delete(mail_choice).where(mail_choice.c.space_id == space_id))
    connection.execute(insert(mail_choice).values(space_id=space_id, deadline_reminders=reminders))
