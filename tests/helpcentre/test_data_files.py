"""The data files beside the price books and policies: a mistake is named with its file and place, never an article."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpcentre.conftest import Articles, build, copy_of_sources
from widget import catalogue
from widget.catalogue import DATA, CatalogueError
from widget.domain.refusal import Rule
from widget.helpcentre import checks, glossary, search
from widget.helpcentre.pages import read
from widget.worked import worked

TERMS = catalogue.load()
SEARCH, GLOSSARY, TYPED, CASES = "search.toml", "glossary.toml", "typed-figures.toml", "cases.toml"
READERS: dict[str, Callable[[Path], object]] = {
    SEARCH: search.words,
    GLOSSARY: glossary.terms,
    TYPED: checks.typed_figures,
    CASES: lambda folder: [worked(rule, TERMS, folder) for rule in Rule],
}


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    """Change a copy of the shipped file at the first place where `old` stands."""
    text = (DATA / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "old", "new", "message"),
    [
        (SEARCH, "synonyms = [", "synonyms = ", "search.toml: not TOML: "),
        (SEARCH, "reference = ", "references = ", "search.toml.reference: expected a list of texts, found nothing"),
        (SEARCH, "stop = ", "stops = ", "search.toml.fr.stop: expected a text, found nothing"),
        (SEARCH, '  ["résilier"', '  "fin", ["résilier"', "search.toml.fr.synonyms: expected a list of lists of texts"),
        (SEARCH, "stop = ", 'start = ""\nstop = ', "search.toml.fr.start: unknown key; known are stop, synonyms"),
        (SEARCH, "[en]", "[an]", "search.toml.an: unknown key; known are fr, reference"),
        (GLOSSARY, "[[term]]", "[[terms]]", "glossary.toml.terms: unknown key; known are term"),
        (
            GLOSSARY,
            'en = { name = "space", ',
            "en = { ",
            "glossary.toml.term[1].en.name: expected a text, found nothing",
        ),
        (
            GLOSSARY,
            'en = { name = "space", ',
            'en = { name = "space", plural = "spaces", ',
            "glossary.toml.term[1].en.plural: unknown key; known are meaning, name",
        ),
        (GLOSSARY, '" }', '" ', "glossary.toml: not TOML: "),
        (TYPED, "[words]", "[words", "typed-figures.toml: not TOML: "),
        (TYPED, "[words]", "[word]", "typed-figures.toml.words: expected a table, found nothing"),
        (
            TYPED,
            'file = "docs/fr',
            'fil = "docs/fr',
            "typed-figures.toml.allowed[1].file: expected a text, found nothing",
        ),
        (TYPED, 'text = "', 'txt = "', "typed-figures.toml.allowed[1].text: expected a text, found nothing"),
        (TYPED, 'reason = "An', 'why = "An', "typed-figures.toml.allowed[1].reason: expected a text, found nothing"),
        (TYPED, "[words]", "[words]\nde = []", "typed-figures.toml.words.de: unknown key; known are en, fr"),
        (CASES, "nothing-changes = [", "nothing-changes = ", "cases.toml: not TOML: "),
        (CASES, "nothing-changes", "nothing-change", "cases.toml.nothing-change: unknown key; known are "),
        (
            CASES,
            "interval=month on=2026-10-31",
            "interval=week on=2026-10-31",
            "cases.toml.price-of-the-day: interval=week on=2026-10-31 from=premium/20/4 to=premium/25/4: 'week' is not",
        ),
        (
            CASES,
            " refused=locked-contract",
            "",
            "cases.toml.locked-contract: interval=year term_start=2026-07-01 on=2027-03-15 from=premium/20/4 "
            "to=premium/25/4 locked=yes: refused by locked-contract, declared: nothing",
        ),
    ],
)
def test_a_mistake_names_the_file_and_the_place(tmp_path: Path, file: str, old: str, new: str, message: str) -> None:
    spoil(tmp_path, file, old, new)

    with pytest.raises(CatalogueError, match=f"^{re.escape(message)}"):
        READERS[file](tmp_path)


def test_a_reference_page_that_is_no_article_is_named(articles: Articles, tmp_path: Path) -> None:
    articles.write("calculations")
    articles.write("glossary")
    spoil(tmp_path, SEARCH, '"policy"]', '"rules"]')

    with pytest.raises(CatalogueError, match=r"^search\.toml\.reference: 'rules' is no article; there are calc"):
        search.check(read(articles.docs), tmp_path)


@pytest.mark.parametrize("file", [SEARCH, GLOSSARY, TYPED, CASES])
def test_a_data_file_that_is_no_toml_stops_the_build_and_no_article_is_blamed(tmp_path: Path, file: str) -> None:
    sources = copy_of_sources(tmp_path, code_too=True)
    (sources / "widget" / "data" / file).write_text("[", encoding="utf-8")

    built = build(sources)

    assert built.returncode != 0
    assert f"{file}: not TOML: " in built.stderr
    assert "docs/" not in built.stderr
    assert "Traceback" not in built.stderr


@pytest.mark.parametrize("file", [CASES, "policies.toml"])
def test_the_day_of_the_build_is_told_in_one_line_what_is_wrong_with_a_data_file(tmp_path: Path, file: str) -> None:
    sources = copy_of_sources(tmp_path, code_too=True)
    (sources / "widget" / "data" / file).write_text("[", encoding="utf-8")

    stopped = subprocess.run(
        [sys.executable, "-m", "widget.helpcentre.build_day"],
        cwd=sources,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (stopped.returncode, stopped.stdout, stopped.stderr.count("\n")) == (1, "", 1)
    assert stopped.stderr.startswith(f"{file}: not TOML: ")
