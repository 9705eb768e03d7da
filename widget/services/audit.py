"""Reading the audit log again from its first event, to find what somebody altered behind its back."""

from dataclasses import dataclass

from sqlalchemy import Engine

from widget.store import audit
from widget.store import space as spaces
from widget.store.engine import reading, way_back


class AlteredError(Exception):
    """Events do not fit their chain. The message has one line a space: the space and its first altered event."""


@dataclass(frozen=True, slots=True)
class Verified:
    """How many spaces and events were read, all of which fit."""

    spaces: int
    events: int


def verify(engine: Engine) -> Verified:
    """Read the chain of every space from its first event to its head; return how many there are.

    Raises AlteredError naming the first altered or missing event of each space that has one, and each order that is
    not what was placed.
    """
    with reading(engine) as connection:
        names = spaces.ids(connection)
    events, altered = 0, []
    for space_id in names:
        with reading(engine) as connection:
            found = audit.first_altered(connection, space_id)
            events += audit.head(connection, space_id)[0]
            # Of a chain that does not fit nothing is believed, and its data may be no JSON.
            others = [] if found is not None else audit.altered_orders(connection, space_id)
        if found is not None:
            altered.append(f"space {space_id}: audit event {found} was altered or is missing")
        altered += [f"space {space_id}: order {each} is not what its audit event says" for each in others]
    if altered:
        raise AlteredError("\n".join(altered))
    return Verified(len(names), events)


def refuse_altered(engine: Engine) -> None:
    """Raise AlteredError, in one line with the database and the way back, before anything acts on an altered log."""
    try:
        verify(engine)
    except AlteredError as error:
        told = "; ".join(str(error).splitlines())
        raise AlteredError(f"{engine.url.database}: {told}; {way_back(engine)}") from None
