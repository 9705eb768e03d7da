"""What a receipt shows: one view of a message's frozen facts, for its page, its mail and its PDF alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from widget.domain.calendar import ONE_DAY
from widget.domain.lines import Direction
from widget.domain.plan import Interval, Level, PriceBook
from widget.domain.terms import Terms
from widget.languages import Language
from widget.panels import DIRECTION_NAMES, ITEM_NAMES, fee_text, level_text, value_text
from widget.wording import N_

TITLES = {
    "order.placed": N_("Your order is placed"),
    "quote.accepted": N_("The quote is accepted"),
    "change.undone": N_("The decrease is undone"),
    "change.applied": N_("The new price is in force"),
    "members.deactivated": N_("Users were deactivated"),
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """A dated receipt in one language: everything is a text already."""

    title: str
    facts: list[tuple[str, str]]
    lines: list[dict[str, str]] = field(default_factory=list)
    fees: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    proof: str = ""


def number_of(facts: Mapping[str, Any]) -> str:
    """Return the number of an order as people say it, or nothing where the message is about none."""
    return str(facts.get("order") or "")[:8].upper()


def moment(at: datetime, zone: str, language: Language) -> str:
    """Return an instant as the space's clock showed it, with the zone: "1 June 2027, 23:59:58 (Europe/Paris)"."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{language.date(local.date())}, {local:%H:%M:%S} ({zone})"


def receipt(
    kind: str, at: datetime, facts: Mapping[str, Any], private: Mapping[str, Any], language: Language, terms: Terms
) -> Receipt:
    """Return the receipt of a message. Raises KeyError for a kind that has none."""
    return Receipt(
        title=language.gettext(TITLES[kind]),
        facts=[(language.gettext(name), text) for name, text in _facts(at, facts, private, language, terms) if text],
        lines=_lines(facts, language, terms),
        fees=_fees(facts, language, terms),
        notes=[language.gettext(note) for note in _notes(facts)],
        proof=facts.get("audit", ""),
    )


def _facts(
    at: datetime, facts: Mapping[str, Any], private: Mapping[str, Any], language: Language, terms: Terms
) -> list[tuple[str, str]]:
    return [
        (N_("Order"), number_of(facts)),
        (N_("Quote"), facts.get("quote") or ""),
        (N_("Date and time"), moment(at, facts["zone"], language)),
        (N_("Space"), private.get("space", "")),
        (N_("By"), private.get("actor", "")),
        *_change(facts, language),
        *_standing(facts, language, terms),
        (N_("Users"), ", ".join(private.get("members", []))),
        *_amounts(facts, language),
        (N_("Price book"), facts.get("price_book", "")),
        (N_("Policy"), facts.get("policy", "")),
    ]


def _change(facts: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    """The dates: the day of the order, until when the old price holds, from when the new one does; and the notice.

    Where several prices follow one another, the new one is not named here: the list of fees has them all.
    """
    if "lines" not in facts:
        return []
    day = _day(language)
    later = [date.fromisoformat(fee["starts_on"]) for fee in facts["fees"][1:]]
    met = language.gettext(N_("met") if facts.get("in_time") else N_("passed"))
    return [
        (
            N_("Change"),
            language.gettext(DIRECTION_NAMES[Direction(facts["direction"])]) if "direction" in facts else "",
        ),
        (N_("Placed on"), day(facts["on"])),
        (N_("Old price until"), language.date(later[0] - ONE_DAY) if later else ""),
        (N_("New price from"), language.date(later[0]) if len(later) == 1 else ""),
        (N_("Notice deadline"), f"{day(facts['deadline'])} ({met})" if facts.get("deadline") else ""),
        (N_("Renewal date"), day(facts.get("renewal"))),
    ]


def _standing(facts: Mapping[str, Any], language: Language, terms: Terms) -> list[tuple[str, str]]:
    if "after" not in facts:
        return []
    book = terms.price_book_version(facts["price_book"])
    return [
        (N_("Before"), _level(facts["before"], book, language)),
        (N_("In use"), _level(facts["after"], book, language)),
    ]


def _amounts(facts: Mapping[str, Any], language: Language) -> list[tuple[str, str]]:
    rows = [
        (N_("Upgrade invoice"), language.money(each["amount"], facts["currency"])) for each in facts.get("invoices", [])
    ]
    if facts.get("unused"):
        rows.append((N_("Paid and no longer usable"), language.money(facts["unused"]["amount"], facts["currency"])))
    return rows


def _lines(facts: Mapping[str, Any], language: Language, terms: Terms) -> list[dict[str, str]]:
    if "lines" not in facts:
        return []
    book, day = terms.price_book_version(facts["price_book"]), _day(language)
    return [
        {
            "name": language.gettext(ITEM_NAMES[line["item"]]),
            "before": value_text(line["before"], book, language),
            "after": value_text(line["after"], book, language),
            "usable_from": day(line["usable_from"]) or "–",
            "priced_from": day(line["priced_from"]) or "–",
        }
        for line in facts["lines"]
    ]


def _fees(facts: Mapping[str, Any], language: Language, terms: Terms) -> list[tuple[str, str]]:
    if "fees" not in facts:
        return []
    book, day = terms.price_book_version(facts["price_book"]), _day(language)
    interval = Interval(facts["interval"])
    return [
        (
            day(fee["starts_on"]),
            f"{fee_text(fee['amount'], interval, book, language)}, {_level(fee['level'], book, language)}",
        )
        for fee in facts["fees"]
    ]


def _notes(facts: Mapping[str, Any]) -> list[str]:
    notes = []
    if facts.get("replaces"):
        notes.append(N_("This order replaces the change that was pending."))
    if facts.get("late_date"):
        notes.append(N_("The notice deadline had passed, and the date of the lower price was confirmed."))
    down = any(line["direction"] == Direction.DOWN for line in facts.get("lines", []))
    if down and facts.get("undo", True):  # a receipt from before this was kept goes on saying what it said
        notes.append(N_("Until the price date you can take this decrease back, at no cost."))
    return notes


def _level(level: Mapping[str, Any], book: PriceBook, language: Language) -> str:
    return level_text(Level(**level), book, language)


def _day(language: Language) -> Any:
    return lambda text: language.date(date.fromisoformat(text)) if text else ""
