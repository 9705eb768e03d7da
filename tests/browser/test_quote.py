"""Quotes in a real browser: every page in both languages, without JavaScript, by keyboard, on paper, under attack."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import update

from tests.browser.conftest import Service
from tests.browser.looking import faults
from tests.browser.people import ANNUAL, LATE, a_space, database, enter
from widget.store import tables
from widget.store.engine import transaction

PAYLOADS = (
    "<script>window.__x = 1</script>",
    '"><img src=x onerror="window.__x = 1">',
    "'-window.__x=1-'",
    "<svg/onload=window.__x=1>",
    "javascript:window.__x=1",
    "</title><script>window.__x = 1</script>",
    "{{ 7 * 7 }}${7 * 7}",
    '#read("quote.typ")',
    "=1+1",
)


@pytest.fixture
def seen(page: Page) -> Callable[[str, str], None]:
    """Check the page that is shown now; one that is not there fails rather than passes."""

    def check(step: str, selector: str) -> None:
        page.locator(selector).first.wait_for()
        assert faults(page) == [], step

    return check


def to_quote(page: Page, service: Service, code: str, wish: str) -> None:
    """Go from the choice to a new quote, as a reader does."""
    page.goto(f"{service.address}/widget/{code}/change?{wish}")
    page.locator("main button[type=submit]").last.click()
    page.locator("[data-step=survey], [data-step=review]").first.wait_for()
    if page.locator("[data-step=survey]").count():
        page.locator("[name=reason]").first.check()
        page.locator("main button[type=submit]").click()
    page.locator("[data-step=review]").wait_for()
    page.locator("form[action$='/quote'] button").click()
    page.wait_for_url("**/quotes/Q-*")


@pytest.mark.parametrize("code", ["fr", "en"])
def test_every_page_of_a_quote(service: Service, page: Page, seen: Callable[[str, str], None], code: str) -> None:
    space = a_space(service, LATE, users=2)
    enter(page.context, service, space)
    page.goto(f"{service.address}/widget/{code}/quotes")
    seen("no quote yet", "[data-step=quotes]")
    to_quote(page, service, code, "users=3")
    quote = page.url
    page.locator("details summary").click()
    seen("a quote", "details[open] button")
    page.locator("[name=email]").fill("nobody@elsewhere.example")
    page.locator("form[action$='/send'] button").click()
    seen("a quote, sent to nobody", ".sw-summary")
    page.locator("a[href$='/accept']").click()
    seen("acceptance", "[data-step=accept] [name=late_ack]")
    page.locator("main button[type=submit]").click()
    seen("acceptance, the late date not confirmed", ".sw-summary")
    with database(service) as engine, transaction(engine) as connection:
        connection.execute(update(tables.space).where(tables.space.c.id == space).values(billing_country="BE"))
    page.goto(f"{quote}/accept")
    seen("acceptance, other than the quote says", ".sw-note.sw-blocked table")
    page.locator("[name=late_ack]").check()
    page.locator("main button[type=submit]").click()
    page.wait_for_url("**/orders/*")
    page.goto(quote)
    seen("a quote that is accepted", "a[href*='/orders/']")
    page.goto(f"{service.address}/widget/{code}/quotes")
    seen("the list", "table")


def test_with_javascript_off_and_the_keyboard_alone_a_quote_is_asked_for_and_accepted(
    service: Service, chromium: Browser
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    enter(context, service, a_space(service, ANNUAL))

    def press_on(selector: str) -> None:
        page.locator(selector).focus()
        page.keyboard.press("Enter")

    page.goto(f"{service.address}/widget/en/change?users=20")
    press_on("form[action$='/change'] button[type=submit]")
    page.wait_for_url("**/review")
    press_on("form[action$='/quote'] button")
    page.wait_for_url("**/quotes/Q-*")
    press_on("a[href$='/accept']")
    page.wait_for_url("**/accept")
    press_on("form[action$='/accept'] button")
    page.wait_for_url("**/orders/*")

    page.goto(f"{service.address}/widget/en/quotes")
    assert page.locator("td").last.inner_text() == "accepted"
    context.close()


def test_on_paper_it_is_the_quote_and_nothing_to_click(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, ANNUAL))
    to_quote(page, service, "fr", "users=20")
    page.emulate_media(media="print")

    assert page.locator(".sw table").first.is_visible()
    assert page.locator(".sw-actions, form[data-whole], .page-head").filter(visible=True).count() == 0


def test_payloads_in_every_name_are_text_and_nothing_runs(service: Service, page: Page) -> None:
    space, payload = a_space(service, ANNUAL), " ".join(PAYLOADS)
    with database(service) as engine, transaction(engine) as connection:
        own, ada = tables.space.c.id == space, tables.member.c.space_id == space
        named = {"name": payload, "billing_name": payload, "billing_address": payload}
        connection.execute(update(tables.space).where(own).values(named))
        connection.execute(update(tables.member).where(ada).values(name=payload))
    enter(page.context, service, space, payload)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))

    to_quote(page, service, "en", "users=20")
    shown = page.locator(".sw").inner_text()
    page.goto(f"{service.address}/widget/en/quotes")

    assert [each for each in PAYLOADS if shown.count(each) < 4] == []
    assert page.evaluate("window.__x") is None
    assert [each for each in asked if not each.startswith(service.address)] == []
