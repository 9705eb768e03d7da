"""What bad input gets: a clear message in the page's language, what was typed still there, never a 500."""

import html
import re
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient

from widget.panels import sample


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Nombre d’utilisateurs\u00a0: remplissez ce champ."),
        ("0", "Nombre d’utilisateurs\u00a0: le minimum est\u00a01."),
        ("-1", "Nombre d’utilisateurs\u00a0: le minimum est\u00a01."),
        ("1.5", "écrivez un nombre entier"),
        ("1,5", "écrivez un nombre entier"),
        ("douze", "écrivez un nombre entier"),
        ("1e9", "écrivez un nombre entier"),
        ("999999999", "le maximum est\u00a0100\u202f000"),
        ("1\u202f0", "écrivez un nombre entier"),
        ("١٢", "écrivez un nombre entier"),
        ("<script>alert(1)</script>", "écrivez un nombre entier"),
        ("x" * 10_000, "écrivez un nombre entier"),
        ("1\x002", "écrivez un nombre entier"),
    ],
)
def test_a_wrong_number_is_named_by_the_field_and_in_the_summary(client: TestClient, typed: str, message: str) -> None:
    answer = client.post("/widget/fr/change", data={"users": typed})

    assert answer.status_code == 422
    text = html.unescape(answer.text)
    assert text.count(message) == 2
    assert f'name="users" value="{html.escape(typed)}"' in answer.text.replace("&#34;", "&quot;")
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("typed", ["1000", "1 000", "1\u00a0000", "1\u202f000", " 1000 "])
def test_a_thousand_is_a_number_as_the_french_write_it(client: TestClient, typed: str) -> None:
    answer = client.get(f"/widget/fr/change/result?users={quote(typed)}")

    assert answer.status_code == 200
    assert "1\u202f000\u00a0utilisateurs" in answer.text


@pytest.mark.parametrize("typed", ["1000", "1 000", "1,000"])
def test_a_thousand_is_a_number_as_the_english_write_it(client: TestClient, typed: str) -> None:
    answer = client.get(f"/widget/en/change/result?users={quote(typed)}")

    assert answer.status_code == 200
    assert "1,000 users" in answer.text


@pytest.mark.parametrize(
    ("language", "typed"), [("fr", "1,000"), ("en", "1,5"), ("en", "10,00"), ("en", "1,0000"), ("en", ",100")]
)
def test_a_comma_that_parts_no_thousands_is_no_whole_number(client: TestClient, language: str, typed: str) -> None:
    answer = client.get(f"/widget/{language}/change/result?users={quote(typed)}")

    assert answer.status_code == 422
    assert SAID["not_whole"][language == "en"] in html.unescape(answer.text)


def test_a_thousand_is_taken_by_the_form_too(client: TestClient) -> None:
    for typed in ("1 000", "1\u00a0000", "1\u202f000"):
        answer = client.post("/widget/fr/change", data={"users": typed})

        assert answer.status_code == 200
        assert "1\u202f000\u00a0utilisateurs" in answer.text


LABEL = {"fr": "Nombre d’utilisateurs\u00a0: ", "en": "Number of users: "}
SAID = {
    "required": ("remplissez ce champ.", "fill in this field."),
    "too_small": ("le minimum est\u00a01.", "the lowest is 1."),
    "too_large": ("le maximum est\u00a0100\u202f000.", "the highest is 100,000."),
    "not_whole": (
        "écrivez un nombre entier en chiffres, comme\u00a012.",
        "write a whole number in digits, such as 12.",
    ),
}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "required"),
        (" \u00a0\u202f ", "required"),
        ("0", "too_small"),
        ("-1", "too_small"),
        ("100001", "too_large"),
        ("1 000 000", "too_large"),
        ("1.5", "not_whole"),
        ("douze", "not_whole"),
        ("1e9", "not_whole"),
        ("9" * 10_000, "not_whole"),
        ("<img src=x onerror=alert(1)>", "not_whole"),
        ('"><script>alert(1)</script>', "not_whole"),
        ("1\x1b\x7f2", "not_whole"),
        ("1\r\n2", "not_whole"),
    ],
    ids=lambda case: ascii(case)[:40],
)
def test_the_live_result_says_what_is_wrong_in_the_language_of_the_page(
    client: TestClient, typed: str, code: str, language: str
) -> None:
    address = f"/widget/{language}/change/result?users={quote(typed)}"

    page = client.get(address)
    fragment = client.get(address, headers={"Accept": "text/html;fragment=1"})

    message = LABEL[language] + SAID[code][language == "en"]
    for answer in (page, fragment):
        assert (answer.status_code, answer.headers["content-language"]) == (422, language)
        assert message in html.unescape(answer.text)
        assert "<img src=x" not in answer.text
        assert "<script>alert" not in answer.text
    # The fragment replaces the result alone: the field that was typed in is outside of it.
    assert 'name="users"' not in fragment.text


@pytest.mark.parametrize(
    "raw", ["users=%FF%FE", "users=%ED%A0%80", "users", "users=%", "users=%zz", "&&=&", "users=1;2"]
)
def test_bytes_that_are_no_text_get_an_answer(client: TestClient, raw: str) -> None:
    posted = client.post(
        "/widget/fr/change", content=raw, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )
    asked = client.get(f"/widget/fr/change/result?{raw}")

    assert (posted.status_code, asked.status_code) == (422, 422)


def test_a_repeated_or_unknown_field_of_the_live_result_is_said(client: TestClient) -> None:
    repeated = client.get("/widget/fr/change/result?users=12&users=40")
    unknown = client.get("/widget/fr/change/result?price=1")

    assert (repeated.status_code, unknown.status_code) == (422, 422)
    assert LABEL["fr"] + "ce champ a été envoyé deux fois." in html.unescape(repeated.text)
    assert "Le formulaire a envoyé un champ inconnu ici." in html.unescape(unknown.text)


def test_of_a_repeated_field_the_first_stays_typed(client: TestClient) -> None:
    answer = client.post(
        "/widget/fr/change",
        content="users=12&users=40",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )

    assert 'name="users" value="12"' in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_more_fields_than_any_form_has_is_no_fault_of_the_server(client: TestClient, method: str) -> None:
    many = "&".join(["users=1"] * 101)
    if method == "GET":
        answer = client.get(f"/widget/fr/change/result?{many}")
    else:
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = client.post("/widget/fr/change", content=many, headers=headers)

    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("users=12&users=40", "this field was sent twice"),
        ("price=1", "The form sent a field that is not known here"),
        ("space=harbour-studio", "The form sent a field that is not known here"),
        ("plan=gold", "choose one of the list"),
        ("on=2027-02-30", "this date does not exist"),
        ("on=1999-12-31", "Day of the order: choose a day from 1 January 2000 to 31 December 2100."),
        ("on=01/01/2101", "Day of the order: choose a day from 1 January 2000 to 31 December 2100."),
        ("on=2026-06-30", "this day must not be after the day of the order"),
    ],
)
def test_a_field_too_many_or_impossible_is_said(client: TestClient, body: str, message: str) -> None:
    answer = client.post(
        "/widget/en/change", content=body, headers={"Content-Type": "application/x-www-form-urlencoded"}
    )

    assert answer.status_code == 422
    assert message in html.unescape(answer.text)


def test_a_form_over_64_kib_is_413(client: TestClient) -> None:
    answer = client.post("/widget/fr/change", data={"users": "x" * 70_000})

    assert answer.status_code == 413
    assert "L’envoi est trop grand" in answer.text


def test_without_javascript_what_a_form_sent_moves_along_to_the_other_language(client: TestClient) -> None:
    sent = sample().fields() | {"users": "douze", "in_users": "30"}
    page = client.post("/widget/fr/change", data=sent)

    link = re.search(r'href="(/widget/en/change[^"]*)"', page.text)
    assert link
    other = client.get(html.unescape(link[1]))

    assert 'name="users" value="douze"' in other.text
    assert 'name="in_users" value="30"' in other.text
    assert "write a whole number in digits" in other.text
