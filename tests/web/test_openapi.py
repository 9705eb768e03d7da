"""The OpenAPI document against the service, by Schemathesis: all its checks, in both generation modes."""

import os
from collections import Counter
from collections.abc import Callable
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
EXAMPLES = int(os.environ.get("HELPCENTER_CASES", "60"))
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
