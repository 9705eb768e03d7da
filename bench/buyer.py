"""Somebody who orders: drafts, reviews and places, as the pages do."""

from dataclasses import dataclass

from sqlalchemy import Engine

from bench.databases import NOW, TERMS
from widget.domain.change import preview
from widget.domain.plan import Level
from widget.services import account, draft, order
from widget.store import space as spaces
from widget.store.engine import reading

SPACE = "harbour-studio"


@dataclass(frozen=True, slots=True)
class Buyer:
    """The administrator of a space."""

    engine: Engine
    space_id: str
    member_id: str

    def ready(self, wish: Level | None = None) -> str:
        """Keep a reviewed draft, of another level than today's if none is named; return its id, its order's key too."""
        seen = account.load(self.engine, TERMS, space_id=self.space_id, member_id=self.member_id, now=NOW)
        assert seen
        wish = wish or Level("premium", 21 if seen.subscription.in_use.users == 20 else 20, 2)
        draft_id = draft.begin(self.engine, space_id=self.space_id, member_id=self.member_id, wish=wish, now=NOW)
        promise = order.reviewed(seen, preview(seen.subscription, wish, on=seen.on, terms=TERMS))
        draft.keep(self.engine, space_id=self.space_id, draft_id=draft_id, reason="other", reviewed=promise)
        return draft_id

    def place(self, draft_id: str) -> order.Outcome:
        """Send the order with its key."""
        return order.place(
            self.engine,
            TERMS,
            space_id=self.space_id,
            member_id=self.member_id,
            draft_id=draft_id,
            key=draft_id,
            late_ack="",
            language="en",
            now=NOW,
        )


def buyer(engine: Engine, space_id: str = SPACE) -> Buyer:
    """Return the administrator of a space of the demo."""
    with reading(engine) as connection:
        people = spaces.members(connection, space_id, "active")
    return Buyer(engine, space_id, next(each.id for each in people if each.is_administrator))
