"""The links that agents paste into tickets: to an article or a section, for ever, in the customer's language."""

from dataclasses import asdict
from urllib.parse import urlencode

from markupsafe import Markup

from widget.domain.plan import Level
from widget.languages import Language
from widget.web.articles import Article
from widget.web.context import Context
from widget.wording import N_

#: The section of an article in which the widget stands.
HERE = "here"


def copies(
    context: Context, article: Article, section: str, wish: Level | None, *, customer: Language, agent: Language
) -> list[tuple[str, str, str]]:
    """Return a link with its title as text, Markdown and HTML: an id, the name of the form, and what is copied.

    `section` is empty for the whole article; `wish` is what the widget is to propose, as read and not as typed.
    """
    root = context.settings.trust.site or context.settings.address
    place = f"{section}/" if section else ""
    query = {"lang": customer.code} | (asdict(wish) if wish else {})
    address = f"{root}/a/{article.number}/{place}?{urlencode(query)}"
    name = f"{article.title} – {article.sections[section]}" if section else article.title
    escaped = "".join(f"\\{each}" if each in "\\[]*_`<>" else each for each in name)
    html = Markup('<a href="{}">{}</a>').format(address, name)
    return [
        ("text", agent.gettext(N_("Text")), f"{name}\n{address}"),
        ("markdown", "Markdown", f"[{escaped}]({address})"),
        ("html", "HTML", str(html)),
    ]
