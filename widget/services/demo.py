"""The demo sign-in: its people, and where it may exist at all."""

import json

from sqlalchemy import Engine

from widget.catalogue import DATA
from widget.settings import Settings
from widget.store import space as spaces
from widget.store.engine import reading
from widget.store.space import Member

PEOPLE = (("atelier-nord", "administrator"), ("atelier-nord", "user"), ("harbour-studio", "administrator"))

FILE = DATA / "demo.json"


class DemoRefusedError(Exception):
    """The demo sign-in may not exist here. The message is one line: why, and what to do."""


def refuse_elsewhere(engine: Engine, settings: Settings) -> None:
    """Raise DemoRefusedError unless all is a demo: on this machine alone, no provider, and only the demo's spaces."""
    if not settings.is_loopback:
        raise DemoRefusedError(
            f"{settings.address} (HOST {settings.host}): the demo sign-in is for this machine alone; use 127.0.0.1"
        )
    if settings.trust.provider or settings.trust.product:
        raise DemoRefusedError("HELPCENTER_TRUST names who signs people in: the demo sign-in cannot stand beside it")
    invented = {each["id"] for each in json.loads(FILE.read_text(encoding="utf-8"))["spaces"]}
    with reading(engine) as connection:
        real = [each for each in spaces.ids(connection) if each not in invented]
    if real:
        raise DemoRefusedError(
            f"the database holds {real[0]!r}, which is no space of the demo: nobody signs in there unasked; "
            "use another HELPCENTER_DATA, or `widget serve`"
        )


def people(engine: Engine) -> list[Member]:
    """Return the demo people that the database holds, the most recently seen of each role."""
    found = []
    with reading(engine) as connection:
        for space_id, role in PEOPLE:
            members = [each for each in spaces.members(connection, space_id, "active") if each.role == role]
            found += members[-1:]
    return found
