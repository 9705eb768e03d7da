"""The keys of forms: the same form sent again is answered as before, and does nothing more."""

import hashlib
from dataclasses import dataclass

from sqlalchemy import Connection

from widget.store import order as orders

#: A key, and the fingerprint of what it came with.
Used = tuple[str, str]


@dataclass(frozen=True, slots=True)
class KeyReused:
    """This key came with another body before."""


def hash_of(*parts: str) -> str:
    """Return the fingerprint of some texts: of what a key came with, of what a reader saw."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def answered(connection: Connection, space_id: str, operation: str, used: Used) -> str | KeyReused | None:
    """Return what a key was answered before, KeyReused where it came with another body, None for a new one."""
    found = orders.answered(connection, space_id, operation, used[0])
    if found is None:
        return None
    return found[1] if found[0] == used[1] else KeyReused()
