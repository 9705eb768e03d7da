"""What CONTRIBUTING asks of a line and no linter checks."""

import re
import tokenize
from collections.abc import Iterator

from widget.settings import ROOT

FOLDERS = ("widget", "tests", "bench", "drills")
IGNORES = re.compile(r"#\s*(noqa|type: ignore)")
#: What is ignored, and why: after two dashes for ruff, in a comment of its own for mypy.
REASONED = re.compile(r"# noqa: [A-Z]+\d+(, [A-Z]+\d+)* -- \S|# type: ignore\[[a-z, -]+\] +# \S")


def comments() -> Iterator[tuple[str, str]]:
    """Return every comment of our own code, with where it stands."""
    for path in (each for folder in FOLDERS for each in sorted((ROOT / folder).rglob("*.py"))):
        with path.open("rb") as file:
            for token in tokenize.tokenize(file.readline):
                if token.type == tokenize.COMMENT:
                    yield f"{path.relative_to(ROOT)}:{token.start[0]}", token.string


def test_every_lint_ignore_has_its_reason_on_the_line() -> None:
    ignored = {place: text for place, text in comments() if IGNORES.search(text)}

    assert len(ignored) > 50
    assert {place: text for place, text in ignored.items() if not REASONED.search(text)} == {}
