"""Whole spaces in and out, for import and export."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from widget.domain.calendar import FIRST_DAY
from widget.domain.plan import Level
from widget.domain.subscription import Step
from widget.domain.timeline import days_to_come
from widget.store import subscription as subscriptions
from widget.store.space import id_by_email
from widget.store.tables import billed_step, member, pending_change, space, subscription


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What an import changed about a member: role and state before (None where new) and after, and which fields."""

    id: str
    before: dict[str, str] | None
    after: dict[str, str]
    fields: list[str]

    def takes_place(self, occupying: Collection[str]) -> bool:
        """Whether the member takes a user now and did not before."""
        return self.after["state"] in occupying and not (self.before and self.before["state"] in occupying)

    @property
    def leaves_administration(self) -> bool:
        """Whether the member was an active administrator and is none now."""
        leading = {"role": "administrator", "state": "active"}
        return self.before == leading != self.after


def digest(connection: Connection, space_id: str) -> str | None:
    """Return the digest of the file that a space came from last, or None for an unknown one."""
    return connection.execute(select(space.c.digest).where(space.c.id == space_id)).scalar()


def add(connection: Connection, values: Mapping[str, Any], digest: str, on: date) -> None:
    """Add a space with its subscription and members; steps after `on` are its pending change."""
    connection.execute(insert(space).values(id=values["id"], digest=digest, **_own(values)))
    _add_subscription(connection, values["id"], values["subscription"], on)
    connection.execute(insert(member), [{"language": None} | _member(values["id"], each) for each in values["members"]])


def change(connection: Connection, values: Mapping[str, Any], digest: str) -> list[str]:
    """Bring a space's own facts up to date; return the names of those that changed."""
    mine, own = space.c.id == values["id"], _own(values)
    before = connection.execute(select(space).where(mine)).mappings().one()
    connection.execute(update(space).where(mine).values(digest=digest, **own))
    return [name for name, value in own.items() if before[name] != value]


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    own = {name: values[name] for name in ("name", "time_zone", "language")}
    own |= {name: values.get(name, False) for name in ("locked", "archived")}
    return own | _billing(values.get("billing", {}))


def _billing(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "billing_name": values.get("name"),
        "billing_address": "\n".join(values["address"]) if "address" in values else None,
        "billing_country": values.get("country"),
        "siren": values.get("siren"),
        "vat_number": values.get("vat_number"),
    }


def _add_subscription(connection: Connection, space_id: str, facts: Mapping[str, Any], on: date) -> None:
    level = {name: facts[name] for name in ("plan", "users", "zoom_licenses")}
    connection.execute(
        insert(subscription).values(
            space_id=space_id, interval=facts["interval"], term_start=facts.get("term_start"), version=1, **level
        )
    )
    steps = facts["billed"] or [level | {"from": FIRST_DAY}]
    billed = tuple(
        Step(step["from"], Level(**{name: step[name] for name in level}), step.get("price_book")) for step in steps
    )
    for step in billed:
        connection.execute(insert(billed_step).values(subscriptions.row(space_id, step)))
    days = days_to_come(billed, on)
    if days:
        connection.execute(
            insert(pending_change).values(id=uuid.uuid4().hex, space_id=space_id, state="scheduled", due_on=max(days))
        )


def _member(space_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    # At random: an id stays in the audit log for good, and must say nothing about an address that was erased.
    names = ("name", "email", "role", "state", "last_seen")
    known = {"language": values["language"]} if values.get("language") else {}  # left out, what is known stays
    return {"id": uuid.uuid4().hex, "space_id": space_id} | {name: values[name] for name in names} | known


def put_member(connection: Connection, space_id: str, values: Mapping[str, Any]) -> MemberChange | None:
    """Add a member, or bring them up to date by their address; return what changed, None where nothing did."""
    known = _known(connection, space_id, values["email"])
    row = _member(space_id, values) | ({"id": known["id"]} if known else {})
    fields = sorted(name for name, value in row.items() if known is None or known[name] != value)
    if not fields:
        return None
    if known is None:
        connection.execute(insert(member).values(**row))
    else:
        connection.execute(update(member).where(member.c.id == known["id"]).values(**row))
    before, after = ({name: each[name] for name in ("role", "state")} if each else None for each in (known, row))
    return MemberChange(row["id"], before, after or {}, fields)


def _known(connection: Connection, space_id: str, email: str) -> RowMapping | None:
    """Return the member with an address; one in capitals is the same person, which no index finds."""
    member_id = id_by_email(connection, space_id, email)
    return connection.execute(select(member).where(member.c.id == member_id)).mappings().first()


def everything(connection: Connection) -> list[dict[str, Any]]:
    """Return every space as the import reads it, dates written out."""
    found = []
    for each in connection.execute(select(space).order_by(space.c.id)).mappings():
        own = subscription.c.space_id == each["id"]
        facts = connection.execute(select(subscription).where(own)).mappings().one()
        steps = connection.execute(
            select(billed_step).where(billed_step.c.space_id == each["id"]).order_by(billed_step.c.starts_on)
        ).mappings()
        people = connection.execute(
            select(member).where(member.c.space_id == each["id"]).order_by(member.c.email)
        ).mappings()
        found.append(
            {
                **{name: each[name] for name in ("id", "name", "time_zone", "language", "locked", "archived")},
                **_billed_to(each),
                "subscription": _written(
                    {name: facts[name] for name in ("interval", "term_start", "plan", "users", "zoom_licenses")}
                )
                | {"billed": [_written({"from": step["starts_on"]} | _level(step)) for step in steps]},
                "members": [
                    _written(
                        {name: person[name] for name in ("name", "email", "role", "state", "last_seen", "language")}
                    )
                    for person in people
                ],
            }
        )
    return found


def _billed_to(row: RowMapping) -> dict[str, Any]:
    told = _written(
        {
            "name": row["billing_name"],
            "address": row["billing_address"].split("\n") if row["billing_address"] else None,
            "country": row["billing_country"],
            "siren": row["siren"],
            "vat_number": row["vat_number"],
        }
    )
    return {"billing": told} if told else {}


def _level(step: RowMapping) -> dict[str, Any]:
    return {name: step[name] for name in ("plan", "users", "zoom_licenses", "price_book")}


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
        if value is not None
    }
