"""What stays after an act, in both languages: the receipt, the page of the space with its calendar, the mail."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Service
from tests.browser.looking import faults
from tests.browser.people import ANNUAL, a_space, enter
from tests.browser.test_quote import to_quote


@pytest.mark.parametrize("code", ["fr", "en"])
def test_every_page_of_what_is_kept(service: Service, page: Page, code: str) -> None:
    enter(page.context, service, a_space(service, ANNUAL, users=2))
    home = f"{service.address}/widget/{code}"

    def seen(step: str, selector: str) -> None:
        page.locator(selector).first.wait_for()
        assert faults(page) == [], step

    page.goto(f"{home}/space")
    seen("nothing kept yet", "[data-step=space]")
    to_quote(page, service, code, "users=18&zoom_licenses=2")
    page.goto(f"{page.url}/accept")
    with page.expect_navigation(url="**/orders/*"):
        page.locator("form[action$='/accept'] button").click()
    page.goto(f"{home}/space")
    seen("receipts", "a[href*='/receipts/']")
    with page.expect_navigation():
        page.locator("a[href*='/receipts/']").first.click()
    seen("the receipt of the acceptance", "a[href$='/pdf']")
    page.goto(f"{home}/space")
    with page.expect_navigation():
        page.locator("button[value=calendar]").click()
    seen("the secret address of the calendar", "button[value=calendar-not]")
    page.goto(f"{home}/mailbox")
    seen("the mailbox of the demo", "[data-step=mailbox]")
