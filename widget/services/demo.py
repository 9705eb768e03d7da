"""The three people of the demo sign-in: an administrator, a user, an administrator of another space."""

from sqlalchemy import Engine

from widget.store import space as spaces
from widget.store.engine import reading
from widget.store.space import Member

PEOPLE = (("atelier-nord", "administrator"), ("atelier-nord", "user"), ("harbour-studio", "administrator"))


def people(engine: Engine) -> list[Member]:
    """Return the demo people that the database holds, the most recently seen of each role."""
    found = []
    with reading(engine) as connection:
        for space_id, role in PEOPLE:
            members = [each for each in spaces.members(connection, space_id, "active") if each.role == role]
            found += members[-1:]
    return found
