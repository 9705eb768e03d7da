"""Somebody who orders: an administrator, as the tests know them, with a wish that always changes something."""

from sqlalchemy import Engine

from tests.services.conftest import Administrator
from widget.domain.plan import Level
from widget.services.order import Outcome
from widget.store import space as spaces
from widget.store.engine import reading

SPACE = "harbour-studio"


class Buyer(Administrator):
    """The administrator of a space."""

    def ready(self, wish: Level | None = None) -> str:
        """Keep a reviewed draft, of another level than today's if none is named; return its id, its order's key too."""
        users = 21 if self.seen().subscription.in_use.users == 20 else 20
        return self.reviewed(wish or Level("premium", users, 2))

    def send(self, draft_id: str) -> Outcome:
        """Send the order with its key."""
        return self.place(draft_id, key=draft_id)


def buyer(engine: Engine, space_id: str = SPACE) -> Buyer:
    """Return the administrator of a space of the demo."""
    with reading(engine) as connection:
        people = spaces.members(connection, space_id, "active")
    return Buyer(engine, space_id, next(each.id for each in people if each.is_administrator))
