"""What happens on which day: a list that is read aloud, and the drawing of the fee above it."""

from collections import defaultdict
from datetime import date
from typing import Any

from widget.domain.calendar import ONE_DAY
from widget.domain.change import ChangePreview
from widget.domain.lines import LineChange
from widget.languages import Language
from widget.panels.words import ITEM_NAMES, after_text, fee_text, level_text, value_text
from widget.wording import N_

#: The drawing's own units: the width of a column, and how high the highest and the lowest fee are drawn.
COLUMN, TOP, BOTTOM = 100, 8, 32


def moments(preview: ChangePreview, language: Language) -> list[dict[str, Any]]:
    """Return the days on which something happens, in order: a fee where one starts, and what else there is to say.

    `order` marks the day of the order, `after` the days from the first new fee on; `amount`, in minor units, is what is
    billed from then on, for the drawing.
    """
    fees = {fee.starts_on: fee for fee in preview.fees}
    said = _said(preview, language)
    found, billed = [], preview.fees[0]
    for day in sorted(fees.keys() | said.keys()):
        starts = fees.get(day)
        billed = starts or billed
        found.append(
            {
                "day": day,
                "order": day == preview.on,
                "after": billed is not preview.fees[0],
                "amount": billed.amount,
                "fee": starts and fee_text(starts.amount, preview.subscription.interval, preview.price_book, language),
                "level": starts and level_text(starts.level, preview.price_book, language),
                "notes": said.get(day, []),
            }
        )
    return found


def _said(preview: ChangePreview, language: Language) -> dict[date, list[str]]:
    said: dict[date, list[str]] = defaultdict(list)
    for line in preview.lines:
        if line.usable_from:
            said[line.usable_from].append(_change(line, preview, language))
    ups = [line.priced_from for line in preview.lines if line.direction == "up" and line.priced_from]
    if ups:
        free = language.gettext(N_("What you add is free until %(day)s"))
        said[preview.on].append(free % {"day": language.date(min(ups) - ONE_DAY)})
    for invoice in preview.invoices:
        amount = language.money(invoice.amount, preview.price_book.currency)
        text = language.gettext(N_("Upgrade invoice of %(amount)s, until %(day)s"))
        said[invoice.starts_on].append(text % {"amount": amount, "day": language.date(invoice.ends_on - ONE_DAY)})
    if preview.renewal_date and preview.notice_deadline and preview.goes_down:
        met = N_("Notice deadline: met") if preview.notice_in_time else N_("Notice deadline: passed")
        said[preview.notice_deadline].append(language.gettext(met))
        said[preview.renewal_date].append(language.gettext(N_("Renewal")))
    if preview.last_day_to_order and preview.policy.best_day:
        said[preview.last_day_to_order].append(language.gettext(N_("Last day to order for the same dates")))
    return dict(said)


def _change(line: LineChange, preview: ChangePreview, language: Language) -> str:
    name, after = language.gettext(ITEM_NAMES[line.item]), after_text(line, preview, language)
    if line.before == line.after:
        return f"{name}{language.gettext(':')} {after}"
    values = {"name": name, "before": value_text(line.before, preview.price_book, language), "after": after}
    return language.gettext(N_("%(name)s: %(after)s instead of %(before)s")) % values


def drawing(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fee drawn as stairs, a column a moment: what is billed today as a line, what comes after it dashed.

    Paths in the drawing's own units; a marker stands at the start of each column, above its text.
    """
    amounts = [step["amount"] for step in steps]
    low, high = min(amounts), max(amounts)

    def height(amount: int) -> int:
        return TOP if high == low else BOTTOM - (amount - low) * (BOTTOM - TOP) // (high - low)

    heights = [height(amount) for amount in amounts]
    change = next((index for index, step in enumerate(steps) if step["after"]), len(steps))
    after = [f"M{change * COLUMN} {heights[change - 1]}"] if change < len(steps) else []
    for index in range(change, len(steps)):
        after.append(f"V{heights[index]}H{(index + 1) * COLUMN}")
    return {
        "width": len(steps) * COLUMN,
        "now": f"M0 {heights[0]}H{change * COLUMN}",
        "after": "".join(after),
        "marks": "".join(f"M{index * COLUMN} {each}h0" for index, each in enumerate(heights)),
    }
