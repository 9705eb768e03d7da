"""oEmbed: an address of ours, pasted, shows its title and picture; any other is not ours to show."""

from dataclasses import replace
from urllib.parse import quote

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from tests.helpcentre.test_site import page_at
from widget.settings import ROOT

HERE = "http://127.0.0.1:8000"


def embed(client: TestClient, address: str, **asked: str) -> dict[str, object]:
    answer = client.get("/widget/oembed", params={"url": address} | asked, headers={"Accept-Language": "fr"})
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def test_an_article_is_shown_with_title_and_picture(client: TestClient) -> None:
    assert embed(client, f"{HERE}/en/subscription/cancel/") == {
        "version": "1.0",
        "type": "link",
        "title": "Cancel your subscription",
        "provider_name": "Help center",
        "provider_url": f"{HERE}/en/",
        "cache_age": 3600,
        "thumbnail_url": f"{HERE}/cards/en/1003.png",
        "thumbnail_width": 1200,
        "thumbnail_height": 630,
    }
    assert client.get("/cards/en/1003.png").headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/a/1003/?lang=en", "Cancel your subscription"),
        ("/a/1003/", "Annuler votre abonnement"),
        ("/a/1001/notice-period/?lang=en", "Downgrade your subscription – The notice period"),
        ("/fr/abonnement/retrograder/#notice-period", "Rétrograder votre abonnement – Le préavis"),
        ("/fr/abonnement/retrograder?users=12", "Rétrograder votre abonnement"),
        ("/policy", "Les règles en vigueur et leur historique"),
        ("/price-book/?lang=en", "Prices and plans"),
        ("/?lang=en", "Help center"),
    ],
)
def test_every_form_of_a_link_is_understood(client: TestClient, path: str, title: str) -> None:
    assert embed(client, HERE + path)["title"] == title


def test_an_address_of_before_a_rename_shows_the_article_that_it_leads_to(client: TestClient) -> None:
    app: Starlette = client.app  # type: ignore[assignment]  # a Starlette application
    known = app.state.context.articles
    renamed = {"/fr/resilier/": "/fr/abonnement/annuler/", "/fr/pause/": "/fr/abonnement/annuler/#steps"}
    app.state.context = replace(app.state.context, articles=replace(known, renamed=renamed))

    assert client.get("/fr/resilier", follow_redirects=False).headers["location"] == renamed["/fr/resilier/"]
    assert embed(client, f"{HERE}/fr/resilier")["title"] == "Annuler votre abonnement"
    assert embed(client, f"{HERE}/fr/pause/")["title"] == "Annuler votre abonnement – Les étapes"


def test_a_picture_larger_than_asked_for_is_left_out(client: TestClient) -> None:
    assert "thumbnail_url" not in embed(client, f"{HERE}/fr/abonnement/annuler/", maxwidth="800")
    assert "thumbnail_url" in embed(client, f"{HERE}/fr/abonnement/annuler/", maxwidth="1200", maxheight="630")


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"url={quote(HERE + '/a/999999/')}", 404),
        ("url=https://evil.example/fr/abonnement/annuler/", 404),
        (f"url={quote(HERE + '.evil.example/fr/abonnement/annuler/')}", 404),
        ("url=http://[", 404),
        ("url=javascript:alert(1)", 404),
        ("", 422),
        ("url=" + "a" * 10_000, 422),
        (f"url={quote(HERE + '/fr/')}&maxwidth=-1", 422),
        (f"url={quote(HERE + '/fr/')}&maxheight=" + "9" * 5000, 422),
        (f"url={quote(HERE + '/fr/')}&format=xml", 501),
    ],
)
def test_anything_else_is_a_problem_document(client: TestClient, query: str, status: int) -> None:
    answer = client.get(f"/widget/oembed?{query}")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_each_article_says_where_its_embedding_is_found() -> None:
    page = page_at(ROOT / "site", "/fr/abonnement/annuler/")

    (link,) = page.all("link", type="application/json+oembed")
    assert link["href"].endswith("/widget/oembed?url=" + quote(f"{HERE}/fr/abonnement/annuler/", safe="/"))
