"""What was found in a real Material site before this widget was built (decisions/0003): each finding is a test.

Material's instant navigation, off on our site, is on in the site of this module.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Service
from tests.browser.people import ANNUAL, LATE, a_space, enter
from tests.chromium import launch
from tests.helpcentre.conftest import build, copy_of_sources
from tests.running import free_port

DOWNGRADE = "/fr/abonnement/retrograder/"
HOME = "/fr/"
OVERWRITTEN = """() => new Promise((done) => {
  const look = () => ("widget" in (history.state ?? {}) ? requestAnimationFrame(look) : done());
  scrollTo(0, scrollY > 200 ? 0 : 300);
  look();
})"""
INSTANT = "  features:\n    - navigation.instant\n    - navigation.tracking\n"


@pytest.fixture(scope="module")
def instant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service on a site that is built with instant navigation, which brings the theme's script back."""
    folder = copy_of_sources(tmp_path_factory.mktemp("instant"))
    config = (folder / "mkdocs.yml").read_text(encoding="utf-8")
    (folder / "mkdocs.yml").write_text(config.replace("  features:\n", INSTANT), encoding="utf-8")
    port = free_port()
    built = build(folder, address=f"http://127.0.0.1:{port}/")
    assert built.returncode == 0, built.stderr
    running = Service(tmp_path_factory.mktemp("service"), PORT=str(port), HELPCENTER_SITE=str(folder / "site"))
    yield running
    running.stop()


def link(page: Page, path: str, title: str) -> None:
    """Follow a link of the page's text, as a reader does, and wait for the other page."""
    page.locator(f".md-content a[href$='{path}']").first.click()
    expect(page.locator("h1")).to_contain_text(title)


def works(page: Page, users: str) -> None:
    page.locator("#sw-users").fill(users)
    expect(page.locator(".sw-panel")).to_contain_text(f"Premium, {users} utilisateurs")


def test_finding_1_the_widget_works_after_instant_navigation_after_back_and_on_a_second_visit(
    instant: Service, page: Page
) -> None:
    page.goto(instant.address + HOME)
    page.evaluate("window.sameDocument = true")
    link(page, "abonnement/retrograder/", "Rétrograder")
    works(page, "17")
    link(page, "abonnement/mettre-a-niveau/", "Mettre à niveau")
    works(page, "25")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Rétrograder")
    works(page, "18")
    link(page, "abonnement/mettre-a-niveau/", "Mettre à niveau")
    works(page, "26")

    assert page.evaluate("window.sameDocument") is True, "the theme did not navigate instantly: this test shows nothing"


def test_finding_2_a_script_that_runs_before_the_form_is_parsed_enhances_it_and_fetches_nothing(
    service: Service, page: Page
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(service.address)))
    early = "<script src='/widget/static/subscription-widget.js'></script></head>"
    page.route(f"**{DOWNGRADE}", lambda route: route.fulfill(body=route.fetch().text().replace("</head>", early, 1)))
    page.goto(service.address + DOWNGRADE, wait_until="networkidle")

    assert [path for path in asked if path.startswith("/widget/") and "/static/" not in path] == []
    works(page, "17")


def test_finding_3_links_to_the_same_page_fill_the_form_and_no_other_change_of_the_address_resets_it(
    instant: Service, page: Page
) -> None:
    page.goto(instant.address + DOWNGRADE)
    page.locator("#sw-users").wait_for()
    for address in ("#change=users:16", "?users=18", "?users=18#change=zoom_licenses:3"):
        page.evaluate(
            "(address) => { const a = document.createElement('a'); a.href = address; a.className = 'passed-on';"
            "document.querySelector('.md-content article').prepend(a); a.click(); a.remove(); }",
            address,
        )
        wanted = {"#change=users:16": "16"}.get(address, "18")
        expect(page.locator("#sw-users")).to_have_value(wanted)
    expect(page.locator("#sw-zoom_licenses")).to_have_value("3")
    page.locator("#sw-users").fill("19")

    page.evaluate("history.replaceState(null, '', '#notice-period')")  # as navigation.tracking does while one reads
    page.evaluate("history.pushState(null, '', location.pathname)")
    page.evaluate("location.hash = 'cost'")

    expect(page.locator("#sw-users")).to_have_value("19")
    expect(page.locator("#sw-zoom_licenses")).to_have_value("3")


def test_finding_4_the_language_switch_keeps_query_hash_and_form_and_asks_for_nothing_that_is_missing(
    instant: Service, page: Page
) -> None:
    missing: list[str] = []
    page.on("response", lambda answer: missing.append(answer.url) if answer.status == 404 else None)
    page.goto(instant.address + DOWNGRADE + "?from=ticket#here")
    page.locator("#sw-users").fill("17")
    page.locator(".sw-sample summary").click()
    page.locator("#sw-in_users").fill("30")
    page.get_by_role("link", name="English").first.click()

    expect(page).to_have_url(instant.address + "/en/subscription/downgrade/?from=ticket#here")
    expect(page.locator("#sw-users")).to_have_value("17")
    expect(page.locator("#sw-in_users")).to_have_value("30")
    expect(page.locator(".sw-proposed")).to_be_hidden()
    page.wait_for_load_state("networkidle")
    assert missing == []


def test_finding_5_nothing_is_put_into_the_head_at_run_time_and_the_style_is_there_after_instant_navigation(
    instant: Service, page: Page
) -> None:
    page.goto(instant.address + HOME)
    before = page.evaluate("document.head.querySelectorAll('link[rel=stylesheet], style').length")
    link(page, "abonnement/retrograder/", "Rétrograder")
    works(page, "17")

    assert page.evaluate("document.head.querySelectorAll('link[rel=stylesheet], style').length") == before
    assert page.evaluate("getComputedStyle(document.querySelector('.sw')).borderTopWidth") == "1px"


def test_finding_6_the_widget_has_no_shadow_so_an_error_leads_to_its_field(service: Service, page: Page) -> None:
    page.goto(service.address + "/widget/fr/change")
    page.locator("#sw-users").fill("douze")
    page.keyboard.press("Enter")
    page.locator(".sw-summary a").click()

    expect(page.locator("#sw-users")).to_be_focused()
    assert page.evaluate("[...document.querySelectorAll('*')].filter((each) => each.shadowRoot).length") == 0


def test_finding_7_the_themes_reset_leaves_borders_sizes_and_ids_alone(service: Service, page: Page) -> None:
    page.goto(service.address + DOWNGRADE)
    page.locator(".sw-sample summary").click()
    style = (
        "(element) => { const s = getComputedStyle(element); return [s.borderTopStyle, parseFloat(s.borderTopWidth)]; }"
    )

    borders = {str(field.evaluate(style)) for field in page.locator(".sw :is(.sw-field input, select)").all()}
    unnamed = page.evaluate(
        "[...document.querySelectorAll('.sw [id]')].map((e) => e.id).filter((id) => !id.startsWith('sw-'))"
    )
    heights = [field.bounding_box() for field in page.locator(".sw :is(.sw-field input, select, button)").all()]

    assert borders == {"['solid', 1]"}
    assert unnamed == []
    assert min(box["height"] for box in heights if box) >= 44


def test_finding_8_the_sticky_header_does_not_cover_the_focused_error_summary(service: Service, page: Page) -> None:
    enter(page.context, service, a_space(service, ANNUAL))
    page.set_viewport_size({"width": 1280, "height": 500})
    page.goto(service.address + DOWNGRADE)
    expect(page.locator(".sw-state")).to_be_visible()
    page.locator("#sw-users").fill("douze")
    page.keyboard.press("Enter")
    expect(page.locator(".sw-summary")).to_be_focused()

    summary, header = page.locator(".sw-summary").bounding_box(), page.locator(".md-header").bounding_box()

    assert summary
    assert header
    assert summary["y"] >= header["y"] + header["height"]


def test_finding_9_a_page_restored_by_the_browser_shows_nothing_personal_of_before(
    service: Service, chromium: Browser
) -> None:
    browser = launch(chromium.browser_type, ignored=("--disable-back-forward-cache",))  # Playwright switches it off
    page = browser.new_page()
    space = a_space(service, ANNUAL)
    enter(page.context, service, space)
    page.goto(service.address + DOWNGRADE)
    expect(page.locator(".sw-state")).to_contain_text(space.title())
    page.evaluate(
        "addEventListener('pageshow', (event) => { window.restored = event.persisted; "
        "window.atFirst = document.querySelector('.sw').textContent.trim(); }, { capture: true })"
    )
    page.goto(service.address + HOME)
    page.context.clear_cookies()
    page.evaluate("history.back()")  # a page that is restored does not load, which go_back would wait for

    expect(page.locator(".sw")).to_contain_text("Ceci est un essai avec un exemple")
    assert page.evaluate("window.restored") is True
    assert page.evaluate("window.atFirst") == ""
    expect(page.locator(".sw-state")).to_have_count(0)
    browser.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_finding_10_print_shows_the_price_and_the_timeline_without_the_controls(
    service: Service, page: Page, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for path in (DOWNGRADE, "/widget/fr/change?users=18"):
        page.goto(service.address + path)
        page.emulate_media(media="print")

        for shown in (".sw-price", ".sw-timeline", ".sw-table >> nth=0", ".sw-why p >> nth=0"):
            expect(page.locator(shown), shown).to_be_visible()
        for hidden in (".sw-button", ".sw-cards", ".sw-pair", ".sw-sample"):
            expect(page.locator(hidden).first, hidden).to_be_hidden()
        ink, paper = page.evaluate(
            "[getComputedStyle(document.querySelector('.sw'))].map((s) => [s.color, s.backgroundColor])[0]"
        )
        assert (ink, paper) == ("rgb(0, 0, 0)", "rgb(255, 255, 255)")
        page.emulate_media(media="screen")


def test_finding_11_a_silent_service_marks_the_result_as_old_and_says_so(service: Service, page: Page) -> None:
    page.goto(service.address + DOWNGRADE)
    before = page.locator(".sw-new dd").text_content() or ""
    page.route("**/widget/fr/**", lambda route: route.abort())
    page.locator("#sw-users").fill("11")

    expect(page.locator("subscription-widget > [role=status]")).to_have_text(
        "Le service ne répond pas. L’article reste complet, et votre saisie est conservée. Réessayez dans un instant."
    )
    expect(page.locator(".sw-panel.sw-stale .sw-new dd")).to_have_text(before)
    page.get_by_role("button", name="Calculer").click()
    expect(page).to_have_url(service.address + DOWNGRADE)
    expect(page.locator("#sw-users")).to_have_value("11")
    page.unroute_all()
    page.get_by_role("button", name="Calculer").click()
    expect(page.locator(".sw-new dd")).not_to_have_text(before)
    expect(page.locator(".sw-stale")).to_have_count(0)
    expect(page.locator("subscription-widget > [role=status].sw-hidden")).to_have_count(1)


def scrolled(page: Page) -> None:
    """Scroll, and wait until the theme has written over the state of this entry of the history."""
    page.evaluate(OVERWRITTEN)


def heading(page: Page, title: str) -> None:
    expect(page.locator("subscription-widget").get_by_role("heading", name=title)).to_be_visible()


def test_back_and_forward_under_instant_navigation_find_every_step_as_it_was_left(instant: Service, page: Page) -> None:
    enter(page.context, instant, a_space(instant, LATE | {"users": 3}, users=3))
    page.goto(instant.address + HOME)
    page.evaluate("window.sameDocument = true")
    link(page, "abonnement/retrograder/", "Rétrograder")
    expect(page.locator(".sw-state")).to_be_visible()
    page.locator("#sw-users").fill("2")
    scrolled(page)
    page.get_by_role("button", name="Suivant", exact=True).click()
    page.get_by_label("Person 2").check()
    scrolled(page)
    page.get_by_role("button", name="Suivant", exact=True).click()
    heading(page, "Confirmez chaque nom")  # the list before has the same names, ticked
    page.get_by_label("Person 2").check()
    page.get_by_role("button", name="Désactiver").click()
    page.get_by_label("Un projet est terminé").check()
    page.locator("#sw-comment").fill("Moins de monde")
    scrolled(page)
    page.get_by_role("button", name="Suivant", exact=True).click()
    page.locator("[name=late_ack]").check()
    scrolled(page)

    page.go_back()
    expect(page.locator("#sw-comment")).to_have_value("Moins de monde")
    expect(page.get_by_label("Un projet est terminé")).to_be_checked()
    page.go_back()
    heading(page, "Choisissez qui désactiver")
    page.go_back()
    expect(page.locator("#sw-users")).to_have_value("2")
    page.go_forward()
    heading(page, "Choisissez qui désactiver")
    page.go_forward()
    expect(page.locator("#sw-comment")).to_have_value("Moins de monde")
    expect(page.get_by_label("Un projet est terminé")).to_be_checked()
    page.go_forward()
    expect(page.locator("[name=late_ack]")).to_be_checked()
    link(page, "abonnement/mettre-a-niveau/", "Mettre à niveau")
    expect(page.locator(".sw-state")).to_be_visible()
    page.go_back()
    expect(page.locator("[name=late_ack]")).to_be_checked()
    page.reload()
    expect(page.locator("[name=late_ack]")).to_be_checked()
    assert page.evaluate("window.sameDocument") is None, "the page was not loaded again: the last line shows nothing"


def test_people_who_are_ticked_are_ticked_again_after_back_and_forward_from_the_list_and_from_the_confirmation(
    instant: Service, page: Page
) -> None:
    enter(page.context, instant, a_space(instant, ANNUAL, users=12))
    page.goto(instant.address + DOWNGRADE)
    expect(page.locator(".sw-state")).to_be_visible()
    page.locator("#sw-users").fill("10")
    page.get_by_role("button", name="Suivant", exact=True).click()
    page.get_by_label("Person 11").check()
    page.get_by_label("Person 10").check()
    for confirmed in (False, True):
        if confirmed:
            page.get_by_role("button", name="Suivant", exact=True).click()
            heading(page, "Confirmez chaque nom")
            page.get_by_label("Person 10").check()
        scrolled(page)
        page.go_back()
        expect(page.locator("#sw-users")).to_have_value("10")
        page.go_forward()
        expect(page.locator("[name=member]:checked")).to_have_count(2)
        expect(page.get_by_label("Person 11")).to_be_checked()
