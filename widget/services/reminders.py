"""Reminders of the notice deadline, a month and a week ahead: each once, for each term, in the space's own zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from sqlalchemy import Engine

from widget.domain.calendar import anniversary_after, notice_deadline
from widget.domain.reminder import EARLY_DAYS, LATE_DAYS
from widget.domain.terms import Terms
from widget.services import account, facts
from widget.services.alone import each_alone
from widget.store import outbox, reminder
from widget.store import space as spaces
from widget.store.engine import reading, transaction

AHEAD = (("deadline.week", timedelta(days=LATE_DAYS)), ("deadline.month", timedelta(days=EARLY_DAYS)))


@dataclass(frozen=True, slots=True)
class Due:
    """A reminder that a day calls for, of the deadline for a renewal."""

    kind: str
    renewal: date
    deadline: date

    @property
    def subject(self) -> str:
        """What it is about: there is one of a kind for a deadline."""
        return self.deadline.isoformat()


def due(anchor: date, on: date, terms: Terms) -> Due | None:
    """Return the reminder that a day calls for; None where it is too early or too late for any.

    After an outage only the nearer of the two is due: being told "30 days" with 5 left would be wrong.
    """
    renewal = anniversary_after(anchor, on)
    deadline = notice_deadline(renewal, terms.policy(on).notice_months)
    for kind, ahead in AHEAD:
        if deadline - ahead <= on <= deadline:
            return Due(kind, renewal, deadline)
    return None


def remind(engine: Engine, terms: Terms, *, now: datetime) -> int:
    """Write every reminder that is due and was not written yet; return how many that were.

    Raises LeftError at the end, when every other space has had its turn: the next run tries again.
    """
    with reading(engine) as connection:
        asked = reminder.candidates(connection)
    acts = {space_id: partial(_remind, engine, terms, space_id, zone, anchor, now) for space_id, zone, anchor in asked}
    return each_alone(acts, "spaces not reminded")


def _remind(engine: Engine, terms: Terms, space_id: str, zone: str, anchor: date, now: datetime) -> bool:
    found = due(anchor, account.day_in(zone, now), terms)
    if found is None:
        return False
    message_id = outbox.id_of(space_id, found.kind, found.subject)
    with reading(engine) as connection:  # most of the time it is written already: nobody waits for that
        if message_id in outbox.known(connection, [message_id]):
            return False
    _write(engine, space_id, found, now)
    return True


def _write(engine: Engine, space_id: str, found: Due, now: datetime) -> None:
    with transaction(engine) as connection:
        space = spaces.known(connection, space_id)
        told = facts.where(space, account.local_day(space, now))
        told |= {"renewal": found.renewal.isoformat(), "deadline": found.deadline.isoformat()}
        outbox.add(connection, space_id, kind=found.kind, facts=told, at=now, subject=found.subject)


def choose(engine: Engine, *, space_id: str, reminders: bool) -> None:
    """Switch the reminders of a space on or off."""
    with transaction(engine) as connection:
        reminder.choose(connection, space_id, reminders=reminders)


def wanted(engine: Engine, *, space_id: str) -> bool:
    """Return whether a space is reminded."""
    with reading(engine) as connection:
        return reminder.wanted(connection, space_id)
