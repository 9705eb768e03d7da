"""What machines read of an article: JSON-LD for search engines, and the feed of changed articles."""

import html as markup
import json
import re
from typing import Any

from widget.helpcentre.pages import HOME, Page, Pages
from widget.helpcentre.search import sections

_TAG = re.compile(r"<[^<>]+>")
FEED_LENGTH = 50


def json_ld(page: Page, home: Page, html: str, root: str) -> str:
    """Return the article as JSON-LD (schema.org): the article, its place below the home page, its steps and
    the questions that it answers, if any.

    `html` is the built article, `root` the site's address. Safe inside a script element.
    """
    address = root + page.path
    graph = [_article(page, home, root)]
    if page.key != HOME:  # a trail of one place is none
        graph.append(_breadcrumb(page, home, root))
    steps = _steps(html)
    if steps:
        graph.append(_how_to(page, address, steps))
    answers = [(heading, text) for _, heading, text in sections(html) if heading.endswith("?")]
    if answers:
        graph.append(_questions(page, address, answers))
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("&", "\\u0026")


def _steps(html: str) -> list[str]:
    """Return the items of the list that follows the heading of the steps at once; none where there is none."""
    after = html.partition('<h2 id="steps"')[2].partition("</h2>")[2].lstrip()
    if not after.startswith("<ol>"):
        return []
    items = after.partition("</ol>")[0].split("<li>")[1:]
    return [_text(item.partition("</li>")[0]) for item in items]


def _text(html: str) -> str:
    return " ".join(markup.unescape(_TAG.sub("", html)).split())


def _article(page: Page, home: Page, root: str) -> dict[str, Any]:
    address = root + page.path
    return {
        "@type": "TechArticle",
        "@id": f"{address}#article",
        "headline": page.title,
        "description": page.summary,
        "inLanguage": page.language,
        "dateModified": page.reviewed.isoformat(),
        "mainEntityOfPage": address,
        "image": f"{root}/cards/{page.language}/{page.number}.png",
        "author": {"@type": "Organization", "name": home.title, "url": root + home.path},
    }


def _breadcrumb(page: Page, home: Page, root: str) -> dict[str, Any]:
    items = [
        {"@type": "ListItem", "position": position, "name": each.title, "item": root + each.path}
        for position, each in enumerate((home, page), start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _how_to(page: Page, address: str, steps: list[str]) -> dict[str, Any]:
    items = [{"@type": "HowToStep", "position": number, "text": step} for number, step in enumerate(steps, start=1)]
    return {"@type": "HowTo", "name": page.title, "inLanguage": page.language, "url": f"{address}#steps", "step": items}


def _questions(page: Page, address: str, answers: list[tuple[str, str]]) -> dict[str, Any]:
    """Return the sections that are headed by a question, with what they answer."""
    items = [
        {"@type": "Question", "name": question, "acceptedAnswer": {"@type": "Answer", "text": answer}}
        for question, answer in answers
    ]
    return {"@type": "FAQPage", "inLanguage": page.language, "url": address, "mainEntity": items}


def changed(pages: Pages, language: str) -> list[Page]:
    """Return the articles of a language for its feed: the last reviewed first, at most FEED_LENGTH."""
    chosen = [twins[language] for key, twins in pages.items() if key != HOME and language in twins]
    return sorted(chosen, key=lambda page: (page.reviewed, page.number), reverse=True)[:FEED_LENGTH]


def robots(root: str) -> str:
    """Return robots.txt: everything may be read but the widget's own steps, which are nobody's start."""
    lines = ("User-agent: *", "Allow: /widget/static/", "Disallow: /widget/", f"Sitemap: {root}/sitemap.xml", "")
    return "\n".join(lines)
