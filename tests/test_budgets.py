"""What the widget may add to an article, compressed as a good server compresses it."""

import re

import brotli
import pytest

from widget.settings import ROOT

STATIC = ROOT / "widget" / "static"
ARTICLES = ["fr/abonnement/retrograder", "fr/abonnement/mettre-a-niveau", "en/subscription/downgrade"]


def packed(content: bytes) -> int:
    return len(brotli.compress(content, quality=11))


@pytest.mark.parametrize(("name", "budget"), [("subscription-widget.js", 3_000), ("subscription-widget.css", 2_500)])
def test_a_file_of_the_widget_stays_within_its_bytes(name: str, budget: int) -> None:
    assert packed((STATIC / name).read_bytes()) <= budget


@pytest.mark.parametrize("article", ARTICLES)
def test_the_step_that_is_baked_into_an_article_stays_within_its_bytes(article: str) -> None:
    html = (ROOT / "site" / article / "index.html").read_text(encoding="utf-8")
    without = re.sub(r"<subscription-widget.*?</subscription-widget>", "", html, flags=re.DOTALL)

    assert without != html
    assert packed(html.encode()) - packed(without.encode()) <= 3_000
