"""Import and export of spaces: one documented JSON file (data/import.schema.json), members also as CSV.

An import is one transaction: it holds the lock of each subscription it touches, every change is an audit event of the
actor "import", and one wrong record keeps out all of them.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import IntegrityError

from widget.domain.terms import Terms
from widget.services.account import day_in
from widget.services.transfer_checks import OCCUPYING, day_of, file_problems, generated_members, member_problems
from widget.services.transfer_file import TransferError, as_csv, read_csv, read_json, write
from widget.store import audit
from widget.store import calendar as feeds
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store import transfer as rows
from widget.store.engine import reading, transaction
from widget.store.transfer import MemberChange

ACTOR = "import"
CSV_COLUMNS = ("space", "name", "email", "role", "state", "last_seen")


@dataclass(frozen=True, slots=True)
class Report:
    """How many spaces (members, from CSV) were added, changed, and left as they were."""

    added: int
    changed: int
    unchanged: int


def import_file(engine: Engine, terms: Terms, path: Path, *, now: datetime) -> Report:
    """Bring a JSON file in, all or nothing; the same file again changes nothing.

    Relative dates count from the day of `now` in each space's zone. A space that is already there keeps its
    subscription, which only orders change; its name, zone, language, lock, billing and members follow the file.
    Raises TransferError naming every wrong record.
    """
    content = read_json(path)
    problems = file_problems(content, terms, now)
    if problems:
        raise TransferError("\n".join(problems))
    counts: Counter[str] = Counter()
    with _whole(engine) as connection:
        for space in sorted(content["spaces"], key=lambda each: str(each["id"])):
            outcome, found = _bring_in(connection, space, now)
            counts[outcome] += 1
            problems += [f"line {space.line}: members: {reason}" for reason in found]
        if problems:
            raise TransferError("\n".join(problems))
    return Report(counts["added"], counts["changed"], counts["unchanged"])


def import_members(engine: Engine, path: Path, *, now: datetime) -> Report:
    """Bring members in from CSV (columns space, name, email, role, state, last_seen), all or nothing.

    A space keeps an active administrator, and has no more active and invited people than users.
    Raises TransferError naming every wrong record.
    """
    records, counts = read_csv(path, CSV_COLUMNS), Counter[str]()
    problems = list(_record_problems(records))
    with _whole(engine) as connection:
        problems += _unknown_spaces(connection, records)
        wrong = {line for line, _ in problems}
        right = [(line, record) for line, record in records if line not in wrong]
        # Space by space, in one order for everybody: two imports never wait for each other in a ring.
        for space_id, group in groupby(sorted(right, key=_by_space), key=lambda each: str(each[1]["space"])):
            members = [(line, _as_member(record)) for line, record in group]
            changes = _put_members(connection, space_id, [member for _, member in members], now)
            counts.update("unchanged" if each is None else "changed" if each.before else "added" for each in changes)
            lines = {id(change): line for (line, _), change in zip(members, changes, strict=True)}
            problems += [(lines[id(each)], reason) for each, reason in _broken(connection, space_id, changes)]
        if problems:
            raise TransferError("\n".join(f"line {line}: {reason}" for line, reason in sorted(problems)))
    return Report(counts["added"], counts["changed"], counts["unchanged"])


def export_file(engine: Engine, path: Path) -> int:
    """Write every space to a JSON file that `import_file` reads; return how many. Raises TransferError."""
    with reading(engine) as connection:
        found = rows.everything(connection)
    write(path, json.dumps({"format": 1, "spaces": found}, ensure_ascii=False, indent=2) + "\n")
    return len(found)


def export_members(engine: Engine, path: Path) -> int:
    """Write every member to a CSV file that `import_members` reads; return how many. Raises TransferError."""
    with reading(engine) as connection:
        found = rows.everything(connection)
    people = [member | {"space": space["id"]} for space in found for member in space["members"]]
    write(path, as_csv(CSV_COLUMNS, ((member.get(name, "") for name in CSV_COLUMNS) for member in people)))
    return len(people)


@contextmanager
def _whole(engine: Engine) -> Iterator[Connection]:
    try:
        with transaction(engine) as connection:
            yield connection
    except IntegrityError:
        raise TransferError("another import brought in the same spaces at this moment; import again") from None


def _bring_in(connection: Connection, space: Mapping[str, Any], now: datetime) -> tuple[str, list[str]]:
    """Return what became of a space ("added", "changed" or "unchanged"), and what its members would break."""
    digest = hashlib.sha256(json.dumps(space, sort_keys=True).encode()).hexdigest()
    before, on = rows.digest(connection, space["id"]), day_in(space["time_zone"], now)
    if before == digest:
        return "unchanged", []
    values = _resolved(space, on)
    if before is None:
        rows.add(connection, values, digest, on)
        states = Counter(each["state"] for each in values["members"])
        data = {"subscription": space["subscription"], "on": on.isoformat(), "members": dict(states)}
        audit.append(connection, space["id"], at=now, actor=ACTOR, kind="space.imported", data=data)
        return "added", []
    subscriptions.load(connection, space["id"], lock=True)
    changed = rows.change(connection, values, digest)
    if changed:
        data = {"fields": sorted(changed)}
        audit.append(connection, space["id"], at=now, actor=ACTOR, kind="space.changed", data=data)
    changes = _put_members(connection, space["id"], values["members"], now)
    outcome = "changed" if changed or any(changes) else "unchanged"
    return outcome, [reason for _, reason in _broken(connection, space["id"], changes)]


def _put_members(
    connection: Connection, space_id: str, members: list[dict[str, Any]], now: datetime
) -> list[MemberChange | None]:
    """Keep the members under the subscription's lock; each that changes is an event, without what is personal."""
    subscriptions.load(connection, space_id, lock=True)
    changes = [rows.put_member(connection, space_id, each) for each in members]
    for change in filter(None, changes):
        if change.leaves_administration:
            feeds.remove_of(connection, space_id, change.id)
        data = {"member": change.id, "before": change.before, "after": change.after, "fields": change.fields}
        kind = "member.changed" if change.before else "member.added"
        audit.append(connection, space_id, at=now, actor=ACTOR, kind=kind, data=data)
    return changes


def _broken(
    connection: Connection, space_id: str, changes: list[MemberChange | None]
) -> Iterator[tuple[MemberChange, str]]:
    """Yield what the changes break in the space as it is now, with the last change that has a part in it."""
    subscription = subscriptions.load(connection, space_id).subscription
    fuller = [each for each in changes if each and each.takes_place(OCCUPYING)]
    occupied, users = subscription.occupied_users, subscription.in_use.users
    if fuller and occupied > users:
        yield fuller[-1], f"state: {occupied} active or invited in {space_id}, more than its {users} users"
    leaving = [each for each in changes if each and each.leaves_administration]
    if leaving and not any(each.is_administrator for each in spaces.members(connection, space_id, "active")):
        yield leaving[-1], f"role: {space_id} would have no active administrator left"


def _record_problems(records: list[tuple[int, dict[str, Any]]]) -> Iterator[tuple[int, str]]:
    seen: dict[tuple[str, str], int] = {}
    for line, record in records:
        told = {key: value for key, value in record.items() if key != "space" and value}
        yield from ((line, reason) for reason in member_problems(told))
        first = seen.setdefault((record["space"], (record["email"] or "").lower()), line)
        if first != line:
            yield line, f"email: {record['email']!r} is in line {first} already"


def _unknown_spaces(connection: Connection, records: list[tuple[int, dict[str, Any]]]) -> list[tuple[int, str]]:
    known = set(spaces.ids(connection))
    return [(line, f"space: no space {record['space']!r}") for line, record in records if record["space"] not in known]


def _by_space(record: tuple[int, dict[str, Any]]) -> tuple[str, int]:
    return str(record[1]["space"]), record[0]


def _as_member(record: Mapping[str, Any]) -> dict[str, Any]:
    seen = date.fromisoformat(record["last_seen"]) if record["last_seen"] else None
    return {**record, "last_seen": seen}


def _resolved(space: Mapping[str, Any], on: date) -> dict[str, Any]:
    """Return the space with its days as civil dates and its generated members among the others."""
    facts = dict(space["subscription"])
    if "term_start" in facts:
        facts["term_start"] = day_of(facts["term_start"], on)
    facts["billed"] = [step | {"from": day_of(step["from"], on)} for step in facts.get("billed", [])]
    members = [
        {**member, "last_seen": day_of(member["last_seen"], on) if "last_seen" in member else None}
        for member in [*space["members"], *generated_members(space)]
    ]
    return {**space, "subscription": facts, "members": members}
