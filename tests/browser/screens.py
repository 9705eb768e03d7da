"""Takes the pictures of the widget that the articles show: each language, light and dark (`make screens`)."""

import base64
import json
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import Service
from tests.chromium import launch
from widget import catalogue, languages
from widget.helpcentre import build_day
from widget.helpcentre.screens import FOLDER, MANIFEST, PALETTES, SCREENS, fingerprint

WIDTH = 640
QUALITY = 12
#: What is below, a reader need not see in an article.
HIGHEST = 720
#: The wish that leads to each screen: 10 users are fewer than are active; fewer licenses ask for a reason.
WISHES = {"members": "users=10", "survey": "zoom_licenses=3", "review": "zoom_licenses=3"}


def main() -> None:
    """Take every picture of the running demo, and note what each shows and how large it is."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    taken = {}
    terms, on = catalogue.load(), build_day.facts_on()
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        service = Service(Path(data))
        browser = launch(playwright.chromium)
        for code, language in languages.load().items():
            for name in SCREENS:
                size, _ = (_take(browser, service, code, name, palette) for palette in PALETTES)
                taken[f"{code}-{name}"] = {"shows": fingerprint(name, language, terms, on), "size": size}
        browser.close()
        service.stop()
    MANIFEST.write_text(json.dumps(taken, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _take(browser: Browser, service: Service, code: str, name: str, palette: str) -> dict[str, int]:
    context = browser.new_context(
        viewport={"width": WIDTH, "height": 1200}, color_scheme="dark" if palette == "dark" else "light"
    )
    page = context.new_page()
    page.goto(f"{service.address}/widget/signin")
    page.get_by_role("button", name="Claire Martin").click()
    page.wait_for_url(lambda address: "signin" not in address)
    page.goto(f"{service.address}/widget/{code}/change?{WISHES[name]}")
    _next(page, code, "members" if name == "members" else "survey")
    if name == "review":
        page.locator("input[type=radio]").first.check()
        _next(page, code, "review")
    page.evaluate("document.activeElement.blur()")
    box = page.locator(".sw").first.bounding_box()
    assert box is not None
    # Chromium itself writes WebP, a tenth of the PNG that Playwright offers.
    height = min(box["height"] + 8, HIGHEST)
    clip = {"x": box["x"] - 8, "y": box["y"], "width": box["width"] + 16, "height": height, "scale": 1}
    picture = context.new_cdp_session(page).send(
        "Page.captureScreenshot",
        {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": True},
    )
    (FOLDER / f"{code}-{name}-{palette}.webp").write_bytes(base64.b64decode(picture["data"]))
    context.close()
    return {"width": round(clip["width"]), "height": round(clip["height"])}


def _next(page: Page, code: str, step: str) -> None:
    page.get_by_role("button", name={"fr": "Suivant", "en": "Next"}[code], exact=True).click()
    page.locator(f"[data-step={step}]").wait_for()


if __name__ == "__main__":
    main()
