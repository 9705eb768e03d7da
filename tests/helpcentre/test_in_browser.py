"""What the site's own scripts do, in Chromium, from plain files under a strict policy: search, language, menu."""

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import copytree

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.conftest import ARGUMENTS, NAMES
from widget.settings import ROOT

DOWNGRADE = {"fr": "/fr/abonnement/retrograder/", "en": "/en/subscription/downgrade/"}


def policy_for(site: Path) -> str:
    """Return a content security policy that allows the theme's inline scripts by hash, and nothing unsafe."""
    scripts = {
        script
        for file in site.rglob("*.html")
        for attributes, script in re.findall(r"<script([^>]*)>(.*?)</script>", file.read_text("utf-8"), re.DOTALL)
        if " src=" not in attributes and " type=" not in attributes
    }
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return f"default-src 'none'; script-src 'self' {hashes}; style-src 'self'; img-src 'self' data:; connect-src 'self'"


@pytest.fixture(scope="module")
def address(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, served as files, with the widget's files beside them."""
    folder = tmp_path_factory.mktemp("served") / "site"
    copytree(site, folder)
    copytree(ROOT / "widget" / "static", folder / "widget" / "static")
    policy = policy_for(site)

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(folder))  # type: ignore[arg-type]  # as socketserver calls it

        def end_headers(self) -> None:
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = next(name for name in NAMES if Path(name).exists())
        running = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    made = browser.new_context(base_url=address, locale="en-GB")
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


QUERIES = [
    ("fr", "rétrograder", "Rétrograder votre abonnement"),
    ("fr", "RETROGRADER", "Rétrograder votre abonnement"),
    ("fr", "retrogader", "Rétrograder votre abonnement"),
    ("fr", "déclassement", "Rétrograder votre abonnement"),
    ("fr", "comment résilier mon abonnement", "Annuler votre abonnement"),
    ("fr", "resiliation de l’abonnement", "Annuler votre abonnement"),
    ("fr", "facturaton", "Modifier vos informations de facturation et votre mode de paiement"),
    ("fr", "prelevement", "Modifier vos informations de facturation et votre mode de paiement"),
    ("fr", "ajouter des utilisateurs", "Mettre à niveau votre abonnement"),
    ("fr", "essai gratuit", "Paramètres et exploration de votre essai"),
    ("en", "cancel", "Cancel your subscription"),
    ("en", "refunded", "Downgrade your subscription"),
    ("en", "more users", "Upgrade your subscription"),
    ("en", "credit card", "Change your billing information and payment method"),
]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_the_search_forgives_accents_slips_and_whole_sentences(page: Page, code: str) -> None:
    page.goto(f"/{code}/")
    for _, query, title in [each for each in QUERIES if each[0] == code]:
        page.locator("#hc-q").fill(query)
        expect(page.locator(".hc-results a").first, query).to_have_text(title)


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

    expect(page.locator(".hc-search [role=status]")).to_have_text("One article found.")
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


def test_without_javascript_the_search_leads_to_the_list_of_all_articles(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(DOWNGRADE["fr"])
    page.locator("#hc-q").fill("essai")
    page.locator("#hc-q").press("Enter")

    expect(page).to_have_url(f"{address}/fr/?q=essai")
    expect(page.locator(".hc-list a")).to_have_count(6)
    context.close()


def test_an_address_with_a_query_shows_its_results(page: Page) -> None:
    page.goto("/fr/?q=annuler")

    expect(page.locator(".hc-results a").first).to_have_text("Annuler votre abonnement")


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
    browser: Browser, address: str, locale: str, code: str
) -> None:
    context = browser.new_context(base_url=address, locale=locale)
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
    page.goto("/a/1003/backup/")

    expect(page).to_have_url(f"{address}/fr/abonnement/annuler/#backup")


def test_without_javascript_a_lasting_link_offers_both_languages(browser: Browser, address: str) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/a/1003/backup/")
    page.get_by_role("link", name="Cancel your subscription – A backup first").click()

    expect(page).to_have_url(f"{address}/en/subscription/cancel/#backup")
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
    browser: Browser, address: str
) -> None:
    context = browser.new_context(base_url=address, color_scheme="dark")
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


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_runs_over(browser: Browser, address: str, scheme: str, width: int) -> None:
    context = browser.new_context(
        base_url=address,
        bypass_csp=True,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": width, "height": 900},
        reduced_motion="reduce",
    )
    page = context.new_page()
    for path in ("/fr/", DOWNGRADE["fr"], "/en/billing/information-and-payment/", "/en/404.html"):
        page.goto(path, wait_until="networkidle")
        faults = [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]
        assert faults == [], path
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
    context.close()
