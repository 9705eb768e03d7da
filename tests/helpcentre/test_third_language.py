"""A third language is added as CONTRIBUTING says: data and articles, and no line of code but its entry in LOCALES."""

import json
import re
import shutil
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.helpcentre.conftest import build, copy_of_sources, served
from tests.web.people import sign_in
from tests.web.test_quote import ask, text_of, without_spaces, words

DUTCH = """\
msgid "Related articles"
msgstr "Verwante artikelen"

msgid "With annual payment, the lower price starts on the renewal date, %(price_date)s."
msgstr "Bij jaarbetaling gaat de lagere prijs in op de verlengingsdatum, %(price_date)s."
"""


def replaced(path: Path, pattern: str, new: str) -> None:
    text, count = re.subn(pattern, new, path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert count, f"{path}: {pattern}"
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def with_dutch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources with Dutch added, and their site. The articles stay in English: their words are not tested."""
    folder = copy_of_sources(tmp_path_factory.mktemp("dutch"), code_too=True)
    widget = folder / "widget"
    replaced(widget / "languages.py", r"^LOCALES = \{(.*)\}", r'LOCALES = {\1, "nl": "nl_NL"}')
    replaced(widget / "data/price-books.toml", r'^name = \{ (.*), en = (".*") \}', r"name = { \1, en = \2, nl = \2 }")
    replaced(widget / "data/glossary.toml", r"^en = (.*)$", r"en = \1\nnl = \1")
    (widget / "locale/nl.po").write_text(DUTCH, encoding="utf-8")
    shutil.copytree(folder / "docs/en", folder / "docs/nl")
    mkdocs = folder / "mkdocs.yml"
    (english,) = re.findall(r"^        - locale: en\n(?:          .*\n)+", mkdocs.read_text("utf-8"), re.MULTILINE)
    dutch = english.replace("locale: en", "locale: nl").replace("language: en", "language: nl")
    mkdocs.write_text(mkdocs.read_text("utf-8").replace(english, english + dutch), encoding="utf-8")
    built = build(folder)
    assert built.returncode == 0, built.stderr
    return folder


def page(folder: Path, path: str) -> str:
    return (folder / "site" / path.strip("/") / "index.html").read_text(encoding="utf-8")


def test_its_pages_speak_it_and_lead_to_the_others(with_dutch: Path) -> None:
    html = page(with_dutch, "/nl/subscription/downgrade/")

    assert '<html lang="nl"' in html
    assert "1 juni 2027" in html
    assert "Verwante artikelen" in html
    assert {"fr", "en"} <= set(re.findall(r'data-language="(\w+)"', html))


@pytest.mark.parametrize("path", ["/fr/abonnement/retrograder/", "/en/subscription/downgrade/"])
def test_the_others_lead_to_it(with_dutch: Path, path: str) -> None:
    html = page(with_dutch, path)

    assert 'hreflang="nl" href="https://help.example/nl/subscription/downgrade/"' in html
    assert 'href="/nl/subscription/downgrade/" lang="nl" hreflang="nl" data-language="nl"' in html


@pytest.fixture(scope="module")
def address(with_dutch: Path) -> Iterator[str]:
    with served(with_dutch) as address:
        yield address


def test_the_service_speaks_it(address: str) -> None:
    asked = {
        "on": "2027-03-15",
        "language": "nl",
        "subscription": {
            "interval": "year",
            "term_start": "2026-07-01",
            "plan": "premium",
            "users": 20,
            "zoom_licenses": 4,
            "active_users": 14,
        },
        "requested": {"plan": "premium", "users": 15, "zoom_licenses": 4},
    }
    sent = urllib.request.Request(  # noqa: S310 -- our own server
        f"{address}/widget/api/v1/preview", json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )

    with urllib.request.urlopen(sent, timeout=60) as answer:  # noqa: S310 -- our own server
        said = {each["rule"]: each for each in json.load(answer)["explanations"]}["annual-price-date"]

    assert said["text"] == "Bij jaarbetaling gaat de lagere prijs in op de verlengingsdatum, 1 juli 2027."
    assert said["article"] == "/nl/subscription/downgrade/#annual-price-date"


def test_a_quote_is_made_out_in_it(address: str) -> None:
    with httpx2.Client(base_url=address, headers={"Sec-Fetch-Site": "same-origin"}, trust_env=False) as browser:
        person: Any = browser  # what the helpers do with the service in process
        sign_in(person, "Olivia Hughes")
        quote = browser.get(ask(person, "nl"))
        paper = browser.get(f"{quote.url.path}/pdf")

    said = "Nederlands. The French text of the conditions prevails."
    assert quote.url.path.startswith("/widget/nl/quotes/")
    assert said in words(quote.text)
    assert without_spaces(said) in without_spaces(text_of(paper.content))


def test_a_reader_of_it_is_led_to_it(address: str) -> None:
    request = urllib.request.Request(f"{address}/a/1001/", headers={"Accept-Language": "nl, en;q=0.5"})  # noqa: S310 -- ours

    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 -- our own server
        assert answer.url == f"{address}/nl/subscription/downgrade/"


def test_what_it_lacks_is_named_as_in_the_others(with_dutch: Path) -> None:
    article = with_dutch / "docs/nl/cancel.md"  # the last test: a build that stops leaves no site
    kept = article.read_text(encoding="utf-8")
    article.write_text(kept.replace("{ #undo-cancel .rule }", "{ #other }"), encoding="utf-8")

    built = build(with_dutch)

    article.write_text(kept, encoding="utf-8")
    assert built.returncode != 0
    assert "docs/nl/cancel.md:1: no section { #undo-cancel }, which docs/fr/cancel.md:" in built.stderr
