"""JSON as it is sent, read more strictly than parsers do: a name given twice is found, a long number stays a number."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic_core import from_json

#: Longer numbers are above every bound of the contract; this one is written into no answer.
_DIGITS = 18


class NotJsonError(ValueError):
    """The body is not JSON in UTF-8, is nested without end, or holds half a character."""


class _Repeated(dict[str, Any]):
    """An object with names that were given more than once."""

    names: tuple[str, ...] = ()


def parse(body: bytes) -> tuple[Any, list[str]]:
    """Return what a body says, and the path of each name that it gives more than once. Raises NotJsonError."""
    try:
        sent = from_json(body, allow_inf_nan=False)
    except ValueError:
        return _slowly(body)
    # Each name has one colon: where there are as many as names that were understood, none was given twice.
    return (sent, []) if body.count(b":") == _names(sent) else _slowly(body)


def _names(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_names, value.values()))
    return sum(map(_names, value)) if isinstance(value, list) else 0


def _slowly(body: bytes) -> tuple[Any, list[str]]:
    try:
        sent = json.loads(body.decode(), object_pairs_hook=_object, parse_int=_whole, parse_constant=_no_number)
        json.dumps(sent, ensure_ascii=False).encode()  # half a character is none
    except (ValueError, RecursionError):
        raise NotJsonError from None
    return sent, list(_repeated(sent, ""))


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    times = Counter(name for name, _ in pairs)
    twice = _Repeated(found)
    twice.names = tuple(name for name in found if times[name] > 1)
    return twice


def _whole(digits: str) -> int:
    sign = -1 if digits.startswith("-") else 1
    return int(digits) if len(digits) <= _DIGITS else sign * 10**_DIGITS


def _no_number(name: str) -> None:
    raise ValueError(name)


def _repeated(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, _Repeated):
        yield from (f"{path}{name}" for name in value.names)
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inside:
        yield from _repeated(each, f"{path}{name}.")
