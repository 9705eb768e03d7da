"""The real site, built once; a copy of its sources that a test may spoil; and small folders of articles."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from widget.domain.refusal import Rule
from widget.settings import ROOT

#: The sections that a folder of articles needs before it is complete.
EVERY_RULE = "".join(f"\n## About {rule} {{ #{rule} .rule }}\n" for rule in Rule)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run this folder's browser tests first: tests/browser keeps its Chromium to the end, and Playwright runs one."""
    items.sort(key=lambda item: item.path.name != "test_in_browser.py")


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the site whose mkdocs.yml is in `folder` into its `site`, as `make docs` does."""
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--clean"],
        cwd=folder,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1", "SITE_URL": "https://help.example/"},
        capture_output=True,
        text=True,
        check=False,
    )


def copy_of_sources(folder: Path) -> Path:
    """Return `folder` with the articles copied and everything else linked."""
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    for name in ("overrides", "widget"):
        (folder / name).symlink_to(ROOT / name)
    return folder


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A copy of what the site is built from, for a test to spoil."""
    return copy_of_sources(tmp_path)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = copy_of_sources(tmp_path_factory.mktemp("helpcentre"))
    built = build(folder)
    assert built.returncode == 0, built.stderr
    return folder / "site"


class Articles:
    """A folder of small articles, correct unless a test says otherwise."""

    def __init__(self, docs: Path) -> None:
        self.docs = docs
        self.numbers = iter(range(1001, 1100))

    def write(self, key: str, text: str = "", only: str = "", /, **front: object) -> None:
        """Write an article in both languages, or in `only` one, with these front-matter lines and text."""
        values: dict[str, object] = {
            "title": key.capitalize(),
            "slug": key,
            "number": next(self.numbers),
            "summary": f"About {key}.",
            "related": "[]",
            "reviewed": "2026-11-24",
        } | front
        lines = "".join(f"{name}: {value}\n" for name, value in values.items() if value is not None)
        for language in [only] if only else ["fr", "en"]:
            path = self.docs / language / f"{key}.md"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"---\n{lines}---\n{text}", encoding="utf-8")


@pytest.fixture
def articles(tmp_path: Path) -> Articles:
    """An empty folder of articles."""
    return Articles(tmp_path)
