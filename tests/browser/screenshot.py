"""The README's picture: the downgrade article in French, with the widget, as a reader meets it."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.conftest import Service
from tests.chromium import launch

PICTURE = Path(__file__).with_name("readme.png")


def main() -> None:
    """Take the picture of the running service."""
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        service = Service(Path(data))
        browser = launch(playwright.chromium)
        page = browser.new_page(viewport={"width": 1100, "height": 1500})
        page.goto(service.address + "/fr/abonnement/retrograder/#here")
        page.wait_for_timeout(500)
        page.screenshot(path=PICTURE)
        browser.close()
        service.stop()


if __name__ == "__main__":
    main()
