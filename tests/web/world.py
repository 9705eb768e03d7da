"""Three spaces alike but for their names: one's own, another's, and one that was archived; and who asks."""

import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from httpx2 import Response
from sqlalchemy import Engine, insert, select, update
from starlette.testclient import TestClient

from tests.services.conftest import Administrator, administrator, demo_space
from tests.web.people import said
from widget import catalogue
from widget.app import create_app
from widget.domain.plan import Level
from widget.services import calendar, sign_in
from widget.services.quote import Requested
from widget.services.transfer import import_file
from widget.settings import read
from widget.store.engine import migrate, open_engine, reading, transaction
from widget.store.session import hashed
from widget.store.tables import member, metadata, outbox, pending_change, session, space, staff

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TERMS = catalogue.load()
SPACES = ("own", "neighbour", "archived")
#: What a request names when it names nothing that exists.
UNKNOWN = {
    name: f"unknown-{name}"
    for name in ("draft", "agreed", "order", "message", "change", "number", "token", "member", "space")
}


@dataclass
class World:
    """The service with its three spaces; `ids` names what there is in each, `cookies` and `tokens` who is signed in."""

    client: TestClient
    engine: Engine
    file: Path
    ids: dict[str, Mapping[str, str]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(self, who: str, method: str, path: str, form: Mapping[str, str] | None = None, query: str = "") -> Response:
        """Send a request as one of the people; a form carries the token of their session."""
        self.client.cookies.clear()
        if self.cookies[who]:
            self.client.cookies.set("session", self.cookies[who])
        data = None if form is None else {"token": self.token(who), **form}
        return self.client.request(method, f"{path}{query}", data=data, follow_redirects=False)

    def token(self, who: str) -> str:
        if not self.cookies[who]:
            return "none"
        with reading(self.engine) as connection:
            id_hash = hashed(self.cookies[who])
            return connection.execute(select(session.c.token).where(session.c.id_hash == id_hash)).scalar() or "none"

    def put_back(self) -> None:
        """Bring every row back to what it was when the world was made."""
        self.engine.dispose()
        shutil.copy(self.file.with_suffix(".kept"), self.file)

    def rows_of_others(self) -> str:
        """Return every row that is of another space than one's own."""
        with reading(self.engine) as connection:
            found = {
                table.name: [
                    dict(row)
                    for row in connection.execute(select(table).order_by(*table.primary_key)).mappings()
                    if (row["id"] if table is space else row["space_id"]) not in {"own", None}  # staff: of no space
                ]
                for table in metadata.sorted_tables
                if "space_id" in table.c or table is space
            }
        return json.dumps(found, default=str)


def make(folder: Path) -> World:
    """Return a new world in a folder: in each space a placed order, a pending change, a draft, a quote, a calendar."""
    file = folder / "helpcentre.sqlite3"
    engine = open_engine(f"sqlite:///{file}")
    migrate(engine)
    bring_in(engine, folder, archived=False)
    world = World(TestClient(service(engine, folder), base_url="http://127.0.0.1"), engine, file)
    world.client.headers["Sec-Fetch-Site"] = "same-origin"
    sign_in_everybody(world)
    with transaction(engine) as connection:
        connection.execute(update(member).where(member.c.name == "Mia own").values(state="inactive"))
    for space_id in SPACES:
        world.ids[space_id] = fill(administrator(engine, space_id, f"Olivia {space_id}"))
    world.ids["unknown"] = UNKNOWN
    bring_in(engine, folder, archived=True)
    engine.dispose()
    shutil.copy(file, file.with_suffix(".kept"))
    return world


@contextmanager
def opened(folder: Path) -> Iterator[World]:
    """Run with a new world in a folder."""
    made = make(folder)
    yield made
    made.client.close()
    made.engine.dispose()


def service(engine: Engine, folder: Path) -> Any:
    settings = read({"HELPCENTER_DATA": str(folder), "HELPCENTER_DEMO": "1", "HELPCENTER_WORKER": "0"})
    return create_app(settings, engine, lambda: NOW)


def bring_in(engine: Engine, folder: Path, *, archived: bool) -> None:
    spaces = []
    for space_id in SPACES:
        found = demo_space("harbour-studio", id=space_id, name=f"Space {space_id}")
        for each in found["members"]:
            first = each["name"].partition(" ")[0]
            each |= {"name": f"{first} {space_id}", "email": f"{first.lower()}@{space_id}.example"}
        spaces.append(found | ({"archived": True} if archived and space_id == "archived" else {}))
    path = folder / "spaces.json"
    path.write_text(json.dumps({"format": 1, "spaces": spaces}), "utf-8")
    import_file(engine, TERMS, path, now=NOW)


def fill(who: Administrator) -> dict[str, str]:
    order = who.orders(Level("premium", 8, 1), comment=f"comment of {who.space_id}", key=f"key-of-{who.space_id}")
    asked = who.request(who.begin(Level("premium", 8, 0)), language="en")
    assert isinstance(asked, Requested)
    token = calendar.create(who.engine, space_id=who.space_id, member_id=who.member_id, now=NOW)
    assert token
    with reading(who.engine) as connection:
        message = connection.execute(
            select(outbox.c.id).where(outbox.c.space_id == who.space_id, outbox.c.kind == "order.placed")
        ).scalar_one()
        change = connection.execute(
            select(pending_change.c.id).where(pending_change.c.space_id == who.space_id)
        ).scalar_one()
        tom = connection.execute(select(member.c.id).where(member.c.name == f"Tom {who.space_id}")).scalar_one()
    draft_id = who.reviewed(Level("premium", 8, 0))
    return {
        "draft": draft_id,
        "agreed": who.agreed[draft_id],
        "order": order,
        "message": message,
        "change": change,
        "number": asked.number,
        "token": token,
        "member": tom,
        "space": who.space_id,
    }


def sign_in_everybody(world: World) -> None:
    people = {
        "user": ("own", "Tom own", NOW),
        "administrator": ("own", "Olivia own", NOW),
        "expired": ("own", "Olivia own", NOW - timedelta(hours=9)),
        "disabled": ("own", "Mia own", NOW),
        "of-archived": ("archived", "Olivia archived", NOW),
    }
    world.cookies["anonymous"], world.cookies["forged"] = "", "0" * 43
    for who, (space_id, name, at) in people.items():
        begun = sign_in.begin(
            world.engine, space_id=space_id, member_id=administrator(world.engine, space_id, name).member_id, now=at
        )
        assert begun
        world.cookies[who] = begun
    with transaction(world.engine) as connection:
        for role in ("support", "team"):
            connection.execute(insert(staff).values(id=role, issuer="us", subject=role, name=role.title(), role=role))
    for role in ("support", "team"):
        world.cookies[role] = sign_in.begin_staff(world.engine, role, now=NOW)


def answer(told: Response) -> str:
    """Return how a request was answered: a status, or "in" where it leads to sign-in."""
    to_sign_in = told.status_code == 303 and told.headers["location"].startswith("/widget/signin")
    return "in" if to_sign_in else str(told.status_code)


def without_ids(told: Response, ids: Mapping[str, str]) -> tuple[str, str]:
    """Return the whole answer, with the ids that were asked for taken out."""
    text = said(told) if told.headers.get("content-type", "").startswith("text") else str(told.content)
    where = told.headers.get("location", "")
    for value in ids.values():
        text, where = text.replace(value, "ID"), where.replace(value, "ID")
    return text, where
