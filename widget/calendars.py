"""Days as a calendar file (RFC 5545): one entry a day, all day long, under an identity that outlives a changed date."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from icalendar import Calendar, Event, Timezone

from widget.domain.calendar import ONE_DAY
from widget.domain.change import ChangePreview
from widget.languages import Language
from widget.wording import N_

NAMES = {
    "last-day": N_("Last day to order"),
    "deadline": N_("Notice deadline"),
    "price": N_("New price"),
    "renewal": N_("Renewal of the subscription"),
    "quote": N_("The quote expires"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A day to remember, or to forget where it is `cancelled`.

    `of` tells apart entries of one kind: a term, a quote's number, or nothing.
    """

    kind: str
    day: date
    of: str = ""
    cancelled: bool = False


def of_change(result: ChangePreview) -> list[Entry]:
    """Return the days of a change, calculated or ordered."""
    prices = {line.priced_from for line in result.lines if line.priced_from}
    return days(
        last_day=result.last_day_to_order if result.policy.best_day else None,
        deadline=result.notice_deadline,
        price=max(prices, default=None),
        renewal=result.renewal_date,
    )


def days(*, last_day: date | None, deadline: date | None, price: date | None, renewal: date | None) -> list[Entry]:
    """Return an entry for each day that there is; deadline and renewal belong to the term that the renewal begins."""
    term = str(renewal.year) if renewal else ""
    found = (("last-day", last_day, ""), ("deadline", deadline, term), ("price", price, ""), ("renewal", renewal, term))
    return [Entry(kind, day, of) for kind, day, of in found if day]


def write(
    entries: Iterable[Entry], *, owner: str, name: str, link: str, language: Language, stamp: datetime, sequence: int
) -> bytes:
    """Return the file. `owner` is whose days they are: the same owner, kind and term keep one identity.

    `sequence` rises with every change of the subscription, so that a calendar takes the newer day.
    """
    calendar = Calendar()
    calendar.add("prodid", f"-//Help centre//Widget//{language.code.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    for each in entries:
        event = Event()
        identity = hashlib.sha256(f"{owner}/{each.kind}/{each.of}".encode()).hexdigest()[:32]
        event.add("uid", f"{identity}@helpcentre")
        event.add("dtstamp", stamp)
        event.add("sequence", sequence)
        event.add("dtstart", each.day)
        event.add("dtend", each.day + ONE_DAY)
        event.add(
            "summary",
            f"{language.gettext(':')} ".join(part for part in (name, language.gettext(NAMES[each.kind])) if part),
        )
        event.add("transp", "TRANSPARENT")
        if each.cancelled:
            event.add("status", "CANCELLED")
        event.add("url", link)
        calendar.add_component(event)
    if not calendar.subcomponents:  # of which a calendar needs one (RFC 5545, 3.6), also where nothing is to come
        calendar.add_component(Timezone.from_tzid("UTC"))
    content: bytes = calendar.to_ical()
    return content
