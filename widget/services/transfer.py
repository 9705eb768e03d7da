"""Import and export of spaces: one documented JSON file (data/import.schema.json), members also as CSV."""

import csv
import hashlib
import json
import json.scanner
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from jsonschema import Draft202012Validator
from sqlalchemy import Engine

from widget.catalogue import DATA
from widget.domain.terms import Terms
from widget.services.billing import is_siren, is_vat_number
from widget.store import transfer as rows
from widget.store.engine import reading, transaction

_RELATIVE = re.compile(r"today(?:([+-])([0-9]+)d)?")
#: Who takes one of the users that are paid for (rule: active-user-floor).
OCCUPYING = {"active", "invited"}
CSV_COLUMNS = ("space", "name", "email", "role", "state", "last_seen")


class TransferError(Exception):
    """The file cannot be imported; nothing was. One line for each wrong record: line, field, reason."""


@dataclass(frozen=True, slots=True)
class Report:
    """How many spaces were added, changed, and left as they were."""

    added: int
    changed: int
    unchanged: int


class _Located(dict[str, Any]):
    """A JSON object that knows its line."""

    line = 0


class _Decoder(json.JSONDecoder):
    def __init__(self) -> None:
        super().__init__()
        self.parse_object = self._located
        # Only the scanner written in Python calls parse_object; typeshed knows neither.
        self.scan_once = json.scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    @staticmethod
    def _located(start: tuple[str, int], *rest: Any) -> tuple[_Located, int]:
        value, end = json.decoder.JSONObject(start, *rest)  # type: ignore[attr-defined]
        found = _Located(value)
        found.line = start[0].count("\n", 0, start[1]) + 1
        return found, end


def import_file(engine: Engine, terms: Terms, path: Path, *, now: datetime) -> Report:
    """Bring a JSON file in, all or nothing; the same file again changes nothing.

    Relative dates count from the day of `now` in each space's zone. A space that is already there keeps its
    subscription, which only orders change; its name, zone, language, lock, billing and members follow the file.
    Raises TransferError naming every wrong record.
    """
    try:
        content = _Decoder().decode(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TransferError(f"{path}: cannot be read: {error.strerror}") from None
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise TransferError(f"{path}: not JSON: {error}") from None
    problems = list(_schema_problems(content)) or list(_problems(content["spaces"], terms, now))
    if problems:
        raise TransferError("\n".join(problems))
    counts: Counter[str] = Counter()
    with transaction(engine) as connection:
        for space in content["spaces"]:
            digest = hashlib.sha256(json.dumps(space, sort_keys=True).encode()).hexdigest()
            counts[rows.put(connection, _resolved(space, now), digest)] += 1
    return Report(counts["added"], counts["changed"], counts["unchanged"])


def import_members(engine: Engine, path: Path) -> Report:
    """Bring members in from CSV (columns space, name, email, role, state, last_seen), all or nothing.

    Raises TransferError naming every wrong record.
    """
    schema = _schema()["properties"]["spaces"]["items"]["properties"]["members"]["items"]
    validator = Draft202012Validator({"$defs": _schema()["$defs"], **schema})
    problems, counts = [], Counter[str]()
    records = _records(path)
    with transaction(engine) as connection:
        for line, record in records:
            member = {key: value for key, value in record.items() if key != "space" and value}
            found = [f"line {line}: {reason}" for reason in _line_problems(validator, member)]
            if not rows.has_space(connection, record["space"]):
                found.append(f"line {line}: space: no space {record['space']!r}")
            problems += found
            if not found:
                seen = date.fromisoformat(member["last_seen"]) if "last_seen" in member else None
                counts[rows.put_member(connection, record["space"], member | {"last_seen": seen})] += 1
        if problems:
            raise TransferError("\n".join(problems))
    return Report(counts["added"], counts["changed"], counts["unchanged"])


def _records(path: Path) -> list[tuple[int, dict[str, Any]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="")
            if tuple(reader.fieldnames or ()) != CSV_COLUMNS:
                raise TransferError(f"line 1: header: expected {','.join(CSV_COLUMNS)}")
            return [(reader.line_num, record) for record in reader]
    except OSError as error:
        raise TransferError(f"{path}: cannot be read: {error.strerror}") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise TransferError(f"{path}: not CSV: {error}") from None


def _line_problems(validator: Draft202012Validator, member: dict[str, Any]) -> Iterator[str]:
    if member.pop("", None):
        yield "record: more fields than the header"
    seen = member.get("last_seen")
    if seen is not None and not _is_date(seen):
        yield f"last_seen: {seen!r} is not a date such as 2026-11-24"
        member.pop("last_seen")
    yield from (f"{_field(error)}: {error.message}" for error in validator.iter_errors(member))


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def export_file(engine: Engine, path: Path) -> int:
    """Write every space to a JSON file that `import_file` reads; return how many."""
    with reading(engine) as connection:
        spaces = rows.everything(connection)
    path.write_text(json.dumps({"format": 1, "spaces": spaces}, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return len(spaces)


def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((DATA / "import.schema.json").read_text(encoding="utf-8"))
    return schema


def _field(error: Any) -> str:
    return ".".join(str(part) for part in error.absolute_path) or "record"


def _schema_problems(content: Any) -> Iterator[str]:
    for error in sorted(
        Draft202012Validator(_schema()).iter_errors(content), key=lambda each: list(each.absolute_path)
    ):
        line, value = getattr(content, "line", 1), content
        for part in error.absolute_path:
            value = value[part]
            line = getattr(value, "line", line)
        yield f"line {line}: {_field(error)}: {error.message}"


def _problems(spaces: list[_Located], terms: Terms, now: datetime) -> Iterator[str]:
    ids = Counter(space["id"] for space in spaces)
    for space in spaces:
        line = space.line
        if ids[space["id"]] > 1:
            yield f"line {line}: id: {space['id']!r} is used twice"
        try:
            ZoneInfo(space["time_zone"])
        except (ZoneInfoNotFoundError, ValueError):
            yield f"line {line}: time_zone: {space['time_zone']!r} is not a time zone such as Europe/Paris"
            continue
        on = now.astimezone(ZoneInfo(space["time_zone"])).date()
        yield from _billing_problems(space)
        yield from _subscription_problems(space, terms, on)
        yield from _member_problems(space, on)


def _subscription_problems(space: _Located, terms: Terms, on: date) -> Iterator[str]:
    facts = space["subscription"]
    try:
        starts = [_day(step["from"], on) for step in facts.get("billed", [])]
        term = _day(facts["term_start"], on) if "term_start" in facts else None
    except ValueError as error:
        yield f"line {facts.line}: subscription: {error}"
        return
    if (facts["interval"] == "year") != (term is not None):
        yield f"line {facts.line}: term_start: needed with annual payment, and only there"
    if term is not None and term > on:
        yield f"line {facts.line}: term_start: {term} is after the day of the import"
    if starts and (starts[0] > on or starts != sorted(set(starts))):
        yield f"line {facts.line}: billed: expected ascending days, the first not after the day of the import"
    book = terms.price_book(on)
    for plan in [facts["plan"], *(step["plan"] for step in facts.get("billed", []))]:
        if not book.has(plan):
            yield f"line {facts.line}: plan: no plan {plan!r} in the price book {book.version}"
    versions = {each.version for each in terms.price_books}
    for step in facts.get("billed", []):
        if step.get("price_book", book.version) not in versions:
            yield f"line {step.line}: price_book: no price book {step['price_book']!r}"


def _billing_problems(space: _Located) -> Iterator[str]:
    told = space.get("billing", {})
    line, country = getattr(told, "line", space.line), told.get("country")
    if "siren" in told and not is_siren(told["siren"]):
        yield f"line {line}: siren: {told['siren']!r} is not a SIREN: nine digits, the last one a check digit"
    if "vat_number" in told and country is None:
        yield f"line {line}: country: needed with a VAT number"
    elif "vat_number" in told and not is_vat_number(told["vat_number"], country):
        yield f"line {line}: vat_number: {told['vat_number']!r} is not a VAT number of {country}"


def _member_problems(space: _Located, on: date) -> Iterator[str]:
    members = space["members"]
    for member in members:
        try:
            _day(member.get("last_seen", "today"), on)
        except ValueError as error:
            yield f"line {member.line}: last_seen: {error}"
    for email, times in Counter(member["email"].lower() for member in members).items():
        if times > 1:
            yield f"line {space.line}: members: {email!r} is used twice"
    if not any(each["role"] == "administrator" and each["state"] == "active" for each in members):
        yield f"line {space.line}: members: expected at least one active administrator"
    occupied = sum(each["state"] in OCCUPYING for each in members) + space.get("generated_members", 0)
    if occupied > space["subscription"]["users"]:
        yield f"line {space.line}: members: {occupied} active or invited, more than the users of the subscription"


def _day(text: str, on: date) -> date:
    relative = _RELATIVE.fullmatch(text)
    if not relative:
        return date.fromisoformat(text)
    days = int(relative[2] or 0)
    return on - timedelta(days) if relative[1] == "-" else on + timedelta(days)


def _resolved(space: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    on = now.astimezone(ZoneInfo(space["time_zone"])).date()
    facts = dict(space["subscription"])
    if "term_start" in facts:
        facts["term_start"] = _day(facts["term_start"], on)
    facts["billed"] = [step | {"from": _day(step["from"], on)} for step in facts.get("billed", [])]
    members = [
        member | {"last_seen": _day(member["last_seen"], on) if "last_seen" in member else None}
        for member in space["members"]
    ]
    for number in range(1, space.get("generated_members", 0) + 1):
        email = f"user{number}@{space['id']}.example"
        members.append({"name": f"User {number}", "email": email, "role": "user", "state": "active", "last_seen": None})
    return {**space, "subscription": facts, "members": members}
