"""No page of the service says a word of the other language, and no French one parts a number from its noun: every
address that can be opened, for everybody.
"""

import pytest
from starlette.testclient import TestClient

from tests.one_language import foreign_words, parted_numbers
from tests.web.test_matrix import PEOPLE, ROWS, path_to
from tests.web.world import World

OPENED = sorted({template for method, template in ROWS if method == "GET" and "{language}" in template})
#: Forms that are wrong or incomplete on purpose: what they answer says so in the page's language.
SENT = sorted({template for method, template in ROWS if method == "POST" and "{language}" in template})


@pytest.mark.parametrize("code", ["fr", "en"])
@pytest.mark.parametrize(("method", "template"), [("GET", each) for each in OPENED] + [("POST", each) for each in SENT])
def test_no_answer_says_a_word_of_the_other_language_or_parts_a_french_number_from_its_noun(
    world: World, method: str, template: str, code: str
) -> None:
    told, parted = {}, {}
    for who in PEOPLE:
        path = path_to(template.replace("{language}", code), dict(world.ids["own"]))
        answer = world.ask(who, method, path, {} if method == "POST" else None)
        if answer.headers.get("content-type", "").startswith("text/html"):
            told[who] = foreign_words(answer.text, code)
            parted[who] = parted_numbers(answer.text) if code == "fr" else []

    assert {who: words for who, words in told.items() if words} == {}
    assert {who: words for who, words in parted.items() if words} == {}


@pytest.mark.parametrize(
    "query",
    [
        "users=12&zoom_licenses=2",
        "plan=essential&users=1 000&zoom_licenses=0&interval=year&in_users=3000&term_start=2026-12-01&on=2026-12-01",
        "users=18&on=2027-04-30",
        "users=0&zoom_licenses=x",
    ],
)
def test_no_result_parts_a_french_number_from_its_noun(client: TestClient, query: str) -> None:
    assert parted_numbers(client.get(f"/widget/fr/change?{query}").text) == []


@pytest.mark.parametrize("code", ["fr", "en"])
@pytest.mark.parametrize("path", ["/nothing", "/widget/{}/nothing", "/widget/problems/nothing", "/a/999999/"])
def test_no_error_page_says_one_either(client: TestClient, path: str, code: str) -> None:
    answer = client.get(path.format(code), headers={"Accept-Language": code})

    assert answer.status_code == 404
    assert foreign_words(answer.text, code) == []
