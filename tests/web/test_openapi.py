"""The OpenAPI document against the service, by Schemathesis: all its checks, in both generation modes."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, seed, settings
from hypothesis import given as given_cases
from schemathesis import Case, GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.result import Ok
from starlette.testclient import TestClient

#: Of each operation in each mode; `make drill` sets many more.
EXAMPLES = int(os.environ.get("TESTS_CASES", "60"))
SEED = 20261124


Note = Callable[[str, object], None]


def checked(client: TestClient, mode: GenerationMode, note: Note) -> Counter[int]:
    """Send generated cases to every operation, check each answer, and count the statuses of the preview.

    Notes how many requests were sent in all, for whoever runs it with many.
    """
    app: Any = client.app
    schema = schemathesis.openapi.from_asgi("/widget/api/v1/openapi.json", app)
    # A question can fit the schema and contradict itself (a term that starts after the day asked): 422 is right then.
    schema.config.checks.positive_data_acceptance.expected_statuses = ["200", "422"]
    statuses: Counter[int] = Counter()
    sent: Counter[str] = Counter()
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)
        found = operation.ok()
        if mode is GenerationMode.NEGATIVE and found.method != "post" and found.path.endswith("policy"):
            continue  # the policy takes nothing that could be wrong

        @seed(SEED)
        @given_cases(case=found.as_strategy(generation_mode=mode))
        @settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
        def send(case: Case[Any]) -> None:
            response = case.call()
            case.validate_response(response)
            sent[case.operation.label] += 1
            if case.operation.path.endswith("/preview"):
                statuses[response.status_code] += 1

        send()
    note("requests", sent.total())
    return statuses


def test_whatever_fits_the_schema_is_answered_and_a_third_of_it_with_200(
    client: TestClient, record_property: Note
) -> None:
    statuses = checked(client, GenerationMode.POSITIVE, record_property)

    assert set(statuses) <= {200, 422}
    assert statuses.total() >= EXAMPLES
    assert statuses[200] / statuses.total() >= 0.3


def test_whatever_does_not_fit_the_schema_is_refused(client: TestClient, record_property: Note) -> None:
    statuses = checked(client, GenerationMode.NEGATIVE, record_property)

    assert statuses[200] == 0
    assert statuses.total() >= EXAMPLES / 2


def test_every_check_of_schemathesis_is_on(client: TestClient) -> None:
    app: Any = client.app
    checks = schemathesis.openapi.from_asgi("/widget/api/v1/openapi.json", app).config.checks
    load_all_checks()

    assert [name for name in CHECKS.get_all_names() if not getattr(checks, name).enabled] == []


@pytest.mark.parametrize("path", ["preview", "price-book", "policy", "articles"])
def test_every_endpoint_is_in_the_document(client: TestClient, path: str) -> None:
    assert f"/widget/api/v1/{path}" in client.get("/widget/api/v1/openapi.json").json()["paths"]


def test_every_field_of_a_question_has_its_kind_and_its_bounds(client: TestClient) -> None:
    document = client.get("/widget/api/v1/openapi.json").json()
    unbounded = [f"{place}: {schema}" for place, schema in fields(document) if not is_bounded(schema, document)]

    assert unbounded == []
    assert len(list(fields(document))) > 15


def test_a_field_without_bounds_would_be_found() -> None:
    assert not is_bounded({"type": "integer"}, {})
    assert not is_bounded({"type": "integer", "minimum": 0}, {})
    assert not is_bounded({"type": "string"}, {})
    assert not is_bounded({"type": "array", "items": {"type": "boolean"}}, {})
    assert not is_bounded({}, {})


def fields(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return every parameter, and every property of every body that is sent, with its schema."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            for parameter in operation.get("parameters", []):
                yield f"{path} {parameter['name']}", parameter["schema"]
            for body in operation.get("requestBody", {}).get("content", {}).values():
                yield from properties(path, body["schema"], document)


def properties(place: str, schema: dict[str, Any], document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    found = resolved(schema, document)
    for each in found.get("anyOf", found.get("oneOf", found.get("allOf", []))):
        yield from properties(place, each, document)
    if found.get("type") == "array":
        yield from properties(place, found["items"], document)
    for name, each in found.get("properties", {}).items():
        yield f"{place}/{name}", each
        yield from properties(f"{place}/{name}", each, document)


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def is_bounded(schema: dict[str, Any], document: dict[str, Any]) -> bool:
    """Return whether a schema says what may be sent, in kind and in size."""
    found = resolved(schema, document)
    for joined in ("anyOf", "oneOf", "allOf"):
        if joined in found:
            return all(is_bounded(each, document) for each in found[joined])
    if "enum" in found or "const" in found:
        return True
    match found.get("type"):
        case "integer" | "number":
            return "minimum" in found and "maximum" in found
        case "string":
            return "maxLength" in found or found.get("format") in {"date", "date-time"} or "pattern" in found
        case "array":
            return "maxItems" in found
        case "object":
            return found.get("additionalProperties") is False
        case kind:
            return kind in {"boolean", "null"}
