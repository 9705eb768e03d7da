"""Copy for a ticket, in Chromium: three forms, the customer's language, the values set, by keyboard, and denied."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect

DOWNGRADE = "/fr/abonnement/retrograder/"
READ_ALL = """async () => {
  const [item] = await navigator.clipboard.read();
  const read = async (type) => (await item.getType(type)).text();
  return { html: await read("text/html"), text: await read("text/plain") };
}"""


@pytest.fixture
def context(chromium: Browser, address: str) -> Iterator[BrowserContext]:
    made = chromium.new_context(base_url=address, locale="fr-FR", permissions=["clipboard-read", "clipboard-write"])
    yield made
    made.close()


def opened(page: Page, section: str = "notice-period") -> Locator:
    page.goto(DOWNGRADE)
    page.locator(f"#{section} .headerlink").click()
    dialog = page.get_by_role("dialog", name="Copier pour un ticket")
    expect(dialog).to_be_visible()
    return dialog


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


def test_a_section_is_copied_as_text_with_its_title(page: Page, address: str) -> None:
    dialog = opened(page)
    dialog.get_by_role("button", name="Copier en texte").click()

    expect(dialog.get_by_role("status")).to_have_text("Copié.")
    link = f"{address}/a/1001/notice-period/?lang=fr"
    assert clipboard(page) == f"Rétrograder votre abonnement – Le préavis\n{link}"


def test_a_section_is_copied_as_markdown(page: Page, address: str) -> None:
    opened(page).get_by_role("button", name="Markdown").click()

    link = f"{address}/a/1001/notice-period/?lang=fr"
    assert clipboard(page) == f"[Rétrograder votre abonnement – Le préavis]({link})"


def test_html_is_copied_with_a_text_for_those_who_paste_plain(page: Page, address: str) -> None:
    dialog = opened(page)
    dialog.get_by_role("button", name="HTML").click()
    expect(dialog.get_by_role("status")).to_have_text("Copié.")

    link = f"{address}/a/1001/notice-period/?lang=fr"
    copied = page.evaluate(READ_ALL)
    assert f'href="{link}"' in copied["html"]
    assert ">Rétrograder votre abonnement – Le préavis</a>" in copied["html"]
    assert copied["text"] == f"Rétrograder votre abonnement – Le préavis\n{link}"


def test_the_article_itself_is_copied_in_the_customers_language_and_opens_where_the_browser_prefers(
    page: Page, address: str
) -> None:
    page.goto(DOWNGRADE)
    page.locator(".hc-ticket").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("English").check()
    expect(dialog.locator("textarea")).to_have_value(f"Downgrade your subscription\n{address}/a/1001/?lang=en")
    dialog.get_by_label("Ouvrir dans cette langue").uncheck()
    dialog.get_by_role("button", name="Copier en texte").click()

    expect(dialog.get_by_role("status")).to_have_text("Copié.")
    assert clipboard(page) == f"Downgrade your subscription\n{address}/a/1001/"


ENGLISH = "**/en/subscription/downgrade/"


def held(page: Page) -> list[Route]:
    """Hold back each answer with the English page, until it is let go."""
    waiting: list[Route] = []
    page.route(ENGLISH, lambda route: waiting.append(route))
    return waiting


def let_go(page: Page, waiting: list[Route]) -> None:
    for route in waiting:
        route.continue_()
    page.unroute(ENGLISH)


def test_what_is_copied_before_the_customers_page_is_there_waits_for_it(page: Page, address: str) -> None:
    dialog = opened(page)
    waiting = held(page)
    dialog.get_by_label("English").check()
    dialog.get_by_role("button", name="Copier en texte").click()

    expect(dialog.get_by_role("status")).to_have_text("")
    expect(dialog.locator("textarea")).to_have_value("")
    let_go(page, waiting)
    expect(dialog.get_by_role("status")).to_have_text("Copié.")
    link = f"{address}/a/1001/notice-period/?lang=en"
    assert clipboard(page) == f"Downgrade your subscription – The notice period\n{link}"


def test_a_customers_page_that_cannot_be_had_is_told_and_nothing_is_copied_until_it_can(page: Page) -> None:
    dialog = opened(page)
    page.evaluate("navigator.clipboard.writeText('before')")
    page.route(ENGLISH, lambda route: route.abort())
    dialog.get_by_label("English").check()

    expect(dialog.get_by_role("status")).to_have_text("Le service ne répond pas. Réessayez dans un instant.")
    dialog.get_by_role("button", name="Copier en texte").click()
    expect(dialog.get_by_role("status")).to_have_text("Le service ne répond pas. Réessayez dans un instant.")
    assert (clipboard(page), dialog.locator("textarea").input_value()) == ("before", "")
    page.unroute(ENGLISH)
    dialog.get_by_role("button", name="Copier en texte").click()
    expect(dialog.get_by_role("status")).to_have_text("Copié.")
    assert clipboard(page).startswith("Downgrade your subscription – ")


def test_the_last_choice_of_a_language_counts_whichever_page_comes_last(page: Page, address: str) -> None:
    dialog = opened(page)
    waiting = held(page)
    dialog.get_by_label("English").check()
    dialog.get_by_label("Français").check()
    let_go(page, waiting)
    page.evaluate("fetch('/en/subscription/downgrade/').then((answer) => answer.text())")  # after the one let go

    link = f"{address}/a/1001/notice-period/?lang=fr"
    expect(dialog.locator("textarea")).to_have_value(f"Rétrograder votre abonnement – Le préavis\n{link}")


@pytest.mark.parametrize(
    ("article", "typed"),
    [
        (DOWNGRADE, "1 000"),
        (DOWNGRADE, "1\u202f000"),
        (DOWNGRADE, "1\u00a0000"),
        ("/en/subscription/downgrade/", "1,000"),
        ("/en/subscription/downgrade/", " 1000 "),
    ],
)
def test_a_number_goes_along_in_digits_alone(page: Page, article: str, typed: str) -> None:
    page.goto(article)
    page.locator("#sw-users").fill(typed)
    page.locator("#here .headerlink").click()

    expect(page.get_by_role("dialog").locator("textarea")).to_have_value(re.compile(r"&users=1000&"))


def test_values_set_in_the_widget_go_along_and_are_filled_in_where_the_link_is_opened(page: Page) -> None:
    page.goto(DOWNGRADE)
    page.locator("#sw-users").fill("12")
    page.locator("#here .headerlink").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Copier en texte").click()
    expect(dialog.get_by_role("status")).to_have_text("Copié.")

    link = clipboard(page).split("\n")[1]
    assert link.endswith("/a/1001/here/?lang=fr&plan=premium&users=12&zoom_licenses=4")
    page.goto(link)
    expect(page.locator("#sw-users")).to_have_value("12")
    assert "#here" in page.url


@pytest.mark.parametrize(
    ("link", "users"),
    [("/a/1001/here/?lang=fr#change=users:12", "12"), ("/a/1001/here/?lang=fr#change=users:%E0%A4%A", "15")],
    ids=["values", "no text"],
)
def test_on_plain_hosting_values_in_the_hash_of_a_sections_link_go_on_in_the_query(
    page: Page, address: str, link: str, users: str
) -> None:
    page.goto(link)
    page.wait_for_url(f"{address}{DOWNGRADE}**#here")

    expect(page.locator("#sw-users")).to_have_value(users)


def test_a_link_has_no_values_where_nobody_set_one_or_wanted_them(page: Page) -> None:
    dialog = opened(page, "here")
    expect(dialog.get_by_label("Proposer les valeurs")).to_be_hidden()
    expect(dialog.locator("textarea")).not_to_have_value("users=")
    dialog.get_by_role("button", name="Fermer").click()
    page.locator("#sw-users").fill("12")
    page.locator("#here .headerlink").click()
    dialog.get_by_label("Proposer les valeurs").uncheck()

    assert dialog.locator("textarea").input_value().endswith("/a/1001/here/?lang=fr")


def test_it_works_by_keyboard_alone_and_gives_the_focus_back(page: Page) -> None:
    page.goto(DOWNGRADE)
    page.locator("#notice-period .headerlink").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("button", name="Markdown").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Copié.")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#notice-period .headerlink")).to_be_focused()


SELECTED = """() => {
  const { value, selectionStart, selectionEnd } = document.querySelector("dialog textarea");
  return value.slice(selectionStart, selectionEnd);
}"""


def test_without_permission_the_text_is_selected_and_the_reader_is_told(page: Page) -> None:
    def refuse(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "Permissions-Policy": "clipboard-write=()"})

    page.route(f"**{DOWNGRADE}", refuse)
    dialog = opened(page)
    dialog.get_by_role("button", name="Markdown").click()

    expect(dialog.get_by_role("status")).to_contain_text("copiez-le avec Ctrl+C")
    assert page.evaluate(SELECTED).startswith("[Rétrograder votre abonnement – Le préavis](http")


def test_without_javascript_the_link_of_a_section_leads_to_it(chromium: Browser, address: str) -> None:
    context = chromium.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(DOWNGRADE)
    page.locator("#notice-period .headerlink").click()
    page.locator("a[hreflang=fr]").click()

    expect(page).to_have_url(f"{address}{DOWNGRADE}#notice-period")
    context.close()


def test_a_cold_page_loads_nothing_of_it(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(DOWNGRADE, wait_until="networkidle")

    assert [each for each in asked if "ticket" in each] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_dialog(chromium: Browser, address: str, scheme: str) -> None:
    context = chromium.new_context(
        base_url=address,
        bypass_csp=True,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 320, "height": 700},
    )
    page = context.new_page()
    opened(page)

    faults = [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]
    assert faults == []
    assert page.evaluate("document.querySelector('dialog').scrollWidth <= document.querySelector('dialog').clientWidth")
    context.close()
