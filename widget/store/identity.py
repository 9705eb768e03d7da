"""Who is who: an issuer's subject is a member of a space, or one of the vendor's people."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from widget.store.tables import identity, staff


@dataclass(frozen=True, slots=True)
class Staff:
    """One of the vendor's own people: `role` is "support" or "team"."""

    id: str
    name: str
    role: str


def member_id(connection: Connection, issuer: str, subject: str, space_id: str) -> str | None:
    """Return the member that a subject is in a space, or None where they never came before."""
    mine = (identity.c.issuer == issuer, identity.c.subject == subject, identity.c.space_id == space_id)
    return connection.execute(select(identity.c.member_id).where(*mine)).scalar()


def is_linked(connection: Connection, issuer: str, member: str) -> bool:
    """Return whether a member already is a subject of this issuer."""
    theirs = (identity.c.issuer == issuer, identity.c.member_id == member)
    return connection.execute(select(identity.c.subject).where(*theirs)).first() is not None


def link(connection: Connection, issuer: str, subject: str, space_id: str, member: str) -> None:
    """Keep which member a subject is in a space."""
    connection.execute(insert(identity).values(issuer=issuer, subject=subject, space_id=space_id, member_id=member))


def put_staff(connection: Connection, issuer: str, subject: str, found: Staff) -> Staff:
    """Keep one of the vendor's people as the issuer says now; return them with the id that they keep."""
    mine = (staff.c.issuer == issuer, staff.c.subject == subject)
    known = connection.execute(select(staff.c.id).where(*mine)).scalar()
    if known is None:
        connection.execute(
            insert(staff).values(id=found.id, issuer=issuer, subject=subject, name=found.name, role=found.role)
        )
        return found
    connection.execute(update(staff).where(*mine).values(name=found.name, role=found.role))
    return Staff(known, found.name, found.role)


def load_staff(connection: Connection, staff_id: str) -> Staff | None:
    """Return one of the vendor's people, or None."""
    row = connection.execute(select(staff.c.id, staff.c.name, staff.c.role).where(staff.c.id == staff_id)).first()
    return Staff(*row) if row else None
