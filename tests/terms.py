"""The price books and the policy of 2026, kept beside the tests: a version added to what is shipped turns none red."""

from pathlib import Path

from widget import catalogue

DATA = Path(__file__).resolve().parent / "data"
TERMS = catalogue.load(DATA)
