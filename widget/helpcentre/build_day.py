"""The day whose policy and price book the articles show, and what identifies their figures."""

from datetime import date

from mkdocs.utils import get_build_datetime

from widget import catalogue
from widget.settings import HOME_ZONE
from widget.worked import fingerprint


def facts_on() -> date:
    """Return the day of the build, which SOURCE_DATE_EPOCH may set.

    Nothing but the versions in force depends on it: two builds between two versions are the same, byte for byte.
    """
    return get_build_datetime().astimezone(HOME_ZONE).date()


def figures() -> str:
    """Return the fingerprint of the figures that the articles show: the service compares it with those in force."""
    return fingerprint(catalogue.load(), facts_on())


if __name__ == "__main__":
    print(figures())  # noqa: T201 -- for make: a new version in force makes the site anew
