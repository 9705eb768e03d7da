"""Links in tickets work for years: what was published once answers for ever, or the build says what is missing."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpcentre.conftest import EVERY_RULE, Articles, build
from tests.helpcentre.test_site import page_at
from widget.helpcentre.pages import PageError, read
from widget.helpcentre.permalinks import REGISTRY, as_json, moved, record, registry, unrecorded
from widget.settings import ROOT

DOCS = ROOT / "docs"
PAGES = read(DOCS)


@pytest.fixture
def docs(articles: Articles) -> Path:
    """Three articles, published."""
    articles.write("cancel", "## Backup { #backup }\n", number=1003)
    articles.write("trial", "## Team { #team }\n", number=1005)
    articles.write("rules", EVERY_RULE, number=1007)
    record(read(articles.docs), articles.docs)
    return articles.docs


def say(docs: Path, *lines: str) -> None:
    """Replace the lines of the registry that begin with the same address."""
    path = docs / REGISTRY
    kept = [line for line in path.read_text("utf-8").splitlines() if line not in {each.split(" ")[0] for each in lines}]
    path.write_text("\n".join([*kept, *lines]) + "\n", "utf-8")


def remove(docs: Path, key: str) -> None:
    for code in ("fr", "en"):
        (docs / code / f"{key}.md").unlink()


def leads(docs: Path, address: str) -> dict[str, str]:
    return dict(moved(read(docs), registry(docs))[address].paths)


def test_every_address_of_the_site_is_published() -> None:
    assert unrecorded(PAGES, registry(DOCS)) == [], "run `make permalinks` and commit docs/published.txt"


def test_a_published_article_that_is_gone_stops_the_build_until_it_says_what_answers_for_it(docs: Path) -> None:
    remove(docs, "trial")
    line = (docs / REGISTRY).read_text("utf-8").splitlines().index("/en/trial/") + 1

    with pytest.raises(PageError, match=rf"docs/published\.txt:{line}: /en/trial/ was published and leads nowhere"):
        moved(read(docs), registry(docs))

    say(docs, "1005 -> 1003/backup", "/fr/trial/ -> 1003", "/en/trial/ -> 1003")
    assert leads(docs, "1005") == {"fr": "/fr/cancel/#backup", "en": "/en/cancel/#backup"}


def test_the_sections_of_a_merged_article_go_where_it_went(docs: Path) -> None:
    remove(docs, "trial")
    say(docs, "1005 -> 1003", "/fr/trial/ -> 1003", "/en/trial/ -> 1003")

    assert leads(docs, "1005/team") == {"fr": "/fr/cancel/", "en": "/en/cancel/"}


def test_a_link_of_ten_years_ago_follows_every_move_since(docs: Path) -> None:
    say(docs, "1001 -> 1002/old", "1002/old -> 1004", "1004 -> 1003/backup")

    assert leads(docs, "1001")["fr"] == "/fr/cancel/#backup"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1003/gone"], "1003/gone was published and leads nowhere (1003/gone): put it back, or write `1003/gone -> `"),
        (["1001 -> 1002", "1002 -> 1001"], "1001 was published and leads nowhere (1001 -> 1002 -> 1001)"),
        (["1001 -> 1009"], "1001 was published and leads nowhere (1001 -> 1009)"),
        (
            ["1003 -> 1005", "1019 -> 1005"],
            "1003 was another article's: choose another number for docs/fr/cancel.md (next free: 1020); only where",
        ),
        (["1003/backup -> 1005"], "1003/backup is there: remove `-> 1005`"),
        (["/fr/cancel/ -> 1005"], "/fr/cancel/ is there: remove `-> 1005`"),
        (["abc"], "abc: write an address such as 1001, 1001/section or /fr/slug/"),
        (["1001 -> /fr/cancel/"], "1001 -> /fr/cancel/: write an address such as 1001"),
        (["1009 -> 1003", "1009 -> 1005"], "1009 is there twice; remove one of the lines"),
    ],
)
def test_a_line_that_cannot_be_is_named(docs: Path, lines: list[str], message: str) -> None:
    say(docs, *lines)

    with pytest.raises(PageError, match=r"docs/published\.txt:\d+: " + re.escape(message)):
        moved(read(docs), registry(docs))


def test_recording_adds_what_is_new_and_removes_nothing(docs: Path, articles: Articles) -> None:
    say(docs, "1001 -> 1003")
    articles.write("quote", "## Read { #read }\n", number=1008)

    new = record(read(docs), docs)

    assert new == ["/en/quote/", "/fr/quote/", "1008", "1008/read"]
    assert registry(docs)["1001"].successor == "1003"
    assert unrecorded(read(docs), registry(docs)) == []


def test_the_command_tells_a_mistake_in_one_line(docs: Path) -> None:
    say(docs, "abc")

    stopped = subprocess.run(
        [sys.executable, "-m", "widget.helpcentre.permalinks", str(docs)], capture_output=True, text=True, check=False
    )

    assert (stopped.returncode, stopped.stdout, stopped.stderr.count("\n")) == (1, "", 1)
    assert re.match(r"docs/published\.txt:\d+: abc: write an address such as 1001", stopped.stderr)


def test_a_renamed_slug_leads_to_the_article_in_its_language(docs: Path) -> None:
    for code in ("fr", "en"):
        path = docs / code / "cancel.md"
        path.write_text(path.read_text("utf-8").replace("slug: cancel", "slug: end"), "utf-8")
    say(docs, "/fr/cancel/ -> 1003", "/en/cancel/ -> 1003")

    written = as_json(read(docs), registry(docs))

    assert written["renamed"] == {"/fr/cancel/": "/fr/end/", "/en/cancel/": "/en/end/"}


@pytest.mark.parametrize("address", ["1001", "1001/notice-period", "1003/backup"])
def test_each_address_is_a_page_with_a_link_in_each_language(site: Path, address: str) -> None:
    number, _, section = address.partition("/")
    (twins,) = (twins for twins in PAGES.values() if twins["fr"].number == int(number))
    hash_ = f"#{section}" if section else ""

    page = page_at(site, f"/a/{address}/")

    assert [(each["lang"], each["href"]) for each in page.all("a")] == [
        (code, f"{twins[code].path}{hash_}") for code in ("fr", "en")
    ]


def test_each_number_and_section_of_every_article_has_its_page_and_its_heading_shows_it(site: Path) -> None:
    for twins in PAGES.values():
        for page in twins.values():
            headings = [each["href"] for each in page_at(site, page.path).all("a") if each.get("class") == "headerlink"]
            assert headings == [f"/a/{page.number}/", *(f"/a/{page.number}/{anchor}/" for anchor in page.sections)]
            assert all((site / each.strip("/") / "index.html").exists() for each in headings)


def test_a_build_without_a_published_article_stops_and_one_that_leads_on_answers(sources: Path) -> None:
    for code in ("fr", "en"):
        folder = sources / "docs" / code
        (folder / "issue-management.md").unlink()
        for path in folder.glob("*.md"):
            text = path.read_text("utf-8").replace(", issue-management", "").replace(" issue-management}", "}")
            path.write_text(re.sub(r"\[([^]]*)\]\(issue-management\.md\)", r"\1", text), "utf-8")
    config = sources / "mkdocs.yml"
    config.write_text(config.read_text("utf-8").replace(", issue-management.md", ""), "utf-8")

    stopped = build(sources)
    assert stopped.returncode != 0
    assert "/en/issues/good-practice/ was published and leads nowhere" in stopped.stderr

    say(
        sources / "docs", "1006 -> 1005", "/fr/problemes/bonnes-pratiques/ -> 1005", "/en/issues/good-practice/ -> 1005"
    )
    built = build(sources)
    assert built.returncode == 0, built.stderr
    site = sources / "site"
    assert [each["href"] for each in page_at(site, "/a/1006/habits/").all("a")] == [
        "/fr/essai/explorer/",
        "/en/trial/explore/",
    ]
    old = (site / "fr/problemes/bonnes-pratiques/index.html").read_text("utf-8")
    assert '<noscript><meta http-equiv="refresh" content="0; url=/fr/essai/explorer/"></noscript>' in old
