"""The articles on disk: what is wrong is named with its file and what to do."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

from tests.helpcentre.conftest import Articles
from widget.helpcentre.pages import PageError, read
from widget.settings import HOME_ZONE, ROOT


def test_the_file_name_pairs_the_languages_and_the_slug_makes_the_address(articles: Articles) -> None:
    articles.write("cancel", "", "fr", slug="abonnement/annuler", number=1003)
    articles.write("cancel", "", "en", slug="subscription/cancel", number=1003)

    twins = read(articles.docs)["cancel"]

    assert {code: page.path for code, page in twins.items()} == {
        "fr": "/fr/abonnement/annuler/",
        "en": "/en/subscription/cancel/",
    }
    assert twins["fr"].reviewed == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("front", "message"),
    [
        ({"sumary": "x"}, "docs/fr/cancel.md:8: sumary: unknown key; correct or remove it. Known are title, slug"),
        ({"title": None}, "docs/fr/cancel.md:1: title is missing in the front matter; add it: a text"),
        (
            {"number": None},
            "docs/fr/cancel.md:1: number is missing in the front matter; add it: a whole number from 1000",
        ),
        ({"number": "'12'"}, "docs/fr/cancel.md:4: number: expected a whole number from 1000, given once"),
        ({"slug": "Été"}, "docs/fr/cancel.md:3: slug: expected lower-case words such as a-b/c, found 'Été'"),
        (
            {"title": "'Quotes for {{ quote_valid_days }} days'"},
            "docs/fr/cancel.md:2: title: expected a text, without facts, found 'Quotes for {{ quote_valid",
        ),
        (
            {"summary": "Order {{ notice }} ahead."},
            "docs/fr/cancel.md:5: summary: expected one or two sentences, without facts, found 'Order {{",
        ),
        ({"reviewed": "soon"}, "docs/fr/cancel.md:7: reviewed: expected a date such as 2026-11-24, found 'soon'"),
        ({"related": "upgrade"}, "docs/fr/cancel.md:6: related: expected a list of articles such as"),
        ({"widget": "banner"}, "docs/fr/cancel.md:8: widget: expected change, found 'banner'"),
        (
            {"widget": "change"},
            "docs/fr/cancel.md:1: ::widget{…} in the text and `widget:` in the front matter go together",
        ),
        (
            {"reviewed": "2026-11-31"},
            "docs/fr/cancel.md:7: no such day (day is out of range for month); write one such",
        ),
        ({"title": "[a"}, "docs/fr/cancel.md:3: the front matter is not YAML"),
        ({"summary": "x\ntitle: Another"}, "docs/fr/cancel.md:6: title is there twice; remove one of the two"),
    ],
)
def test_a_mistake_in_the_front_matter_is_named(articles: Articles, front: dict[str, object], message: str) -> None:
    articles.write("cancel", **front)

    with pytest.raises(PageError, match=re.escape(message)):
        read(articles.docs)


@pytest.mark.parametrize("text", ["", "no front matter\n", "---\ntitle: open"])
def test_an_article_without_front_matter_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "cancel.md").write_text(text, encoding="utf-8")

    with pytest.raises(PageError, match=r"docs/fr/cancel\.md:1: no front matter; start the file with ---"):
        read(tmp_path)


def test_an_article_in_another_encoding_is_named(articles: Articles) -> None:
    articles.write("cancel", "Text\n\nÀ bientôt\n")
    path = articles.docs / "fr" / "cancel.md"
    path.write_bytes(path.read_text("utf-8").encode("latin-1"))

    with pytest.raises(PageError, match=r"^docs/fr/cancel\.md:11: not UTF-8; save the file as UTF-8$"):
        read(articles.docs)


@pytest.mark.parametrize("name", ["number", "slug"])
def test_two_articles_never_share_a_number_or_an_address(articles: Articles, name: str) -> None:
    same, line = {"number": (1007, 4), "slug": ("same", 3)}[name]
    articles.write("cancel", **{name: same})
    articles.write("trial", **{name: same})

    with pytest.raises(
        PageError, match=rf"docs/fr/trial\.md:{line}: {name} '?{same}'? is also that of docs/fr/cancel\.md"
    ):
        read(articles.docs)


@pytest.mark.parametrize(("there", "missing"), [("fr", "en"), ("en", "fr")])
def test_an_article_in_one_language_only_stops_the_build(articles: Articles, there: str, missing: str) -> None:
    articles.write("cancel", "", there)

    with pytest.raises(PageError, match=rf"docs/{missing}/cancel\.md:1: the file is missing: write it"):
        read(articles.docs)


def test_an_anchor_is_there_once(articles: Articles) -> None:
    articles.write("cancel", "## One { #same }\n\n## Two { #same }\n")

    with pytest.raises(PageError, match=r"docs/fr/cancel\.md:11: the anchor #same is there twice"):
        read(articles.docs)


@pytest.mark.parametrize("anchor", ["What_Next", "été", "-next", "what.next", ""])
def test_an_anchor_that_makes_no_address_is_named(articles: Articles, anchor: str) -> None:
    articles.write("cancel", f"## One {{ #one }}\n\n## Two {{ #{anchor} .rule }}\n")

    with pytest.raises(PageError, match=rf"docs/fr/cancel\.md:11: the anchor #{re.escape(anchor)} makes no address"):
        read(articles.docs)


def test_a_heading_in_a_code_block_is_no_section(articles: Articles) -> None:
    articles.write("cancel", "```\n## Sample { #sample }\n```\n\n## Real { #real }\n")

    assert read(articles.docs)["cancel"]["fr"].sections == {"real": "Real"}


def test_no_article_was_reviewed_on_a_day_to_come() -> None:  # no matter of the build, whose day may be set back
    today = datetime.now(HOME_ZONE).date()  # noqa: TID251 -- the day of whoever writes
    pages = [page for twins in read(ROOT / "docs").values() for page in twins.values()]

    assert [page.at("reviewed") for page in pages if page.reviewed > today] == []
