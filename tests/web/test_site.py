"""The built pages as the service sends them: asked for again cheaply, and never with old figures unsaid."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
from starlette.testclient import TestClient

from tests.web.conftest import Today
from widget import catalogue

ARTICLE = "/en/subscription/downgrade/"
CHANGED = "The rules or the prices have just changed"
#: A day of the price book before the one in force: what it is like when a version changes while the service runs.
OTHER_TERMS = datetime(2026, 10, 31, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("path", ["/en/feed.xml", "/fr/feed.xml", "/sitemap.xml", "/robots.txt", "/assets/site.css"])
def test_what_machines_read_is_sent_once_and_then_confirmed(client: TestClient, path: str) -> None:
    first = client.get(path)
    assert first.status_code == 200
    assert first.headers["last-modified"]
    tag, content_type = first.headers["etag"], first.headers["content-type"]

    again = client.get(path, headers={"If-None-Match": tag})
    other = client.get(path, headers={"If-None-Match": '"another"'})

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (other.status_code, other.content) == (200, first.content)
    if path.endswith(".xml"):
        assert content_type.partition(";")[0] in {"application/xml", "text/xml", "application/atom+xml"}


@pytest.mark.parametrize(
    "path",
    [
        "/index.html",
        ARTICLE,
        "/fr/rien/",
        "/widget/fr/change",
        "/widget/en/support",
        "/widget/signin",
        "/widget/en/nothing",
    ],
)
def test_a_page_of_the_site_and_one_of_the_service_have_the_same_icon(client: TestClient, path: str) -> None:
    named = re.findall(r'<link rel="icon" href="([^"]+)">', client.get(path).text)

    assert [urljoin(path, each) for each in named] == ["/assets/icon.svg"]
    icon = client.get("/assets/icon.svg")
    assert (icon.status_code, icon.headers["content-type"]) == (200, "image/svg+xml")


@pytest.mark.parametrize("path", ["/widget/en/change", "/widget/signin", "/widget/en/nothing", "/widget/api/v1/policy"])
def test_no_search_engine_keeps_what_the_widget_answers(client: TestClient, path: str) -> None:
    assert client.get(path).headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in client.get(ARTICLE).headers


@pytest.mark.parametrize("path", [ARTICLE, "/widget/en/change", "/widget/signin", "/widget/en/support"])
def test_a_page_names_the_widgets_files_by_their_content_and_so_they_are_kept(client: TestClient, path: str) -> None:
    named = re.findall(r'="(/widget/static/[^"]+)"', client.get(path).text)
    kept = {address: client.get(address).headers["cache-control"] for address in named}
    other = {
        client.get(f"{each.partition('?')[0]}{old}").headers["cache-control"] for each in named for old in ("", "?v=0")
    }

    assert len(named) >= 2
    assert (set(kept.values()), other) == ({"public, max-age=31536000, immutable"}, {"no-cache"})


@pytest.mark.parametrize(("language", "said"), [("fr", "Il n’y a rien à cette adresse"), ("en", "There is nothing at")])
def test_without_its_built_page_what_is_not_there_is_told_all_the_same(
    client: TestClient, tmp_path: Path, language: str, said: str
) -> None:
    context = client.app.state.context  # type: ignore[attr-defined]  # a Starlette application
    settings = replace(context.settings, site=tmp_path / "being-built")
    client.app.state.context = replace(context, settings=settings)  # type: ignore[attr-defined]  # as above

    answer = client.get(f"/{language}/nothing-here/")

    assert (answer.status_code, said in answer.text) == (404, True)


def test_where_the_terms_change_while_the_service_runs_every_page_says_that_its_figures_are_old(
    client: TestClient, today: Today
) -> None:
    terms, before = catalogue.load(), today.instant
    assert terms.price_book(OTHER_TERMS.date()) != terms.price_book(before.date())
    current = client.get(ARTICLE)
    assert client.get("/widget/health").json() == {"status": "ok", "articles": "current"}
    assert CHANGED not in current.text

    today.instant = OTHER_TERMS

    outdated = client.get(ARTICLE, headers={"If-None-Match": current.headers.get("etag", "")})
    assert outdated.status_code == 200
    assert CHANGED in outdated.text
    assert "viennent de changer" in client.get("/fr/abonnement/retrograder/").text
    assert CHANGED not in client.get("/assets/site.css").text
    assert client.get("/widget/health").json() == {"status": "ok", "articles": "outdated"}

    today.instant = before

    assert CHANGED not in client.get(ARTICLE).text
