"""The day whose policy and price book the articles show, and what identifies their figures."""

import os
import re
import sys
from collections.abc import Mapping
from datetime import date

from mkdocs.utils import get_build_datetime

from widget import catalogue
from widget.settings import HOME_ZONE, ROOT
from widget.worked import fingerprint


def facts_on() -> date:
    """Return the day of the build, which SOURCE_DATE_EPOCH may set.

    Nothing but the versions in force depends on it: two builds between two versions are the same, byte for byte.
    """
    return get_build_datetime().astimezone(HOME_ZONE).date()


def figures() -> str:
    """Return the fingerprint of the figures that the articles show: the service compares it with those in force."""
    return fingerprint(catalogue.load(), facts_on())


def stamp(environment: Mapping[str, str]) -> str:
    """Return all that a build depends on besides files: the figures, and what mkdocs.yml takes from the environment."""
    names = re.findall(r"!ENV \[(\w+)", (ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    return "\n".join([figures(), *(f"{name}={environment.get(name, '')}" for name in sorted(names))])


if __name__ == "__main__":
    try:
        print(stamp(os.environ))  # noqa: T201 -- for make: where it is another, the site is built anew
    except catalogue.CatalogueError as error:
        sys.exit(str(error))
