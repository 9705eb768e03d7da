"""Receipts have their own addresses, on the page, by mail and on paper, and lead to undo; their days to a calendar."""

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pdfua
import pypdf
import pytest
from icalendar import Calendar
from sqlalchemy import update
from starlette.testclient import TestClient

from tests.web.conftest import Today, engine_of
from tests.web.people import HTML, order_of, sign_in, token
from tests.web.test_journey import to_review
from widget.store.engine import transaction
from widget.store.tables import member

EXPECTED = (
    "24\u00a0novembre 2026",
    "10:00:00 (Europe/Paris)",
    "Claire Martin",
    "8\u00a0avril 2027",
    "8\u00a0mai 2027",
    "2026-11",
)


def ordered(client: TestClient) -> str:
    """Order fewer users and return the address of the receipt."""
    review = to_review(client)
    form = order_of(client.get(review).text)
    placed = client.post(review.replace("/review", "/order"), data=form, follow_redirects=False)
    return str(placed.headers["location"])


def days(content: bytes) -> dict[str, tuple[str, int]]:
    """Return each day of a calendar by its identity, with its sequence."""
    events: list[Any] = Calendar.from_ical(content).walk("VEVENT")
    return {str(each["UID"]): (each["DTSTART"].dt.isoformat(), int(each["SEQUENCE"])) for each in events}


def link(page: str, ending: str) -> str:
    found = re.search(rf'href="([^"]+{re.escape(ending)}[^"]*)"', page)
    assert found, f"the page has no link with {ending}"
    return found[1].replace("&amp;", "&")


def test_the_receipt_says_who_when_what_and_proves_it_on_the_page_and_on_paper(client: TestClient) -> None:
    page = client.get(ordered(client)).text
    paper = client.get(link(page, "/pdf"))
    text = "".join(each.extract_text() for each in pypdf.PdfReader(io.BytesIO(paper.content)).pages)

    proof = re.search(r"[0-9a-f]{64}", page)
    assert proof is not None
    assert paper.headers["content-type"] == "application/pdf"
    for each in (*EXPECTED, proof[0]):
        assert each in page, each
        assert each in text.replace("\n", ""), each
    assert "respecté" in page or "respectée" in page


def test_the_paper_is_the_same_each_time_and_says_it_in_the_other_language(client: TestClient) -> None:
    address = link(client.get(ordered(client)).text, "/pdf")

    english = client.get(address.replace("/fr/", "/en/")).content

    assert client.get(address).content == client.get(address).content
    assert "Your order is placed" in pypdf.PdfReader(io.BytesIO(english)).pages[0].extract_text()


def test_the_paper_is_accessible(client: TestClient, tmp_path: Path) -> None:
    path = tmp_path / "receipt.pdf"
    path.write_bytes(client.get(link(client.get(ordered(client)).text, "/pdf")).content)

    assert pdfua.validate(str(path)).findings == ()


def test_the_receipt_leads_to_undo_and_undo_to_its_own_receipt_twice_is_once(client: TestClient) -> None:
    page = client.get(ordered(client)).text
    undo = page.split('action="/widget/fr/undo/')[1].split('"')[0]

    answers = [
        client.post(f"/widget/fr/undo/{undo}", data={"token": token(page)}, follow_redirects=False) for _ in range(2)
    ]

    assert [each.status_code for each in answers] == [303, 303]
    assert len({each.headers["location"] for each in answers}) == 1
    receipt = client.get(answers[0].headers["location"]).text
    assert "La baisse est annulée" in receipt
    assert "Premium, 12\u00a0utilisateurs" in receipt


def test_deactivating_users_gives_a_receipt_with_their_names(client: TestClient) -> None:
    ordered(client)

    listed = client.get("/widget/fr/space").text

    receipts = re.findall(r'href="(/widget/fr/receipts/[^"]+)"', listed)
    texts = [client.get(each).text for each in receipts]
    assert len(texts) == 2
    assert [each for each in texts if "Éric Blanc" in each and "Des utilisateurs ont été désactivés" in each]


def test_a_receipt_of_another_space_is_unknown(client: TestClient) -> None:
    page = client.get(ordered(client)).text
    paper, calendar = link(page, "/pdf"), link(page, "/calendar.ics")
    client.post("/widget/signout", follow_redirects=False)
    sign_in(client, "Olivia Hughes")

    for address in (paper, calendar, paper.removesuffix("/pdf"), "/widget/fr/receipts/msg_unknown"):
        assert client.get(address).status_code == 404


def test_nobody_reads_a_receipt_without_signing_in(client: TestClient) -> None:
    page = client.get(ordered(client)).text
    client.cookies.clear()

    answer = client.get(link(page, "/pdf"), follow_redirects=False)

    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/widget/signin")


def test_the_calendar_of_a_mere_wish_touches_no_day_of_what_is_ordered(client: TestClient) -> None:
    first = days(client.get(link(client.get(ordered(client)).text, "/calendar.ics")).content)
    wish = {"plan": "premium", "users": "10", "zoom_licenses": "2"}
    address = link(client.get("/widget/fr/change", params=wish).text, "/calendar.ics")
    wished = days(client.get(address).content)

    assert sorted(day for day, _ in first.values()) == ["2027-04-08", "2027-04-08", "2027-05-08", "2027-05-08"]
    assert len(wished) == len(first)
    assert first.keys() & wished.keys() == set()
    assert days(client.get(address).content) == wished


def test_the_calendar_of_an_undo_takes_back_the_days_that_its_order_named(client: TestClient) -> None:
    page = client.get(ordered(client)).text
    named = days(client.get(link(page, "/calendar.ics")).content)
    undo = page.split('action="/widget/fr/undo/')[1].split('"')[0]

    receipt = client.post(f"/widget/fr/undo/{undo}", data={"token": token(page)}).text
    content = client.get(link(receipt, "/calendar.ics")).content

    events: list[Any] = Calendar.from_ical(content).walk("VEVENT")
    assert {str(each["SUMMARY"]): str(each["STATUS"]) for each in events} == {
        "Atelier Nord\u00a0: Dernier jour pour commander": "CANCELLED",
        "Atelier Nord\u00a0: Nouveau tarif": "CANCELLED",
    }
    for identity, (day, sequence) in days(content).items():
        assert (named[identity][0], named[identity][1] < sequence) == (day, True)


def test_anybody_takes_the_days_of_a_try_out_along(client: TestClient) -> None:
    page = client.get("/widget/en/change").text
    file = client.get(link(page, "/calendar.ics"))

    events: list[Any] = Calendar.from_ical(file.content).walk("VEVENT")
    assert file.headers["content-type"] == "text/calendar; charset=utf-8"
    assert {str(each["SUMMARY"]): each["DTSTART"].dt.isoformat() for each in events} == {
        "Last day to order": "2027-06-01",
        "Notice deadline": "2027-06-01",
        "New price": "2027-07-01",
        "Renewal of the subscription": "2027-07-01",
    }
    assert file.content == client.get(link(page, "/calendar.ics")).content


def test_a_calendar_of_what_is_not_possible_is_no_address(client: TestClient) -> None:
    assert client.get("/widget/en/change/calendar.ics?users=1").status_code == 404
    assert client.get("/widget/en/change/calendar.ics?users=abc").status_code == 404


@pytest.mark.parametrize("sent", ["act=", "act=delete", "", "act=remind&act=calendar", "act=remind&who=me"])
def test_a_button_of_the_space_that_there_is_not_does_nothing_and_says_so(client: TestClient, sent: str) -> None:
    sign_in(client, "Claire Martin")
    page = client.get("/widget/fr/space").text

    answer = client.post("/widget/fr/space", content=f"token={token(page)}&{sent}", headers=HTML)

    assert answer.status_code == 422
    assert "Ce formulaire est trop ancien" in answer.text
    assert client.get("/widget/fr/space").text == page


def secret(client: TestClient, act: str) -> str:
    page = client.get("/widget/fr/space").text
    answer = client.post("/widget/fr/space", data={"token": token(page), "act": act})
    found = re.search(r"/widget/calendar/[^<]+\.ics", answer.text)
    return found[0] if found else ""


def test_the_secret_calendar_opens_without_signing_in_until_it_is_replaced_or_revoked(client: TestClient) -> None:
    ordered(client)
    first = secret(client, "calendar")
    second = secret(client, "calendar")
    client.cookies.clear()

    assert client.get(first).status_code == 404
    file = client.get(second)
    assert sorted(day for day, _ in days(file.content).values()) == ["2027-04-08", "2027-05-08", "2027-05-08"]
    assert (file.headers["cache-control"], file.headers["referrer-policy"]) == ("no-store", "no-referrer")
    sign_in(client, "Claire Martin")
    secret(client, "calendar-not")
    assert client.get(second).status_code == 404


def test_the_secret_calendar_of_a_space_with_nothing_to_come_is_still_a_calendar(client: TestClient) -> None:
    sign_in(client, "Olivia Hughes")  # whose space pays by the month, and has ordered nothing

    content = client.get(secret(client, "calendar")).content

    assert days(content) == {}
    assert [each.name for each in Calendar.from_ical(content).subcomponents] == ["VTIMEZONE"]


def test_who_has_the_secret_address_sees_the_name_of_the_space_and_its_days_and_nothing_else(
    client: TestClient,
) -> None:
    ordered(client)
    page = client.get("/widget/en/space").text

    events: list[Any] = Calendar.from_ical(client.get(secret(client, "calendar")).content).walk("VEVENT")

    assert "sees the name of the space and these days, and nothing else" in page
    said = {name: {str(each[name]) for each in events} for name in events[0]}
    assert {text.split("\u00a0: ")[0] for text in said.pop("SUMMARY")} == {"Atelier Nord"}
    assert said.pop("URL") == {"http://127.0.0.1:8000/widget/change"}
    assert said.keys() == {"UID", "DTSTAMP", "SEQUENCE", "DTSTART", "DTEND", "TRANSP"}


def test_a_user_neither_creates_a_calendar_nor_switches_reminders(client: TestClient) -> None:
    sign_in(client, "Claire Martin")
    sign_in(client, "Karim Benali")
    page = client.get("/widget/fr/space").text

    assert 'name="act"' not in page
    for act in ("calendar", "calendar-not", "remind", "remind-not"):
        assert client.post("/widget/fr/space", data={"token": "x", "act": act}).status_code == 403


def test_who_stopped_being_an_administrator_a_moment_ago_gets_no_calendar(client: TestClient, today: Today) -> None:
    sign_in(client, "Claire Martin")
    page = client.get("/widget/fr/space").text

    def become_a_user() -> None:
        with transaction(engine_of(client)) as connection:
            connection.execute(update(member).where(member.c.name == "Claire Martin").values(role="user"))

    today.meanwhile = [today.go_on, today.go_on, become_a_user]  # after their session and their space were read
    answer = client.post("/widget/fr/space", data={"token": token(page), "act": "calendar"})

    assert (answer.status_code, ".ics" in answer.text) == (404, False)


def test_reminders_are_switched_off_and_on(client: TestClient) -> None:
    sign_in(client, "Claire Martin")

    secret(client, "remind-not")
    assert "Personne ne reçoit de rappel" in client.get("/widget/fr/space").text
    secret(client, "remind")
    assert "Les administrateurs reçoivent un rappel" in client.get("/widget/fr/space").text


def test_the_calendar_follows_the_clock_of_the_space(client: TestClient, today: Today) -> None:
    sign_in(client, "Claire Martin")
    address = secret(client, "calendar")
    today.instant = datetime(2027, 5, 7, 21, 59, 59, tzinfo=UTC)
    before = days(client.get(address).content)
    today.instant += timedelta(seconds=1)

    after = days(client.get(address).content)

    assert {day for day, _ in before.values()} == {"2027-04-08", "2027-05-08"}
    assert {day for day, _ in after.values()} == {"2028-04-08", "2028-05-08"}
    assert not before.keys() & after.keys()
