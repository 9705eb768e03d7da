"""The demo sign-in: its people, and where it may exist at all."""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Engine

from widget.catalogue import DATA
from widget.services import sign_in
from widget.services.openid import Entered
from widget.settings import Settings
from widget.store import identity as identities
from widget.store import space as spaces
from widget.store.engine import reading, transaction
from widget.store.identity import Staff
from widget.store.space import Member

PEOPLE = (("atelier-nord", "administrator"), ("atelier-nord", "user"), ("harbour-studio", "administrator"))

#: Two of the vendor's own people: support, and the team.
STAFF = (Staff("demo-support", "Sam Okafor", "support"), Staff("demo-team", "Léa Marchand", "team"))
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


def places(engine: Engine, people: Sequence[Member]) -> dict[str, str]:
    """Return the names of the spaces of these people, by id."""
    with reading(engine) as connection:
        return {each.space_id: spaces.known(connection, each.space_id).name for each in people}


def enter_staff(engine: Engine, staff_id: str, *, now: datetime, ends: str | None, browser: str) -> Entered | None:
    """Sign in one of the demo's own staff; None for anybody else."""
    chosen = next((each for each in STAFF if each.id == staff_id), None)
    if chosen is None:
        return None
    with transaction(engine) as connection:
        known = identities.put_staff(connection, "demo", chosen.role, chosen)
    session_id = sign_in.begin_staff(engine, known.id, now=now, ends=ends, browser=browser)
    return Entered(session_id, "/", known)
