"""The personal sentence in Chromium: it takes the example's place, and nothing moves."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import Service

ARTICLE = "/fr/abonnement/retrograder/"
OTHERS = ("/fr/abonnement/mettre-a-niveau/", "/fr/abonnement/annuler/", "/fr/facturation/informations-et-paiement/")
MOVED = """() => new Promise((done) => {
  const box = document.querySelector("[data-yours]");
  let total = 0;
  let within = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((entry) => {
    total += entry.value;
    within += entry.sources.filter((source) => box.contains(source.node)).length;
  })).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done({ total, within }), 500);
})"""
#: What the widget below may move when it, too, shows the reader's own numbers.
BUDGET = 0.005


@pytest.mark.parametrize("width", [320, 1200])
@pytest.mark.parametrize("who", ["Claire Martin", "Olivia Hughes"])
def test_the_own_figures_take_the_place_of_the_example_and_nothing_moves(
    chromium: Browser, service: Service, width: int, who: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(service.address + ARTICLE)
    sentence = page.locator("[data-yours]")
    expect(sentence).to_contain_text("Par exemple")
    assert [url for url in asked if url.endswith("/yours")] == []

    page.goto(f"{service.address}/widget/signin?next={ARTICLE}")
    with page.expect_navigation(url=f"**{ARTICLE}"):
        page.get_by_role("button", name=who).click()

    for path in (ARTICLE, *OTHERS):
        page.goto(service.address + path)
        expect(sentence).to_contain_text("Votre abonnement")
        moved = page.evaluate(MOVED)
        assert moved["within"] == 0, path
        assert moved["total"] <= BUDGET, path
    context.close()
