"""A subscription as the rules see it: what is in use, what is billed when, and who is active."""

from dataclasses import dataclass
from datetime import date

from widget.domain.plan import Interval, Level

SINCE_EVER = date.min


@dataclass(frozen=True, slots=True)
class Step:
    """What is billed from `starts_on` (included) until the next step.

    `price_book` is the version that an order froze for it; None, where there was no order, reads the book in force on
    the day of the preview.
    """

    starts_on: date
    level: Level
    price_book: str | None = None


@dataclass(frozen=True, slots=True)
class Subscription:
    """The facts that a preview needs, and nothing else.

    `term_start` is the anchor of the annual term and is None with monthly payment. `billed` is a step function,
    ascending, never empty, whose first step is not after the day of any question asked of it.
    """

    interval: Interval
    term_start: date | None
    in_use: Level
    billed: tuple[Step, ...]
    active_users: int = 0
    pending_invitations: int = 0
    locked: bool = False

    @property
    def occupied_users(self) -> int:
        """Active users and invitations not yet accepted: both count for the floor (rule: active-user-floor)."""
        return self.active_users + self.pending_invitations

    @property
    def anchor(self) -> date:
        """The anchor of the annual term. Raises ValueError with monthly payment, which has none."""
        if self.term_start is None:
            raise ValueError("a subscription paid monthly has no annual term")
        return self.term_start
