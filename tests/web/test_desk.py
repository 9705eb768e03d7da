"""The vendor's own people: support reads and proposes, each view audited; the team sees answers and the outbox."""

import html
import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from tests.web.conftest import Today, engine_of
from tests.web.people import sign_in
from tests.web.world import World
from widget.store import feedback
from widget.store.engine import reading, transaction
from widget.store.feedback import Feedback
from widget.store.tables import audit_event, draft, placed_order, space

SPACE = "/widget/fr/desk/atelier-nord"
PAGES = {
    "support": ["/widget/fr/desk", SPACE],
    "team": ["/widget/fr/team", "/widget/fr/team/feedback", "/widget/fr/team/outbox"],
}


def enter(client: TestClient, role: str) -> str:
    client.cookies.clear()
    form = {"person": f"demo-{role}", "next": "/widget/fr/change"}
    answer = client.post("/widget/signin", data=form, follow_redirects=False)
    return str(answer.headers["location"])


def views(client: TestClient) -> list[tuple[str, str]]:
    query = select(audit_event.c.space_id, audit_event.c.actor).where(audit_event.c.kind == "support.viewed")
    with reading(engine_of(client)) as connection:
        return [(row.space_id, row.actor) for row in connection.execute(query)]


@pytest.fixture
def support(client: TestClient) -> TestClient:
    assert enter(client, "support") == "/widget/fr/desk"
    return client


def test_support_finds_a_space_and_sees_its_state_and_each_view_is_audited(support: TestClient) -> None:
    found = support.get("/widget/fr/desk?q=NORD").text
    before = views(support)

    page = html.unescape(support.get(SPACE).text)
    support.get(SPACE)

    assert f'<a href="{SPACE}">Atelier Nord</a>' in found
    assert "Premium, 12\u00a0utilisateurs, 4\u00a0licences Zoom" in page
    assert "Claire Martin" in page
    assert (before, views(support)) == ([], [("atelier-nord", "demo-support")] * 2)


@pytest.mark.parametrize("typed", ["école", "ECOLE", "Évry", "evry", "d'Évry", "ATELIER-nord"])
def test_support_finds_a_space_whatever_the_capitals_and_accents(support: TestClient, typed: str) -> None:
    with transaction(engine_of(support)) as connection:
        connection.execute(update(space).where(space.c.id == "atelier-nord").values(name="École d'Évry"))

    found = support.get("/widget/fr/desk", params={"q": typed}).text

    assert re.findall(r'<li><a href="([^"]+)"', found) == [SPACE]


def test_support_finds_a_space_by_the_reference_that_its_people_are_told_to_give(world: World) -> None:
    ids = world.ids["own"]
    shown = ids["order"][:8].upper()
    assert shown in world.ask("administrator", "GET", f"/widget/en/receipts/{ids['message']}").text

    def found(typed: str) -> list[str]:
        page = world.ask("support", "GET", "/widget/en/desk", query=f"?q={quote(typed)}").text
        return re.findall(r'<li><a href="/widget/en/desk/([^"]+)"', page)

    for reference in (ids["number"], ids["number"].lower(), shown, ids["order"], "own-1", "own-27"):
        assert found(reference) == ["own"], reference
    archived = world.ids["archived"]
    for unknown in ("Q-2026-999999", shown[:7], "unknown-1", archived["number"], archived["order"], "archived-1"):
        assert found(unknown) == [], unknown


@pytest.mark.parametrize("asked", ["/widget/fr/desk?q=%C3%A9cole+%26+nord", f"{SPACE}?plan=premium&users=12"])
def test_what_support_asked_is_there_again_after_the_session_ended(
    support: TestClient, today: Today, asked: str
) -> None:
    today.instant += timedelta(minutes=31)

    led = support.get(asked, follow_redirects=False)

    then = re.search(r'name="next" value="([^"]+)"', support.get(led.headers["location"]).text)
    assert then
    form = {"person": "demo-support", "next": html.unescape(then[1])}
    back = support.post("/widget/signin", data=form, follow_redirects=False)
    assert back.headers["location"] == asked


def test_support_explains_a_wish_and_proposes_it_as_a_link(support: TestClient) -> None:
    page = html.unescape(support.get(f"{SPACE}?plan=premium&users=12&zoom_licenses=2").text)

    link = "http://127.0.0.1:8000/a/1001/here/?lang=fr&plan=premium&users=12&zoom_licenses=2"
    assert f'<a href="{html.escape(link)}">Rétrograder votre abonnement – ' in page
    assert "8\u00a0mai 2027" in page
    assert support.get(f"{SPACE}?users=many").status_code == 422


def test_the_link_has_the_number_as_it_was_read(support: TestClient) -> None:
    page = html.unescape(support.get(SPACE, params={"users": " 1\u202f000 ", "zoom_licenses": "4"}).text)

    assert "/a/1002/here/?lang=fr&plan=premium&users=1000&zoom_licenses=4" in page


def test_a_link_for_more_leads_to_the_article_about_more(support: TestClient) -> None:
    page = html.unescape(support.get(f"{SPACE}?plan=premium&users=20&zoom_licenses=4").text)

    assert "http://127.0.0.1:8000/a/1002/here/?lang=fr&plan=premium&users=20&zoom_licenses=4" in page


def test_a_link_is_in_the_language_of_the_customer_whatever_the_agent_reads(support: TestClient) -> None:
    page = support.get("/widget/fr/desk/harbour-studio?users=2").text

    assert "/a/1001/here/?lang=en&amp;plan=" in page
    assert "Downgrade your subscription – " in page
    assert "Lien pour l’administrateur" in page


@pytest.mark.parametrize("address", [f"{SPACE}?plan=gold", "/widget/fr/support?article=1001&values=1&plan=gold"])
def test_a_plan_that_is_none_is_told_at_its_own_field(support: TestClient, address: str) -> None:
    answer = support.get(address)

    field = '<select id="sw-plan" name="plan" aria-invalid="true" aria-describedby="sw-plan-error">'
    assert answer.status_code == 422
    assert field in answer.text
    assert re.search(r'<p class="sw-error" id="sw-plan-error">[^<]{10,}</p>', answer.text)


def test_the_desk_leads_to_the_links_for_tickets(support: TestClient) -> None:
    page = support.get("/widget/fr/desk").text

    assert '<a href="/widget/fr/support">Liens pour les tickets</a>' in page


def test_support_has_no_way_to_an_order(support: TestClient) -> None:
    page = support.get(SPACE).text

    assert re.findall(r'method="post" action="([^"]+)"', page) == ["/widget/signout"]
    tried = support.post("/widget/fr/change", data={"plan": "premium", "users": "12", "zoom_licenses": "2"})
    assert "http" not in tried.headers.get("location", "")
    for path in ("change/x/order", "change/x/review", "orders/x", "undo/x", "quotes", "sessions"):
        method = "POST" if path.endswith(("order", "undo/x")) else "GET"
        answer = support.request(method, f"/widget/fr/{path}", follow_redirects=False)
        assert answer.headers["location"].startswith("/widget/signin?"), path
    with reading(engine_of(support)) as connection:
        rows = [connection.execute(select(table)).all() for table in (draft, placed_order)]
    assert rows == [[], []]


@pytest.mark.parametrize("role", PAGES)
def test_each_sees_their_own_pages_and_no_others(client: TestClient, role: str) -> None:
    home = enter(client, role)

    status = {page: client.get(page, follow_redirects=False).status_code for each in PAGES.values() for page in each}

    assert home == PAGES[role][0]
    assert status == {page: 200 if owner == role else 404 for owner, pages in PAGES.items() for page in pages}
    assert [space for space, _ in views(client)] == (["atelier-nord"] if role == "support" else [])


@pytest.mark.parametrize("person", ["Claire Martin", "Karim Benali", ""])
def test_customers_and_strangers_have_no_desk(client: TestClient, person: str) -> None:
    if person:
        sign_in(client, person)

    answers = [client.get(page, follow_redirects=False) for each in PAGES.values() for page in each]

    assert {each.status_code for each in answers} == {303}
    assert views(client) == []


def test_an_unknown_space_is_no_page_and_no_line_in_any_log(support: TestClient) -> None:
    assert support.get("/widget/fr/desk/unknown").status_code == 404
    assert views(support) == []


def test_answers_are_shown_from_five_on_without_who_gave_them(client: TestClient) -> None:
    enter(client, "team")
    few = html.unescape(client.get("/widget/fr/team").text)

    rows = [(str(number), "seasonal" if number else "other", "<b>été</b>", "fr") for number in range(5)]
    with closing(sqlite3.connect(str(engine_of(client).url.database))) as file, file:  # answers without their orders
        file.executemany("INSERT INTO survey_answer (order_id, reason, comment, language) VALUES (?, ?, ?, ?)", rows)
    page = client.get("/widget/fr/team").text

    assert "Trop peu de réponses à montrer" in few
    assert re.findall(r'<th scope="row">([^<]+)</th><td[^>]*>(\d+)</td>', page) == [
        ("Nos besoins changent avec la saison", "4"),
        ("Une autre raison", "1"),
    ]
    assert page.count("&lt;b&gt;été&lt;/b&gt;") == 1


def test_the_team_sees_what_waits_to_be_sent(client: TestClient) -> None:
    enter(client, "team")

    assert "Rien n’attend, rien n’a été abandonné." in html.unescape(client.get("/widget/fr/team/outbox").text)


def test_the_team_reads_what_readers_said_as_they_wrote_it(client: TestClient) -> None:
    enter(client, "team")
    before = html.unescape(client.get("/widget/fr/team/feedback").text)
    said = Feedback("1", datetime(2026, 11, 24, tzinfo=UTC), 1001, "", "fr", "v1", False, "<script>clair</script>")
    with transaction(engine_of(client)) as connection:
        feedback.add(connection, said)

    page = client.get("/widget/fr/team/feedback").text

    assert "Aucun lecteur n’a encore rien dit." in before
    assert re.findall(
        r'<th scope="row"><a href="/a/1001/\?lang=fr" lang="fr">([^<]+)</a></th>'
        r"<td[^>]*>(\w+)</td><td[^>]*>(\d+)</td><td[^>]*>(\d+)</td>",
        page,
    ) == [("Rétrograder votre abonnement", "fr", "0", "1")]
    assert "<li>&lt;script&gt;clair&lt;/script&gt;</li>" in page
