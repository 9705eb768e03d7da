"""What a provider's claims let a person do, by the grants of the settings. Claims are other people's words: whatever
does not fit is as if it were not there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from widget.trust import STAFF_ROLES, Grant, GroupGrant, RecordGrant

#: More groups than this, or longer names, are not read.
MOST, LONGEST = 1_000, 200


@dataclass(frozen=True, slots=True)
class Granted:
    """The spaces with the role there (None: as the product's list of members says), and a role among the vendor's."""

    spaces: Mapping[str, str | None]
    staff: str | None


def granted(grants: tuple[Grant, ...], claims: Mapping[str, Any]) -> Granted:
    """Return what the claims give. Of two roles in one space the higher counts; of two among the vendor's the first."""
    spaces: dict[str, str | None] = {}
    staff: str | None = None
    for grant in grants:
        found = _entries(claims.get(grant.claim))
        given = _by_group(grant, found) if isinstance(grant, GroupGrant) else _by_record(grant, found)
        for space, role in given:
            if role in STAFF_ROLES:
                staff = staff or role
            elif space and spaces.get(space) != "administrator":
                spaces[space] = role or spaces.get(space)
    return Granted(spaces, staff)


def _entries(found: Any) -> list[Any]:
    return found[:MOST] if isinstance(found, list) else [] if found is None else [found]


def _by_group(grant: GroupGrant, found: list[Any]) -> Iterator[tuple[str, str | None]]:
    for name in found:
        match = grant.pattern.fullmatch(name) if isinstance(name, str) and len(name) <= LONGEST else None
        if match:
            yield match.groupdict().get("space") or "", grant.role


def _by_record(grant: RecordGrant, found: list[Any]) -> Iterator[tuple[str, str | None]]:
    for record in found:
        space = record.get(grant.space) if isinstance(record, dict) else None
        if not isinstance(space, str) or not 0 < len(space) <= LONGEST:
            continue
        if grant.role is None:
            yield space, None
            continue
        word = record.get(grant.role)
        if isinstance(word, str) and word in grant.roles:
            yield space, grant.roles[word]
