"""The languages say the same, and a translation says which original it was made from."""

import re
from pathlib import Path

import pytest

from tests.helpcentre.conftest import Articles, build
from tests.helpcentre.test_site import page_at
from widget import languages
from widget.helpcentre import parity, translations
from widget.helpcentre.pages import PageError, read
from widget.helpcentre.parity import State


@pytest.mark.parametrize(
    ("french", "english", "message"),
    [
        (
            "",
            "## Backup { #backup }\n",
            "docs/fr/cancel.md:1: no section { #backup }, which docs/en/cancel.md:9 has; write it there too",
        ),
        (
            "## A { #a }\n## B { #b }\n",
            "## B { #b }\n## A { #a }\n",
            "docs/en/cancel.md:9: the section #b stands where docs/fr/cancel.md has #a; keep the order",
        ),
        (
            "## Undo { #undo .rule }\n",
            "## Undo { #undo }\n",
            "docs/en/cancel.md:9: #undo is marked .rule in one language only; mark it in each",
        ),
        (
            "::example{on=2027-03-15}\n",
            "::example{on=2027-03-16}\n",
            "docs/en/cancel.md:1: no ::example{on=2027-03-15} as at docs/fr/cancel.md:9; facts, examples",
        ),
        (
            "Once {{ notice }}, twice\n{{ notice }}.",
            "Once {{ notice }}.",
            "docs/en/cancel.md:1: no {{ notice }} as at docs/fr/cancel.md:10; facts, examples",
        ),
        (
            "![Vue](a.svg)\n",
            "![View](b.svg)\n",
            "docs/en/cancel.md:1: no ![…](a.svg) as at docs/fr/cancel.md:9; facts, examples and images are the same",
        ),
    ],
)
def test_what_one_language_has_and_the_other_lacks_is_named(
    articles: Articles, french: str, english: str, message: str
) -> None:
    articles.write("cancel", french, "fr", number=1003)
    articles.write("cancel", english, "en", number=1003)

    with pytest.raises(PageError, match=re.escape(message)):
        parity.check(read(articles.docs))


def test_an_article_has_one_number_in_all_languages(articles: Articles) -> None:
    articles.write("cancel", "Texte", "fr", number=1003)
    articles.write("cancel", "Text", "en", number=1004)

    with pytest.raises(PageError, match=r"docs/en/cancel\.md:4: number is 1004, that of docs/fr/cancel\.md is 1003"):
        parity.check(read(articles.docs))


@pytest.fixture
def translated(articles: Articles) -> Articles:
    """An article whose translation was just reviewed."""
    articles.write("cancel", "Texte", "fr", number=1003)
    articles.write("cancel", "Text", "en", number=1003)
    translations.stamp(read(articles.docs), "en/cancel", articles.docs)
    return articles


def state(docs: Path) -> State:
    twins = read(docs)["cancel"]
    return parity.state(twins["en"], twins["fr"])


def edit(docs: Path, name: str, old: str, new: str) -> None:
    path = docs / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_new_translation_is_named_as_never_reviewed_and_says_nothing_of_a_change(articles: Articles) -> None:
    articles.write("cancel", "Texte", "fr", number=1003)
    articles.write("cancel", "Text", "en", number=1003)
    pages = read(articles.docs)

    assert translations.told(pages) == [
        "unreviewed translation: docs/en/cancel.md (of docs/fr/cancel.md): never reviewed; compare it, then: "
        "make translations REVIEWED=en/cancel"
    ]
    note = translations.note(state(articles.docs), pages["cancel"]["fr"], languages.load()["en"], "Français")
    assert "This translation has not been compared with its original yet. Read the original:" in note


def test_a_reviewed_translation_is_current_until_the_original_says_something_else(translated: Articles) -> None:
    assert state(translated.docs) is State.CURRENT

    edit(translated.docs, "fr/cancel.md", "Texte", "Autre texte")

    assert state(translated.docs) is State.STALE
    assert translations.told(read(translated.docs)) == [
        "stale translation: docs/en/cancel.md (of docs/fr/cancel.md): compare it, then: "
        "make translations REVIEWED=en/cancel"
    ]


@pytest.mark.parametrize(("old", "new"), [("Texte", "  Texte\n"), ("reviewed: 2026-11-24", "reviewed: 2026-12-01")])
def test_white_space_and_dates_of_the_original_make_no_translation_stale(
    translated: Articles, old: str, new: str
) -> None:
    edit(translated.docs, "fr/cancel.md", old, new)

    assert state(translated.docs) is State.CURRENT


def test_a_stale_translation_is_current_again_once_reviewed(translated: Articles) -> None:
    edit(translated.docs, "fr/cancel.md", "Texte", "Autre texte")

    translations.stamp(read(translated.docs), "en/cancel", translated.docs)

    assert state(translated.docs) is State.CURRENT
    assert (translated.docs / "en/cancel.md").read_text(encoding="utf-8").count("translated:") == 1


def test_a_translation_without_text_is_missing_and_lacks_nothing_else(articles: Articles) -> None:
    articles.write("cancel", "## Sauvegarde { #backup }\n\n{{ notice }}\n", "fr", number=1003)
    articles.write("cancel", "\n", "en", number=1003)

    parity.check(read(articles.docs))

    assert state(articles.docs) is State.MISSING


def test_the_site_is_built_while_a_translation_has_no_text_and_its_page_leads_to_the_original(sources: Path) -> None:
    path = sources / "docs/en/issue-management.md"
    front = re.match(r"---\n.*?\n---\n", path.read_text(encoding="utf-8"), re.DOTALL)
    assert front
    path.write_text(re.sub("translated: .*\n", "", front[0]), encoding="utf-8")

    built = build(sources)

    assert built.returncode == 0, built.stderr
    assert "missing translation: docs/en/issue-management.md" in built.stderr
    page = page_at(sources / "site", "/en/issues/good-practice/")
    assert "This article is not translated yet. Read the original:" in " ".join(page.words)
    section = page_at(sources / "site", "/a/1006/habits/")
    assert [each["href"] for each in section.all("a")] == [
        "/fr/problemes/bonnes-pratiques/#habits",
        "/en/issues/good-practice/",
    ]


@pytest.mark.parametrize("name", ["fr/cancel", "en/nothing", "cancel"])
def test_only_a_translation_can_be_marked_as_reviewed(translated: Articles, name: str) -> None:
    with pytest.raises(PageError, match=f"{name}: no such translation; write language/article"):
        translations.stamp(read(translated.docs), name, translated.docs)
