"""What the widget adds to an article: bytes, layout shift, main thread, and the time from a key to a painted price."""

import re
import time
from pathlib import Path
from statistics import median, quantiles

import brotli
from playwright.sync_api import sync_playwright

from tests.browser.conftest import ARGUMENTS, NAMES, Service
from widget.settings import ROOT

Row = tuple[str, str, str]
ARTICLE = "/fr/abonnement/retrograder/"
OBSERVE = """
window.shift = 0; window.long = 0;
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shift += e.value; })
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.long += e.duration; })
  .observe({ type: "longtask", buffered: true });
"""
CHANGED = """(value) => new Promise((done) => {
  const panel = document.querySelector(".sw-panel"), field = document.querySelector("#sw-users");
  const began = performance.now(), painted = () => done(performance.now() - began);
  new MutationObserver((_, watch) => { watch.disconnect(); requestAnimationFrame(painted); })
    .observe(panel, { childList: true });
  field.value = value; field.dispatchEvent(new Event("input", { bubbles: true }));
})"""


def sizes() -> list[Row]:
    """Return the brotli sizes of the script, the style sheet and the baked HTML."""
    static = ROOT / "widget" / "static"
    html = (ROOT / "site" / ARTICLE.strip("/") / "index.html").read_text(encoding="utf-8")
    without = re.sub(r"<subscription-widget.*?</subscription-widget>", "", html, flags=re.DOTALL)
    added = _packed(html.encode()) - _packed(without.encode())
    return [
        ("widget JS, brotli", f"{_packed((static / 'subscription-widget.js').read_bytes())} B", "3.0 KB"),
        ("widget CSS, brotli", f"{_packed((static / 'subscription-widget.css').read_bytes())} B", "2.5 KB"),
        ("article HTML added, brotli", f"{added} B", "3.0 KB"),
    ]


def _packed(content: bytes) -> int:
    return len(brotli.compress(content, quality=11))


def page(folder: Path) -> list[Row]:
    """Return layout shift and long tasks at 4x CPU slowdown, and key to painted price, in Chromium."""
    service = Service(folder / "page")
    shifts, tasks, keys = [], [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(name for name in NAMES if Path(name).exists()), args=ARGUMENTS
        )
        for _ in range(7):
            context = browser.new_context()
            tab = context.new_page()
            tab.add_init_script(OBSERVE)
            session = context.new_cdp_session(tab)
            session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
            tab.goto(service.address + ARTICLE)
            time.sleep(1)
            shifts.append(float(tab.evaluate("window.shift")))
            tasks.append(float(tab.evaluate("window.long")))
            session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
            keys += [float(tab.evaluate(CHANGED, str(number))) for number in (16, 17, 18, 19)]
            context.close()
        browser.close()
    service.stop()
    return [
        ("layout shift of the article with the widget", f"{median(shifts):.4f} (max {max(shifts):.4f})", "0.005"),
        ("long tasks at load, whole article, 4x CPU", f"{median(tasks):.0f} ms", "50 ms (widget)"),
        (
            "key pressed to price painted",
            f"p50 {median(keys):.0f} ms, p95 {quantiles(keys, n=20)[18]:.0f} ms",
            "250 ms",
        ),
    ]
