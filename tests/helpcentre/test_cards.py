"""A pasted link shows well: a picture in the page's language, the same each time, and tags that name it."""

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from tests.helpcentre.test_site import EACH_PAGE, HOST, page_at
from widget.helpcentre.cards import HEIGHT, WIDTH, draw, write
from widget.helpcentre.pages import Page, Pages, read
from widget.settings import ROOT

PAGES = read(ROOT / "docs")


def png_size(content: bytes) -> tuple[int, int]:
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def only(**changes: str) -> Pages:
    """Return the cancel article alone, with other words."""
    twins = {code: replace(page, **changes) for code, page in PAGES["cancel"].items()}  # type: ignore[arg-type]  # words
    return {"index": PAGES["index"], "cancel": twins}


@pytest.mark.parametrize("page", EACH_PAGE, ids=lambda page: page.file)
def test_each_article_names_its_picture_and_has_it(site: Path, page: Page) -> None:
    built = page_at(site, page.path)
    tags = {each["property"]: each["content"] for each in built.all("meta") if "property" in each}

    assert tags["og:image"] == f"{HOST}/cards/{page.language}/{page.number}.png"
    assert png_size((site / tags["og:image"].removeprefix(HOST).strip("/")).read_bytes()) == (WIDTH, HEIGHT)
    assert (tags["og:title"], tags["og:description"]) == (page.title, page.summary)
    assert (tags["og:url"], tags["og:locale"]) == (HOST + page.path, {"fr": "fr_FR", "en": "en_GB"}[page.language])
    assert [each["content"] for each in built.all("meta", name="twitter:card")] == ["summary_large_image"]


def test_the_pictures_of_the_languages_differ_and_are_the_same_each_time(tmp_path: Path) -> None:
    for run in ("one", "two"):
        write(tmp_path / run, draw(tmp_path / f"cache-{run}", only()))

    pictures = {code: (tmp_path / "one" / "cards" / code / "1003.png").read_bytes() for code in ("fr", "en")}
    again = {code: (tmp_path / "two" / "cards" / code / "1003.png").read_bytes() for code in ("fr", "en")}
    assert pictures == again
    assert pictures["fr"] != pictures["en"]


def test_a_picture_is_drawn_again_only_where_its_words_changed(tmp_path: Path) -> None:
    write(tmp_path, draw(tmp_path / "cache", only()))
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()}
    write(tmp_path, draw(tmp_path / "cache", only()))
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").iterdir()} == before

    write(tmp_path, draw(tmp_path / "cache", only(title="Another")))

    assert len(list((tmp_path / "cache").iterdir())) == len(before) + 2


@pytest.mark.parametrize(
    "title", ["#panic()", '"]) #read("/etc/passwd")', "*a* _b_ $x$ @c <d>", "\\", "漢字 🎉", "x" * 400]
)
def test_what_a_title_says_is_never_markup_to_typst(tmp_path: Path, title: str) -> None:
    write(tmp_path, draw(tmp_path / "cache", only(title=title)))

    assert png_size((tmp_path / "cards" / "fr" / "1003.png").read_bytes()) == (WIDTH, HEIGHT)
