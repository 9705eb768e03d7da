"""What a preview looks like, in words: shared by the baked article, the live panel, the review and what follows it.

Every date and amount is formatted here, once; the templates only place them.
"""

from widget.panels.choice import LESS, MORE, Sample, plan_choices, sample
from widget.panels.differences import differences
from widget.panels.quote import offer_rows, quote_view
from widget.panels.result import RuleLink, result_view
from widget.panels.words import (
    DIRECTION_NAMES,
    INTERVALS,
    ITEM_NAMES,
    PER,
    fee_text,
    level_text,
    period_text,
    value_text,
)
from widget.panels.yours import About, yours

__all__ = [
    "DIRECTION_NAMES",
    "INTERVALS",
    "ITEM_NAMES",
    "LESS",
    "MORE",
    "PER",
    "About",
    "RuleLink",
    "Sample",
    "differences",
    "fee_text",
    "level_text",
    "offer_rows",
    "period_text",
    "plan_choices",
    "quote_view",
    "result_view",
    "sample",
    "value_text",
    "yours",
]
