"""The articles on paper: no page is empty, no heading ends one, nothing is cut off."""

import io

import pypdf
import pytest
from playwright.sync_api import Page

from widget.helpcentre.pages import Pages, read
from widget.settings import ROOT

PAGES: Pages = read(ROOT / "docs")
#: A4 in CSS pixels.
WIDTH, HEIGHT = 794, 1123
#: What reaches over the edge of the paper or of its own place.
CUT = """[...document.querySelectorAll('article :is(td, th, p, li, figure, dd, .hc-scroll, .md-typeset__table)')]
  .filter((each) => each.getBoundingClientRect().right > innerWidth + 1 || each.scrollWidth > each.clientWidth + 1)
  .filter((each) => each.clientWidth > 0).map((each) => each.outerHTML.slice(0, 80))"""
HEADINGS = (
    "[...document.querySelectorAll('article :is(h1, h2, h3)')].map((each) => each.innerText.replace('#', '').trim())"
)


def printed(page: Page) -> list[list[str]]:
    """Return the lines of each printed page."""
    pages = pypdf.PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
    return [[line.strip() for line in each.extract_text().splitlines() if line.strip()] for each in pages]


@pytest.mark.parametrize("code", ["fr", "en"])
def test_an_article_on_paper(page: Page, code: str) -> None:
    faults: list[str] = []
    sheets = 0
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.emulate_media(media="print")
    for key, twins in PAGES.items():
        page.goto(twins[code].path)
        headings = set(page.evaluate(HEADINGS))
        faults += [f"{key}: cut off: {each}" for each in page.evaluate(CUT)]
        for number, lines in enumerate(printed(page), start=1):
            sheets += 1
            faults += [f"{key}, page {number}: hardly anything: {lines}"] if len(lines) < 2 else []
            faults += (
                [f"{key}, page {number}: ends with a heading: {lines[-1]}"] if lines and lines[-1] in headings else []
            )

    assert faults == []
    assert sheets > len(PAGES)


def test_what_is_wrong_on_paper_would_be_seen(page: Page) -> None:
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.emulate_media(media="print")
    page.goto(PAGES["calculations"]["fr"].path)
    page.evaluate(
        """for (const rule of ["h2 { break-after: page !important }", ".hc-cases td { min-width: 20rem !important }"])
             document.styleSheets[0].insertRule(`@media print { ${rule} }`, 0)"""
    )
    headings = set(page.evaluate(HEADINGS))

    assert headings & {lines[-1] for lines in printed(page) if lines}
    assert page.evaluate(CUT)
