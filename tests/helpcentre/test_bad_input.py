"""Pages broken on purpose: the build stops, and names the file, the line and what to do."""

import re
from pathlib import Path

import pytest

from tests.helpcentre.conftest import build
from widget.languages import LOCALES

STEPS = {"fr": "## Les étapes { #steps }", "en": "## The steps { #steps }"}


def put(sources: Path, key: str, old: str, new: str) -> None:
    """Replace in an article in each language, once."""
    for code in LOCALES:
        article = sources / "docs" / code / f"{key}.md"
        text = article.read_text(encoding="utf-8")
        assert old.format(steps=STEPS[code]) in text
        article.write_text(text.replace(old.format(steps=STEPS[code]), new.format(steps=STEPS[code]), 1), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("number: 1003\n", "", r"docs/fr/cancel\.md:1: number is missing in the front matter; add it: a whole number"),
        (
            "number: 1003",
            "number: 1002",
            r"docs/fr/upgrade\.md:4: number 1002 is also that of docs/fr/cancel\.md; choose another",
        ),
        (
            "synonyms:",
            "synonims:",
            r"docs/fr/cancel\.md:7: synonims: unknown key; correct or remove it\. Known are title, slug",
        ),
        (
            "{steps}",
            "{steps}\n\n[Plus](cancle.md)",
            r"docs/fr/cancel\.md:\d+: the link cancle\.md leads nowhere: write an article by its file",
        ),
        (
            "{steps}",
            "{steps}\n\n[Plus](backup.md#no-such-section)",
            r"docs/fr/cancel\.md:\d+: the link backup\.md#no-such-section leads nowhere: #no-such-",
        ),
        (
            "{steps}",
            "{steps}\n\n![](gear.svg)",
            r"docs/fr/cancel\.md:\d+: an image without alt text; say what it shows: !\[what it shows\]\(file\)",
        ),
        (
            "{steps}",
            "{steps}\n\n```\n{{{{ notice }}}}\n```",
            r"docs/fr/cancel\.md:\d+: the fact \{\{ notice \}\} stands in code, where it is not filled in; take it out",
        ),
        (
            "::cancellation{{interval=month on=2027-08-03}}",
            "::example{{interval=month on=2027-08-03 active=9 from=premium/9/0 to=premium/8/0}}",
            r"docs/fr/cancel\.md:\d+: ::example\{.*\}: refused by active-user-floor, declared: nothing; correct the",
        ),
        (
            "{steps}",
            "{steps}\n\n{{{{ notise }}}}",
            r"docs/fr/cancel\.md:\d+: \{\{ notise \}\}: unknown fact; there are notice",
        ),
    ],
)
def test_a_broken_article_stops_the_build(sources: Path, old: str, new: str, message: str) -> None:
    put(sources, "cancel", old, new)

    built = build(sources)

    assert built.returncode != 0
    assert re.search(message, built.stderr), built.stderr


def test_a_slug_used_twice_stops_the_build(sources: Path) -> None:
    article = sources / "docs" / "fr" / "contact.md"
    article.write_text(article.read_text("utf-8").replace("slug: contact", "slug: abonnement/annuler"), "utf-8")

    built = build(sources)

    assert built.returncode != 0
    assert "docs/fr/contact.md:3: slug 'abonnement/annuler' is also that of docs/fr/cancel.md; choose another" in (
        built.stderr
    )


def test_the_section_of_a_rule_in_the_wrong_article_stops_the_build(sources: Path) -> None:
    put(sources, "cancel", "{{ #undo-cancel .rule }}", "{{ #taken-back }}")
    put(sources, "trial", "{{ #explore }}", "{{ #undo-cancel .rule }}")

    built = build(sources)

    assert built.returncode != 0
    assert re.search(r"docs/fr/trial\.md:\d+: the rule undo-cancel belongs in docs/fr/cancel\.md", built.stderr)


@pytest.mark.parametrize("key", ["index", "policy", "prices", "calculations", "downgrade", "upgrade"])
def test_a_file_that_the_code_knows_by_name_keeps_its_name(sources: Path, key: str) -> None:
    for code in LOCALES:
        (sources / "docs" / code / f"{key}.md").rename(sources / "docs" / code / "renamed.md")

    built = build(sources)

    assert built.returncode != 0
    assert f"docs/fr/{key}.md:1: the code knows this article by its file name: give the file its name back" in (
        built.stderr
    )
