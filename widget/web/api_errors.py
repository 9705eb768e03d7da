"""What is wrong with a question: pydantic's codes turned into ours, and the contradictions a schema cannot say."""

from collections.abc import Collection
from datetime import date
from itertools import accumulate, pairwise
from typing import Any, TypeVar

from pydantic import ValidationError

from widget.domain.plan import PriceBook
from widget.domain.terms import Terms
from widget.web.problem import FieldError

T = TypeVar("T")

_CODES = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "greater_than_equal": "too_small",
    "less_than_equal": "too_large",
    "too_short": "too_short",
    "too_long": "too_long",
    "literal_error": "not_one_of",
}


def from_validation(error: ValidationError) -> list[FieldError]:
    """Return one field error for each that pydantic found."""
    return [_field_error(each) for each in error.errors(include_url=False)]


def _field_error(each: object) -> FieldError:
    assert isinstance(each, dict)  # noqa: S101 -- pydantic's ErrorDetails
    facts = each.get("ctx", {})
    code = _CODES.get(each["type"], "wrong_type")
    if each["type"] == "value_error":
        code = "not_a_date"
    limit = facts.get("ge", facts.get("le", facts.get("max_length", "")))
    expected = str(facts.get("expected", "")).replace("'", "").replace(" or ", ", ")
    field = ".".join(str(part) for part in each["loc"])
    return FieldError(field, code, {"limit": str(limit), "expected": expected})


class Said:
    """The values of a question, whatever else in it is wrong; None for what is missing or wrong itself."""

    def __init__(self, sent: Any, wrong: Collection[str]) -> None:
        self._sent, self._wrong = sent, wrong

    def is_wrong(self, path: str) -> bool:
        """Return whether what stands at a dotted path, or around it, is wrong."""
        return bool(self._wrong) and any(part in self._wrong for part in accumulate(path.split("."), "{}.{}".format))

    def value(self, path: str, kind: type[T]) -> T | None:
        """Return the value at a dotted path."""
        if self.is_wrong(path):
            return None
        found = self._sent
        for name in path.split("."):
            found = _inside(found, name)
        return found if isinstance(found, kind) else None

    def day(self, path: str) -> date | None:
        """Return the day at a dotted path."""
        text = self.value(path, str)
        return date.fromisoformat(text) if text is not None else None

    def given(self, path: str) -> bool:
        """Return whether there is something at a dotted path, be it wrong."""
        parent, _, name = path.rpartition(".")
        values = self.value(parent, dict)
        return values is not None and values.get(name) is not None

    @property
    def steps(self) -> range:
        """The indexes of the billed steps, none where there are too many."""
        return range(len(self.value("subscription.billed", list) or []))


def _inside(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return value.get(name)
    return value[int(name)] if isinstance(value, list) and name.isdigit() else None


def contradictions(said: Said, today: date, terms: Terms) -> list[FieldError]:
    """Return what contradicts something else in the question, and plans that are not sold on the day.

    Where the day itself is wrong, nothing is compared with it: today was not asked for.
    """
    on = None if said.is_wrong("on") else said.day("on") or today
    plans = _unknown_plans(said, terms.price_book(on)) if on else []
    return [*plans, *_term(said, on), *_billed(said, on)]


def _unknown_plans(said: Said, book: PriceBook) -> list[FieldError]:
    steps = [f"subscription.billed.{index}.plan" for index in said.steps]
    sold = [plan.id for plan in book.plans]
    named = {path: said.value(path, str) for path in ("subscription.plan", "requested.plan", *steps)}
    return [
        FieldError(path, "unknown_plan", {"expected": ", ".join(sold)})
        for path, plan in named.items()
        if plan is not None and plan not in sold
    ]


def _term(said: Said, on: date | None) -> list[FieldError]:
    field = "subscription.term_start"
    start, interval = said.day(field), said.value("subscription.interval", str)
    if interval == "year" and not said.given(field):
        return [FieldError(field, "missing", {})]
    if interval == "month" and start is not None:
        return [FieldError(field, "contradicts", {"other": "subscription.interval"})]
    if start is not None and on is not None and start > on:
        return [FieldError(field, "contradicts", {"other": "on"})]
    return []


def _billed(said: Said, on: date | None) -> list[FieldError]:
    fields = [f"subscription.billed.{index}.from" for index in said.steps]
    days = [said.day(field) for field in fields]
    found = []
    if days and days[0] is not None and on is not None and days[0] > on:
        found.append(FieldError(fields[0], "contradicts", {"other": "on"}))
    for (before, field), (earlier, later) in zip(pairwise(fields), pairwise(days), strict=True):
        if earlier is not None and later is not None and later <= earlier:
            found.append(FieldError(field, "contradicts", {"other": before}))
    return found
