"""Whole spaces in and out, for import and export."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from widget.store.tables import billed_step, member, pending_change, space, subscription

_FIRST_DAY = date(2000, 1, 1)


def has_space(connection: Connection, space_id: str) -> bool:
    """Return whether there is a space of this id."""
    return connection.execute(select(space.c.id).where(space.c.id == space_id)).first() is not None


def put(connection: Connection, values: Mapping[str, Any], digest: str) -> str:
    """Add a space, or bring its own facts and members up to date; return "added", "changed" or "unchanged"."""
    known = connection.execute(select(space.c.digest).where(space.c.id == values["id"])).scalar()
    if known == digest:
        return "unchanged"
    own = {name: values[name] for name in ("name", "time_zone", "language")}
    own |= {"locked": values.get("locked", False), "archived": values.get("archived", False), "digest": digest}
    own |= _billing(values.get("billing", {}))
    if known is None:
        connection.execute(insert(space).values(id=values["id"], **own))
        _add_subscription(connection, values["id"], values["subscription"])
        connection.execute(insert(member), [_member(values["id"], each) for each in values["members"]])
        return "added"
    connection.execute(update(space).where(space.c.id == values["id"]).values(**own))
    for each in values["members"]:
        put_member(connection, values["id"], each)
    return "changed"


def _billing(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "billing_name": values.get("name"),
        "billing_address": "\n".join(values["address"]) if "address" in values else None,
        "billing_country": values.get("country"),
        "siren": values.get("siren"),
        "vat_number": values.get("vat_number"),
    }


def _add_subscription(connection: Connection, space_id: str, facts: Mapping[str, Any]) -> None:
    level = {name: facts[name] for name in ("plan", "users", "zoom_licenses")}
    connection.execute(
        insert(subscription).values(
            space_id=space_id, interval=facts["interval"], term_start=facts.get("term_start"), version=1, **level
        )
    )
    steps = facts["billed"] or [level | {"from": _FIRST_DAY}]
    for step in steps:
        connection.execute(
            insert(billed_step).values(
                space_id=space_id,
                starts_on=step["from"],
                plan=step["plan"],
                users=step["users"],
                zoom_licenses=step["zoom_licenses"],
                price_book=step.get("price_book"),
            )
        )
    if len(steps) > 1:
        connection.execute(
            insert(pending_change).values(
                id=uuid.uuid4().hex, space_id=space_id, state="scheduled", due_on=steps[-1]["from"]
            )
        )


def _member(space_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{space_id}/{values['email'].lower()}").hex
    names = ("name", "email", "role", "state", "last_seen")
    return {"id": identity, "space_id": space_id} | {name: values[name] for name in names}


def put_member(connection: Connection, space_id: str, values: Mapping[str, Any]) -> str:
    """Add a member, or bring them up to date by their address; return "added", "changed" or "unchanged"."""
    row = _member(space_id, values)
    # The identity follows from the address in small letters: an address in capitals is the same person.
    known = (
        connection.execute(select(member).where(member.c.space_id == space_id, member.c.id == row["id"]))
        .mappings()
        .first()
    )
    if known is None:
        connection.execute(insert(member).values(**row))
        return "added"
    if dict(known) == row:
        return "unchanged"
    connection.execute(update(member).where(member.c.space_id == space_id, member.c.id == row["id"]).values(**row))
    return "changed"


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
                    _written({name: person[name] for name in ("name", "email", "role", "state", "last_seen")})
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
