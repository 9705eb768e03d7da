"""What a page looks like to a check: axe in each scheme, a narrow screen, large text."""

from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Locator, Page, ViewportSize

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """async ([context, rules]) => {
  const found = await axe.run(context, {
    preload: false,  // of style sheets and films, for two rules: one is experimental and off, and there is no film
    resultTypes: ["violations"], ...(rules ? { runOnly: rules } : { rules: { "target-size": { enabled: true } } }),
  });
  return found.violations.map((each) => `${each.id}: ${each.nodes[0].html}`);
}"""
#: What reaches out of the page, or is cut off inside it.
RUNS_OVER = """() => {
  const over = document.documentElement.scrollWidth - innerWidth;
  const cut = [...document.querySelectorAll(".sw, .sw *")].filter((each) =>
    each.clientWidth && each.scrollWidth > each.clientWidth + 1 && !each.closest(".sw-hidden, .sw-table thead")
    && (each.matches(".sw") || getComputedStyle(each).overflowX === "hidden"));
  return (over > 0 ? [`the page by ${over} px`] : []).concat(cut.map((each) => each.outerHTML.slice(0, 80)));
}"""
#: A colour half-way through a transition is no colour.
STILL = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { transition: none !important; }");
  document.adoptedStyleSheets = [sheet];
}"""
NARROW, WIDE = ViewportSize(width=320, height=800), ViewportSize(width=1280, height=800)
#: The rules that a scheme can break; the others do not depend on colours.
COLOURS = ["color-contrast", "link-in-text-block"]


def axe(page: Page, context: str = ".sw", rules: list[str] | None = None) -> list[str]:
    """Return what axe finds inside the widget, by all its rules or some."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE)
    found: list[str] = page.evaluate(RUN, [context, rules])
    return found


def faults(page: Page, context: str = ".sw") -> list[str]:
    """Return what is wrong with a step: axe by all its rules on a wide page in the light and at 320 px in the dark, by
    those of colour in forced colours; and what runs over at 320 px, with text at 200 %, and
    out of the widget with both.
    """
    page.evaluate(STILL)
    found = axe(page, context)
    page.emulate_media(color_scheme="dark")
    palette(page, "slate")
    page.set_viewport_size(NARROW)
    found += [f"dark, 320 px, {each}" for each in axe(page, context) + page.evaluate(RUNS_OVER)]
    page.emulate_media(color_scheme="light", forced_colors="active")
    palette(page, "default")
    found += [f"forced colours, {each}" for each in axe(page, context, COLOURS)]
    page.emulate_media(forced_colors="none")
    page.set_viewport_size(WIDE)
    size = float(page.evaluate("parseFloat(getComputedStyle(document.documentElement).fontSize)"))
    page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", f"{2 * size}px")
    found += [f"200 %, {each}" for each in page.evaluate(RUNS_OVER)]
    page.set_viewport_size(NARROW)
    found += [f"200 % and 320 px, {each}" for each in page.evaluate(RUNS_OVER) if "sw" in each]
    page.set_viewport_size(WIDE)
    page.evaluate("document.documentElement.style.fontSize = ''")
    return found


def press(button: Locator) -> None:
    """Click where scripts are off: there Playwright cannot see on what its click falls.

    The result above a button is laid out when it comes near, and may move it: first it comes near, then it is clicked.
    """
    button.scroll_into_view_if_needed()
    button.click()


def palette(page: Page, scheme: str) -> None:
    """Switch the theme's palette too, where the page is an article."""
    page.evaluate(
        "(scheme) => { if (document.body.dataset.mdColorScheme) document.body.dataset.mdColorScheme = scheme; }", scheme
    )
