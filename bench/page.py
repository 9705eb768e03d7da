"""What the widget adds to an article: bytes, layout shift, main thread, and the time from a key to a painted price.

The same article, from the same server, is loaded with the widget and without it in turn, so that what differs is the
widget. Its own script's share is read from the browser's trace as well.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import brotli
from playwright.sync_api import Browser, Page, Route, sync_playwright

from tests.browser.conftest import Service
from tests.chromium import launch
from widget.settings import ROOT

Row = tuple[str, str, str]
ARTICLE = "/fr/abonnement/retrograder/"
SCRIPT, STYLE = "subscription-widget.js", "subscription-widget.css"
LOADS, KEYS, SLOWDOWN = 11, 40, 4
WIDGET = re.compile(r"<subscription-widget.*?</subscription-widget>", re.DOTALL)
FILES = re.compile(rf"<(?:link|script)[^>]*(?:{re.escape(SCRIPT)}|{re.escape(STYLE)})[^>]*>(?:</script>)?")
SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => { for (const e of list.getEntries()) window.shift += e.value; })
  .observe({ type: "layout-shift", buffered: true });
"""
#: From the key's own time stamp to the frame after the one in which the panel changed.
ARMED = """() => { window.painted = new Promise((done) => {
  let pressed;
  addEventListener("keydown", (event) => { pressed = event.timeStamp; }, { capture: true, once: true });
  new MutationObserver((_, watch) => {
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - pressed)));
  }).observe(document.querySelector(".sw-panel"), { childList: true });
}); }"""


def sizes() -> list[Row]:
    """Return the brotli sizes of the script, the style sheet and the baked HTML."""
    static = ROOT / "widget" / "static"
    html = (ROOT / "site" / ARTICLE.strip("/") / "index.html").read_text(encoding="utf-8")
    added = _packed(html.encode()) - _packed(WIDGET.sub("", html).encode())
    return [
        ("widget JS, brotli", f"{_packed((static / SCRIPT).read_bytes())} B", "3.0 KB"),
        ("widget CSS, brotli", f"{_packed((static / STYLE).read_bytes())} B", "2.5 KB"),
        ("article HTML added, brotli", f"{added} B", "3.0 KB"),
    ]


def _packed(content: bytes) -> int:
    return len(brotli.compress(content, quality=11))


def load(folder: Path) -> list[Row]:
    """Return what the widget adds at load: layout shift, its script at 4x CPU slowdown, requests, other origins."""
    with _chromium(folder) as (browser, address):
        pairs = [(_load(browser, address, widget=True), _load(browser, address, widget=False)) for _ in range(LOADS)]
    whole, bare = ([pair[side] for pair in pairs] for side in (0, 1))
    shift = [max(each["shift"] for each in side) for side in (whole, bare)]
    script = median(each["script"] for each in whole)
    requests = sorted(whole[0]["asked"] - bare[0]["asked"])
    foreign = [each for each in whole[0]["asked"] if not each.startswith(address)]
    return [
        ("layout shift, article with the widget, and without", f"{shift[0]:.4f}, {shift[1]:.4f}", "0.005"),
        (f"the widget's own script at load, {SLOWDOWN}x slower CPU, traced", f"{script:.1f} ms", "50 ms"),
        ("requests of the widget before first use; other origins", f"{len(requests)}; {len(foreign)}", "2; 0"),
    ]


def processor(folder: Path) -> list[Row]:
    """Return what the widget adds to the tasks of the main thread at 4x CPU slowdown: time spent, and time that passes.

    The processor's time leaves out when the machine did something else: the pairs lie closer together.
    """
    with _chromium(folder) as (browser, address):
        pairs = [[_processor(browser, address, widget=side) for side in (True, False)] for _ in range(LOADS * 3)]
    rows = []
    for name, kind in (("tdur", "time of the processor"), ("dur", "time that passes")):
        whole, bare = ([pair[side][name] for pair in pairs] for side in (0, 1))
        added = median(more - less for more, less in zip(whole, bare, strict=True))
        told = f"{added:.0f} ms ({median(whole):.0f} ms with it, {median(bare):.0f} ms without)"
        rows.append((f"main thread at load, {SLOWDOWN}x slower CPU, added pair by pair, {kind}", told, "50 ms"))
    return rows


def _processor(browser: Browser, address: str, *, widget: bool) -> dict[str, float]:
    context = browser.new_context()
    tab = context.new_page()
    tab.route(f"**{ARTICLE}", lambda route: _served(route, widget=widget))
    context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    browser.start_tracing(page=tab, categories=["toplevel", "__metadata"])
    tab.goto(address + ARTICLE, wait_until="load")
    tab.wait_for_timeout(1500)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    context.close()
    spent: dict[str, Counter[tuple[int, int]]] = {"tdur": Counter(), "dur": Counter()}
    for each in events:
        if each.get("ph") == "X" and "RunTask" in each["name"]:
            for name, totals in spent.items():
                totals[each["pid"], each["tid"]] += each.get(name, 0)
    named = [each for each in events if each.get("name") == "thread_name"]
    mains = [(each["pid"], each["tid"]) for each in named if each["args"]["name"] == "CrRendererMain"]
    page = max(mains, key=lambda thread: spent["tdur"][thread])
    return {name: totals[page] / 1000 for name, totals in spent.items()}


def _load(browser: Browser, address: str, *, widget: bool) -> dict[str, Any]:
    context = browser.new_context()
    tab = context.new_page()
    asked: set[str] = set()
    tab.on("request", lambda request: asked.add(request.url))
    # Both sides come whole from here: one that arrives in pieces is laid out in pieces.
    tab.route(f"**{ARTICLE}", lambda route: _served(route, widget=widget))
    tab.add_init_script(SHIFTS)
    context.new_cdp_session(tab).send("Emulation.setCPUThrottlingRate", {"rate": SLOWDOWN})
    browser.start_tracing(page=tab, categories=["devtools.timeline", "v8"])
    tab.goto(address + ARTICLE, wait_until="load")
    tab.wait_for_timeout(1000)
    events = json.loads(browser.stop_tracing())["traceEvents"]
    shift = float(tab.evaluate("window.shift"))
    context.close()
    return {"shift": shift, "script": _own(events), "asked": asked}


def _served(route: Route, *, widget: bool) -> None:
    answer = route.fetch()
    whole = answer.text()
    route.fulfill(response=answer, body=whole if widget else FILES.sub("", WIDGET.sub("", whole)))


def _own(events: list[dict[str, Any]]) -> float:
    """Return the milliseconds of the trace that compile, run and call the widget's script, none counted twice."""
    names = {"v8.compile", "EvaluateScript", "FunctionCall"}
    spans = sorted(
        (each["ts"], each["ts"] + each["dur"])
        for each in events
        if each.get("ph") == "X" and each["name"] in names and SCRIPT in json.dumps(each.get("args", {}))
    )
    spent, end = 0, 0
    for start, stop in spans:
        spent += max(0, stop - max(start, end))
        end = max(end, stop)
    return spent / 1000


def keys(folder: Path) -> list[Row]:
    """Return the time from a real key, pressed in the field of users, to the painted price, debounce included."""
    with _chromium(folder) as (browser, address):
        context = browser.new_context()
        tab = context.new_page()
        tab.goto(address + ARTICLE, wait_until="networkidle")
        waits = [_key(tab, str(number % 10)) for number in range(KEYS)]
        context.close()
    told = f"p50 {median(waits):.0f} ms, p95 {quantiles(waits, n=20)[18]:.0f} ms"
    return [("key pressed to price painted, debounce of 120 ms included", told, "250 ms")]


def _key(tab: Page, digit: str) -> float:
    tab.locator("#sw-users").fill("1")
    tab.keyboard.press("End")
    tab.wait_for_timeout(500)
    tab.evaluate(ARMED)
    tab.keyboard.press(digit)
    return float(tab.evaluate("window.painted"))


@contextmanager
def _chromium(folder: Path) -> Iterator[tuple[Browser, str]]:
    service = Service(folder)
    try:
        with sync_playwright() as playwright:
            browser = launch(playwright.chromium)
            yield browser, service.address
            browser.close()
    finally:
        service.stop()
