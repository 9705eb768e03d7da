"""The OpenAPI document of the calculator, made from the models that parse it."""

from typing import Any

from pydantic.json_schema import models_json_schema

from widget.domain.calendar import FIRST_DAY, LAST_DAY
from widget.domain.terms import Terms
from widget.languages import LOCALES
from widget.web.api_models import DAY_PATTERN, Question
from widget.web.problem import MOST_ERRORS, TITLES
from widget.web.search import LONGEST

EXAMPLE = {
    "on": "2027-03-15",
    "language": "fr",
    "subscription": {
        "interval": "year",
        "term_start": "2026-07-01",
        "plan": "premium",
        "users": 20,
        "zoom_licenses": 4,
        "active_users": 14,
    },
    "requested": {"plan": "premium", "users": 15, "zoom_licenses": 4},
}


def document(terms: Terms) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document; plan ids are those that any price book sells."""
    _, schemas = models_json_schema([(Question, "validation")], ref_template="#/components/schemas/{model}")
    definitions = schemas["$defs"]
    plans = sorted({plan.id for book in terms.price_books for plan in book.plans})
    for name in ("Wish", "BilledStep", "SubscriptionFacts"):
        definitions[name]["properties"]["plan"]["enum"] = plans
    definitions["SubscriptionFacts"] = _by_interval(definitions["SubscriptionFacts"])
    definitions["Preview"] = _preview()
    definitions["Problem"] = _problem()
    return {
        "openapi": "3.1.0",
        "info": {"title": "The what-if calculator", "version": "1"},
        "paths": {
            "/widget/api/v1/preview": {"post": _post()},
            "/widget/api/v1/price-book": {"get": _get("The price book in force", [_on()], 422)},
            "/widget/api/v1/articles": {"get": _articles()},
            "/widget/api/v1/policy": {"get": _get("The policy in force and the rules", [], 422)},
        },
        "components": {"schemas": definitions},
    }


def _by_interval(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts as one of two: with annual payment the term's start is needed, with monthly there is none."""
    month, year = ({**facts, "properties": dict(facts["properties"])} for _ in range(2))
    month["properties"] |= {"interval": {"const": "month"}, "term_start": {"type": "null"}}
    year["properties"] |= {"interval": {"const": "year"}, "term_start": facts["properties"]["term_start"]["anyOf"][0]}
    year["required"] = [*facts["required"], "term_start"]
    return {"oneOf": [month, year]}


def _post() -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Question"}
    return {
        "summary": "What would this change do, if it were ordered on this day?",
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": schema, "example": EXAMPLE}},
        },
        "responses": {
            "200": _json("The answer, also when the change is not allowed", {"$ref": "#/components/schemas/Preview"}),
            **_problems(400, 408, 413, 415, 422, 429),
        },
    }


def _get(summary: str, parameters: list[dict[str, Any]], *statuses: int) -> dict[str, Any]:
    answer = _json(summary, {"type": "object", "required": ["version"]})
    return {"summary": summary, "parameters": parameters, "responses": {"200": answer, **_problems(*statuses)}}


def _articles() -> dict[str, Any]:
    text, code = {"type": "string"}, {"enum": list(LOCALES)}
    query = {"name": "q", "in": "query", "description": "Words that a reader types; without them, every article"}
    lang = {"name": "lang", "in": "query", "description": "The language; by default that of Accept-Language"}
    links = _object(neutral=text, forced=text, page=text)
    section = _object(id=text, title=text, links=links)
    article = _object(
        number={"type": "integer"},
        title=text,
        summary=text,
        links=links,
        section={"type": ["string", "null"], "description": "The id of the section that matches best"},
        sections={"type": "array", "items": section},
    )
    return {
        "summary": "Articles by the words of readers, the best first, with links for tickets",
        "parameters": [query | {"schema": text | {"maxLength": LONGEST}}, lang | {"schema": code}],
        "responses": {
            "200": _json("Articles", _object(language=code, articles={"type": "array", "items": article})),
            **_problems(422),
        },
    }


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}


def _on() -> dict[str, Any]:
    days = {"type": "string", "format": "date", "pattern": DAY_PATTERN}
    text = f"A day from {FIRST_DAY} to {LAST_DAY}"
    return {"name": "on", "in": "query", "required": False, "description": text, "schema": days}


def _json(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _problems(*statuses: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": TITLES[status], "content": content} for status in statuses}


def _problem() -> dict[str, Any]:
    field = {"type": "object", "required": ["field", "code", "message"]}
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {"type": "array", "items": field, "maxItems": MOST_ERRORS},
        },
    }


def _preview() -> dict[str, Any]:
    day: dict[str, Any] = {"type": ["string", "null"], "format": "date"}
    lists = ("blockers", "warnings", "lines", "fees", "invoices", "explanations")
    properties: dict[str, Any] = {
        "direction": {"enum": ["downgrade", "upgrade", "mixed", "none"]},
        "allowed": {"type": "boolean"},
        "renewal_date": day,
        "notice_deadline": day,
        "notice_in_time": {"type": ["boolean", "null"]},
        "last_day_to_order": day,
        "versions": {"type": "object", "required": ["price_book", "policy"]},
    } | {name: {"type": "array", "items": {"type": "object"}} for name in lists}
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}
