"""Spaces that belong to one test, and the people in them: imported and signed in through the services, as an operator
and an identity provider would, into the database of the running service."""

import itertools
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from playwright.sync_api import BrowserContext
from sqlalchemy import Engine

from tests.browser.conftest import Service
from widget import catalogue
from widget.services import members, sign_in
from widget.services.sign_in import Voucher
from widget.services.transfer import import_file
from widget.settings import read
from widget.store import space as spaces
from widget.store.engine import open_engine, transaction
from widget.store.space import Member

ANNUAL = {"interval": "year", "term_start": "today-200d", "plan": "premium", "users": 12, "zoom_licenses": 4}
LATE = ANNUAL | {"term_start": "today-350d"}
MONTHLY = {"interval": "month", "plan": "premium", "users": 12, "zoom_licenses": 4}
_numbers = itertools.count(1)


@contextmanager
def database(service: Service) -> Iterator[Engine]:
    """Open the database of the running service."""
    engine = open_engine(read({"HELPCENTER_DATA": str(service.data)}).database_url)
    yield engine
    engine.dispose()


def a_space(
    service: Service,
    subscription: dict[str, Any],
    *,
    users: int = 1,
    time_zone: str = "Europe/Paris",
    locked: bool = False,
) -> str:
    """Import a space with Ada, its administrator, and further users "Person 1", "Person 2"…; return its id."""
    space = f"space-{next(_numbers)}"

    def member(name: str, role: str, ago: int) -> dict[str, Any]:
        email = f"{name.lower().replace(' ', '.')}@{space}.example"
        return {"name": name, "email": email, "role": role, "state": "active", "last_seen": f"today-{ago}d"}

    content = {
        "format": 1,
        "spaces": [
            {
                "id": space,
                "name": space.title(),
                "time_zone": time_zone,
                "language": "fr",
                "locked": locked,
                "subscription": subscription,
                "members": [
                    member("Ada", "administrator", 0),
                    *(member(f"Person {number}", "user", number) for number in range(1, users)),
                ],
            }
        ],
    }
    path = service.data / f"{space}.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    with database(service) as engine:
        import_file(engine, catalogue.load(), path, now=datetime.now(UTC))  # noqa: TID251 -- the running service's own day
    return space


def member_of(engine: Engine, space: str, name: str) -> Member:
    """Return a member of a space by name."""
    with transaction(engine) as connection:
        return next(each for each in spaces.members(connection, space, "active", "inactive") if each.name == name)


def enter(context: BrowserContext, service: Service, space: str, name: str = "Ada") -> None:
    """Sign a member in, in this browser."""
    with database(service) as engine:
        member = member_of(engine, space, name)
        now = datetime.now(UTC)  # noqa: TID251 -- the running service's own day
        proof = Voucher("https://id.example", member.id, now)
        session = sign_in.begin(engine, space_id=space, member_id=member.id, now=now, voucher=proof)
    assert session is not None
    cookies = {"session": session, "signed_in": "1"}
    context.add_cookies([{"name": key, "value": value, "url": service.address} for key, value in cookies.items()])


def deactivate(service: Service, space: str, name: str) -> None:
    """Deactivate a member, as another administrator would meanwhile."""
    with database(service) as engine:
        ada, other = member_of(engine, space, "Ada"), member_of(engine, space, name)
        now = datetime.now(UTC)  # noqa: TID251 -- the running service's own day
        members.set_active(engine, space_id=space, actor_id=ada.id, member_ids=[other.id], active=False, now=now)
