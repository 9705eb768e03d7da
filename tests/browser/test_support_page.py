"""The agents' page in Chromium: what its buttons put on the clipboard, and where the copied link leads."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Service

HERE = "/widget/fr/support?lang=en&article=1001&section=here&values=1&plan=premium&users=12&zoom_licenses=4"
TITLE = "Downgrade your subscription – Downgrade here"
READ = """async () => {
  const [item] = await navigator.clipboard.read();
  return Promise.all([...item.types].sort().map(async (type) => [type, await (await item.getType(type)).text()]));
}"""


@pytest.fixture
def desk(chromium: Browser, service: Service) -> Iterator[Page]:
    """The page of an agent who has chosen a section and values, for a customer who reads English."""
    context = chromium.new_context(locale="fr-FR", permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(service.address + HERE)
    yield page
    context.close()


def copied(page: Page, label: str) -> list[list[str]]:
    """Press the button below a text, and return what the clipboard then has, by type."""
    page.evaluate("document.querySelector('[data-done]').textContent = ''")
    page.locator(".page-copy", has=page.get_by_label(label, exact=True)).get_by_role("button").click()
    expect(page.get_by_role("status").filter(has_text="Copié.")).to_be_visible()
    found: list[list[str]] = page.evaluate(READ)
    return found


def test_each_button_copies_its_form_of_the_link(desk: Page, service: Service) -> None:
    link = f"{service.address}/a/1001/here/?lang=en&plan=premium&users=12&zoom_licenses=4"

    assert copied(desk, "Texte") == [["text/plain", f"{TITLE}\n{link}"]]
    assert copied(desk, "Markdown") == [["text/plain", f"[{TITLE}]({link})"]]
    (html_type, html), (text_type, text) = copied(desk, "HTML")
    assert (html_type, text_type) == ("text/html", "text/plain")
    assert html.count(f'<a href="{link.replace("&", "&amp;")}">{TITLE}</a>') == 1
    assert text == f'<a href="{link.replace("&", "&amp;")}">{TITLE}</a>'


@pytest.mark.parametrize("path", ["/widget/fr/support", "/widget/fr/change", "/widget/problems/not-json"])
def test_the_language_chosen_on_a_page_of_the_service_is_the_one_of_neutral_links_from_then_on(
    desk: Page, service: Service, path: str
) -> None:
    desk.goto(service.address + path)
    desk.get_by_role("link", name="English").click()
    expect(desk.locator("html")).to_have_attribute("lang", "en")

    for neutral, led_to in {"/support/": "/widget/en/support", "/a/1001/": "/en/subscription/downgrade/"}.items():
        desk.goto(service.address + neutral)
        expect(desk).to_have_url(service.address + led_to)


def test_the_copied_link_opens_the_section_with_the_values_filled_in(desk: Page, service: Service) -> None:
    (_, text) = copied(desk, "Texte")[0]

    desk.goto(text.splitlines()[1])

    expect(desk).to_have_url(f"{service.address}/en/subscription/downgrade/?plan=premium&users=12&zoom_licenses=4#here")
    expect(desk.locator("#sw-users")).to_have_value("12")
