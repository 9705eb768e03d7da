"""Was this article helpful? In Chromium: inside the article, without JavaScript, without service."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Service
from widget.services import feedback
from widget.store.engine import open_engine

ARTICLE = "/fr/abonnement/retrograder/"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("feedback"))
    yield running
    running.stop()


def told(service: Service) -> list[str]:
    """Return what `widget feedback` prints."""
    return feedback.report(open_engine(f"sqlite:///{service.data / 'helpcentre.sqlite3'}")).splitlines()


def test_one_click_in_the_article_and_a_comment_stay_in_the_article(chromium: Browser, service: Service) -> None:
    page = chromium.new_page(base_url=service.address, bypass_csp=False)
    page.goto(f"{ARTICLE}#notice-period")
    page.locator("form.hc-feedback").get_by_role("button", name="Non").click()
    expect(page.get_by_role("heading", name="Merci de votre réponse")).to_be_focused()
    page.get_by_label("Qu’est-ce qui manquait").fill("Il manque <b>un exemple</b>.")
    page.get_by_role("button", name="Envoyer le commentaire").click()

    expect(page.get_by_text("Votre commentaire est conservé")).to_be_visible()
    assert page.url == f"{service.address}{ARTICLE}#notice-period"
    assert [each["name"] for each in page.context.cookies()] == []
    assert told(service)[2].endswith("no #notice-period: Il manque <b>un exemple</b>.")
    page.close()


def test_without_javascript_the_click_leads_to_the_thanks_and_back(chromium: Browser, service: Service) -> None:
    context = chromium.new_context(base_url=service.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/en/subscription/cancel/")
    page.locator("form.hc-feedback").get_by_role("button", name="Yes").click()
    expect(page).to_have_title("Thank you for your answer")
    page.get_by_label("What was missing").fill("Clear.")
    page.get_by_role("button", name="Send the comment").click()
    page.get_by_role("link", name="Back to the article").click()

    expect(page).to_have_url(f"{service.address}/en/subscription/cancel/")
    assert any("1 yes, 0 no" in line for line in told(service))
    context.close()


@pytest.mark.parametrize(("button", "answer"), [("Yes", "1 yes, 0 no"), ("No", "0 yes, 1 no")])
def test_where_the_script_does_not_come_the_click_is_sent_as_without_javascript(
    chromium: Browser, tmp_path: Path, button: str, answer: str
) -> None:
    service = Service(tmp_path)
    page = chromium.new_page(base_url=service.address)
    page.route("**/assets/feedback.js", lambda route: route.abort())
    page.goto("/en/subscription/cancel/")
    page.locator("form.hc-feedback").get_by_role("button", name=button).click()

    expect(page).to_have_title("Thank you for your answer")
    assert any(answer in line for line in told(service))
    page.close()
    service.stop()


def test_the_thanks_have_no_fault_that_axe_finds(chromium: Browser, service: Service) -> None:
    context = chromium.new_context(
        base_url=service.address, bypass_csp=True, java_script_enabled=True, viewport={"width": 320, "height": 700}
    )
    page = context.new_page()
    page.goto(ARTICLE)
    page.locator("form.hc-feedback").get_by_role("button", name="Oui").click()
    expect(page.get_by_role("heading", name="Merci de votre réponse")).to_be_visible()

    faults = [f"{each['id']}: {each['nodes'][0]['html']}" for each in Axe().run(page).response["violations"]]
    assert faults == []
    context.close()


def test_on_plain_files_a_click_says_that_nobody_answers(page: Page) -> None:
    page.goto(ARTICLE)
    page.locator("form.hc-feedback").get_by_role("button", name="Oui").click()

    expect(page.locator("form.hc-feedback [role=status]")).to_contain_text("Le service ne répond pas")
    expect(page).to_have_url(f"{page.url.split('/fr/')[0]}{ARTICLE}")


def test_a_search_in_vain_is_counted_once_where_a_service_is_there(chromium: Browser, service: Service) -> None:
    page = chromium.new_page(base_url=service.address)
    page.goto("/fr/")
    with page.expect_request("**/widget/fr/searches") as sent:
        page.locator("#hc-q").press_sequentially("xyzzyx imprimante")
    answer = sent.value.response()

    assert answer is not None
    assert answer.status == 204
    assert told(service)[-1] == "fr     1 xyzzyx imprimante"
    page.close()


def test_on_plain_files_nothing_is_asked_for_a_search_in_vain(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method))
    page.goto("/fr/")
    page.locator("#hc-q").fill("xyzzyx")
    expect(page.locator(".hc-results")).to_have_text("Aucun article trouvé.")
    page.wait_for_timeout(2000)

    assert set(asked) == {"GET"}
