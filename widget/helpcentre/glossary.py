"""The terms of the articles, in every language: one word for one idea (`widget/data/glossary.toml`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from widget.catalogue import DATA, Table, read
from widget.languages import LOCALES


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its name and its meaning by language."""

    name: Mapping[str, str]
    meaning: Mapping[str, str]


@lru_cache
def terms(folder: Path = DATA) -> tuple[Term, ...]:
    """Return every term. Raises CatalogueError for one that lacks a language or says something else."""
    file = read(folder / "glossary.toml")
    found = tuple(map(_term, file.tables("term")))
    file.done()
    return found


def _term(table: Table) -> Term:
    words = {code: table.table(code) for code in LOCALES}
    return Term(
        name={code: each.text("name") for code, each in words.items()},
        meaning={code: each.text("meaning") for code, each in words.items()},
    )
