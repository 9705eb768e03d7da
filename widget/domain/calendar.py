"""Civil dates: months, anniversaries and notice. No zone, no clock: every function is told the day.

A question asks for the same few days many times, and so does everybody on that day: what was counted is remembered.
"""

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

ONE_DAY = timedelta(days=1)
#: The days that may be named to the calculator, in a form, over HTTP or in a file to import.
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
#: A term of a few years has this many days; a day takes some 200 bytes.
_remembered = lru_cache(maxsize=4_096)


@_remembered
def add_months(day: date, months: int) -> date:
    """Return the same day number `months` later (or earlier), clamped to the last day of a shorter month.

    Always call it with the original anchor, never with its own result: 31 January plus two months is
    31 March, while going through 28 February would lose the 31st for ever.
    """
    years, month0 = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month0 + 1
    if day.day <= 28:
        return date(year, month, day.day)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def first_of_next_month(day: date) -> date:
    """Return the first day of the month after `day`'s month (rules: `fnm(d)`); the 1st gives the next 1st."""
    return date(day.year + 1, 1, 1) if day.month == 12 else date(day.year, day.month + 1, 1)


@_remembered
def anniversary_after(anchor: date, day: date) -> date:
    """Return the first yearly anniversary of `anchor` strictly after `day` (rules: `R`)."""
    terms = day.year - anchor.year
    candidate = add_months(anchor, 12 * terms)
    return candidate if candidate > day else add_months(anchor, 12 * (terms + 1))


def anniversary_from(anchor: date, day: date) -> date:
    """Return the first yearly anniversary of `anchor` on or after `day` (rules: `R*`)."""
    return anniversary_after(anchor, day - ONE_DAY)


@_remembered
def notice_deadline(effective: date, notice_months: int) -> date:
    """Return the last day on which notice given still reaches `effective` (rule: notice-period).

    Counted forwards, in the reader's favour: the last `d` with `add_months(d, notice_months) <= effective`.
    """
    backwards = add_months(effective, -notice_months)
    # Counting back clamps to the reader's disadvantage at a short month's end: up to three later days are in time.
    while add_months(backwards + ONE_DAY, notice_months) <= effective:
        backwards += ONE_DAY
    return backwards


def is_notice_in_time(day: date, effective: date, notice_months: int) -> bool:
    """Return whether notice given on `day` reaches `effective` (rule: notice-period)."""
    return add_months(day, notice_months) <= effective


@_remembered
def first_anniversary_with_notice(anchor: date, day: date, notice_months: int) -> date:
    """Return the first anniversary after `day` that notice given on `day` reaches.

    Rules: annual-price-date, late-notice. The later one is counted from the anchor again, never chained.
    """
    terms = max(anniversary_after(anchor, day).year - anchor.year, 1)
    while not is_notice_in_time(day, renewal := add_months(anchor, 12 * terms), notice_months):
        terms += 1
    return renewal


def complete_months(start: date, end: date) -> int:
    """Return the number of complete months in `[start, end)`; 0 where `end` is not after `start`."""
    if end <= start:
        return 0
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if add_months(start, months) <= end else months - 1
