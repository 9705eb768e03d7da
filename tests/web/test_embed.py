"""The try-out in a frame of another site: for the sites named, the same for everybody, and no cookie is read."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Today
from tests.web.people import sign_in
from tests.web.test_limits import use_up
from widget import catalogue
from widget.app import create_app
from widget.catalogue import DATA
from widget.panels import sample
from widget.services.limits import Limit
from widget.services.transfer import import_file
from widget.settings import read
from widget.store.engine import migrate, open_engine

PAGES = ["/widget/fr/embed", "/widget/fr/embed/result?users=15", "/widget/en/embed?users=16"]


@pytest.fixture
def framed(tmp_path: Path, today: Today) -> Iterator[TestClient]:
    (tmp_path / "trust.toml").write_text('[sites]\nframes = ["https://a.example", "https://b.example"]\n')
    environment = {"HELPCENTER_DATA": str(tmp_path), "HELPCENTER_TRUST": str(tmp_path / "trust.toml")}
    settings = read(environment | {"HELPCENTER_DEMO": "1"})
    engine = open_engine(settings.database_url)
    migrate(engine)
    import_file(engine, catalogue.load(), DATA / "demo.json", now=today())
    with TestClient(create_app(settings, engine, today), base_url=settings.address) as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield client
    engine.dispose()


def test_only_the_sites_named_may_show_it(framed: TestClient) -> None:
    for page in PAGES:
        policy = framed.get(page).headers["content-security-policy"]
        assert "frame-ancestors https://a.example https://b.example" in policy, page
        assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in framed.get("/widget/fr/change").headers["content-security-policy"]


@pytest.mark.parametrize("page", PAGES)
def test_who_is_signed_in_sees_what_a_stranger_sees(framed: TestClient, page: str) -> None:
    stranger = framed.get(page)
    sign_in(framed, "Claire Martin")
    framed.cookies.set("language", "en")

    claire = framed.get(page)

    assert (claire.status_code, claire.text) == (stranger.status_code, stranger.text)
    assert "set-cookie" not in claire.headers


def test_values_are_said_to_be_proposed_where_a_link_has_them_and_not_where_ones_own_form_sent_them(
    framed: TestClient,
) -> None:
    said, kept_back = ('<p class="sw-note sw-proposed"' + hidden + ">" for hidden in ("", " hidden"))
    own = sample().fields() | {"users": "17"}

    pages = {
        "nothing proposed": framed.get("/widget/fr/embed").text,
        "a link": framed.get("/widget/fr/embed?users=17").text,
        "the form": framed.get("/widget/fr/embed", params=own).text,
    }
    calculated = framed.post("/widget/fr/change", data=own).text
    (other,) = re.findall(r'href="([^"]+)"[^>]* data-language="en"', calculated)
    pages["another language"] = framed.get(html.unescape(other)).text

    assert {name for name, page in pages.items() if said in page} == {"a link"}
    assert {name for name, page in pages.items() if kept_back in page} == pages.keys() - {"a link"}
    assert 'name="users" value="17"' in pages["another language"]


@pytest.mark.parametrize("typed", ["", "0", "many", "%FF", "<script>", "1" * 5_000])
def test_wrong_numbers_are_named_in_the_frame(framed: TestClient, typed: str) -> None:
    answer = framed.get("/widget/fr/embed", params={"users": typed})

    assert answer.status_code == 422
    assert "Nombre d’utilisateurs" in answer.text
    assert "<script>" not in answer.text.replace("<script async", "")


def test_without_a_site_named_there_is_no_such_page(client: TestClient) -> None:
    assert [client.get(page).status_code for page in PAGES] == [404, 404, 404]


@pytest.mark.parametrize("page", PAGES)
def test_a_frame_that_calculates_without_pause_is_told_to_wait(framed: TestClient, page: str) -> None:
    stranger = TestClient(framed.app, base_url=str(framed.base_url), client=("203.0.113.9", 40_000))
    assert stranger.get(page).status_code == 200

    use_up(stranger, Limit.CALCULATE, "203.0.113.9")

    assert stranger.get(page).status_code == 429
