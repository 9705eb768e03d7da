"""Translations are folded into the templates; every template compiles in every language; text is never markup."""

import re

import pytest
from jinja2 import TemplateNotFound

from widget import languages
from widget.languages import LOCALES
from widget.rendering import TEMPLATES, _environment, render


@pytest.mark.parametrize("code", LOCALES)
def test_every_template_compiles_without_a_call_to_the_catalogue(code: str) -> None:
    environment = _environment(languages.load()[code])

    for path in TEMPLATES.rglob("*.html"):
        source = path.read_text(encoding="utf-8")
        compiled = environment.compile(source, raw=True)
        assert "'_'" not in compiled, path.name


def test_every_table_of_a_page_says_what_it_holds() -> None:
    pages = [path for path in sorted(TEMPLATES.rglob("*.html")) if "mail" not in path.parts]

    unnamed = [
        path.name for path in pages if re.search(r"<table[^>]*>(?!\s*<caption)", path.read_text(encoding="utf-8"))
    ]

    assert unnamed == []


@pytest.mark.parametrize("frame", ["frame.html", "embed.html"])
def test_what_surrounds_a_page_has_its_heading_of_the_first_level(frame: str) -> None:
    assert (TEMPLATES / frame).read_text(encoding="utf-8").count('<h1 class="sw-hidden">') == 1


def test_a_translation_stands_where_the_message_stood() -> None:
    page = render("demo.html", languages.load()["fr"], {"mailbox": False})

    assert "données d’exemple" in page


def test_what_people_write_is_text() -> None:
    values: dict[str, object] = {
        "title": "<b>&",
        "lines": [],
        "people": (),
        "back": '"><script>',
        "back_to": "Back",
        "reference": "",
        "signed_in": False,
    }

    page = render("notice.html", languages.load()["en"], values)

    assert "&lt;b&gt;&amp;" in page
    assert "<script>" not in page


def test_an_unknown_template_is_named() -> None:
    with pytest.raises(TemplateNotFound, match="nowhere"):
        render("nowhere.html", languages.load()["en"], {})
