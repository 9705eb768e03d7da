"""What every form answers to input that is wrong: a message in the page's language, never a 500, and nothing done.

What was typed is still there. The forms that anybody may send, and those of an administrator in the middle of a change.
"""

import html
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Today, engine_of, serving
from tests.web.people import HTML, sign_in, token
from widget.services.transfer import export_file
from widget.web.forms import WISH

NUMBERS = {
    "": ("remplissez ce champ", "fill in this field"),
    "-1": ("le minimum est", "the lowest is"),
    "1.5": ("écrivez un nombre entier", "write a whole number"),
    "douze": ("écrivez un nombre entier", "write a whole number"),
    "1e9": ("écrivez un nombre entier", "write a whole number"),
    "1\u202f2": ("écrivez un nombre entier", "write a whole number"),
    "9" * 10_000: ("écrivez un nombre entier", "write a whole number"),
    "<script>alert(1)</script>": ("écrivez un nombre entier", "write a whole number"),
    "1\x00\x1b2": ("écrivez un nombre entier", "write a whole number"),
    "12\x1f": ("écrivez un nombre entier", "write a whole number"),
    "1000000000": ("le maximum est", "the highest is"),
    "1\u202f000\u202f000\u202f000": ("le maximum est", "the highest is"),
}
REFUSED = {
    "unknown": ("Le formulaire a envoyé un champ inconnu ici", "The form sent a field that is not known here"),
    "example": ("l’exemple ne compte plus", "the example no longer counts"),
    "old": ("Ce formulaire est trop ancien", "This form is too old"),
    "large": ("L’envoi est trop grand", "What was sent is too large"),
}
#: What a client may not decide, whatever it sends.
NOT_THEIRS = {
    "price": "0.01",
    "amount": "1",
    "on": "2020-01-01",
    "space": "harbour-studio",
    "actor": "somebody",
    "role": "administrator",
}


class Claire:
    """An administrator with a draft on its way, and the address of each form in it."""

    def __init__(self, client: TestClient, code: str) -> None:
        self.client, self.code = client, code
        sign_in(client, "Claire Martin")
        wish = {"plan": "premium", "users": "10", "zoom_licenses": "4"}
        at = client.post(f"/widget/{code}/change", data=wish, follow_redirects=False).headers["location"]
        self.draft = str(at).removesuffix("/members")
        self.token = token(client.get(at).text)
        self.forms = {
            "choose": (f"/widget/{code}/change", wish),
            "members": (f"{self.draft}/members", {"token": self.token}),
            "activate": (f"{self.draft}/activate", {"token": self.token}),
            "survey": (f"{self.draft}/survey", {"token": self.token, "reason": "other", "comment": ""}),
            "order": (f"{self.draft}/order", {"token": self.token, "key": "a-key"}),
            "undo": (f"/widget/{code}/undo/unknown", {"token": self.token}),
        }

    def send(self, form: str, *more: tuple[str, str]) -> tuple[int, str]:
        """Send a form with more fields than it has; return the status and the page's text."""
        address, fields = self.forms[form]
        body = urlencode([*fields.items(), *more])
        answer = self.client.post(address, content=body, headers=HTML, follow_redirects=False)
        assert answer.status_code < 500
        return answer.status_code, html.unescape(answer.text)


@pytest.fixture(scope="module")
def clock() -> Today:
    return Today()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, clock: Today) -> Iterator[TestClient]:
    """One service for all of this module: nothing that is sent here is done, which each test proves."""
    with serving(tmp_path_factory.mktemp("bad-input"), clock) as client:
        yield client


@pytest.fixture(autouse=True)
def a_moment_later(clock: Today) -> None:
    """Let time pass between tests: so many sign-ins in one minute would meet their limit."""
    clock.instant += timedelta(seconds=3)


@pytest.fixture(params=["fr", "en"])
def claire(shared: TestClient, request: pytest.FixtureRequest) -> Iterator[Claire]:
    yield Claire(shared, request.param)
    shared.cookies.clear()


def kept(client: TestClient, tmp_path: Path) -> object:
    """Return every space, subscription and member that the database holds."""
    engine = engine_of(client)
    path = tmp_path / "export.json"
    export_file(engine, path)
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("typed", NUMBERS, ids=lambda typed: ascii(typed)[:20])
@pytest.mark.parametrize("signed_in", [False, True], ids=["try-out", "signed in"])
def test_each_number_is_named_by_the_field_and_in_the_summary_with_what_was_typed(
    shared: TestClient, typed: str, signed_in: bool
) -> None:
    own = ("users", "zoom_licenses")
    fields = own if signed_in else (*own, "in_users", "in_zoom_licenses", "active_users")
    if signed_in:
        sign_in(shared, "Claire Martin")
    for code in ("fr", "en"):
        for field in fields:
            answer = shared.post(f"/widget/{code}/change", data={field: typed})

            assert (answer.status_code, answer.headers["content-language"]) == (422, code)
            text = html.unescape(answer.text)
            assert text.count(NUMBERS[typed][code == "en"]) == 2, field
            assert f'href="#sw-{field}"' in text
            assert f'name="{field}" value="{typed}"' in text.replace("\r", "")
            assert "<title>Erreur" in text or "<title>Error" in text
            assert "<script>alert" not in answer.text
    shared.cookies.clear()


@pytest.mark.parametrize("field", ["plan", "in_plan", "interval"])
def test_a_choice_that_is_none_of_the_list_is_said(shared: TestClient, field: str) -> None:
    for code, other, empty in (
        ("fr", "choisissez dans la liste", "remplissez ce champ"),
        ("en", "choose one of the list", "fill in this field"),
    ):
        for typed in ("", "gold", "x" * 10_000, "<b>", "\x00", "12"):
            message = other if typed else empty
            answer = shared.post(f"/widget/{code}/change", data={field: typed})

            assert answer.status_code == 422
            assert html.unescape(answer.text).count(message) == 2
            assert f'href="#sw-{field}"' in answer.text
            assert re.search(f'id="sw-{field}-error">[^<]*{message}', html.unescape(answer.text))


@pytest.mark.parametrize("field", ["term_start", "on"])
def test_a_day_that_does_not_exist_is_said_and_stays(shared: TestClient, field: str) -> None:
    for code, other, empty in (
        ("fr", "cette date n’existe pas", "remplissez ce champ"),
        ("en", "this date does not exist", "fill in this field"),
    ):
        for typed in ("", "2027-02-30", "31/02/2027", "demain", "0", "-1", "1.5", "9" * 10_000, "<b>", "\x00"):
            message = other if typed else empty
            answer = shared.post(f"/widget/{code}/change", data={field: typed})

            assert answer.status_code == 422
            assert html.unescape(answer.text).count(message) == 2
            assert f'name="{field}" value="{html.escape(typed)}"' in answer.text


@pytest.mark.parametrize("form", ["choose", "members", "activate", "survey", "order", "undo"])
def test_what_a_client_may_not_decide_is_refused_and_never_used(claire: Claire, form: str, tmp_path: Path) -> None:
    before = kept(claire.client, tmp_path)

    for field, value in NOT_THEIRS.items():
        status, text = claire.send(form, (field, value))
        # The day is a field of the try-out, whose form may still be open.
        why = "old" if form == "undo" else "example" if (form, field) == ("choose", "on") else "unknown"
        assert (status, REFUSED[why][claire.code == "en"] in text) == (422, True), field

    assert kept(claire.client, tmp_path) == before


def test_a_button_that_there_is_not_is_told(claire: Claire) -> None:
    assert claire.send("members", ("act", "everybody"))[0] == 422


@pytest.mark.parametrize("form", ["choose", "members", "activate", "survey", "order", "undo"])
def test_a_form_over_64_kib_is_413_on_a_readable_page(claire: Claire, form: str) -> None:
    status, text = claire.send(form, ("comment", "x" * 70_000))

    assert (status, REFUSED["large"][claire.code == "en"] in text) == (413, True)
    assert f'<html lang="{claire.code}">' in text


@pytest.mark.parametrize(
    ("form", "field"),
    [*(("choose", each) for each in WISH), ("survey", "reason"), ("survey", "comment"), ("order", "key")],
)
def test_a_field_that_comes_twice_is_said(claire: Claire, form: str, field: str) -> None:
    status, text = claire.send(form, (field, "other"))

    assert status == 422
    assert ("ce champ a été envoyé deux fois", "this field was sent twice")[claire.code == "en"] in text


@pytest.mark.parametrize("key", ["k" * 201, "clé", "key\x00"], ids=["too long", "not ASCII", "not printable"])
def test_a_key_that_no_form_of_ours_made_places_nothing(claire: Claire, tmp_path: Path, key: str) -> None:
    claire.forms["order"][1]["key"] = key
    before = kept(claire.client, tmp_path)

    status, text = claire.send("order")

    assert (status, REFUSED["old"][claire.code == "en"] in text) == (422, True)
    assert kept(claire.client, tmp_path) == before


@pytest.mark.parametrize("form", ["members", "activate", "survey", "order", "undo"])
def test_a_form_without_the_sessions_token_is_refused(claire: Claire, form: str) -> None:
    claire.forms[form][1]["token"] = "<script>"

    status, text = claire.send(form)

    assert (status, REFUSED["old"][claire.code == "en"] in text) == (403, True)


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("x" * 10_000, ("ce texte est trop long", "this text is too long")),
        ("bell\x07", ("caractères qui ne s’impriment pas", "characters that cannot be printed")),
    ],
    ids=["10 000 characters", "control characters"],
)
def test_a_comment_that_cannot_be_kept_is_named_by_the_field_and_in_the_summary_and_stays(
    claire: Claire, comment: str, message: tuple[str, str]
) -> None:
    claire.forms["survey"][1]["comment"] = comment

    status, text = claire.send("survey")

    assert (status, text.count(message[claire.code == "en"])) == (422, 2)
    assert f">{comment}</textarea>" in text


def test_a_comment_of_markup_is_text(claire: Claire) -> None:
    address, fields = claire.forms["survey"]

    answer = claire.client.post(
        address, data=fields | {"comment": "</textarea><script>alert(1)</script>", "reason": ""}
    )

    assert answer.status_code == 422
    assert "<script>alert" not in answer.text
    assert "&lt;/textarea&gt;&lt;script&gt;alert(1)" in answer.text


@pytest.mark.parametrize("member", ["", "unknown", "x" * 10_000, "<script>alert(1)</script>", "\x00"])
def test_people_who_are_not_there_are_said_and_nobody_is_touched(claire: Claire, member: str, tmp_path: Path) -> None:
    before = kept(claire.client, tmp_path)
    unknown = ("n’est plus connue ici", "is not known here any more")[claire.code == "en"]

    for form, *sent in (
        ("members", ("member", member)),
        ("members", ("member", member), ("sure", member), ("confirmed", "1")),
        ("activate", ("member", member)),
    ):
        status, text = claire.send(form, *sent)
        assert (status, text.count(unknown)) == (422, 2), form

    assert kept(claire.client, tmp_path) == before


def test_the_confirmation_without_a_tick_asks_for_the_same_names_again(claire: Claire) -> None:
    page = claire.client.get(f"{claire.draft}/members").text
    names = ["Éric Blanc", "Anne Faure"]
    asked = [("member", page.split(name)[0].rsplit('value="', 1)[1].split('"')[0]) for name in names]

    status, text = claire.send("members", ("confirmed", "1"), *asked)

    assert status == 422
    assert [name for name in ("Éric Blanc", "Anne Faure", "Karim Benali") if name in text] == names
    assert ("Cochez au moins un nom", "Tick at least one name")[claire.code == "en"] in text


@pytest.mark.parametrize("step", ["review", "order"])
def test_a_step_skipped_leads_to_the_missing_one(claire: Claire, step: str) -> None:
    address = f"{claire.draft}/{step}"
    if step == "order":
        answer = claire.client.post(address, data={"token": claire.token}, follow_redirects=False)
        expected = "/review"
    else:
        answer = claire.client.get(address, follow_redirects=False)
        expected = "/members"

    assert answer.status_code == 303
    assert answer.headers["location"] == claire.draft + expected


@pytest.mark.parametrize("person", ["", "unknown", "x" * 10_000, "<script>alert(1)</script>", "\x00"])
def test_nobody_signs_in_who_is_not_in_the_list(shared: TestClient, person: str) -> None:
    answer = shared.post("/widget/signin", data={"person": person, "next": "/widget/fr/change"})

    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert "<script>alert" not in answer.text


def test_a_sign_in_over_64_kib_is_413(shared: TestClient) -> None:
    assert shared.post("/widget/signin", data={"person": "x" * 70_000}).status_code == 413


def test_what_hangs_onto_a_link_does_not_break_it(shared: TestClient) -> None:
    page = shared.get("/widget/fr/change?users=17&utm_source=ticket&fbclid=x")

    assert page.status_code == 200
    assert 'name="users" value="17"' in page.text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_an_error_is_a_page_in_the_language_of_its_address(shared: TestClient, language: str) -> None:
    other = {"Accept-Language": "en" if language == "fr" else "fr"}
    change = f"/widget/{language}/change"
    answers = {
        403: shared.post(change, data={"users": "1"}, headers=other | {"Sec-Fetch-Site": "cross-site"}),
        404: shared.get(f"/widget/{language}/nowhere", headers=other),
        405: shared.get(f"/widget/{language}/undo/x", headers=other),
        413: shared.post(change, data={"users": "x" * 70_000}, headers=other),
    }

    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        assert f'<html lang="{language}"' in answer.text, status
        assert answer.text.count("<h1") == 1, status
