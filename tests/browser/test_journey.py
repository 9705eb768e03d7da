"""The whole journey in Chromium: article, sign-in, deactivation, survey, review, order, restart; both languages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Service
from tests.browser.looking import press
from tests.browser.people import ANNUAL, a_space, enter

DOWNGRADE = {"fr": "/fr/abonnement/retrograder/", "en": "/en/subscription/downgrade/"}
WORDS = {
    "fr": {
        "sign in": "Connectez-vous pour utiliser votre abonnement",
        "users": "Nombre d’utilisateurs",
        "next": "Suivant",
        "deactivate": "Désactiver",
        "reason": "Un projet est terminé",
        "place": "Passer commande",
        "placed": "Votre commande est passée",
        "level": "Premium, 10 utilisateurs, 4 licences Zoom",
    },
    "en": {
        "sign in": "Sign in to use your own subscription",
        "users": "Number of users",
        "next": "Next",
        "deactivate": "Deactivate",
        "reason": "A project is finished",
        "place": "Place order",
        "placed": "Your order is placed",
        "level": "Premium, 10 users, 4 Zoom licenses",
    },
}


def faults(page: Page) -> list[str]:
    """Return what axe finds inside the widget."""
    found = Axe().run(page, context=".sw").response["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_an_administrator_reduces_the_users_inside_the_article(service: Service, page: Page, code: str) -> None:
    words = WORDS[code]
    space = a_space(service, ANNUAL, users=12)
    enter(page.context, service, space)

    page.goto(service.address + DOWNGRADE[code])
    expect(page.locator(".sw-state")).to_contain_text(space.title())
    page.get_by_label(words["users"]).fill("10")
    expect(page.locator(".sw-panel .sw-blocked")).to_be_visible()
    page.get_by_role("button", name=words["next"], exact=True).click()

    page.get_by_label("Person 11").check()
    page.get_by_label("Person 10").check()
    page.get_by_role("button", name=words["next"], exact=True).click()
    expect(page.get_by_role("checkbox")).to_have_count(2)
    page.get_by_role("checkbox").nth(0).check()
    page.get_by_role("checkbox").nth(1).check()
    page.get_by_role("button", name=words["deactivate"], exact=True).click()

    page.get_by_label(words["reason"]).check()
    page.get_by_role("button", name=words["next"], exact=True).click()

    expect(page.get_by_role("button", name=words["place"])).to_be_visible()
    assert page.url == service.address + DOWNGRADE[code]
    page.get_by_role("button", name=words["place"]).click()

    expect(page.get_by_role("heading", name=words["placed"])).to_be_visible()
    page.goto(service.address + DOWNGRADE[code])
    expect(page.locator(".sw-state")).to_contain_text(words["level"])


def test_the_demo_administrator_finds_an_order_again_after_a_restart(tmp_path: Path, page: Page) -> None:
    demo = Service(tmp_path)
    page.goto(demo.address + "/widget/signin?next=/widget/fr/change")
    page.get_by_role("button", name="Claire Martin").click()
    page.get_by_label("Nombre de licences Zoom").fill("5")
    page.get_by_role("button", name="Suivant", exact=True).click()
    page.get_by_role("button", name="Passer commande").click()
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()
    receipt = page.url

    demo.stop()
    demo.start()

    page.goto(receipt)
    expect(page.get_by_role("heading", name="Votre commande est passée")).to_be_visible()
    page.goto(demo.address + DOWNGRADE["fr"])
    expect(page.locator(".sw-state")).to_contain_text("Premium, 12 utilisateurs, 5 licences Zoom")
    demo.stop()


def test_somebody_signs_in_from_the_article_and_comes_back_to_it(service: Service, page: Page) -> None:
    page.goto(service.address + DOWNGRADE["fr"])
    page.get_by_label("Nombre d’utilisateurs").fill("17")
    page.get_by_role("link", name=WORDS["fr"]["sign in"]).click()
    page.get_by_role("button", name="Claire Martin").click()

    expect(page).to_have_url(service.address + DOWNGRADE["fr"])
    expect(page.locator(".sw-state")).to_contain_text("Atelier Nord")
    expect(page.get_by_label("Nombre d’utilisateurs")).to_have_value("17")


def test_a_proposed_link_fills_the_form_says_so_and_orders_nothing(service: Service, page: Page) -> None:
    page.goto(service.address + DOWNGRADE["fr"] + "#change=plan:essential,users:16,zoom_licenses:2")

    expect(page.get_by_label("Nombre d’utilisateurs")).to_have_value("16")
    expect(page.get_by_label("Nombre de licences Zoom")).to_have_value("2")
    expect(page.locator("input[value=essential]")).to_be_checked()
    expect(page.locator(".sw-proposed")).to_be_visible()
    expect(page.locator(".sw-panel")).to_contain_text("Essential, 16 utilisateurs, 2 licences Zoom")


def test_switching_the_language_takes_the_half_filled_form_along(service: Service, page: Page) -> None:
    page.goto(service.address + DOWNGRADE["fr"])
    page.get_by_label("Nombre d’utilisateurs").fill("17")
    page.get_by_role("link", name="English").first.click()

    expect(page).to_have_url(service.address + DOWNGRADE["en"])
    expect(page.get_by_label("Number of users")).to_have_value("17")


def test_what_one_has_calculated_oneself_is_never_said_to_be_proposed(service: Service, page: Page) -> None:
    page.goto(service.address + "/widget/fr/change?users=16")
    expect(page.locator(".sw-proposed")).to_be_visible()
    page.get_by_label("Nombre d’utilisateurs").fill("17")
    page.get_by_role("button", name="Calculer").click()
    expect(page).to_have_url(service.address + "/widget/fr/change")
    page.get_by_role("link", name="English").click()

    expect(page.get_by_label("Number of users")).to_have_value("17")
    expect(page.locator(".sw-proposed")).to_be_hidden()


def test_the_article_stays_whole_when_the_service_is_down(service: Service, page: Page) -> None:
    page.goto(service.address + DOWNGRADE["fr"])
    page.route("**/widget/**", lambda route: route.abort())
    page.get_by_label("Nombre d’utilisateurs").fill("17")

    expect(page.locator("subscription-widget > [role=status]")).to_contain_text("Le service ne répond pas")
    expect(page.get_by_label("Nombre d’utilisateurs")).to_have_value("17")


def test_a_mistyped_number_is_named_and_kept(service: Service, page: Page) -> None:
    page.goto(service.address + "/widget/fr/change")
    page.get_by_label("Nombre d’utilisateurs").fill("douze")
    page.keyboard.press("Enter")

    expect(page.locator(".sw-summary")).to_be_focused()
    expect(page.locator(".sw-summary")).to_contain_text("écrivez un nombre entier")
    expect(page.locator("#sw-users")).to_have_value("douze")
    assert faults(page) == []


@pytest.fixture
def without_javascript(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(30_000)
    yield context.new_page()
    context.close()


def test_the_try_out_calculates_without_javascript(service: Service, without_javascript: Page) -> None:
    page = without_javascript
    page.goto(service.address + DOWNGRADE["en"])
    page.get_by_label("Number of users").fill("18")
    press(page.get_by_role("button", name="Calculate"))

    expect(page.locator(".sw-panel")).to_contain_text("Premium, 18 users, 4 Zoom licenses")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_the_article_without_sideways_scrolling(chromium: Browser, service: Service, scheme: str) -> None:
    context = chromium.new_context(
        viewport={"width": 320, "height": 800}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    for path in DOWNGRADE.values():
        page.goto(service.address + path)
        assert page.evaluate("document.documentElement.scrollWidth") == 320
        assert faults(page) == []
    context.close()


@pytest.mark.parametrize(
    ("code", "query", "path"),
    [
        ("fr", "retrograder", "/fr/abonnement/retrograder/"),
        ("fr", "facturaton", "/fr/facturation/"),
        ("en", "downgrade", "/en/subscription/downgrade/"),
    ],
)
def test_the_search_forgives_accents_and_a_slip(service: Service, page: Page, code: str, query: str, path: str) -> None:
    page.goto(f"{service.address}/{code}/")
    page.get_by_role("searchbox").fill(query)

    first = page.locator(".hc-results a").first
    expect(first).to_be_visible()
    assert path in str(first.get_attribute("href"))


def test_back_and_forward_walk_through_the_steps_inside_the_article(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, ANNUAL, users=12))
    page.goto(service.address + DOWNGRADE["fr"])
    page.get_by_label("Nombre d’utilisateurs").fill("10")
    page.get_by_role("button", name="Suivant", exact=True).click()
    expect(page.get_by_role("heading", name="Choisissez qui désactiver")).to_be_focused()
    page.get_by_label("Person 11").check()

    page.go_back()
    expect(page.get_by_label("Nombre d’utilisateurs")).to_have_value("10")
    expect(page).to_have_url(service.address + DOWNGRADE["fr"])
    page.go_forward()
    expect(page.get_by_label("Person 11")).to_be_checked()
    page.reload()
    expect(page.get_by_label("Person 11")).to_be_checked()


def test_the_whole_first_step_works_with_the_keyboard_alone(service: Service, page: Page) -> None:
    page.goto(service.address + "/widget/en/change")
    page.locator("input[value=premium]").focus()
    page.keyboard.press("ArrowLeft")
    expect(page.locator("input[value=essential]")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type("13")
    expect(page.locator("#sw-users")).to_have_value("13")
    page.keyboard.press("Enter")

    expect(page.locator(".sw-panel")).to_contain_text("Essential, 13 users, 4 Zoom licenses")
