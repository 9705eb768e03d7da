"""The terms of the articles, in every language: one word for one idea (`widget/data/glossary.toml`)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from widget.catalogue import DATA, CatalogueError
from widget.languages import LOCALES


@dataclass(frozen=True, slots=True)
class Term:
    """One term: its name and its meaning by language."""

    name: Mapping[str, str]
    meaning: Mapping[str, str]


@lru_cache
def terms() -> tuple[Term, ...]:
    """Return every term. Raises CatalogueError for one that lacks a language or says something else."""
    found = tomllib.loads((DATA / "glossary.toml").read_text(encoding="utf-8"))
    return tuple(_term(position, values) for position, values in enumerate(found["term"], start=1))


def _term(position: int, values: Mapping[str, Mapping[str, str]]) -> Term:
    for code in LOCALES:
        if set(values.get(code, {})) != {"name", "meaning"}:
            raise CatalogueError(f"glossary.toml.term[{position}].{code}: expected name and meaning")
    return Term(
        name={code: values[code]["name"] for code in LOCALES},
        meaning={code: values[code]["meaning"] for code in LOCALES},
    )
