"""The pages on a real PostgreSQL, whose texts hold less than those of SQLite."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.services.postgres import running
from tests.web.conftest import Today, serving
from tests.web.people import sign_in, token

#: Such an id has nobody: PostgreSQL takes no NUL in a text.
ADDRESSES = (
    "feedback/%00",
    "change/%00",
    "change/%00/members",
    "orders/%00",
    "receipts/%00",
    "receipts/%00/pdf",
    "quotes/%00",
)
LOGGED = "the database cannot hold what was asked for"
FORMS: dict[str, dict[str, str]] = {"undo/%00": {}, "sessions": {"session": "\0"}, "feedback/%00": {"comment": "x"}}


@pytest.fixture(scope="module")
def claire(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Return the pages as the administrator of Atelier Nord sees them."""
    with running() as server:
        folder = tmp_path_factory.mktemp("pages")
        with serving(folder, Today(), HELPCENTER_DATABASE=server.url(server.create())) as client:
            sign_in(client, "Claire Martin")
            yield client


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_id_that_no_row_can_have_is_not_there_and_is_logged(
    claire: TestClient, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    answer = claire.get(f"/widget/fr/{address}")

    assert answer.status_code == 404
    assert "Il n’y a rien à cette adresse" in answer.text
    assert {each.getMessage() for each in caplog.records if each.name == "widget"} == {LOGGED}


@pytest.mark.parametrize("address", FORMS)
def test_nor_is_one_that_a_form_names(claire: TestClient, address: str) -> None:
    own = token(claire.get("/widget/fr/sessions").text)

    answer = claire.post(f"/widget/fr/{address}", data={"token": own} | FORMS[address])

    assert answer.status_code == 404


def test_the_first_step_and_its_result_are_those_of_the_space(claire: TestClient) -> None:
    wish = {"plan": "premium", "users": "13", "zoom_licenses": "4", "own": "1"}

    assert claire.get("/widget/fr/change").status_code == 200
    assert "calendar.ics" in claire.get("/widget/fr/change/result", params=wish).text
