"""The names of lines and directions, and how a level, a fee and a period are said."""

from datetime import date

from widget.domain.calendar import ONE_DAY
from widget.domain.change import ChangePreview
from widget.domain.lines import Direction, LineChange
from widget.domain.plan import Interval, Level, PriceBook
from widget.languages import Language
from widget.wording import ITEM_NAMES, N_, users, zoom_licenses

__all__ = [
    "DIRECTION_NAMES",
    "INTERVALS",
    "ITEM_NAMES",
    "PER",
    "after_text",
    "fee_text",
    "level_text",
    "period_text",
    "value_text",
]

DIRECTION_NAMES = {
    Direction.DOWNGRADE: N_("Downgrade"),
    Direction.UPGRADE: N_("Upgrade"),
    Direction.MIXED: N_("Upgrade and downgrade in one change"),
    Direction.NONE: N_("No change"),
}
INTERVALS = {Interval.MONTH: N_("monthly"), Interval.YEAR: N_("annual")}
PER = {Interval.MONTH: N_("per month"), Interval.YEAR: N_("per year")}


def level_text(level: Level, book: PriceBook, language: Language) -> str:
    """Return a level as a reader says it, the plan by its name in a book: "Premium, 15 users, 4 Zoom licenses"."""
    plan = value_text(level.plan, book, language)
    return f"{plan}, {users(level.users, language)}, {zoom_licenses(level.zoom_licenses, language)}"


def fee_text(amount: int, interval: Interval, book: PriceBook, language: Language) -> str:
    """Return a fee in minor units as a reader says it: "€3,600.00 per year"."""
    return f"{language.money(amount, book.currency)} {language.gettext(PER[interval])}"


def period_text(start: date, end: date | None, language: Language) -> str:
    """Return a half-open period with its last day included: "1 April 2027 – 30 June 2027", "from 1 July 2027"."""
    if end is None:
        return language.gettext(N_("from %(day)s")) % {"day": language.date(start)}
    return f"{language.date(start)} – {language.date(end - ONE_DAY)}"


def value_text(value: str | int, book: PriceBook, language: Language) -> str:
    """Return the value of a line: a plan by its name, a number with its grouping."""
    return language.number(value) if isinstance(value, int) else book.plan(value).name[language.code]


def after_text(line: LineChange, preview: ChangePreview, language: Language) -> str:
    """Return what a line becomes; where its value stays and a pending change is given up by it, just that."""
    value = value_text(line.after, preview.price_book, language)
    if line.direction is Direction.SAME or line.before != line.after:
        return value
    pending = getattr(preview.subscription.billed[-1].level, line.item)
    text = language.gettext(N_("stays %(value)s; the pending change to %(pending)s is given up"))
    return text % {"value": value, "pending": value_text(pending, preview.price_book, language)}
