"""What was answered before is answered the same, and never to somebody whom it does not concern."""

from datetime import UTC, datetime

from starlette.testclient import TestClient

from tests.web.conftest import Today
from tests.web.people import sign_in
from tests.web.test_api import PREVIEW, QUESTION, ask
from widget.web.remembered import LONGEST, Answer, Question, Remembered

ELEMENT = {"Accept": "text/html;fragment=1"}
RESULT = "/widget/{}/change/result?users=17"


def test_a_question_asked_again_has_the_same_answer_in_its_own_language(client: TestClient) -> None:
    first = {code: client.get(RESULT.format(code), headers=ELEMENT) for code in ("fr", "en")}
    again = {code: client.get(RESULT.format(code), headers=ELEMENT) for code in ("fr", "en")}

    assert {code: each.content for code, each in first.items()} == {code: each.content for code, each in again.items()}
    assert first["fr"].content != first["en"].content
    assert {each.headers["cache-control"] for each in again.values()} == {"no-store"}
    assert [each.headers["content-language"] for each in again.values()] == ["fr", "en"]


def test_a_preview_asked_again_is_the_same_in_the_language_of_the_header(client: TestClient) -> None:
    question = {name: value for name, value in QUESTION.items() if name != "language"}
    answers = [
        client.post(PREVIEW, json=question, headers={"Accept-Language": code}) for code in ("fr", "en", "fr", "en")
    ]

    assert [each.headers["content-language"] for each in answers] == ["fr", "en", "fr", "en"]
    assert answers[0].content == answers[2].content
    assert answers[1].content == answers[3].content
    assert answers[0].content != answers[1].content


def test_a_preview_of_today_follows_the_day(client: TestClient, today: Today) -> None:
    in_time = ask(client, on=..., subscription__billed=...).json()
    today.instant = datetime(2027, 6, 15, 9, 0, tzinfo=UTC)
    late = ask(client, on=..., subscription__billed=...).json()

    assert in_time["notice_in_time"]
    assert not late["notice_in_time"]


def test_a_wrong_question_is_answered_anew(client: TestClient) -> None:
    statuses = [client.get("/widget/fr/change/result?users=douze", headers=ELEMENT).status_code for _ in range(2)]
    previews = [ask(client, requested__users=0).status_code for _ in range(2)]

    assert statuses == previews == [422, 422]


def test_the_page_of_a_question_is_a_page_after_the_element_has_asked(client: TestClient) -> None:
    part = client.get(RESULT.format("fr"), headers=ELEMENT).text
    page = client.get(RESULT.format("fr")).text
    part_again = client.get(RESULT.format("fr"), headers=ELEMENT).text

    assert page.startswith("<!doctype html>")
    assert part == part_again
    assert "<html" not in part


def test_an_administrator_sees_their_own_result_where_a_reader_asked_the_same_before(client: TestClient) -> None:
    anybody = client.get(RESULT.format("en"), headers=ELEMENT).text
    sign_in(client, "Claire Martin")
    own = client.get(RESULT.format("en"), headers=ELEMENT).text
    client.cookies.clear()

    assert own != anybody
    assert client.get(RESULT.format("en"), headers=ELEMENT).text == anybody


def test_the_answer_that_nobody_has_asked_for_longest_goes_first() -> None:
    remembered = Remembered(most=2)
    first, second, third = (Question(f"users={users}", "fr", "element") for users in (1, 2, 3))
    answer = Answer(b"<p>", "fr")

    remembered.keep(first, answer)
    remembered.keep(second, answer)
    remembered.get(first)
    remembered.keep(third, answer)

    assert [remembered.get(each) for each in (first, second, third)] == [answer, None, answer]


def test_a_question_without_end_is_not_remembered() -> None:
    remembered = Remembered()
    endless = Question("9" * (LONGEST + 1), "fr", "element")

    remembered.keep(endless, Answer(b"<p>", "fr"))

    assert remembered.get(endless) is None
