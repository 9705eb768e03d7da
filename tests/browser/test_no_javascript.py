"""The whole flow with JavaScript off, in both languages: every step is a plain form on a page of its own."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Service
from tests.browser.looking import press
from tests.browser.people import LATE, a_space, enter

DOWNGRADE = {"fr": "/fr/abonnement/retrograder/", "en": "/en/subscription/downgrade/"}
PLACED = {"fr": "Votre commande est passée", "en": "Your order is placed"}
LEVEL = {"fr": "Premium, 1 utilisateur, 4 licences Zoom", "en": "Premium, 1 user, 4 Zoom licenses"}


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def submit(page: Page) -> None:
    press(page.locator(".sw-form button[type=submit]").first)


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_whole_flow_without_javascript(service: Service, plain: Page, code: str) -> None:
    page = plain
    page.goto(service.address + DOWNGRADE[code])
    page.locator("#sw-users").fill("18")
    page.locator(".sw-sample summary").click()
    page.locator("#sw-in_users").fill("19")
    submit(page)
    expect(page.locator(".sw-new dd")).to_contain_text("080")
    expect(page.locator("#sw-in_users")).to_have_value("19")
    page.goto(f"{service.address}/widget/{code}/change?users=12")
    expect(page.locator(".sw-proposed")).to_be_visible()

    enter(page.context, service, a_space(service, LATE | {"users": 2}, users=2))
    page.goto(f"{service.address}/widget/{code}/change")
    page.locator("#sw-users").fill("1")
    submit(page)
    page.locator("[name=member]").check()
    submit(page)
    page.locator("[name=sure]").check()
    submit(page)
    page.locator("[name=reason]").first.check()
    page.locator("#sw-comment").fill("<b>&")
    submit(page)
    page.locator(".sw-why summary").first.click()
    expect(page.locator(".sw-why[open] a").first).to_be_visible()
    submit(page)
    expect(page.locator(".sw-summary")).to_be_visible()
    page.locator("[name=late_ack]").check()
    submit(page)
    expect(page.get_by_role("heading", name=PLACED[code])).to_be_visible()

    page.goto(f"{service.address}/widget/{code}/change")
    expect(page.locator(".sw-state")).to_contain_text(LEVEL[code])
    page.locator(".sw-undo summary").click()
    with page.expect_navigation():
        page.locator(".sw-undo button").click()
    page.goto(f"{service.address}/widget/{code}/change")
    expect(page.locator(".sw-undo")).to_have_count(0)
    expect(page.locator(".sw-state")).not_to_contain_text(LEVEL[code])
