"""Quotes in the browser, with JavaScript off: asked for, read, filed, sent, withdrawn, accepted."""

import html
import io
import json
import mailbox
import re
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import chain
from typing import Any

import pypdf
import pytest
from icalendar import Calendar
from sqlalchemy import select, update
from starlette.testclient import TestClient

from tests.services.conftest import contents
from tests.web.conftest import Today, engine_of
from tests.web.people import rows, sign_in, token
from widget import languages
from widget.app import create_post
from widget.domain.money import decimal_string
from widget.languages import Language
from widget.services.deliver import Dispatcher
from widget.store import tables
from widget.store.engine import transaction

NEXT_YEAR = datetime(2027, 1, 15, 9, tzinfo=UTC)


def to_review(client: TestClient, code: str = "en", *, users: int = 12, licenses: int = 2) -> str:
    """Go to the review of a change as Olivia (8 users, 2 Zoom licenses, monthly), and return its address."""
    wish = {"plan": "premium", "users": str(users), "zoom_licenses": str(licenses)}
    answer = client.post(f"/widget/{code}/change", data=wish, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    step = str(answer.headers["location"])
    if step.endswith("/survey"):
        form = {"token": token(client.get(step).text), "reason": "other", "comment": ""}
        answer = client.post(step, data=form, follow_redirects=False)
        step = str(answer.headers["location"])
    assert step.endswith("/review")
    return step


def keys(page: str) -> dict[str, str]:
    """Return the hidden fields of the form that a page ends with."""
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.rpartition("<form")[2]))


def ask(client: TestClient, code: str = "en", **wish: int) -> str:
    """Ask for a quote and return the address of its page."""
    review = to_review(client, code, **wish)
    form = keys(client.get(review).text)
    answer = client.post(review.replace("/review", "/quote"), data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


@pytest.fixture
def olivia(client: TestClient) -> TestClient:
    """Return a browser in which the administrator of Harbour Studio (London, monthly) is signed in."""
    sign_in(client, "Olivia Hughes")
    return client


def accept(client: TestClient, quote: str, **changes: str) -> Any:
    form = keys(client.get(f"{quote}/accept").text) | changes
    return client.post(f"{quote}/accept", data=form, follow_redirects=False)


def words(page: str) -> str:
    """Return what a page says, without its tags, every run of spaces as one."""
    text = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return re.sub(r"\s+", " ", text)


def test_the_review_offers_to_order_or_to_get_a_quote(olivia: TestClient) -> None:
    page = olivia.get(to_review(olivia)).text

    assert re.findall(r'type="submit">([^<]+)</button>', page) == ["Sign out", "Place order", "Get a quote"]


def test_a_quote_has_its_own_page_and_changes_nothing(olivia: TestClient) -> None:
    before = olivia.get("/widget/en/change").text

    quote = ask(olivia)

    page = words(olivia.get(quote).text)
    assert quote == "/widget/en/quotes/Q-2026-000001"
    assert "State: open." in page
    assert "Valid until 24 December 2026, 23:59:59 (Europe/London)" in page
    assert "Billed from 1 December 2026: €252.00 per month (Premium, 12 users, 2 Zoom licenses)" in page
    assert "Billed from 1 January 2027: €252.00 per month (Premium, 12 users, 2 Zoom licenses)" in page
    assert "from 24 November 2026 to 30 November 2026" in page
    assert "from 1 December 2026 to 24 December 2026" in page
    assert "VAT not applicable: services supplied outside the European Union" in page
    unkeyed = re.compile(r'name="token" value="[^"]+"')
    assert unkeyed.sub("", olivia.get("/widget/en/change").text) == unkeyed.sub("", before)


def test_sending_the_form_twice_is_one_quote(olivia: TestClient) -> None:
    review = to_review(olivia)
    form, address = keys(olivia.get(review).text), review.replace("/review", "/quote")

    first = olivia.post(address, data=form, follow_redirects=False)
    second = olivia.post(address, data=form, follow_redirects=False)

    assert (first.status_code, first.headers["location"]) == (second.status_code, second.headers["location"])
    assert olivia.get("/widget/en/quotes").text.count("Q-2026-0") == 2  # its address and its name, once


def test_the_list_has_every_quote_of_the_space_with_its_state_the_newest_first(olivia: TestClient) -> None:
    first, second = ask(olivia), ask(olivia, users=9)
    page = olivia.get(first).text
    olivia.post(f"{first}/withdraw", data={"token": token(page)})

    page = olivia.get("/widget/fr/quotes").text

    assert re.findall(r'href="/widget/fr/quotes/([^"]+)"', page) == [
        each.rpartition("/")[2] for each in (second, first)
    ]
    assert [each[-1] for each in re.findall(r'data-label="(État)">([^<]+)<', page)] == ["ouvert", "retiré"]


def test_the_pdf_is_served_and_served_again_the_same(olivia: TestClient) -> None:
    quote = ask(olivia)

    first, second = olivia.get(f"{quote}/pdf"), olivia.get(f"{quote}/pdf")

    assert (first.status_code, first.headers["content-type"]) == (200, "application/pdf")
    assert first.headers["content-disposition"] == 'inline; filename="Q-2026-000001.pdf"'
    assert first.headers["cache-control"] == "no-store"
    assert first.content.startswith(b"%PDF-1.7")
    assert second.content == first.content


def test_its_pdf_is_made_by_its_mail_so_that_a_document_that_fails_fails_no_quote(olivia: TestClient) -> None:
    ask(olivia)

    asked = contents(engine_of(olivia))["quote_pdf"]
    letters(olivia)

    assert (asked, len(contents(engine_of(olivia))["quote_pdf"])) == ([], 1)


@pytest.mark.parametrize("code", languages.LOCALES)
@pytest.mark.parametrize(
    ("name", "wish"),
    [
        pytest.param("Olivia Hughes", {"users": 5, "licenses": 1}, id="monthly, down"),
        pytest.param("Olivia Hughes", {"users": 30, "licenses": 0}, id="monthly, up and down"),
        pytest.param("Claire Martin", {"users": 12, "licenses": 1}, id="annual, down"),
        pytest.param("Claire Martin", {"users": 37, "licenses": 9}, id="annual, up, with an invoice"),
    ],
)
def test_amounts_and_days_are_equal_in_page_pdf_mail_and_api(
    client: TestClient, code: str, name: str, wish: dict[str, int]
) -> None:
    with transaction(engine_of(client)) as connection:
        connection.execute(update(tables.space).values(language=code))  # in which its mail is written
    sign_in(client, name)
    language = languages.load()[code]
    number = ask(client, code, **wish).rpartition("/")[2]
    page = without_spaces(words(client.get(f"/widget/{code}/quotes/{number}").text))
    the_pdf = client.get(f"/widget/{code}/quotes/{number}/pdf").content
    document = without_spaces(text_of(the_pdf))
    told = message(client, number)
    (letter,) = letters(client)
    attached, calendar = letter.iter_attachments()
    served = client.get(f"/widget/{code}/quotes/{number}/calendar.ics").content
    assert (calendar.get_filename(), without_link(calendar.get_content())) == ("calendar.ics", without_link(served))
    assert (attached.get_filename(), attached.get_content()) == (f"{number}.pdf", the_pdf)
    parts = [letter.get_body((kind,)) for kind in ("plain", "html")]
    mailed = [without_spaces(words(str(each.get_content()))) for each in parts if each is not None]
    assert len(mailed) == 2

    windows = told["windows"]
    assert windows
    for window in windows:
        answered = from_api(client, told, date.fromisoformat(window["last"]))
        effect = window["effect"]
        assert [(fee["starts_on"] or window["last"], decimal_string(fee["amount"])) for fee in effect["fees"]] == [
            (fee["from"], fee["amount"]) for fee in answered["fees"]
        ]
        assert [
            (each["starts_on"], each["ends_on"], decimal_string(each["amount"])) for each in effect["invoices"]
        ] == [(each["from"], each["to"], each["amount"]) for each in answered["invoices"]]
        assert [each["priced_from"] for each in effect["items"]] == [each["priced_from"] for each in answered["lines"]]

    total = [told["vat"]["net"], told["vat"]["amount"], told["gross"]]
    total += [fee["amount"] for each in windows for fee in each["effect"]["fees"]]
    total += [invoice["amount"] for each in windows for invoice in each["effect"]["invoices"]]
    days = [told["valid_until"], *chain.from_iterable((each["first"], each["last"]) for each in windows)]
    days += [fee["starts_on"] for each in windows for fee in each["effect"]["fees"] if fee["starts_on"]]
    days += [item["priced_from"] for each in windows for item in each["effect"]["items"] if item["priced_from"]]
    for text in written(language, told["currency"], total, days):
        assert [text in each for each in (page, document, *mailed)] == [True] * 4, text
    prices = [amount for line in told["lines"] for amount in (line["unit_price"], line["amount"])]
    days = [day for day in (told["issued_on"], told["renewal_date"], told["notice_deadline"]) if day]
    for text in written(language, told["currency"], prices, days):
        assert [text in each for each in (page, document)] == [True] * 2, text


def written(language: Language, currency: str, amounts: list[int], days: list[str]) -> list[str]:
    texts = [language.money(each, currency) for each in amounts]
    texts += [language.date(date.fromisoformat(each)) for each in days]
    return [without_spaces(each) for each in texts]


def letters(client: TestClient) -> list[EmailMessage]:
    """Send what waits in the outbox into the Maildir of the settings, as the worker does, and return it."""
    app: Any = client.app
    context = app.state.context
    dispatcher = Dispatcher(create_post(context.settings, context.engine, context.clock))
    while dispatcher.round():
        assert dispatcher.wait(20)
    found: list[Any] = [
        message_from_bytes(each.as_bytes(), policy=default)
        for each in mailbox.Maildir(context.settings.maildir, create=False)
    ]
    return found


def without_link(calendar: Any) -> bytes:
    """Return a calendar file without the addresses in it: the mail's begin with the public origin."""
    content = calendar.encode() if isinstance(calendar, str) else bytes(calendar)
    return b"".join(line for line in content.replace(b"\r\n ", b"").splitlines() if not line.startswith(b"URL"))


def without_spaces(text: str) -> str:
    return re.sub(r"\s", "", text)


def text_of(content: bytes) -> str:
    return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)


def message(client: TestClient, number: str) -> dict[str, Any]:
    """Return what the message about a new quote says, as mail and webhooks get it."""
    with transaction(engine_of(client)) as connection:
        found = connection.execute(select(tables.outbox.c.facts).where(tables.outbox.c.kind == "quote.created"))
        (told,) = (facts for (text,) in found if (facts := json.loads(text))["number"] == number)
    return dict(told)


def from_api(client: TestClient, told: dict[str, Any], on: date) -> dict[str, Any]:
    """Ask the public calculator the question that a window answers."""
    olivia = told["interval"] == "month"
    level = {"plan": "premium", "users": 8 if olivia else 12, "zoom_licenses": 2 if olivia else 4}
    subscription = level | {"interval": told["interval"], "active_users": 3}
    if not olivia:
        subscription["term_start"] = "2026-05-08"
    question = {"on": on.isoformat(), "subscription": subscription, "requested": told["wish"]}
    answer = client.post("/widget/api/v1/preview", json=question)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_quote_of_another_space_answers_like_an_unknown_number_to_the_byte(client: TestClient) -> None:
    sign_in(client, "Olivia Hughes")
    foreign = ask(client)
    sign_in(client, "Claire Martin")
    unknown = "/widget/en/quotes/Q-2026-000999"
    form = {"token": token(client.get("/widget/fr/sessions").text)}

    for act in ("", "/pdf", "/accept"):
        one, other = client.get(f"{foreign}{act}"), client.get(f"{unknown}{act}")
        assert (one.status_code, shown(one)) == (404, shown(other))
    for act in ("/accept", "/withdraw", "/send"):
        one, other = client.post(f"{foreign}{act}", data=form), client.post(f"{unknown}{act}", data=form)
        assert (one.status_code, shown(one)) == (404, shown(other))
    assert client.get("/widget/en/quotes").text.count("Q-2026-0") == 0


def shown(answer: Any) -> tuple[dict[str, str], str]:
    """Return everything of an answer but the number that each request has of its own."""
    own = answer.headers["x-request-id"]
    headers = {name: value.replace(own, "") for name, value in answer.headers.items() if name != "date"}
    return headers, answer.text.replace(own, "")


def test_a_user_who_is_no_administrator_sees_neither_quote_nor_list_and_is_told_whom_to_ask(client: TestClient) -> None:
    sign_in(client, "Claire Martin")
    quote = ask(client, users=20)
    sign_in(client, "Karim Benali")

    answers = [client.get(each) for each in (quote, f"{quote}/pdf", "/widget/en/quotes/Q-2026-000999")]

    assert [each.status_code for each in answers] == [403] * 3
    for each in answers:
        assert "You are not an administrator of this space" in each.text
        assert "mailto:claire.martin@atelier-nord.example" in each.text
        assert "€" not in each.text
    assert client.get("/widget/en/quotes").status_code == 404


def test_signed_out_the_way_leads_to_sign_in_and_back(client: TestClient) -> None:
    answer = client.get("/widget/en/quotes/Q-2026-000001/accept", follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/widget/signin?next=%2Fwidget%2Fen%2Fquotes%2FQ-2026-000001"


def test_a_form_without_its_token_does_nothing(olivia: TestClient) -> None:
    quote = ask(olivia)

    for act in ("accept", "withdraw", "send"):
        assert olivia.post(f"{quote}/{act}", data={"token": "stolen"}).status_code == 403
    assert "State: open." in words(olivia.get(quote).text)


@pytest.mark.parametrize("act", ["accept", "withdraw", "send"])
def test_what_a_client_may_not_decide_is_refused_and_never_used(olivia: TestClient, act: str) -> None:
    quote = ask(olivia)
    form = {"token": token(olivia.get(quote).text), "email": "olivia.hughes@harbour-studio.example"}

    for field in ("price", "amount", "on", "space", "actor", "role"):
        assert olivia.post(f"{quote}/{act}", data=form | {field: "1"}).status_code == 422, field

    assert "State: open." in words(olivia.get(quote).text)
    assert mails(olivia) == 0


def test_a_form_over_64_kib_is_told_to_be_too_large_and_does_nothing(olivia: TestClient) -> None:
    quote = ask(olivia)
    form = {"token": token(olivia.get(quote).text), "email": "x" * 70_000}

    for act in ("accept", "withdraw", "send"):
        answer = olivia.post(f"{quote}/{act}", data=form)
        assert (answer.status_code, "What was sent is too large" in answer.text) == (413, True)
    assert "State: open." in words(olivia.get(quote).text)


def test_looking_at_the_confirmation_accepts_nothing(olivia: TestClient) -> None:
    quote = ask(olivia)

    page = words(olivia.get(f"{quote}/accept").text)

    assert "Accepted today, everything happens as the quote says." in page
    assert "State: open." in words(olivia.get(quote).text)


def test_accepted_it_leads_to_the_order_and_the_quote_says_so(olivia: TestClient) -> None:
    quote = ask(olivia)

    answer = accept(olivia, quote)

    assert answer.status_code == 303
    assert re.fullmatch(r"/widget/en/orders/[0-9a-f]{32}", answer.headers["location"])
    page = olivia.get(quote).text
    assert "This quote is accepted already: it has become an order." in words(page)
    assert f'href="{answer.headers["location"]}"' in page
    assert "Premium, 12 users, 2 Zoom licenses" in words(olivia.get("/widget/en/change").text)


def test_an_acceptance_has_its_own_receipt_page_mail_and_paper(olivia: TestClient) -> None:
    address = ask(olivia)
    accept(olivia, address)
    number = address.rpartition("/")[2]
    (accepted,) = (row for row in contents(engine_of(olivia))["outbox"] if row["kind"] == "quote.accepted")
    proof = json.loads(accepted["facts"])["audit"]

    page = olivia.get(f"/widget/en/receipts/{accepted['id']}").text
    paper = text_of(olivia.get(f"/widget/en/receipts/{accepted['id']}/pdf").content)
    mails = [str(each["Subject"]) for each in letters(olivia)]
    letter = next(each for each in letters(olivia) if str(each["Subject"]).startswith("The quote is accepted"))
    body = letter.get_body(("plain",))

    assert body is not None
    for text in (words(page), paper, body.get_content()):
        for said in ("The quote is accepted", number, "Olivia Hughes", "24 November 2026", proof):
            assert without_spaces(said) in without_spaces(text), (said, text)
    assert [each.get_filename() for each in letter.iter_attachments()] == [f"{accepted['id']}.pdf", "calendar.ics"]
    assert [each for each in mails if each.startswith("Your order is placed")] == []


def test_an_accepted_quote_has_one_receipt_with_one_proof_wherever_it_is_read(olivia: TestClient) -> None:
    placed = accept(olivia, ask(olivia)).headers["location"]
    kept = {row["kind"]: row for row in contents(engine_of(olivia))["outbox"]}
    accepted, order = kept["quote.accepted"], kept["order.placed"]

    page = olivia.get(placed).text
    listed = re.findall(r'href="(/widget/en/receipts/[^"]+)"', olivia.get("/widget/en/space").text)

    assert "The quote is accepted" in page
    assert re.findall(r"[0-9a-f]{64}", page) == [json.loads(accepted["facts"])["audit"]]
    assert f'href="/widget/en/receipts/{accepted["id"]}/pdf"' in page
    assert listed == [f"/widget/en/receipts/{accepted['id']}"]
    # The address that was given to somebody before goes on leading to what it was.
    assert json.loads(order["facts"])["audit"] in olivia.get(f"/widget/en/receipts/{order['id']}").text


def named(calendar: bytes) -> dict[str, str]:
    """Return the days of a calendar by what they are called."""
    events: list[Any] = Calendar.from_ical(calendar).walk("VEVENT")
    return {str(each["SUMMARY"]).rpartition(": ")[2]: each["DTSTART"].dt.isoformat() for each in events}


def test_the_last_days_of_a_quote_go_into_a_calendar(olivia: TestClient) -> None:
    address = ask(olivia)

    days = named(olivia.get(f"{address}/calendar.ics").content)

    assert f'href="{address}/calendar.ics"' in olivia.get(address).text
    assert days == {"Last day to order": "2026-11-30", "The quote expires": "2026-12-24"}


def test_the_calendar_of_the_space_names_the_last_days_of_its_open_quotes(olivia: TestClient) -> None:
    address = ask(olivia)
    page = olivia.get("/widget/en/space").text
    told = olivia.post("/widget/en/space", data={"token": token(page), "act": "calendar"}).text
    (feed,) = re.findall(r"/widget/calendar/[^<]+\.ics", told)

    open_days = named(olivia.get(feed).content)
    olivia.post(f"{address}/withdraw", data=keys(olivia.get(address).text))

    assert open_days == {"Last day to order": "2026-11-30", "The quote expires": "2026-12-24"}
    assert named(olivia.get(feed).content) == {}


def test_the_calendar_keeps_an_open_quote_whose_space_has_moved_to_where_it_is_tomorrow(
    olivia: TestClient, today: Today
) -> None:
    ask(olivia)
    page = olivia.get("/widget/en/space").text
    told = olivia.post("/widget/en/space", data={"token": token(page), "act": "calendar"}).text
    (feed,) = re.findall(r"/widget/calendar/[^<]+\.ics", told)
    with transaction(engine_of(olivia)) as connection:
        connection.execute(update(tables.space).values(time_zone="Pacific/Kiritimati"))
    today.instant = datetime(2026, 12, 24, 12, tzinfo=UTC)  # of the quote, the last day; there, the day after

    assert "The quote expires" in named(olivia.get(feed).content)
    today.instant += timedelta(hours=12)
    assert "The quote expires" not in named(olivia.get(feed).content)


def test_accepting_again_by_the_same_form_is_the_same_answer_and_by_another_says_it_is_done(olivia: TestClient) -> None:
    quote = ask(olivia)
    form = keys(olivia.get(f"{quote}/accept").text)
    first = olivia.post(f"{quote}/accept", data=form, follow_redirects=False)

    again = olivia.post(f"{quote}/accept", data=form, follow_redirects=False)
    other = olivia.post(f"{quote}/accept", data=form | {"key": "another"}, follow_redirects=False)

    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert other.status_code == 409
    assert "This quote is accepted already" in other.text


def test_past_its_last_day_it_is_said_to_have_expired_with_the_way_to_a_new_one(
    olivia: TestClient, today: Today
) -> None:
    quote = ask(olivia)
    form = keys(olivia.get(f"{quote}/accept").text)
    today.instant = NEXT_YEAR
    sign_in(olivia, "Olivia Hughes")

    page = olivia.get(quote).text
    refused = olivia.post(f"{quote}/accept", data=form | {"token": token(olivia.get("/widget/en/sessions").text)})

    assert "This quote has expired" in page
    assert 'href="/widget/en/change?plan=premium&amp;users=12&amp;zoom_licenses=2"' in page
    assert "/accept" not in page
    assert refused.status_code == 409
    assert "This quote has expired" in refused.text
    assert "Premium, 8 users" in words(olivia.get("/widget/en/change").text)


def test_a_newer_order_supersedes_it(olivia: TestClient) -> None:
    quote = ask(olivia)
    review = to_review(olivia, users=9)
    page = olivia.get(review).text
    order = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.split('class="sw-form"')[1]))
    olivia.post(review.replace("/review", "/order"), data=order)

    answer = olivia.get(f"{quote}/accept")

    assert answer.status_code == 409
    assert "a newer change has moved what it was computed on" in answer.text


def announced(page: str) -> bool:
    """Return whether a page says at once, to ears too, that something was refused."""
    return "<title>Error: Accept quote" in page and 'role="alert" tabindex="-1" autofocus' in page


def test_what_differs_is_shown_line_by_line_and_decided_again(olivia: TestClient) -> None:
    quote = ask(olivia)
    form = keys(olivia.get(f"{quote}/accept").text)
    with transaction(engine_of(olivia)) as connection:
        connection.execute(update(tables.space).values(billing_country="FR"))

    answer = olivia.post(f"{quote}/accept", data=form, follow_redirects=False)

    assert answer.status_code == 409
    assert "Nothing was ordered" in answer.text
    assert announced(answer.text)
    assert not announced(olivia.get(f"{quote}/accept").text)  # nothing was refused yet
    assert rows(answer.text)[:2] == [
        (
            "VAT",
            "VAT at 0%: €0.00. VAT not applicable: services supplied outside the European Union (article 44 of "
            "Directive 2006/112/EC, article 259-1 of the French tax code).",
            "VAT at 20%: €50.40. VAT is charged at the rate of the seller’s country.",
        ),
        ("Total with VAT per month", "€252.00", "€302.40"),
    ]
    placed = olivia.post(f"{quote}/accept", data=keys(answer.text), follow_redirects=False)
    assert placed.status_code == 303


def test_a_window_that_began_meanwhile_is_shown_before_anything_is_placed(olivia: TestClient, today: Today) -> None:
    today.instant = datetime(2026, 11, 30, 23, 50, tzinfo=UTC)
    sign_in(olivia, "Olivia Hughes")
    quote = ask(olivia)
    form = keys(olivia.get(f"{quote}/accept").text)
    today.instant += timedelta(minutes=15)

    answer = olivia.post(f"{quote}/accept", data=form, follow_redirects=False)

    assert answer.status_code == 409
    assert "Another window of the quote has begun" in answer.text
    assert announced(answer.text)
    assert olivia.post(f"{quote}/accept", data=keys(answer.text), follow_redirects=False).status_code == 303


def bring_three_guests(client: TestClient) -> None:
    with transaction(engine_of(client)) as connection:
        found = connection.execute(
            select(tables.member).where(tables.member.c.space_id == "harbour-studio", tables.member.c.state == "active")
        ).first()
        assert found is not None
        for each in range(3):
            guest = dict(found._mapping) | {"id": f"guest-{each}", "email": f"guest{each}@example.org"}
            connection.execute(tables.member.insert().values(guest))


def test_a_new_blocker_is_said_and_nothing_is_placed(olivia: TestClient) -> None:
    quote = ask(olivia, users=4)
    form = keys(olivia.get(f"{quote}/accept").text)
    bring_three_guests(olivia)

    answer = olivia.post(f"{quote}/accept", data=form)

    assert answer.status_code == 409
    assert "deactivate 3 first" in words(answer.text)
    assert "Accept and place the order" not in answer.text


#: Readings of the clock of one answer, between its first look and its lock, at which something may happen meanwhile.
MOMENTS = range(2, 5)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_quote_that_can_be_accepted_no_more_since_a_moment_is_shown_as_such(
    olivia: TestClient, today: Today, moment: int
) -> None:
    quote = ask(olivia, users=4)
    form = keys(olivia.get(f"{quote}/accept").text)
    today.meanwhile = [today.go_on] * moment + [lambda: bring_three_guests(olivia)]

    answer = olivia.post(f"{quote}/accept", data=form, follow_redirects=False)

    assert answer.status_code == 409
    assert "deactivate 3 first" in words(answer.text)
    assert "Accept and place the order" not in answer.text


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_review_that_can_be_quoted_no_more_since_a_moment_is_shown_as_such(
    olivia: TestClient, today: Today, moment: int
) -> None:
    review = to_review(olivia, users=4)
    form = keys(olivia.get(review).text)
    today.meanwhile = [today.go_on] * moment + [lambda: bring_three_guests(olivia)]

    answer = olivia.post(review.replace("/review", "/quote"), data=form, follow_redirects=False)

    assert answer.status_code == 409
    assert "Place order" not in answer.text


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_quote_that_ends_while_it_is_sent_is_not_shown_as_open(olivia: TestClient, today: Today, moment: int) -> None:
    quote = ask(olivia)
    today.instant = datetime(2026, 12, 24, 23, 59, 59, tzinfo=UTC)
    sign_in(olivia, "Olivia Hughes")
    form = to_send(olivia.get(quote).text, "tom.baker@harbour-studio.example")

    def end() -> None:
        today.instant = datetime(2026, 12, 25, tzinfo=UTC)

    today.meanwhile = [today.go_on] * moment + [end]
    answer = olivia.post(f"{quote}/send", data=form, follow_redirects=False)

    assert answer.status_code == 303 or "State: expired." in words(answer.text)


def test_late_notice_is_accepted_only_with_its_own_tick(client: TestClient, today: Today) -> None:
    today.instant = datetime(2027, 4, 20, 9, tzinfo=UTC)
    sign_in(client, "Claire Martin")
    quote = ask(client, users=12, licenses=2)

    refused = accept(client, quote)

    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert 'href="#sw-late_ack"' in refused.text
    assert "support@workspace.example" in refused.text
    assert accept(client, quote, late_ack="2028-05-08").status_code == 303


def test_accepting_wants_a_fresh_proof_of_who_one_is(olivia: TestClient, today: Today) -> None:
    quote = ask(olivia)
    for _ in range(3):  # used all the time, so that the session lives, but signed in an hour ago
        today.instant += timedelta(minutes=20)
        olivia.get(quote)

    answer = accept(olivia, quote)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/widget/signin?next=%2Fwidget%2Fen%2Fquotes%2FQ-2026-000001%2Faccept"


ON_ITS_WAY = "The quote is on its way to your colleague."


def to_send(page: str, email: str) -> dict[str, str]:
    """Return the form that sends a quote, filled in."""
    return keys(page.partition("/withdraw")[0].rpartition("<form")[0]) | {"email": email}


def mails(client: TestClient) -> int:
    return sum(row["kind"] == "quote.sent" for row in contents(engine_of(client))["outbox"])


def test_sending_the_form_for_a_colleague_twice_is_one_mail(olivia: TestClient) -> None:
    quote = ask(olivia)
    form = to_send(olivia.get(quote).text, "tom.baker@harbour-studio.example")

    first, second = (olivia.post(f"{quote}/send", data=form, follow_redirects=False) for _ in range(2))

    assert (second.status_code, second.headers["location"]) == (303, first.headers["location"])
    assert mails(olivia) == 1
    for _ in range(2):
        assert ON_ITS_WAY in olivia.get(first.headers["location"]).text
    assert mails(olivia) == 1
    assert olivia.post(f"{quote}/send", data=to_send(olivia.get(quote).text, form["email"])).status_code == 200
    assert mails(olivia) == 2


def test_a_form_that_was_sent_goes_to_nobody_else_and_keeps_the_address_for_another_try(olivia: TestClient) -> None:
    quote = ask(olivia)
    form = to_send(olivia.get(quote).text, "tom.baker@harbour-studio.example")
    olivia.post(f"{quote}/send", data=form)

    answer = olivia.post(f"{quote}/send", data=form | {"email": "mia.scott@harbour-studio.example"})

    assert answer.status_code == 422
    assert "this form was sent to somebody else before" in answer.text
    assert 'value="mia.scott@harbour-studio.example"' in answer.text
    assert mails(olivia) == 1
    again = to_send(answer.text, "mia.scott@harbour-studio.example")
    assert ON_ITS_WAY in olivia.post(f"{quote}/send", data=again).text


@pytest.mark.parametrize("sent", ["a-key-of-no-form", "", "é", "k" * 3000])
def test_no_link_says_that_a_quote_was_sent_which_was_not(olivia: TestClient, sent: str) -> None:
    quote, other = ask(olivia), ask(olivia, users=9)
    olivia.post(f"{other}/send", data=to_send(olivia.get(other).text, "tom.baker@harbour-studio.example"))
    key = next(row["key"] for row in contents(engine_of(olivia))["idempotency"] if row["operation"] == "quote.send")

    for each in (sent, key):
        assert ON_ITS_WAY not in olivia.get(quote, params={"sent": each}).text


def test_it_is_sent_to_a_member_and_the_message_goes_to_nobody_else(olivia: TestClient) -> None:
    quote = ask(olivia)

    answer = olivia.post(
        f"{quote}/send",
        data=to_send(olivia.get(quote).text, "Tom.Baker@harbour-studio.example"),
        follow_redirects=False,
    )

    assert answer.status_code == 303
    assert answer.headers["location"].startswith(f"{quote}?sent=")
    assert ON_ITS_WAY in olivia.get(answer.headers["location"]).text
    with transaction(engine_of(olivia)) as connection:
        sent = connection.execute(select(tables.outbox).where(tables.outbox.c.kind == "quote.sent")).one()
        to = connection.execute(
            select(tables.delivery.c.target).where(tables.delivery.c.outbox_id == sent.id)
        ).scalars()
        assert list(to) == ["tom.baker@harbour-studio.example"]


@pytest.mark.parametrize(("first", "opens"), [("tom.baker", False), ("olivia.hughes", True)])
def test_the_mail_to_a_colleague_leads_to_the_page_where_they_may_open_it(
    olivia: TestClient, first: str, opens: bool
) -> None:
    quote, email = ask(olivia), f"{first}@harbour-studio.example"
    olivia.post(f"{quote}/send", data=to_send(olivia.get(quote).text, email))

    theirs = [each for each in letters(olivia) if each["To"] == email]

    parts = [each.get_body((kind,)) for each in theirs for kind in ("plain", "html")]
    said = [str(each.get_content()) for each in parts if each is not None]
    assert said
    for text in said:
        assert "Q-2026-000001" in text
        assert ("/quotes/Q-2026-000001" in text) == opens


@pytest.mark.parametrize(
    "email",
    [
        pytest.param("tom@elsewhere.example", id="nobody"),
        pytest.param("claire.martin@atelier-nord.example", id="a member of another space"),
        pytest.param("jack.ward@harbour-studio.example", id="invited, not yet a member"),
        pytest.param("tom.baker@harbour-studio.example\r\nBcc: x@example.org", id="a header in the address"),
        pytest.param("tom.baker@harbour-studio.example,x@example.org", id="two addresses"),
        pytest.param("", id="nothing"),
        pytest.param("x" * 300, id="too long"),
    ],
)
def test_to_any_other_address_nothing_is_sent_and_the_field_says_so(olivia: TestClient, email: str) -> None:
    quote = ask(olivia)

    answer = olivia.post(f"{quote}/send", data={"token": token(olivia.get(quote).text), "email": email})

    assert answer.status_code == 422
    assert 'aria-describedby="sw-email-error"' in answer.text
    assert 'href="#sw-email"' in answer.text
    with transaction(engine_of(olivia)) as connection:
        assert connection.execute(select(tables.outbox).where(tables.outbox.c.kind == "quote.sent")).all() == []


def test_a_space_sends_five_quotes_an_hour_and_no_more(olivia: TestClient, today: Today) -> None:
    quote = ask(olivia)

    def sent() -> Any:
        form = to_send(olivia.get(quote).text, "mia.scott@harbour-studio.example")
        return olivia.post(f"{quote}/send", data=form, follow_redirects=False)

    answers = [sent() for _ in range(6)]
    today.instant += timedelta(minutes=29)
    olivia.get(quote)
    today.instant += timedelta(minutes=29)
    olivia.get(quote)
    today.instant += timedelta(minutes=3)

    assert [each.status_code for each in answers] == [303] * 5 + [429]
    assert answers[-1].headers["retry-after"] == "3600"
    assert sent().status_code == 303


PAYLOADS = ['"><script>window.__x=1</script>', "{{ 7*7 }}", '#read("quote.typ")', "=1+1", "<b>&amp;</b>"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_a_name_holds_is_shown_as_it_is(olivia: TestClient, payload: str) -> None:
    with transaction(engine_of(olivia)) as connection:
        connection.execute(update(tables.space).values(billing_name=payload, name=payload))
        connection.execute(update(tables.member).where(tables.member.c.name == "Olivia Hughes").values(name=payload))

    quote = ask(olivia)

    page, pdf = olivia.get(quote).text, without_spaces(text_of(olivia.get(f"{quote}/pdf").content))
    assert page.count(html.escape(payload).replace("&#x27;", "&#39;").replace("&quot;", "&#34;")) >= 3
    assert "<script>window" not in page
    assert pdf.count(without_spaces(payload)) >= 3
    (letter,) = letters(olivia)
    plain, rich = (letter.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().count(payload) == 2
    assert "<script>window" not in rich.get_content()
    assert payload not in str(letter["Subject"])


def test_read_in_the_other_language_it_still_says_in_which_it_was_made_out(olivia: TestClient) -> None:
    quote = ask(olivia)

    page = words(olivia.get(quote.replace("/en/", "/fr/")).text)

    assert "Valable jusqu’au 24 décembre 2026" in page
    assert "English. Le texte français des conditions fait foi." in page


def test_a_quote_is_neither_made_nor_accepted_under_a_key_that_no_form_of_ours_made(client: TestClient) -> None:
    sign_in(client, "Olivia Hughes")
    review = to_review(client)
    form = keys(client.get(review).text)
    asked = client.post(review.replace("/review", "/quote"), data=form | {"key": "k" * 3000})
    page = ask(client)
    accepted = client.post(f"{page}/accept", data=keys(client.get(f"{page}/accept").text) | {"key": "clé"})

    assert (asked.status_code, accepted.status_code) == (422, 422)
    after = contents(engine_of(client))
    assert (len(after["quote"]), len(after["placed_order"])) == (1, 0)
