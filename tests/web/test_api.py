"""The calculator over HTTP: the contract, and what it says to a wrong question."""

import copy
import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Today
from widget import catalogue
from widget.domain.refusal import Rule
from widget.settings import ROOT
from widget.web.problem import MOST_ERRORS

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
        place: Any = question
        for parent in parents:
            place = place[int(parent) if isinstance(place, list) else parent]
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
    terms, on = catalogue.load(), date(2027, 3, 15)
    assert answer["versions"] == {"price_book": terms.price_book(on).version, "policy": terms.policy(on).version}
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
        (..., "en; q=0.1, fr; q=0.9", "fr"),
        (..., "fr ;\tq = 0.1 , en ; q=0.9", "en"),
        (..., "en;Q=0.1,fr;q=0.9", "fr"),
        (..., "EN-GB, fr;q=0.9", "en"),
        (..., "fr;q=0, en;q=0.001", "en"),
        (..., "fr;q=0.0000, en;q=0.1", "en"),
        (..., "en;q=nan, fr;q=0.1", "fr"),
        (..., "en;q=inf, fr;q=0.1", "fr"),
        (..., "en;q=-1, fr;q=0.1", "fr"),
        (..., "en;q=x, fr;q=0.1", "fr"),
        (..., "fr;q=1, en;q=9", "fr"),
        (..., "enm, frr, en;q=0.5, fr;q=0.4", "en"),
        (..., "enm", "fr"),
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


@pytest.mark.parametrize(
    ("kept", "day"),
    [
        pytest.param(18, "2027-04-01", id="a part of what was added: what is left costs from the next month"),
        pytest.param(15, "2027-03-15", id="all of it: today, since nothing becomes cheaper"),
    ],
)
def test_what_is_given_up_within_its_free_month_has_a_price_date_too(client: TestClient, kept: int, day: str) -> None:
    users = [{**billed(each)[0], "users": number} for each, number in (("2026-07-01", 15), ("2027-04-01", 20))]

    answer = ask(
        client,
        subscription__interval="month",
        subscription__term_start=None,
        subscription__active_users=14,
        subscription__billed=users,
        requested__users=kept,
    ).json()

    assert (answer["lines"][1]["direction"], answer["lines"][1]["priced_from"]) == ("down", day)
    assert answer["last_day_to_order"] == "2027-03-31"


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


def send(client: TestClient, body: bytes | str, content_type: str = "application/json") -> Any:
    content = body if isinstance(body, bytes) else body.encode()
    return client.post(PREVIEW, content=content, headers={"Content-Type": content_type})


def spoiled(old: str, new: str) -> str:
    """Return the example with one piece of its text replaced."""
    text = json.dumps(QUESTION)
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param('"on":', '"on": "2027-03-15", "on":', {"on": "given_twice"}, id="a name given twice"),
        pytest.param(
            '"from":',
            '"from": "2026-07-01", "\\u0066rom":',
            {"subscription.billed.0.from": "given_twice"},
            id="a name given twice, once in disguise",
        ),
        pytest.param(
            '"requested": {',
            '"requested": {"users": 1, "plan": "premium", ',
            {"requested.plan": "given_twice", "requested.users": "given_twice"},
            id="two names given twice",
        ),
        pytest.param(
            '"users": 15', '"users": 1' + "0" * 5000, {"requested.users": "too_large"}, id="five thousand digits"
        ),
        pytest.param(
            '"users": 15', '"users": -1' + "0" * 5000, {"requested.users": "too_small"}, id="as many below zero"
        ),
        pytest.param('"users": 15', '"users": 1e999', {"requested.users": "wrong_type"}, id="a number without end"),
        pytest.param('"users": 15', '"users": 15.0', {"requested.users": "wrong_type"}, id="a number with a point"),
        pytest.param('"on":', '"a:b": {"c": 1}, "on":', {"a:b": "unknown"}, id="a colon in an unknown name"),
        pytest.param(
            '"active_users":',
            '"seats": 1, "active_users":',
            {"subscription.seats": "unknown"},
            id="an unknown name in the subscription",
        ),
        pytest.param(
            '"from":', '"until": 1, "from":', {"subscription.billed.0.until": "unknown"}, id="an unknown name in a step"
        ),
    ],
)
def test_what_json_allows_and_the_contract_does_not_is_named(
    client: TestClient, old: str, new: str, expected: dict[str, str]
) -> None:
    assert wrong_fields(send(client, spoiled(old, new))) == expected


def test_what_contradicts_is_named_beside_what_is_wrong_itself(client: TestClient) -> None:
    answer = ask(
        client,
        requested__users=0,
        requested__plan="gold",
        subscription__term_start="2027-03-16",
        subscription__billed=[*billed("2026-07-01", "2026-06-30", plan="silver"), *billed("never")],
    )

    assert wrong_fields(answer) == {
        "requested.users": "too_small",
        "requested.plan": "unknown_plan",
        "subscription.term_start": "contradicts",
        "subscription.billed.0.plan": "unknown_plan",
        "subscription.billed.1.plan": "unknown_plan",
        "subscription.billed.1.from": "contradicts",
        "subscription.billed.2.from": "not_a_date",
    }


@pytest.mark.parametrize(
    ("on", "code"), [("2027-02-30", "not_a_date"), ("2101-01-01", "too_large"), (20270301, "not_a_date")]
)
def test_nothing_is_compared_with_a_day_that_is_wrong_itself(client: TestClient, on: Any, code: str) -> None:
    answer = ask(
        client,
        on=on,
        requested__plan="gold",
        subscription__term_start="2027-03-01",
        subscription__billed=billed("2027-03-01", "2027-02-01"),
    )

    assert wrong_fields(answer) == {"on": code, "subscription.billed.1.from": "contradicts"}


def test_nothing_is_compared_with_a_day_that_was_given_twice(client: TestClient) -> None:
    body = spoiled('"on":', '"on": "2027-03-16", "on":').replace("2026-07-01", "2027-03-01")

    assert wrong_fields(send(client, body)) == {"on": "given_twice"}


def names(most: int) -> list[str]:
    """Return as many short names as fit into so many bytes of JSON."""
    return [f"{number:x}" for number in range(most // 9)]


@pytest.mark.parametrize("inside", ["", "subscription"])
def test_thousands_of_unknown_names_are_answered_and_some_of_them_named(client: TestClient, inside: str) -> None:
    many = ",".join(f'"{name}":1' for name in [*names(60_000), "1"])
    old = f'"{inside}": {{' if inside else "{"
    body = spoiled(old, f"{old}{many},")

    answer = send(client, body)

    assert len(wrong_fields(answer)) in {MOST_ERRORS - 1, MOST_ERRORS}
    assert len(answer.content) < len(body)


def test_a_hundred_steps_against_thousands_of_wrong_names_are_answered(client: TestClient) -> None:
    many = ",".join(f'"{name}":1' for name in names(45_000))
    days = [str(date(2026, 7, 1) + timedelta(days=each)) for each in range(100)]
    steps = json.dumps([{"from": day, "plan": "premium", "users": 2, "zoom_licenses": 4} for day in days])
    body = spoiled(json.dumps(QUESTION["subscription"]["billed"]), steps).replace("{", f"{{{many},", 1)

    assert len(wrong_fields(send(client, body))) == MOST_ERRORS


def test_every_wrong_field_of_a_hundred_steps_is_named_at_once(client: TestClient) -> None:
    steps = [{"from": "soon", "plan": 1, "users": 0, "zoom_licenses": -1}] * 100

    answer = send(client, json.dumps(QUESTION | {"subscription": QUESTION["subscription"] | {"billed": steps}}))

    fields = ("from", "plan", "users", "zoom_licenses")
    assert set(wrong_fields(answer)) == {f"subscription.billed.{at}.{name}" for at in range(100) for name in fields}


@pytest.mark.parametrize("count", [100, 101, 700])
def test_a_hundred_steps_are_the_most(client: TestClient, count: int) -> None:
    days = [str(date(2026, 7, 1) + timedelta(days=each)) for each in range(count)]
    steps = [{"from": day, "plan": "premium", "users": 2, "zoom_licenses": 4} for day in days]

    answer = send(client, json.dumps(QUESTION | {"subscription": QUESTION["subscription"] | {"billed": steps}}))

    assert answer.status_code == (200 if count == 100 else 422)
    assert count == 100 or wrong_fields(answer) == {"subscription.billed": "too_long"}


def test_ten_thousand_steps_are_too_large(client: TestClient) -> None:
    assert ask(client, subscription__billed=billed(*["2026-07-01"] * 10_000)).status_code == 413


@pytest.mark.parametrize("nested", ["[" * 500 + "]" * 500, '{"a":' * 500 + "1" + "}" * 500])
def test_nesting_where_it_is_unknown_is_only_unknown(client: TestClient, nested: str) -> None:
    assert wrong_fields(send(client, spoiled('"on":', f'"deep": {nested}, "on":'))) == {"deep": "unknown"}


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 200),
        ("APPLICATION/JSON;charset=UTF-8", 200),
        ('application/json ; charset="utf-8"; x=y', 200),
        ("application/json; charset=iso-8859-1", 200),
        ("application/problem+json", 415),
        ("application/jsonx", 415),
        ("text/json", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        (";", 415),
        ("", 415),
    ],
)
def test_a_body_is_json_by_its_type_and_its_parameters_do_not_matter(
    client: TestClient, content_type: str, status: int
) -> None:
    assert send(client, json.dumps(QUESTION), content_type).status_code == status


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_a_preview_is_asked_by_post_alone(client: TestClient, method: str) -> None:
    answer = client.request(method, PREVIEW)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("name", ["price-book", "policy", "openapi.json"])
def test_what_is_read_has_a_head_and_takes_no_body(client: TestClient, name: str) -> None:
    assert client.head(f"/widget/api/v1/{name}").status_code == 200
    assert [client.request(method, f"/widget/api/v1/{name}").status_code for method in ("POST", "PUT")] == [405, 405]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"\xff",
        b'{"on": NaN}',
        b'{"on": -Infinity}',
        b'{"on": 01}',
        b'{"on": "\x00"}',
        b'"\\ud800"',
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b"\xef\xbb\xbf" + json.dumps(QUESTION).encode(),
        json.dumps(QUESTION).encode("utf-16"),
        json.dumps(QUESTION | {"language": "é"}, ensure_ascii=False).encode("latin-1"),
        b"on=2027-03-15",
    ],
    ids=lambda body: str(body[:20]),
)
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


@pytest.mark.parametrize("path", ["/widget/api", "/widget/api/", "/widget/api/v1", "/widget/api/v1/nothing"])
def test_an_address_that_there_is_not_is_a_problem_wherever_the_api_begins(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_the_document_lists_every_problem_that_a_preview_may_answer(client: TestClient) -> None:
    responses = client.get("/widget/api/v1/openapi.json").json()["paths"][PREVIEW]["post"]["responses"]

    assert sorted(responses) == ["200", "400", "408", "413", "415", "422", "429"]


@pytest.mark.parametrize("path", ["price-book?on=x", "articles?lang=de", "nothing"])
def test_a_cache_keeps_the_languages_of_a_problem_apart(client: TestClient, path: str) -> None:
    answer = client.get(f"/widget/api/v1/{path}")

    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["vary"] == "Accept-Language, Cookie"


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
    assert [each["message"] for each in french] == ["Cette valeur est trop petite\u00a0: le minimum est\u00a01."]


@pytest.mark.parametrize("field", ["on", "subscription__term_start", "subscription__billed__0__from"])
@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("1999-12-31", "This value is too small: the lowest is 2000-01-01."),
        ("2101-01-01", "This value is too large: the highest is 2100-12-31."),
    ],
)
def test_a_day_out_of_range_is_told_the_bound_as_days_are_written(
    client: TestClient, field: str, day: str, message: str
) -> None:
    answer = ask(client, **{field: day}, language="en").json()

    name = field.replace("__", ".")
    assert [each["message"] for each in answer["errors"] if each["field"] == name] == [message]


@pytest.mark.parametrize(
    ("day", "version"),
    [("2026-10-31", "2025-11"), ("2026-11-01", "2026-11"), ("2026-11-30", "2026-11")],
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


def test_the_policy_answers_no_question_that_it_does_not_know(client: TestClient) -> None:
    answer = client.get("/widget/api/v1/policy?on=2026-10-15")

    assert answer.status_code == 422
    assert [(each["field"], each["code"]) for each in answer.json()["errors"]] == [("on", "unknown")]


def test_the_policy_lists_every_rule_with_the_section_that_states_it(client: TestClient) -> None:
    rules = client.get("/widget/api/v1/policy").json()["rules"]

    assert [rule["id"] for rule in rules] == list(Rule)
    for rule in rules:
        assert rule["text"]["fr"] != rule["text"]["en"]
        for address in rule["article"].values():
            path, _, anchor = address.partition("#")
            html = (ROOT / "site" / path.strip("/") / "index.html").read_text(encoding="utf-8")
            assert f'id="{anchor}"' in html


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("on=2027-02-30", "not_a_date"),
        ("on=", "not_a_date"),
        ("on=x", "not_a_date"),
        ("on=2027-W11-1", "not_a_date"),
        ("on=20270315", "not_a_date"),
        ("on=1999-12-31", "too_small"),
        ("on=2101-01-01", "too_large"),
        ("on=2027-01-01&on=2027-01-02", "repeated"),
    ],
)
def test_a_wrong_day_of_the_price_book_is_named_as_in_a_preview(client: TestClient, query: str, code: str) -> None:
    assert wrong_fields(client.get(f"/widget/api/v1/price-book?{query}")) == {"on": code}


def test_a_mistyped_name_is_not_taken_for_the_price_book_of_today(client: TestClient) -> None:
    assert wrong_fields(client.get("/widget/api/v1/price-book?On=2027-03-15")) == {"On": "unknown"}


def test_the_openapi_example_is_answered(client: TestClient) -> None:
    document = client.get("/widget/api/v1/openapi.json").json()
    body = document["paths"][PREVIEW]["post"]["requestBody"]["content"]["application/json"]

    assert client.post(
        PREVIEW, content=json.dumps(body["example"]), headers={"Content-Type": "application/json"}
    ).is_success


def test_a_problem_is_explained_in_the_language_chosen_on_its_page(client: TestClient) -> None:
    page = client.get("/widget/problems/not-json", headers={"Accept-Language": "fr"}).text
    (other,) = re.findall(r'<a href="([^"]*)" lang="en"', page)

    chosen = client.get(other, headers={"Accept-Language": "fr"}).text

    assert "400: Le corps n’est pas du JSON" in page
    assert "400: The body is not JSON" in chosen
