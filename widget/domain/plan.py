"""Plans and the price book: what can be bought, within which limits, at which fee."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Interval(StrEnum):
    """How often the subscription is paid."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Level:
    """What is used, billed or wished for: a plan, a number of users, a number of Zoom licenses."""

    plan: str
    users: int
    zoom_licenses: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Fees in minor units for one user and one Zoom license, for one billing interval."""

    user: int
    zoom_license: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One plan of a price book. Plans are ordered by rank: more features, higher rank."""

    id: str
    rank: int
    name: Mapping[str, str]
    min_users: int
    max_users: int
    max_zoom_licenses: int
    prices: Mapping[Interval, Prices]

    def fits(self, users: int, zoom_licenses: int) -> bool:
        """Return whether these numbers lie within the plan's limits (rule: plan-limits)."""
        return self.min_users <= users <= self.max_users and zoom_licenses <= self.max_zoom_licenses


@dataclass(frozen=True, slots=True)
class PriceBook:
    """The prices in force from `valid_from` until the next version (rule: price-of-the-day)."""

    version: str
    valid_from: date
    currency: str
    sample_data: bool
    plans: tuple[Plan, ...]

    def has(self, plan: str) -> bool:
        """Return whether the book sells a plan of this id."""
        return any(each.id == plan for each in self.plans)

    def plan(self, plan: str) -> Plan:
        """Return the plan of this id. Raises KeyError for an id that the book does not know."""
        for each in self.plans:
            if each.id == plan:
                return each
        raise KeyError(plan)

    def rank(self, plan: str) -> int:
        """Return the rank of the plan of this id. Raises KeyError for an id that the book does not know."""
        return self.plan(plan).rank

    def fee(self, level: Level, interval: Interval) -> int:
        """Return the fee of a whole month or year at this level, in minor units, without VAT."""
        prices = self.plan(level.plan).prices[interval]
        return level.users * prices.user + level.zoom_licenses * prices.zoom_license
