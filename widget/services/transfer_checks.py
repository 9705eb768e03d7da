"""What is wrong with a file to import, as far as the file alone can tell: each problem with its line and field."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from widget.catalogue import DATA
from widget.domain.calendar import FIRST_DAY, LAST_DAY, anniversary_after
from widget.domain.plan import Plan
from widget.domain.terms import Terms
from widget.services.account import day_in
from widget.services.billing import is_siren, is_vat_number
from widget.services.transfer_file import Located

#: Who takes one of the users that are paid for (rule: active-user-floor).
OCCUPYING = {"active", "invited"}
_RELATIVE = re.compile(r"today(?:([+-])([0-9]+)d)?(\+1y)?")
_LONGEST_REASON = 400


def file_problems(content: Any, terms: Terms, now: datetime) -> list[str]:
    """Return every problem of a JSON file: of its form and, where a space has its form, of its facts."""
    form = list(_form_problems(content))
    told = [f"line {line}: {reason}" for line, _, reason in form]
    if any(len(path) < len(("spaces", 0)) for _, path, _ in form):
        return told  # what is wrong is no single space
    wrong = {path[1] for _, path, _ in form}
    return told + list(
        _fact_problems([each for at, each in enumerate(content["spaces"]) if at not in wrong], terms, now)
    )


def member_problems(record: dict[str, Any]) -> Iterator[str]:
    """Yield the field and the reason of each problem of a CSV record, its space aside."""
    if record.pop("", None):
        yield "record: more fields than the header"
    seen = record.get("last_seen")
    if seen is not None and not _is_date(seen):
        yield f"last_seen: {seen!r} is not a date such as 2026-11-24"
        record.pop("last_seen")
    yield from (f"{_field(path)}: {reason}" for path, reason in _unprintable(record))
    yield from (_reason(error) for error in _validator("member").iter_errors(record))


def day_of(text: str, on: date) -> date:
    """Return the civil date that a text of the format names, relative ones counted from `on`, or a year after that.

    Raises ValueError for a day that is none, or outside the calendar of the rules.
    """
    relative = _RELATIVE.fullmatch(text)
    days = timedelta(int(relative[2] or 0)) if relative else timedelta()
    found = date.fromisoformat(text) if not relative else on - days if relative[1] == "-" else on + days
    if relative and relative[3]:
        found = anniversary_after(found, found)
    if not FIRST_DAY <= found <= LAST_DAY:
        raise ValueError(f"not between {FIRST_DAY} and {LAST_DAY}")
    return found


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text and day_of(text, FIRST_DAY) is not None
    except ValueError:
        return False


@cache
def _schema() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((DATA / "import.schema.json").read_text(encoding="utf-8"))
    return schema


@cache
def _validator(part: str) -> Any:
    # Here and not above: it takes a second to load, which every start of the service would pay for imports alone.
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 -- as said

    whole = Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _, value: type(value) is int)
    schema = _schema()
    if part == "member":
        member = schema["properties"]["spaces"]["items"]["properties"]["members"]["items"]
        schema = {"$defs": schema["$defs"], **member}
    kind: Any = validators.extend(Draft202012Validator, type_checker=whole)  # type: ignore[no-untyped-call] # stubs
    return kind(schema)


def _field(path: Any) -> str:
    return ".".join(str(part) for part in path) or "record"


def _reason(error: Any) -> str:
    message = error.message if len(error.message) <= _LONGEST_REASON else f"{error.message[:_LONGEST_REASON]}…"
    return f"{_field(error.absolute_path)}: {message}"


def _form_problems(content: Any) -> Iterator[tuple[int, tuple[Any, ...], str]]:
    """Yield the line of each problem of form, the path to it, and its field with the reason."""
    for found, path in _objects(content, ()):
        yield from ((found.line, path, f"{_field((*path, name))}: given more than once") for name in found.twice)
    for path, reason in _unprintable(content):
        yield _line(content, path), path, f"{_field(path)}: {reason}"
    errors = _validator("file").iter_errors(content)
    for error in sorted(errors, key=lambda each: [str(part) for part in each.absolute_path]):
        yield _line(content, error.absolute_path), tuple(error.absolute_path), _reason(error)


def _line(content: Any, path: Any) -> int:
    line, value = getattr(content, "line", 1), content
    for part in path:
        value = value[part]
        line = getattr(value, "line", line)
    return int(line)


def _objects(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Located, tuple[Any, ...]]]:
    if isinstance(value, Located):
        yield value, path
    for name, each in _inside(value):
        yield from _objects(each, (*path, name))


def _inside(value: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        yield from enumerate(value)


def _unprintable(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, str]]:
    """Yield the path of each text with a control character or half a character: no database keeps both."""
    if isinstance(value, str) and any(unicodedata.category(letter) in {"Cc", "Cs"} for letter in value):
        yield path, f"a control character in {value[:_LONGEST_REASON]!r}"
    for name, each in _inside(value):
        yield from _unprintable(each, (*path, name))


def _fact_problems(spaces: list[Located], terms: Terms, now: datetime) -> Iterator[str]:
    ids = Counter(space["id"] for space in spaces)
    for space in spaces:
        line = space.line
        if ids[space["id"]] > 1:
            yield f"line {line}: id: {space['id']!r} is used twice"
        if space["time_zone"] not in _zones():
            yield f"line {line}: time_zone: {space['time_zone']!r} is not a time zone such as Europe/Paris"
            continue
        on = day_in(space["time_zone"], now)
        yield from _billing_problems(space)
        yield from _subscription_problems(space, terms, on)
        yield from _member_list_problems(space, on)


@cache
def _zones() -> set[str]:
    return available_timezones()


def _billing_problems(space: Located) -> Iterator[str]:
    told = space.get("billing", {})
    line, country = getattr(told, "line", space.line), told.get("country")
    if "siren" in told and not is_siren(told["siren"]):
        yield f"line {line}: siren: {told['siren']!r} is not a SIREN: nine digits, the last one a check digit"
    if "vat_number" in told and country is None:
        yield f"line {line}: country: needed with a VAT number"
    elif "vat_number" in told and not is_vat_number(told["vat_number"], country):
        yield f"line {line}: vat_number: {told['vat_number']!r} is not a VAT number of {country}"


def _subscription_problems(space: Located, terms: Terms, on: date) -> Iterator[str]:
    facts, steps = space["subscription"], space["subscription"].get("billed", [])
    wrong = [*_wrong_days(facts, "term_start", on), *(each for step in steps for each in _wrong_days(step, "from", on))]
    if wrong:
        yield from wrong
        return
    starts = [day_of(step["from"], on) for step in steps]
    term = day_of(facts["term_start"], on) if "term_start" in facts else None
    if (facts["interval"] == "year") != (term is not None):
        yield f"line {facts.line}: term_start: needed with annual payment, and only there"
    if term is not None and term > on:
        yield f"line {facts.line}: term_start: {term} is after the day of the import"
    if starts and (starts[0] > on or starts != sorted(set(starts))):
        yield f"line {facts.line}: billed: expected ascending days, the first not after the day of the import"
    yield from _level_problems(facts, terms, on)


def _wrong_days(record: Located, name: str, on: date) -> Iterator[str]:
    try:
        day_of(record.get(name, "today"), on)
    except ValueError as error:
        yield f"line {record.line}: {name}: {record[name]!r}: {error}"


def _level_problems(facts: Located, terms: Terms, on: date) -> Iterator[str]:
    day, versions = terms.price_book(on), {book.version: book for book in terms.price_books}
    coming = {facts["plan"]}
    for step in facts.get("billed", []):
        book = versions.get(step.get("price_book", day.version))
        if book is None:
            yield f"line {step.line}: price_book: no price book {step['price_book']!r}"
        elif not book.has(step["plan"]):
            yield f"line {step.line}: plan: no plan {step['plan']!r} in the price book {book.version}"
        else:
            coming.add(step["plan"])
            yield from _limit_problems(step, book.plan(step["plan"]))
    if not day.has(facts["plan"]):
        yield f"line {facts.line}: plan: no plan {facts['plan']!r} in the price book {day.version}"
    # Users drop at once and the plan with its price: what is in use may have the size of the plan to come already.
    elif not any(day.has(plan) and not list(_limit_problems(facts, day.plan(plan))) for plan in coming):
        yield from _limit_problems(facts, day.plan(facts["plan"]))


def _limit_problems(level: Located, plan: Plan) -> Iterator[str]:
    if not plan.min_users <= level["users"] <= plan.max_users:
        yield (
            f"line {level.line}: users: the plan {plan.id!r} takes {plan.min_users} to {plan.max_users} users, "
            f"found {level['users']}"
        )
    if level["zoom_licenses"] > plan.max_zoom_licenses:
        yield (
            f"line {level.line}: zoom_licenses: the plan {plan.id!r} takes at most {plan.max_zoom_licenses} "
            f"Zoom licenses, found {level['zoom_licenses']}"
        )


def _member_list_problems(space: Located, on: date) -> Iterator[str]:
    members = [*space["members"], *generated_members(space)]
    seen = {member["email"].lower() for member in generated_members(space)}
    for member in space["members"]:
        yield from _wrong_days(member, "last_seen", on)
        if member["email"].lower() in seen:
            yield f"line {member.line}: email: {member['email']!r} is used twice"
        seen.add(member["email"].lower())
    if not any(each["role"] == "administrator" and each["state"] == "active" for each in members):
        yield f"line {space.line}: members: expected at least one active administrator"
    occupied = sum(each["state"] in OCCUPYING for each in members)
    if occupied > space["subscription"]["users"]:
        yield f"line {space.line}: members: {occupied} active or invited, more than the users of the subscription"


def generated_members(space: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield as many invented active users as the space asks for."""
    for number in range(1, space.get("generated_members", 0) + 1):
        email = f"user{number}@{space['id']}.example"
        yield {"name": f"User {number}", "email": email, "role": "user", "state": "active"}
