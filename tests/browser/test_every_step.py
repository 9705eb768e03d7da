"""Every step in both languages: axe finds nothing in any scheme; nothing runs over at 320 px or with text at 200 %."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Service
from tests.browser.looking import faults
from tests.browser.people import ANNUAL, LATE, a_space, deactivate, enter

DOWNGRADE = {"fr": "/fr/abonnement/retrograder/", "en": "/en/subscription/downgrade/"}

UPGRADE = {"fr": "/fr/abonnement/mettre-a-niveau/", "en": "/en/subscription/upgrade/"}


@pytest.fixture
def seen(page: Page) -> Callable[[str, str], None]:
    """Check the step that the page shows now; a step that is not there fails rather than passes."""

    def check(step: str, selector: str) -> None:
        page.locator(selector).first.wait_for()
        assert faults(page) == [], step

    return check


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_whole_flow(service: Service, page: Page, seen: Callable[[str, str], None], code: str) -> None:
    page.goto(service.address + DOWNGRADE[code])
    seen("the example in the article", ".sw-time svg")
    page.goto(f"{service.address}/widget/signin?next=/widget/{code}/change")
    seen("sign-in", ".sw-button")
    page.goto(f"{service.address}/widget/{code}/change")
    page.locator(".sw-sample summary").click()
    page.locator("#sw-users").fill("douze")
    page.locator("#sw-on").fill("2020-01-01")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    seen("the example, mistyped", ".sw-summary")

    space = a_space(service, ANNUAL, users=12)
    enter(page.context, service, space)
    page.goto(service.address + DOWNGRADE[code])
    seen("the own subscription in the article", ".sw-state")
    page.goto(f"{service.address}/widget/{code}/change?plan=essential&users=10&zoom_licenses=2")
    seen("choose, proposed and blocked", ".sw-blocked")
    page.locator("main button[type=submit]").last.click()
    seen("members", "[name=member]")
    page.locator("main button[type=submit]").first.click()
    seen("members, none ticked", ".sw-summary")
    for box in (0, 1):
        page.locator("[name=member]").nth(box).check()
    page.locator("main button[type=submit]").first.click()
    seen("confirm", "[name=sure]")
    for box in (0, 1):
        page.locator("[name=sure]").nth(box).check()
    page.locator("main button[type=submit]").first.click()
    seen("survey", "[name=reason]")
    page.goto(page.url.replace("/survey", "/members"))
    seen("members, nobody too many, two inactive", "form[action$=activate] button")
    page.go_back()
    page.locator("main button[type=submit]").click()
    seen("survey, no reason", ".sw-summary")
    page.locator("[name=reason]").first.check()
    page.locator("main button[type=submit]").click()
    seen("review", "[data-step=review]")
    for details in page.locator(".sw-why").all():
        details.locator("summary").click()
    seen("review, every reason open", ".sw-why[open]")
    deactivate(service, space, "Person 1")
    page.locator("main button[type=submit]").first.click()
    seen("review, out of date", ".sw-note.sw-blocked table")
    page.locator("main button[type=submit]").first.click()
    seen("receipt", "[data-step=placed]")
    page.goto(f"{service.address}/widget/{code}/change")
    page.locator(".sw-undo summary").click()
    seen("undo", ".sw-undo button")
    page.locator(".sw-undo button").click()
    page.wait_for_url("**/receipts/*")
    seen("the receipt of an undo", "main h2")

    page.goto(service.address + DOWNGRADE[code])
    page.locator(".sw-state").wait_for()
    page.context.clear_cookies()
    page.locator("#sw-users").fill("14")
    seen("signed out meanwhile, the result", ".sw-panel [data-signin]")
    page.locator(".sw-form > .sw-actions button").click()
    seen("signed out meanwhile, the next step", "[data-step=over]")


@pytest.mark.parametrize("code", ["fr", "en"])
def test_what_stands_in_the_way(service: Service, page: Page, seen: Callable[[str, str], None], code: str) -> None:
    enter(page.context, service, a_space(service, LATE))
    page.goto(f"{service.address}/widget/{code}/change?users=2")
    page.locator("main button[type=submit]").last.click()
    page.locator("[name=reason]").first.check()
    page.locator("main button[type=submit]").click()
    seen("review, late", "[name=late_ack]")
    page.locator("main button[type=submit]").first.click()
    seen("review, late and not confirmed", ".sw-summary")
    page.evaluate("document.querySelector('[name=token]').value = 'old'")
    page.locator("main button[type=submit]").first.click()
    seen("a form that is too old", ".sw:not([data-step]) h2")

    enter(page.context, service, a_space(service, ANNUAL, locked=True))
    page.goto(f"{service.address}/widget/{code}/change")
    seen("a locked contract", "a[href^='mailto:']")
    enter(page.context, service, a_space(service, ANNUAL, users=2), "Person 1")
    page.goto(f"{service.address}/widget/{code}/change")
    seen("not an administrator", "a[href^='mailto:']")
    pending = ANNUAL | {
        "users": 12,
        "billed": [
            {"from": "today-200d", "plan": "premium", "users": 20, "zoom_licenses": 4},
            {"from": "today-200d+1y", "plan": "premium", "users": 12, "zoom_licenses": 4},
        ],
    }
    enter(page.context, service, a_space(service, pending))
    page.goto(f"{service.address}/widget/{code}/change?users=14")
    seen("on top of a pending change", ".sw-warn")
    page.goto(service.address + UPGRADE[code])
    seen("the own subscription in the other article", ".sw-state")
    enter(page.context, service, a_space(service, ANNUAL | {"users": 70}, users=60))
    page.goto(f"{service.address}/widget/{code}/change?users=20")
    page.locator("main button[type=submit]").last.click()
    page.locator("[name=find]").fill("Nobody")
    page.locator("[value=find]").click()
    seen("members, found by name", "[name=find][value=Nobody]")
    page.goto(f"{service.address}/widget/{code}/undo/none")
    seen("an address that takes no such method", ".sw:not([data-step]) h2")


@pytest.mark.parametrize("code", ["fr", "en"])
def test_where_one_is_signed_in(service: Service, page: Page, seen: Callable[[str, str], None], code: str) -> None:
    space = a_space(service, ANNUAL)
    for _ in range(2):
        enter(page.context, service, space)
    page.goto(f"{service.address}/widget/{code}/sessions")
    seen("two places", "[name=session]")
    assert page.locator("[name=session]").count() == 2

    page.locator("[name=others]").click()
    page.locator("[name=others]").wait_for(state="detached")

    seen("one place", "[name=session]")
    assert page.locator("[name=session]").count() == 1


@pytest.mark.parametrize("path", ["/fr/abonnement/rien/", "/widget/fr/rien"])
def test_an_address_that_is_not_there_is_dark_where_the_reader_prefers_it(
    service: Service, page: Page, path: str
) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(service.address + path)

    assert page.locator("body").get_attribute("data-md-color-scheme") == "slate"
