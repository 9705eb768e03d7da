"""The calculator over HTTP: the contract, and what it says to a wrong question."""

import copy
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Today
from widget.domain.refusal import Rule
from widget.settings import ROOT

PREVIEW = "/widget/api/v1/preview"
QUESTION: dict[str, Any] = {
    "on": "2027-03-15",
    "language": "fr",
    "subscription": {
        "interval": "year",
        "term_start": "2026-07-01",
        "plan": "premium",
        "users": 20,
        "zoom_licenses": 4,
        "active_users": 14,
        "pending_invitations": 0,
        "locked": False,
        "billed": [{"from": "2026-07-01", "plan": "premium", "users": 20, "zoom_licenses": 4}],
    },
    "requested": {"plan": "premium", "users": 15, "zoom_licenses": 4},
}


def ask(client: TestClient, **changes: Any) -> Any:
    """Ask the example with some fields, by dotted path, replaced; ... leaves one out."""
    question = copy.deepcopy(QUESTION)
    for path, value in changes.items():
        *parents, name = path.split("__")
        place = question
        for parent in parents:
            place = place[parent]
        if value is ...:
            del place[name]
        else:
            place[name] = value
    return client.post(PREVIEW, json=question)


def billed(*days: str, plan: str = "premium") -> list[dict[str, Any]]:
    return [{"from": day, "plan": plan, "users": 20, "zoom_licenses": 4} for day in days]


def wrong_fields(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return {each["field"]: each["code"] for each in answer.json()["errors"]}


def test_the_example_of_the_contract(client: TestClient) -> None:
    answer = ask(client).json()

    same: dict[str, Any] = {"direction": "same", "usable_from": None, "priced_from": None, "rules": []}
    assert answer["lines"] == [
        {"item": "plan", "from": "premium", "to": "premium", **same},
        {
            "item": "users",
            "from": 20,
            "to": 15,
            "direction": "down",
            "usable_from": "2027-03-15",
            "priced_from": "2027-07-01",
            "rules": ["seats-drop-at-once", "annual-price-date"],
        },
        {"item": "zoom_licenses", "from": 4, "to": 4, **same},
    ]
    assert [(fee["from"], fee["to"], fee["users"]) for fee in answer["fees"]] == [
        ("2027-03-15", "2027-07-01", 20),
        ("2027-07-01", None, 15),
    ]
    facts = ("direction", "allowed", "blockers", "warnings", "invoices", "renewal_date", "notice_deadline")
    assert [answer[name] for name in facts] == ["downgrade", True, [], [], [], "2027-07-01", "2027-06-01"]
    assert (answer["notice_in_time"], answer["last_day_to_order"]) == (True, "2027-06-01")
    assert answer["versions"] == {"price_book": "2026-11", "policy": "2026-11"}
    assert "annual-price-date" in [each["rule"] for each in answer["explanations"]]
    for each in answer["explanations"]:
        assert each["article"] == f"/fr/abonnement/retrograder/#{each['rule']}"


def test_the_answer_has_the_fields_of_the_contract_and_no_other(client: TestClient) -> None:
    answer = ask(client, requested__users=13).json()

    assert " ".join(answer) == (
        "direction allowed blockers warnings lines fees invoices renewal_date notice_deadline notice_in_time "
        "last_day_to_order versions explanations"
    )
    assert " ".join(answer["lines"][0]) == "item from to direction usable_from priced_from rules"
    assert " ".join(answer["fees"][0]) == "from to plan users zoom_licenses amount currency per"
    assert " ".join(answer["explanations"][0]) == "rule text article"
    assert " ".join(answer["blockers"][0]) == "rule facts text article"


@pytest.mark.parametrize(("hour", "day"), [(9, "2026-11-24"), (23, "2026-11-25")])
def test_the_default_day_is_today_in_the_home_zone(client: TestClient, today: Today, hour: int, day: str) -> None:
    today.instant = datetime(2026, 11, 24, hour, 30, tzinfo=UTC)

    answer = ask(client, on=...).json()

    assert answer["fees"][0]["from"] == day
    assert client.get("/widget/api/v1/price-book").json()["on"] == day


def test_optional_fields_have_the_defaults_of_the_contract(client: TestClient) -> None:
    optional = ("pending_invitations", "locked", "billed")

    short = ask(client, **{f"subscription__{name}": ... for name in optional})

    assert short.json() == ask(client).json()


@pytest.mark.parametrize(
    ("body", "header", "answered"),
    [
        (..., "en", "en"),
        (..., "fr", "fr"),
        (..., "de, en;q=0.5, fr;q=0.4", "en"),
        (..., "de", "fr"),
        ("en", "fr", "en"),
        ("fr", "en", "fr"),
        (None, "en", "en"),
    ],
)
def test_the_language_is_that_of_the_body_else_of_the_header(
    client: TestClient, body: Any, header: str, answered: str
) -> None:
    question = {name: value for name, value in QUESTION.items() if name != "language"}
    question |= {} if body is ... else {"language": body}

    answer = client.post(PREVIEW, json=question, headers={"Accept-Language": header})

    assert (answer.status_code, answer.headers["content-language"]) == (200, answered)
    assert {each["article"].split("/")[1] for each in answer.json()["explanations"]} == {answered}


def test_fees_are_those_of_the_price_book_in_force(client: TestClient) -> None:
    for day in ("2026-10-01", "2027-03-15"):
        plans = client.get(f"/widget/api/v1/price-book?on={day}").json()["plans"]
        prices = next(plan["prices"]["year"] for plan in plans if plan["id"] == "premium")
        cents = {name: int(amount.replace(".", "")) for name, amount in prices.items()}
        expected = 15 * cents["user"] + 4 * cents["zoom_license"]

        fee = ask(client, on=day).json()["fees"][-1]

        assert int(fee["amount"].replace(".", "")) == expected


def test_the_floor_says_how_many_to_deactivate_and_counts_invitations(client: TestClient) -> None:
    answer = ask(client, subscription__pending_invitations=2, requested__users=13).json()

    assert answer["allowed"] is False
    assert [(each["rule"], each["facts"]) for each in answer["blockers"]] == [
        ("active-user-floor", {"active_users": 16, "requested": 13, "to_deactivate": 3})
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"requested__users": 0}, {"requested.users": "too_small"}),
        ({"requested__users": 100_001}, {"requested.users": "too_large"}),
        ({"requested__users": 1.5}, {"requested.users": "wrong_type"}),
        ({"requested__users": "12"}, {"requested.users": "wrong_type"}),
        ({"requested__users": True}, {"requested.users": "wrong_type"}),
        ({"requested__users": None}, {"requested.users": "wrong_type"}),
        ({"requested__users": ...}, {"requested.users": "missing"}),
        ({"requested__price": 1}, {"requested.price": "unknown"}),
        ({"requested__plan": "gold"}, {"requested.plan": "unknown_plan"}),
        ({"on": "1999-12-31"}, {"on": "too_small"}),
        ({"on": "2101-01-01"}, {"on": "too_large"}),
        ({"on": "2027-02-30"}, {"on": "not_a_date"}),
        ({"on": "2027-03-15T00:00:00"}, {"on": "not_a_date"}),
        ({"on": 1700000000}, {"on": "not_a_date"}),
        ({"on": "2026-06-30"}, {"subscription.term_start": "contradicts", "subscription.billed.0.from": "contradicts"}),
        ({"subscription__term_start": ...}, {"subscription.term_start": "missing"}),
        ({"subscription__term_start": "2027-03-16"}, {"subscription.term_start": "contradicts"}),
        ({"subscription__interval": "month"}, {"subscription.term_start": "contradicts"}),
        ({"subscription__interval": "week"}, {"subscription.interval": "not_one_of"}),
        ({"subscription__billed": []}, {"subscription.billed": "too_short"}),
        ({"subscription__billed": billed(*["2026-07-01"] * 101)}, {"subscription.billed": "too_long"}),
        ({"subscription__billed": billed("2027-03-16")}, {"subscription.billed.0.from": "contradicts"}),
        (
            {"subscription__billed": billed("2026-07-01", "2026-07-01", "2026-06-30")},
            {"subscription.billed.1.from": "contradicts", "subscription.billed.2.from": "contradicts"},
        ),
        ({"subscription__billed": billed("2026-07-01", plan="gold")}, {"subscription.billed.0.plan": "unknown_plan"}),
        ({"language": "de"}, {"language": "not_one_of"}),
        ({"subscription__locked": 1}, {"subscription.locked": "wrong_type"}),
        (
            {"subscription__users": -1, "requested__zoom_licenses": "x", "extra": 1},
            {"subscription.users": "too_small", "requested.zoom_licenses": "wrong_type", "extra": "unknown"},
        ),
    ],
    ids=lambda case: str(case)[:80],
)
def test_every_wrong_field_is_named_at_once(
    client: TestClient, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    assert wrong_fields(ask(client, **changes)) == expected


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"on": NaN}', b'"\\ud800"', b"[" * 60_000])
def test_what_is_not_json_is_400(client: TestClient, body: bytes) -> None:
    answer = client.post(PREVIEW, content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["type"]) == (400, "/widget/problems/not-json")


@pytest.mark.parametrize("body", [b"[]", b"1", b"null", b'"x"'])
def test_json_that_is_no_question_is_422(client: TestClient, body: bytes) -> None:
    assert client.post(PREVIEW, content=body, headers={"Content-Type": "application/json"}).status_code == 422


@pytest.mark.parametrize(("users", "status"), [(1, 200), (100_000, 200), (0, 422), (100_001, 422)])
def test_the_bounds_themselves_are_taken(client: TestClient, users: int, status: int) -> None:
    answer = ask(client, requested__users=users, subscription__active_users=1)

    assert answer.status_code == status


@pytest.mark.parametrize("day", ["2000-01-01", "2100-12-31"])
def test_the_first_and_the_last_day_are_answered(client: TestClient, day: str) -> None:
    answer = ask(client, on=day, subscription__term_start="2000-01-01", subscription__billed=None)

    assert answer.status_code == 200
    assert client.get(f"/widget/api/v1/price-book?on={day}").json()["on"] == day


@pytest.mark.parametrize(("size", "status"), [(64 * 1024, 200), (64 * 1024 + 1, 413)])
def test_64_kib_is_the_most_that_is_read(client: TestClient, size: int, status: int) -> None:
    body = json.dumps(QUESTION).encode().ljust(size)

    whole = client.post(PREVIEW, content=body, headers={"Content-Type": "application/json"})
    in_parts = client.post(PREVIEW, content=iter([body[:9], body[9:]]), headers={"Content-Type": "application/json"})

    assert (whole.status_code, in_parts.status_code) == (status, status)


def test_json_with_a_charset_is_json_by_type(client: TestClient) -> None:
    body = json.dumps(QUESTION).encode()

    answer = client.post(PREVIEW, content=body, headers={"Content-Type": "Application/JSON; charset=utf-8"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "content_type", "status", "french", "english"),
    [
        (b"{", "application/json", 400, "Le corps n’est pas du JSON", "The body is not JSON"),
        (b" " * 65_537, "application/json", 413, "Le corps est trop grand", "The body is too large"),
        (
            b"{}",
            "text/plain",
            415,
            "Le corps doit être envoyé en application/json",
            "The body must be sent as application/json",
        ),
        (b"{}", "application/json", 422, "Certains champs ne conviennent pas", "Some fields are wrong"),
    ],
    ids=["400", "413", "415", "422"],
)
def test_each_problem_is_said_in_both_languages(
    client: TestClient, body: bytes, content_type: str, status: int, french: str, english: str
) -> None:
    for language, title in (("fr", french), ("en", english)):
        answer = client.post(PREVIEW, content=body, headers={"Content-Type": content_type, "Accept-Language": language})

        said = answer.json()
        assert (answer.status_code, said["status"], said["title"]) == (status, status, title)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["content-language"] == language
        assert set(said) - {"errors"} == {"type", "title", "status", "detail", "instance"}
        assert ("errors" in said) == (status == 422)


def test_too_large_and_wrong_type_of_content(client: TestClient) -> None:
    large = client.post(PREVIEW, content=b" " * 70_000, headers={"Content-Type": "application/json"})
    text = client.post(PREVIEW, content=b"{}", headers={"Content-Type": "text/plain"})
    method = client.get(PREVIEW)

    assert (large.status_code, text.status_code, method.status_code) == (413, 415, 405)
    assert {each.headers["content-type"] for each in (large, text, method)} == {"application/problem+json"}


@pytest.mark.parametrize(
    ("language", "title"), [("fr", "Certains champs ne conviennent pas"), ("en", "Some fields are wrong")]
)
def test_the_title_is_in_the_language_asked(client: TestClient, language: str, title: str) -> None:
    by_body = ask(client, language=language, requested__users=0).json()
    by_header = client.post(PREVIEW, json={}, headers={"Accept-Language": language}).json()

    assert (by_body["title"], by_header["title"]) == (title, title)


def test_each_problem_type_is_a_page(client: TestClient) -> None:
    for answer in (client.post(PREVIEW, json={}), client.get(PREVIEW)):
        assert client.get(answer.json()["type"]).status_code == 200


def test_each_wrong_field_has_a_sentence_in_both_languages(client: TestClient) -> None:
    french, english = (ask(client, language=code, requested__users=0).json()["errors"] for code in ("fr", "en"))

    assert [each["message"] for each in english] == ["This value is too small: the lowest is 1."]
    assert [each["message"] for each in french] == ["Cette valeur est trop petite\u00a0: le minimum est 1."]


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-10-31", "2025-11"), ("2026-11-01", "2026-11"), ("2027-03-15", "2026-11")],
)
def test_the_price_book_of_another_day_is_the_one_in_force_then(client: TestClient, day: str, version: str) -> None:
    book = client.get(f"/widget/api/v1/price-book?on={day}").json()

    assert (book["version"], book["on"], book["currency"], book["sample_data"]) == (version, day, "EUR", True)
    assert " ".join(book["plans"][0]) == "id rank name min_users max_users max_zoom_licenses prices"
    assert [plan["rank"] for plan in book["plans"]] == sorted(plan["rank"] for plan in book["plans"])
    for plan in book["plans"]:
        assert (set(plan["name"]), set(plan["prices"])) == ({"fr", "en"}, {"month", "year"})


def test_the_policy_names_every_figure_amounts_and_rates_as_decimals(client: TestClient) -> None:
    policy = client.get("/widget/api/v1/policy").json()

    assert (policy["valid_from"], policy["quote_valid_days"], policy["quote_reminder_days"]) == ("2026-11-01", 30, 7)
    assert (policy["seller"]["capital"], policy["seller"]["recovery_fee"]) == ("10000.00", "40.00")
    assert (policy["vat"]["seller_country"], policy["vat"]["rate"]) == ("FR", "20.00")


def test_the_policy_lists_every_rule_with_the_section_that_states_it(client: TestClient) -> None:
    rules = client.get("/widget/api/v1/policy").json()["rules"]

    assert [rule["id"] for rule in rules] == list(Rule)
    for rule in rules:
        assert rule["text"]["fr"] != rule["text"]["en"]
        for address in rule["article"].values():
            path, _, anchor = address.partition("#")
            html = (ROOT / "site" / path.strip("/") / "index.html").read_text(encoding="utf-8")
            assert f'id="{anchor}"' in html


@pytest.mark.parametrize("query", ["on=2027-02-30", "on=", "on=x", "on=2101-01-01", "on=2027-01-01&on=2027-01-02"])
def test_a_wrong_day_of_the_price_book_is_named(client: TestClient, query: str) -> None:
    assert wrong_fields(client.get(f"/widget/api/v1/price-book?{query}")) == {"on": "not_a_date"}


def test_the_openapi_example_is_answered(client: TestClient) -> None:
    document = client.get("/widget/api/v1/openapi.json").json()
    body = document["paths"][PREVIEW]["post"]["requestBody"]["content"]["application/json"]

    assert client.post(
        PREVIEW, content=json.dumps(body["example"]), headers={"Content-Type": "application/json"}
    ).is_success
