"""Deactivating people and taking it back: all or none, once each, and never past the users that are paid for."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from widget import catalogue, languages
from widget.services import calendar
from widget.services.members import MembersError, set_active
from widget.services.transfer import import_file
from widget.store import audit
from widget.store import space as spaces
from widget.store.engine import transaction
from widget.store.tables import audit_event

AT = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Team:
    """A full house: four users of four, of whom one is invited; a fifth person is inactive."""

    engine: Engine

    def states(self) -> dict[str, str]:
        with transaction(self.engine) as connection:
            people = spaces.members(connection, "team", "active", "inactive", "invited", "withdrawn")
        return {each.name: each.state for each in people}

    def ids(self, *names: str) -> list[str]:
        with transaction(self.engine) as connection:
            people = spaces.members(connection, "team", "active", "inactive", "invited", "withdrawn")
        known = {each.name: each.id for each in people}
        return [known.get(name, name) for name in names]

    def activate(self, *names: str, actor: str = "Ada") -> None:
        (actor_id,) = self.ids(actor)
        members = self.ids(*names)
        set_active(self.engine, space_id="team", actor_id=actor_id, member_ids=members, active=True, now=AT)

    def deactivate(self, *names: str, actor: str = "Ada") -> None:
        (actor_id,) = self.ids(actor)
        members = self.ids(*names)
        set_active(self.engine, space_id="team", actor_id=actor_id, member_ids=members, active=False, now=AT)

    def opens(self, secret: str) -> bool:
        """Return whether a secret address opens the calendar."""
        asked: dict[str, Any] = {"token": secret, "link": "https://help.example", "now": AT}
        return calendar.feed(self.engine, catalogue.load(), languages.load(), **asked) is not None

    def kinds(self) -> list[str]:
        mine = (audit_event.c.space_id == "team") & (audit_event.c.actor != "import")
        with transaction(self.engine) as connection:
            assert audit.first_altered(connection, "team") is None
            return list(connection.execute(select(audit_event.c.kind).where(mine)).scalars())


@pytest.fixture
def team(engine: Engine, tmp_path: Path) -> Team:
    people = [
        ("Ada", "administrator", "active"),
        ("Bob", "administrator", "active"),
        ("Cy", "user", "active"),
        ("Di", "user", "invited"),
        ("Ed", "user", "inactive"),
    ]
    subscription = {"interval": "month", "plan": "premium", "users": 4, "zoom_licenses": 0}
    facts = {"id": "team", "name": "Team", "time_zone": "Europe/Paris", "language": "en"}
    members = [
        {"name": name, "email": f"{name}@team.example", "role": role, "state": state} for name, role, state in people
    ]
    path = tmp_path / "team.json"
    path.write_text(
        json.dumps({"format": 1, "spaces": [{**facts, "subscription": subscription, "members": members}]}), "utf-8"
    )
    import_file(engine, catalogue.load(), path, now=AT)
    return Team(engine)


def test_each_person_is_one_event_and_can_come_back(team: Team) -> None:
    before = team.states()

    team.deactivate("Cy", "Di")
    gone = team.states()
    team.activate("Cy")

    assert gone == before | {"Cy": "inactive", "Di": "withdrawn"}
    assert team.states() == before | {"Di": "withdrawn"}
    assert team.kinds() == ["member.deactivated", "member.deactivated", "member.activated"]


def test_the_secret_calendar_goes_with_who_had_it_made(team: Team) -> None:
    (bob,) = team.ids("Bob")
    secret = calendar.create(team.engine, space_id="team", member_id=bob, now=AT)
    assert secret

    team.deactivate("Cy")
    with_cy_gone = team.opens(secret)
    team.deactivate("Bob")
    team.activate("Bob")

    assert (with_cy_gone, team.opens(secret)) == (True, False)
    assert calendar.since(team.engine, space_id="team") is None


def test_who_never_accepted_an_invitation_is_invited_again_and_not_active(team: Team) -> None:
    before = team.states()
    team.deactivate("Di")

    team.activate("Di")
    team.activate("Di")

    assert team.states() == before
    assert team.kinds() == ["member.deactivated", "member.activated"]


def test_an_invitation_sent_again_needs_a_place(team: Team) -> None:
    team.deactivate("Di")
    team.activate("Ed")

    with pytest.raises(MembersError, match="full"):
        team.activate("Di")

    assert team.states()["Di"] == "withdrawn"


def test_sent_twice_is_once_even_where_it_filled_the_house(team: Team) -> None:
    team.deactivate("Cy")

    team.activate("Cy", "Cy")
    team.activate("Cy")

    assert team.states()["Cy"] == "active"
    assert team.kinds() == ["member.deactivated", "member.activated"]


@pytest.mark.parametrize(("names", "code"), [(("Ed",), "full"), (("nobody",), "unknown"), ((), "none")])
def test_nobody_is_activated_past_what_is_paid_for(team: Team, names: tuple[str, ...], code: str) -> None:
    before = team.states()

    with pytest.raises(MembersError) as caught:
        team.activate(*names)

    assert caught.value.code == code
    assert (team.states(), team.kinds()) == (before, [])


@pytest.mark.parametrize(
    ("actor", "names", "code"),
    [("Ada", ("Cy", "Ada"), "oneself"), ("Ada", ("Cy", "nobody"), "unknown"), ("Cy", ("Bob",), "not-allowed")],
)
def test_a_choice_that_is_not_possible_moves_nobody(team: Team, actor: str, names: tuple[str, ...], code: str) -> None:
    before = team.states()

    with pytest.raises(MembersError) as caught:
        team.deactivate(*names, actor=actor)

    assert caught.value.code == code
    assert (team.states(), team.kinds()) == (before, [])


def test_who_was_deactivated_cannot_deactivate_the_last_administrator(team: Team) -> None:
    team.deactivate("Bob")

    with pytest.raises(MembersError, match="not-allowed"):
        team.deactivate("Ada", actor="Bob")

    assert team.states()["Ada"] == "active"


def test_two_administrators_who_deactivate_each_other_at_once_leave_one(team: Team) -> None:
    def act(actor: str, other: str) -> str:
        try:
            team.deactivate(other, actor=actor)
        except MembersError as error:
            return error.code
        return "done"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(act, ("Ada", "Bob"), ("Bob", "Ada")))

    assert sorted(answers) == ["done", "not-allowed"]
    assert sorted((team.states()["Ada"], team.states()["Bob"])) == ["active", "inactive"]
