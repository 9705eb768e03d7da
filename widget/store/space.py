"""Spaces and their members. Every query carries the space."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from widget.languages import Language
from widget.store.tables import member, space


@dataclass(frozen=True, slots=True)
class Billing:
    """To whom a quote or an invoice is made out; None where the space has not told. Lines of the address by newline."""

    name: str | None = None
    address: str | None = None
    country: str | None = None
    siren: str | None = None
    vat_number: str | None = None


@dataclass(frozen=True, slots=True)
class Space:
    """A customer's space; its zone decides which day it is."""

    id: str
    name: str
    time_zone: str
    language: str
    locked: bool
    billing: Billing


@dataclass(frozen=True, slots=True)
class Member:
    """A person in a space: administrator or user; active or inactive, invited or (the invitation) withdrawn.

    `language` is the one in which they last ordered or asked for a quote; None where they never did.
    """

    id: str
    space_id: str
    name: str
    email: str
    role: str
    state: str
    last_seen: date | None
    language: str | None = None

    @property
    def is_administrator(self) -> bool:
        """Whether the person may change the subscription (rule: admin-only)."""
        return self.role == "administrator" and self.state == "active"


def load(connection: Connection, space_id: str) -> Space | None:
    """Return a space, or None for an unknown or an archived one: nobody sees an archived space."""
    row = connection.execute(select(space).where(space.c.id == space_id, space.c.archived.is_(False))).first()
    return _space(row) if row else None


def _space(row: Row[Any]) -> Space:
    billing = Billing(row.billing_name, row.billing_address, row.billing_country, row.siren, row.vat_number)
    return Space(row.id, row.name, row.time_zone, row.language, row.locked, billing)


def known(connection: Connection, space_id: str) -> Space:
    """Return a space that is there, archived or not. Raises KeyError for an unknown one."""
    row = connection.execute(select(space).where(space.c.id == space_id)).first()
    if row is None:
        raise KeyError(space_id)
    return _space(row)


def ids(connection: Connection) -> list[str]:
    """Return the id of every space, archived ones too."""
    return list(connection.execute(select(space.c.id).order_by(space.c.id)).scalars())


def find(connection: Connection, text: str, *, most: int) -> list[Space]:
    """Return the spaces whose id or name holds a text, whatever its capitals and accents, by name; no archived one."""
    wanted, folded = Language.folded(text), Language.folded
    # Databases differ in what they fold: SQLite knows capitals of ASCII alone.
    rows = connection.execute(select(space.c.id, space.c.name).where(space.c.archived.is_(False)))
    found = [each for each in rows if wanted in folded(each.name) or wanted in folded(each.id)]
    return [known(connection, each.id) for each in sorted(found, key=lambda each: folded(each.name))[:most]]


def members(connection: Connection, space_id: str, *states: str) -> list[Member]:
    """Return the members in these states, least recently seen first; who was never seen comes first."""
    rows = connection.execute(
        select(member)
        .where(member.c.space_id == space_id, member.c.state.in_(states))
        .order_by(func.coalesce(member.c.last_seen, date(1, 1, 1)), member.c.name)
    )
    return [Member(*row) for row in rows]


def load_member(connection: Connection, space_id: str, member_id: str) -> Member | None:
    """Return one member of this space, or None; an archived space has none."""
    own = (member.c.space_id == space_id, member.c.id == member_id, space.c.archived.is_(False))
    row = connection.execute(select(member).join(space).where(*own)).first()
    return Member(*row) if row else None


def member_by_email(connection: Connection, space_id: str, email: str) -> Member | None:
    """Return the member of this space who has an address, in whatever capitals, or None."""
    member_id = id_by_email(connection, space_id, email)
    return load_member(connection, space_id, member_id) if member_id else None


def id_by_email(connection: Connection, space_id: str, email: str) -> str | None:
    """Return the id of the member with an address, archived or not; one in capitals is the same person."""
    for same in (member.c.email == email, func.lower(member.c.email) == email.lower()):
        row = connection.execute(select(member.c.id).where(member.c.space_id == space_id, same)).first()
        if row:
            return str(row.id)
    if email.isascii():
        return None
    # SQLite knows capitals of ASCII alone.
    everybody = connection.execute(select(member.c.id, member.c.email).where(member.c.space_id == space_id))
    return next((str(each.id) for each in everybody if each.email.lower() == email.lower()), None)


def reads(connection: Connection, space_id: str, member_id: str, language: str) -> None:
    """Remember in which language a member of this space reads."""
    own = (member.c.space_id == space_id, member.c.id == member_id)
    connection.execute(update(member).where(*own).values(language=language))


def set_role(connection: Connection, space_id: str, member_id: str, role: str) -> None:
    """Change what a member may do."""
    own = (member.c.space_id == space_id, member.c.id == member_id)
    connection.execute(update(member).where(*own).values(role=role))


def count(connection: Connection, space_id: str, state: str) -> int:
    """Return how many members of the space are in a state."""
    query = select(func.count()).select_from(member).where(member.c.space_id == space_id, member.c.state == state)
    return connection.execute(query).scalar_one()


def set_state(connection: Connection, space_id: str, member_id: str, *, before: str, after: str) -> bool:
    """Move a member from one state to another; return False where they were in another state already."""
    changed = connection.execute(
        update(member)
        .where(member.c.space_id == space_id, member.c.id == member_id, member.c.state == before)
        .values(state=after)
    )
    return changed.rowcount == 1
