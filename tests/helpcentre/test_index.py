"""Indexes over all articles: each rule has its section, related articles are chosen, texts are cut at a word."""

import pytest

from tests.helpcentre.conftest import EVERY_RULE, Articles
from widget.domain.refusal import Rule
from widget.helpcentre.index import marks, related, rule_paths, snippet
from widget.helpcentre.pages import PageError, read
from widget.helpcentre.search import plain


def test_each_rule_leads_to_its_section_in_both_languages(articles: Articles) -> None:
    articles.write("rules", EVERY_RULE)

    paths = rule_paths(read(articles.docs))

    assert list(paths) == list(Rule)
    assert paths["no-credit"] == {"fr": "/fr/rules/#no-credit", "en": "/en/rules/#no-credit"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            EVERY_RULE.replace("{ #no-credit .rule }", ""),
            "no section states the rule no-credit; write one headed { #no-credit",
        ),
        (EVERY_RULE + "## New { #no-such-rule .rule }\n", "{ #no-such-rule }: `.rule` marks the section of a rule"),
        (EVERY_RULE.replace("#no-credit .rule", "#no-credit"), "{ #no-credit }: `.rule` marks the section of a rule"),
    ],
)
def test_rules_and_sections_cover_each_other(articles: Articles, text: str, message: str) -> None:
    articles.write("rules", text)

    with pytest.raises(PageError) as stopped:
        rule_paths(read(articles.docs))

    assert message in str(stopped.value)


def test_a_rule_is_stated_once(articles: Articles) -> None:
    articles.write("rules", EVERY_RULE)
    articles.write("again", "## Undo { #undo .rule }\n")

    with pytest.raises(PageError, match=r"the rule undo is also stated at /fr/"):
        rule_paths(read(articles.docs))


def test_related_articles_are_those_chosen_in_the_language_of_the_page(articles: Articles) -> None:
    articles.write("upgrade", related="[trial, cancel]")
    articles.write("cancel")
    articles.write("trial")
    pages = read(articles.docs)

    found = related(pages, pages["upgrade"]["en"], marks(pages))

    assert [(each["title"], each["path"]) for each in found] == [("Trial", "/en/trial/"), ("Cancel", "/en/cancel/")]


def test_related_articles_are_completed_by_those_that_share_rules_and_words(articles: Articles) -> None:
    articles.write("cancel", "## Undo { #undo .rule }\n", synonyms="[terminate]", related="[trial]")
    articles.write("trial")
    articles.write("backup", synonyms="[Terminate, export]")
    articles.write("rules", "See undo and its cases.\n", synonyms="[terminate]")
    articles.write("index", "undo\n", slug="''", synonyms="[terminate]")
    articles.write("contact", "undone\n", synonyms="[phone]")
    pages = read(articles.docs)

    found = [each["path"] for each in related(pages, pages["cancel"]["en"], marks(pages))]

    assert found == ["/en/trial/", "/en/rules/", "/en/backup/"]


def test_there_are_no_more_related_articles_than_a_reader_looks_at(articles: Articles) -> None:
    names = ["one", "two", "three", "four", "five", "six", "seven"]
    for name in names:
        articles.write(name, synonyms="[same]", related="[seven]" if name == "one" else "[]")
    pages = read(articles.docs)

    found = [each["path"] for each in related(pages, pages["one"]["fr"], marks(pages))]

    assert found == [f"/fr/{name}/" for name in ("seven", "two", "three", "four", "five")]


@pytest.mark.parametrize("key", ["upgrade", "nothing", "index"])
def test_an_article_is_never_related_to_itself_or_to_nothing(articles: Articles, key: str) -> None:
    articles.write("index", slug="''")
    articles.write("cancel")
    articles.write("upgrade", related=f"[{key}]")
    pages = read(articles.docs)

    with pytest.raises(
        PageError, match=rf"docs/fr/upgrade\.md:6: related: {key}: no such other article; there are cancel"
    ):
        related(pages, pages["upgrade"]["fr"], marks(pages))


@pytest.mark.parametrize(
    ("text", "longest", "cut"),
    [
        ("Short.", 10, "Short."),
        ("exactly ten", 11, "exactly ten"),
        ("one two three", 9, "one two …"),
        ("one two, three", 9, "one two …"),
        ("one two three", 7, "one two …"),
    ],
)
def test_a_snippet_is_cut_at_a_word(text: str, longest: int, cut: str) -> None:
    assert snippet(text, longest) == cut


def test_the_search_reads_the_words_of_an_article_without_the_widget() -> None:
    markup = (
        '<h2>Le préavis<a class="headerlink" href="#x" title="Lien">#</a></h2><p>Un&nbsp;mois &amp; plus.</p>'
        "<subscription-widget><form>Calculer</form></subscription-widget>"
    )

    assert plain(markup) == "Le préavis Un mois & plus."
