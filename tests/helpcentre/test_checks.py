"""What an article may not hold is named with its file, its line and what to do."""

import re

import pytest

from tests.helpcentre.conftest import EVERY_RULE, Articles
from widget.helpcentre import checks, index
from widget.helpcentre.pages import PageError, read


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "```\n{{ notice }}\n```\n",
            ":10: the fact {{ notice }} stands in code, where it is not filled in; take it out",
        ),
        ("Write `{{ notice }}`.\n", ":9: the fact {{ notice }} stands in code"),
        ("Write `{{ no{tice }}`.\n", ":9: the fact {{ no{tice }} stands in code"),
        ("![](a.png)\n", ":9: an image without alt text; say what it shows"),
        ('<img src="a.png">\n', ":9: an image without alt text"),
        ('<img title="a<b" src="a.png">\n', ":9: an image without alt text"),
        ('<img src="a.png" alt="">\n', ":9: an image without alt text"),
        ("Text\n\n## Steps\n", ":11: a heading without anchor; end it with { #short-name }"),
        ("Steps\n=====\n", ":10: this line makes a heading of the one above; write ## or ### before it"),
        ("Steps { #steps }\n---\n", ":10: this line makes a heading of the one above"),
        ("## Within {{ notice }} { #in-time }\n", ":9: a fact in a heading is not filled in where links name it"),
        (
            'See <a class="x" href="/fr/abonnement/anuler/">this</a>.\n',
            ":9: nobody checks the link /fr/abonnement/anuler/; write it as [words](article.md#section)",
        ),
        ("# Title { #title }\n", ":9: the heading of the page is its title in the front matter"),
        ("  ::prices\n", ":9: '::prices' is no block; write it on a line of its own"),
        ("- ::prices\n", ":9: '::prices' is no block"),
        ("::prices.\n", ":9: '::prices.' is no block"),
        ("::articles{page\n", ":9: '::articles{page' is no block"),
        ("::if{best_day=false}\n ::prices\n::end\n", ":10: '::prices' is no block"),
        ("See ![a list](screen:survey).\n", ":9: '](screen:survey).' is no block"),
        ("Order { notice } ahead.\n", ":9: { notice } is no fact; write it with two braces on each side"),
        ("It costs { price premium user year}.\n", ":9: { price premium user year} is no fact"),
        ("See [this](nothing.md).\n", ":9: the link nothing.md leads nowhere: write an article by its file, one of "),
        ("See [this](nothing_(1).md).\n", ":9: the link nothing_(1 leads nowhere"),
        ("See [this](page.md#nothing).\n", ":9: the link page.md#nothing leads nowhere: #nothing is no section there"),
        (
            "See [this](#nothing).\n",
            ":9: the link #nothing leads nowhere: #nothing is no section there; there are none",
        ),
        ("See [this\nand that](/en/page/).\n", ":10: the link /en/page/ leads nowhere: write an article by its file"),
        ("See [this](http://other.example).\n", ":9: the link http://other.example is not encrypted: use https://"),
        ("## Undo { #undo .rule }\n\nWithin 30 days.\n", ":11: '30' is typed by hand in the section of a rule; write"),
        ("## Undo { #undo .rule }\n\nWithin Three days.\n", ":11: 'Three' is typed by hand in the section of a rule"),
        ("## Undo { #undo .rule }\n\nBy 1 July.\n", ":11: '1' is typed by hand in the section of a rule"),
        ("## Undo { #undo .rule }\n\nIn July.\n", ":11: 'July' is typed by hand in the section of a rule"),
        ("## Undo after 2 days { #undo .rule }\n", ":9: '2' is typed by hand in the section of a rule"),
    ],
)
def test_what_an_article_may_not_hold_is_named(articles: Articles, text: str, message: str) -> None:
    articles.write("page", "", "fr", number=1003)
    articles.write("page", text, "en", number=1003)

    with pytest.raises(PageError, match=re.escape(f"docs/en/page.md{message}")):
        checks.check(read(articles.docs))


def test_figures_from_facts_and_examples_and_outside_of_rules_may_stand(articles: Articles) -> None:
    articles.write(
        "page",
        "Keep 2 copies, see [the steps](#steps), <https://a.example/1> or [us](mailto:a@b.example).\n\n"
        "## Undo { #undo .rule }\n\n1. Until {{ deadline 2027-07-01 }}, you may undo it.\n\n"
        "::example{interval=month on=2027-03-15 from=premium/20/4 to=premium/15/4}\n\n"
        "## Steps { #steps }\n\n1. First.\n2. Second, in 2 minutes.\n\n`code 5`\n\n"
        'See <a href="/widget/api/v1/policy">the rules</a>.\n\n---\n\n'
        "Write `::prices` or `{ name }`.\n\n![A view of 3 rooms](a.png)\n",
    )

    checks.check(read(articles.docs))


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        ("::articles{page}", "docs/fr/index.md:1: trial is listed 0 times; name it once in an ::articles{…}, in each"),
        ("::articles{page trial}\n\n::articles{trial}", "docs/fr/index.md:1: trial is listed 2 times; name it once"),
    ],
)
def test_the_home_page_lists_each_article_once(articles: Articles, listed: str, message: str) -> None:
    for key, text in (("index", listed), ("page", ""), ("trial", "")):
        articles.write(key, text)

    with pytest.raises(PageError, match=re.escape(message)):
        checks.check(read(articles.docs))


def test_a_rule_stands_in_its_home_article_only(articles: Articles) -> None:
    articles.write("trial", EVERY_RULE)

    with pytest.raises(PageError) as stopped:
        index.check_homes(read(articles.docs))

    assert re.search(
        r"docs/fr/trial\.md:10: the rule admin-only belongs in docs/fr/downgrade\.md: move the section there",
        str(stopped.value),
    )
