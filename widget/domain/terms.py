"""All dated versions of the price book and the policy, and which of them holds on a day."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol, TypeVar

from widget.domain.plan import PriceBook
from widget.domain.policy import Policy


class _Dated(Protocol):
    @property
    def valid_from(self) -> date: ...


D = TypeVar("D", bound=_Dated)


def _in_force(versions: tuple[D, ...], on: date) -> D:
    # Ascending by date; a day before the first version reads the first: the API's calendar starts in 2000.
    held = versions[0]
    for version in versions:
        if version.valid_from <= on:
            held = version
    return held


@dataclass(frozen=True, slots=True)
class Terms:
    """Price books and policies, each ascending by `valid_from`, never empty.

    `frozen` is the price book that a quote promised: it then holds on every day.
    """

    price_books: tuple[PriceBook, ...]
    policies: tuple[Policy, ...]
    frozen: PriceBook | None = None

    def price_book(self, on: date) -> PriceBook:
        """Return the price book in force on `on` (rule: price-of-the-day)."""
        return self.frozen or _in_force(self.price_books, on)

    def policy(self, on: date) -> Policy:
        """Return the policy in force on `on`."""
        return _in_force(self.policies, on)

    def price_book_version(self, version: str) -> PriceBook:
        """Return the price book of this version. Raises KeyError for a version that never was."""
        for book in self.price_books:
            if book.version == version:
                return book
        raise KeyError(version)

    def with_frozen_book(self, version: str) -> "Terms":
        """Return the same terms with this price book in force on every day, as a quote promises.

        Raises KeyError for a version that never was.
        """
        return replace(self, frozen=self.price_book_version(version))
