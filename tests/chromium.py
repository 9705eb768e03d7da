"""The Chromium of the tests and benches: the installed one, or Debian's that scripts/browser installs."""

from pathlib import Path

from playwright.sync_api import Browser, BrowserType

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")


def launch(kind: BrowserType, *, ignored: tuple[str, ...] = ()) -> Browser:
    """Return a new headless browser of this kind, without the `ignored` ones of Playwright's own arguments."""
    found = next(name for name in NAMES if Path(name).exists())
    return kind.launch(executable_path=found, args=ARGUMENTS, ignore_default_args=list(ignored))
