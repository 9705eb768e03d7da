"""The whole flow with the keyboard alone, in the article: nothing is clicked, and what has the focus shows it."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import Service
from tests.browser.people import LATE, a_space, enter

DOWNGRADE = "/fr/abonnement/retrograder/"
#: Whether the focused element can be told from the others: an outline of its own.
SHOWN = """() => { const s = getComputedStyle(document.activeElement);
  return s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2; }"""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element that the selector finds first has the focus."""
    wanted = page.locator(selector).first
    wanted.wait_for()
    for _ in range(120):
        page.keyboard.press("Tab")
        if wanted.evaluate("(element) => element === document.activeElement"):
            assert page.evaluate(SHOWN), f"{selector} does not show that it has the focus"
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_the_whole_flow_from_the_choice_to_the_receipt_and_back_by_undo(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, LATE | {"users": 3}, users=3))
    page.goto(service.address + DOWNGRADE)
    page.locator(".sw-state").wait_for()

    tab_to(page, "[name=plan]:checked")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[name=plan][value=essential]")).to_be_checked()
    page.keyboard.press("ArrowRight")
    tab_to(page, "#sw-users")
    page.keyboard.type("2")
    expect(page.locator(".sw-panel .sw-blocked")).to_be_visible()
    tab_to(page, ".sw-panel .sw-why summary")
    page.keyboard.press("Enter")
    expect(page.locator(".sw-why[open] a").first).to_be_visible()
    tab_to(page, ".sw-form .sw-button")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Choisissez qui désactiver")).to_be_focused()
    tab_to(page, "[name=member]")
    page.keyboard.press("Space")
    tab_to(page, ".sw-form .sw-button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Confirmez chaque nom")).to_be_focused()
    tab_to(page, "[name=sure]")
    page.keyboard.press("Space")
    tab_to(page, ".sw-form .sw-button")
    page.keyboard.press("Enter")

    tab_to(page, "[name=reason]")
    page.keyboard.press("Space")
    tab_to(page, "#sw-comment")
    page.keyboard.type("Moins de monde")
    tab_to(page, ".sw-form .sw-button")
    page.keyboard.press("Enter")

    tab_to(page, "[name=late_ack]")
    page.keyboard.press("Space")
    tab_to(page, ".sw-form .sw-button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()

    page.goto(f"{service.address}/widget/fr/change")
    tab_to(page, ".sw-undo summary")
    page.keyboard.press("Enter")
    tab_to(page, ".sw-undo button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="La baisse est annulée")).to_be_visible()
    page.goto(f"{service.address}/widget/fr/change")
    expect(page.locator(".sw-undo")).to_have_count(0)
    expect(page.locator(".sw-state")).to_contain_text("Premium, 3 utilisateurs")
