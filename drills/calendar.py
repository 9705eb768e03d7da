"""R8: in 17 zones, on leap days and on nights without a midnight, a change comes into force on its civil day."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, update

from drills.ground import TERMS, Drill, contents, people, started
from widget.domain.plan import Level
from widget.services import apply_due
from widget.store.engine import transaction
from widget.store.tables import billed_step, pending_change

ZONES = (
    "UTC",
    "Europe/Paris",
    "America/New_York",
    "America/Los_Angeles",
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "America/Asuncion",
    "America/Coyhaique",
    "America/Havana",
    "America/Santiago",
    "Asia/Beirut",
    "Atlantic/Azores",
)
#: Month ends, a leap day, the turn of a year, far years; nights without a midnight are looked for in each zone.
DAYS = (date(2027, 3, 1), date(2028, 2, 29), date(2028, 3, 1), date(2027, 12, 31), date(2028, 1, 1), date(2038, 1, 20))
MICROSECOND = timedelta(microseconds=1)


def drill(folder: Path) -> list[Drill]:
    """Look at the last instant before each day and at its first, in each zone; then the clock goes back."""
    engine = started(f"sqlite:///{folder}/zones.sqlite3")
    looked = early = late = twice = 0
    foreign = 0
    for number, zone in enumerate(ZONES):
        (who,) = people(engine, folder, 1, id=f"zone-{number}", time_zone=zone)
        who.orders(Level("essential", 12, 4), key=zone)
        for day in (*DAYS, *_without_midnight(zone)):
            _due_on(engine, who.space_id, day)
            first = _first_instant(day, zone)
            looked += 1
            early += _applied(engine, who.space_id, first - MICROSECOND)
            late += not _applied(engine, who.space_id, first)
            twice += _applied(engine, who.space_id, first - timedelta(hours=2))
            foreign += datetime.combine(day, time(), UTC) != first
    held = not (early or late or twice)
    figure = f"{looked} days in {len(ZONES)} zones: {early} early, {late} late, {twice} again after the clock went back"
    control = f"the day of UTC instead: {foreign} at another instant"
    return [Drill("R8 time", figure, held and looked >= len(ZONES) * len(DAYS), control, foreign > 0)]


def _without_midnight(zone: str) -> list[date]:
    days = (date(2026, 1, 1) + timedelta(number) for number in range(365 * 3))
    return [day for day in days if _first_instant(day, zone).astimezone(ZoneInfo(zone)).time() != time()][:2]


def _first_instant(day: date, zone: str) -> datetime:
    """Return the first instant whose civil day in the zone is this one, found by halving: no rule of ours is asked."""
    noon = datetime.combine(day, time(12), UTC)
    low, high = noon - timedelta(days=2), noon + timedelta(days=2)
    while high - low > MICROSECOND:
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(ZoneInfo(zone)).date() >= day else (middle, high)
    return high


def _due_on(engine: Engine, space_id: str, day: date) -> None:
    """Let the lower plan of a space be due on a day, and not yet in force."""
    with transaction(engine) as connection:
        own = pending_change.c.space_id == space_id
        connection.execute(update(pending_change).where(own).values(state="scheduled", due_on=day))
        later = (billed_step.c.space_id == space_id, billed_step.c.plan == "essential")
        connection.execute(update(billed_step).where(*later).values(starts_on=day))


def _applied(engine: Engine, space_id: str, now: datetime) -> bool:
    before = _state(engine, space_id)
    apply_due.apply_due(engine, TERMS, now=now)
    return before == "scheduled" and _state(engine, space_id) == "applied"


def _state(engine: Engine, space_id: str) -> str:
    return next(str(row["state"]) for row in contents(engine)["pending_change"] if row["space_id"] == space_id)
