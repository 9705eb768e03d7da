"""What is wrong with a question: pydantic's codes turned into ours, and the contradictions a schema cannot say."""

from datetime import date

from pydantic import ValidationError

from widget.domain.plan import PriceBook
from widget.web.api_models import Question
from widget.web.problem import FieldError

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


def contradictions(question: Question, on: date, book: PriceBook) -> list[FieldError]:
    """Return what contradicts something else in the question, and plans that are not sold on the day."""
    return [*_unknown_plans(question, book), *_term(question, on), *_billed(question, on)]


def _unknown_plans(question: Question, book: PriceBook) -> list[FieldError]:
    named = {"subscription.plan": question.subscription.plan, "requested.plan": question.requested.plan}
    for index, step in enumerate(question.subscription.billed or []):
        named[f"subscription.billed.{index}.plan"] = step.plan
    sold = ", ".join(plan.id for plan in book.plans)
    return [
        FieldError(field, "unknown_plan", {"expected": sold}) for field, plan in named.items() if not book.has(plan)
    ]


def _term(question: Question, on: date) -> list[FieldError]:
    start, interval = question.subscription.term_start, question.subscription.interval
    field = "subscription.term_start"
    if interval == "year" and start is None:
        return [FieldError(field, "missing", {})]
    if interval == "month" and start is not None:
        return [FieldError(field, "contradicts", {"other": "subscription.interval"})]
    if start is not None and start > on:
        return [FieldError(field, "contradicts", {"other": "on"})]
    return []


def _billed(question: Question, on: date) -> list[FieldError]:
    steps = question.subscription.billed or []
    found = []
    if steps and steps[0].from_ > on:
        found.append(FieldError("subscription.billed.0.from", "contradicts", {"other": "on"}))
    for index in range(1, len(steps)):
        if steps[index].from_ <= steps[index - 1].from_:
            other = f"subscription.billed.{index - 1}.from"
            found.append(FieldError(f"subscription.billed.{index}.from", "contradicts", {"other": other}))
    return found
