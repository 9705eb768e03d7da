"""What the site's own scripts do, in Chromium, from plain files under a strict policy: search, language, menu."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import COLOURS, RUNS_OVER, STILL, axe, palette
from widget.helpcentre.pages import read
from widget.settings import ROOT

PAGES = read(ROOT / "docs")
DOWNGRADE = {"fr": "/fr/abonnement/retrograder/", "en": "/en/subscription/downgrade/"}


def test_the_search_costs_nothing_before_its_first_use(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    page.goto("/fr/", wait_until="networkidle")
    before = [each for each in asked if "search" in each]
    page.locator("#hc-q").fill("essai")
    expect(page.locator(".hc-results a").first).to_be_visible()

    assert before == []
    assert [each.rsplit("/", 1)[1] for each in asked if "search" in each] == [
        "search.js",
        "minisearch-7.2.0.min.js",
        "search-index.json",
    ]


def test_the_search_is_used_by_keyboard_and_says_how_many(page: Page) -> None:
    page.goto("/en/")
    page.locator("#hc-q").focus()
    page.keyboard.type("trial")

    expect(page.locator(".hc-search [role=status]")).to_have_text(re.compile(r"^\d+ articles found\.$"))
    page.keyboard.press("ArrowDown")
    expect(page.locator(".hc-results a").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator(".hc-results")).to_be_hidden()
    expect(page.locator("#hc-q")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/en/trial/explore/$"))


def test_a_search_without_result_says_so(page: Page) -> None:
    page.goto("/fr/")
    page.locator("#hc-q").fill("xyzzyx")

    expect(page.locator(".hc-results")).to_have_text("Aucun article trouvé.")
    expect(page.locator(".hc-search [role=status]")).to_have_text("Aucun article trouvé.")


def test_without_javascript_the_search_leads_to_the_list_of_all_articles(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(DOWNGRADE["fr"])
    page.locator("#hc-q").fill("essai")
    page.locator("#hc-q").press("Enter")

    expect(page).to_have_url(f"{address}/fr/?q=essai")
    expect(page.locator(".hc-list a")).to_have_count(len(PAGES) - 1)
    context.close()


def test_an_address_with_a_query_shows_its_results(page: Page) -> None:
    page.goto("/fr/?q=annuler")

    expect(page.locator(".hc-results a").first).to_contain_text("Annuler votre abonnement")


def test_the_switcher_keeps_the_place_and_remembers_the_choice(page: Page, address: str) -> None:
    page.goto(f"{DOWNGRADE['fr']}?from=ticket#notice-period")
    page.get_by_role("link", name="English").click()

    expect(page).to_have_url(f"{address}{DOWNGRADE['en']}?from=ticket#notice-period")
    (cookie,) = page.context.cookies()
    assert (cookie["name"], cookie["value"], cookie["path"], cookie["sameSite"]) == ("language", "en", "/", "Lax")
    page.goto("/")
    expect(page).to_have_url(f"{address}/en/")


@pytest.mark.parametrize(("locale", "code"), [("fr-CA", "fr"), ("en-US", "en"), ("de-DE", "fr")])
def test_the_neutral_root_follows_the_language_of_the_browser(
    chromium: Browser, address: str, locale: str, code: str
) -> None:
    context = chromium.new_context(base_url=address, locale=locale)
    page = context.new_page()
    page.goto("/")

    expect(page).to_have_url(f"{address}/{code}/")
    context.close()


@pytest.mark.parametrize(
    ("link", "arrives"),
    [
        ("/a/1001/", "/en/subscription/downgrade/"),
        ("/a/1001/?lang=fr", "/fr/abonnement/retrograder/"),
        ("/a/1001/notice-period/?lang=xx", "/en/subscription/downgrade/#notice-period"),
        ("/a/1001/#change=plan:premium,users:12", "/en/subscription/downgrade/#change=plan:premium,users:12"),
        ("/a/1001/here/?users=12&lang=fr", "/fr/abonnement/retrograder/?users=12#here"),
        ("/a/1001/here/#change=plan:premium,users:12", "/en/subscription/downgrade/?plan=premium&users=12#here"),
    ],
)
def test_a_lasting_link_leads_on_with_everything_it_says(page: Page, address: str, link: str, arrives: str) -> None:
    page.goto(link)

    expect(page).to_have_url(address + arrives)


def test_a_lasting_link_remembers_the_language_chosen_before(page: Page, address: str) -> None:
    page.goto("/en/")
    page.get_by_role("link", name="Français").click()
    expect(page).to_have_url(f"{address}/fr/")
    page.goto("/a/1003/backup/")

    expect(page).to_have_url(f"{address}/fr/abonnement/annuler/#backup")


def test_without_javascript_a_lasting_link_offers_both_languages(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/a/1003/backup/")
    page.locator("a[hreflang=en]").click()

    expect(page).to_have_url(f"{address}/en/subscription/cancel/#backup")
    context.close()


@pytest.mark.parametrize(
    ("locale", "asked", "title"),
    [
        ("fr-CA", "/nothing/", "Il n’y a rien à cette adresse"),
        ("en-GB", "/nothing/", "There is nothing at this address"),
        ("de-DE", "/a/999999/", "Il n’y a rien à cette adresse"),
        ("fr-FR", "/en/nothing/", "There is nothing at this address"),
    ],
)
def test_the_404_of_plain_hosting_is_in_the_readers_language_and_searches(
    chromium: Browser, address: str, locale: str, asked: str, title: str
) -> None:
    context = chromium.new_context(base_url=address, locale=locale)
    page = context.new_page()
    answer = page.goto(asked)

    assert answer
    assert answer.status == 404
    expect(page).to_have_title(title)
    expect(page.get_by_role("heading")).to_have_text(title)
    page.get_by_role("searchbox").fill("zoom")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator(".hc-results a").first).to_contain_text("Zoom")
    context.close()


def test_without_javascript_the_404_of_plain_hosting_is_in_every_language(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/nothing/")

    expect(page.get_by_role("heading")).to_have_text(
        ["Il n’y a rien à cette adresse", "There is nothing at this address"]
    )
    context.close()


def test_the_menu_opens_by_keyboard_on_a_small_screen(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/en/")
    page.get_by_role("button", name="Navigation").focus()
    page.keyboard.press("Enter")

    expect(page.locator("#__drawer")).to_be_checked()
    page.keyboard.press("Escape")
    expect(page.locator("#__drawer")).not_to_be_checked()


def test_the_palette_follows_the_system_until_the_reader_chooses_and_keeps_the_choice(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(base_url=address, color_scheme="dark")
    page = context.new_page()
    page.goto("/fr/")
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")

    page.get_by_role("button", name="Passer au thème clair").click()
    expect(page.get_by_role("button", name="Passer au thème sombre")).to_be_visible()
    page.goto("/fr/")

    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    context.close()


def test_the_table_of_contents_marks_the_section_that_is_read(page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 700})
    page.goto(DOWNGRADE["fr"] + "#notice-period")
    page.mouse.wheel(0, 40)

    marked = page.locator(".md-nav--secondary .md-nav__link--active")
    expect(marked).to_have_count(1)
    expect(marked).to_have_attribute("href", "#notice-period")


@pytest.mark.parametrize("code", ["fr", "en"])
def test_a_page_asks_for_nothing_that_is_missing_and_breaks_no_rule_of_the_policy(page: Page, code: str) -> None:
    missing: list[str] = []
    said: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status >= 400 else None)
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)

    page.goto(f"/{code}/", wait_until="networkidle")
    page.locator("#hc-q").fill("abonnement" if code == "fr" else "subscription")
    expect(page.locator(".hc-results a").first).to_be_visible()
    page.locator(".hc-palette").click()

    assert missing == []
    assert said == []


@pytest.mark.parametrize("code", ["fr", "en"])
def test_axe_finds_nothing_on_any_page_light_or_dark_and_nothing_runs_over(
    chromium: Browser, address: str, code: str
) -> None:
    context = chromium.new_context(base_url=address, color_scheme="light", reduced_motion="reduce")
    page = context.new_page()
    paths = [twins[code].path for twins in PAGES.values()] + [f"/{code}/404.html", "/404.html", "/503.html", "/a/1001/"]
    found = {path: _faults(page, path) for path in paths}
    context.close()

    assert {path: faults for path, faults in found.items() if faults} == {}
    assert len(found) == len(PAGES) + 4


def _faults(page: Page, path: str) -> list[str]:
    """Return what axe finds on a page, in both schemes, and what reaches out of a phone of 320 pixels."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(path, wait_until="load")
    page.evaluate(STILL)
    found = [f"light, {each}" for each in axe(page, ":root")]
    page.emulate_media(color_scheme="dark")
    palette(page, "slate")
    found += [f"dark, {each}" for each in axe(page, ":root", COLOURS)]
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 320, "height": 800})
    return found + [f"320 px, {each}" for each in page.evaluate(RUNS_OVER)]
