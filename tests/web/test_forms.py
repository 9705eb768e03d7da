"""What bad input gets: a clear message in the page's language, what was typed still there, never a 500."""

import html
from urllib.parse import quote

import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "Nombre d’utilisateurs\u00a0: remplissez ce champ."),
        ("0", "Nombre d’utilisateurs\u00a0: le minimum est 1."),
        ("-1", "Nombre d’utilisateurs\u00a0: le minimum est 1."),
        ("1.5", "écrivez un nombre entier"),
        ("1,5", "écrivez un nombre entier"),
        ("douze", "écrivez un nombre entier"),
        ("1e9", "écrivez un nombre entier"),
        ("999999999", "le maximum est 100\u202f000"),
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
    assert "1\u202f000 utilisateurs" in answer.text


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("users=12&users=40", "this field was sent twice"),
        ("price=1", "The form sent a field that is not known here"),
        ("space=harbour-studio", "The form sent a field that is not known here"),
        ("plan=gold", "choose one of the list"),
        ("on=2027-02-30", "this date does not exist"),
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
