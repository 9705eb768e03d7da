"""A step of the widget as a whole page, or as the fragment that the element in an article asks for."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from widget.languages import Language
from widget.logs import request_id
from widget.rendering import led_to, render
from widget.store.space import Member
from widget.web.body import read_body
from widget.web.context import accepted_language, context_of, query_of
from widget.web.forms import SAMPLE
from widget.web.session import not_allowed, signed_in
from widget.wording import N_

HEADERS = {"Cache-Control": "no-store", "Vary": "Accept, Cookie"}
#: What stands before the site's name in the title of a page; a template that is not here gives `title` in its values.
TITLES = {
    "change/choose.html": N_("Your new subscription"),
    "members/choose.html": N_("Choose whom to deactivate"),
    "survey/ask.html": N_("Why are you reducing your subscription?"),
    "review/check.html": N_("Check your change"),
    "space/show.html": N_("Receipts, reminders, calendar"),
    "mailbox/list.html": N_("The mail of this demo"),
    "session/ask.html": N_("Sign in to go on"),
    "session/over.html": N_("Sign in again to go on"),
    "session/places.html": N_("Where you are signed in"),
    "session/choose.html": N_("Which space?"),
    "session/elsewhere.html": N_("Sign in from the product"),
    "session/continue.html": N_("Is that you?"),
    "desk/find.html": N_("Support: find a space"),
    "desk/space.html": N_("Support"),
    "desk/answers.html": N_("Answers of the survey"),
    "desk/readers.html": N_("What readers said"),
    "desk/outbox.html": N_("Outbox"),
    "account/sign_in.html": N_("Sign in to the demonstration"),
}


#: What takes forms alone, below a draft or a quote, and what shows its form: the step beside it, or the page itself.
SHOWN_BY = {
    ("change", "order"): "/review",
    ("change", "quote"): "/review",
    ("change", "activate"): "/members",
    ("quotes", "send"): "",
    ("quotes", "withdraw"): "",
}


def page_of(path: str) -> str:
    """Return the page that shows the form of an address which takes forms alone; any other address is that page."""
    *_, noun, _, last = ("", "", *path.split("/"))
    page = SHOWN_BY.get((noun, last))
    return path if page is None else path.removesuffix(f"/{last}") + page


def wants_fragment(request: Request) -> bool:
    """Whether the element asks: by `Accept`, so that no request needs a preflight."""
    return "fragment=1" in request.headers.get("accept", "")


def language_of(request: Request) -> Language:
    """Return the language of the path (`/fr/…`, `/widget/fr/…`), else of the query (`?lang=fr`), else the reader's."""
    languages = context_of(request).languages
    asked = [*request.url.path.split("/")[1:3], request.query_params.get("lang", "")]
    named = [each for each in asked if each in languages]
    return languages[named[0]] if named else accepted_language(request)


def answer(
    request: Request,
    template: str,
    language: Language,
    values: dict[str, Any],
    status: int = 200,
    *,
    frame: str = "page.html",
    leads_to: str = "",
) -> HTMLResponse:
    """Return a step, bare for the element, else inside a page (`frame`) with its title, language and way back.

    `leads_to` is the path that a page without an address of its own in each language stands before.
    """
    inner = render(template, language, values)
    if not wants_fragment(request):
        context = context_of(request)
        title = language.gettext(TITLES[template]) if template in TITLES else values.get("title", "")
        inner = render(
            frame,
            language,
            {
                "inner": inner,
                "title": title,
                # What is wrong, or what has changed meanwhile and is decided `again`.
                "failed": bool(values.get("summary") or values.get("again")),
                "article": context.articles.article("downgrade", language.code),
                "others": [
                    (each.code, each.name, _in_language(request, each.code, values.get("f", {}), leads_to))
                    for each in context.languages.values()
                    if each.code != language.code
                ],
                "demo": context.settings.demo,
                "mailbox": context.settings.smtp is None,
                # Only what was read already: a page about a database that is away asks it nothing.
                "leave": bool(getattr(request.state, "signed_in", None)) and "/widget/signout" not in inner,
            },
        )
    elif _from_site(request):
        inner = led_to(inner, context_of(request).settings.address)
    return html(inner, language, status)


def html(body: str | bytes, language: Language, status: int = 200) -> HTMLResponse:
    """Return an answer that no cache keeps, in its language."""
    return HTMLResponse(body, status, HEADERS | {"Content-Language": language.code})


def frame_of(request: Request) -> str:
    """Return into what an answer goes: a page of ours, the element, or the element on the site's own host."""
    if not wants_fragment(request):
        return "page"
    return "site" if _from_site(request) else "element"


def _from_site(request: Request) -> bool:
    """Whether the element stands on a page of the site on its own host."""
    site = context_of(request).settings.trust.site
    return site is not None and request.headers.get("origin") == site


def notice(
    request: Request,
    language: Language,
    title: str,
    lines: Sequence[str] = (),
    people: Sequence[Member] = (),
    *,
    back: str,
    back_to: str = N_("Back to the choice"),
    status: int = 200,
    signed_in: bool = False,
) -> HTMLResponse:
    """Say something instead of a step: a title and lines (messages to translate), whom to ask, and the way on."""
    values = {
        "title": language.gettext(title),
        "lines": [language.gettext(line) for line in lines],
        "people": people,
        "back": back,
        "back_to": language.gettext(back_to),
        "signed_in": signed_in,
        "reference": reference(language) if status >= 400 else "",
    }
    return answer(request, "notice.html", language, values, status)


def reference(language: Language) -> str:
    """Return the sentence that names this request, for support."""
    return language.gettext(N_("Reference for support: %(id)s")) % {"id": request_id.get()}


def help_notice(request: Request, title: str, lines: Sequence[str], status: int) -> HTMLResponse:
    """Say what went wrong on a page of its own, in the reader's language, with the way back to the help article."""
    language = language_of(request)
    back = context_of(request).articles.article("downgrade", language.code)
    back_to = N_("Back to the help article")
    return notice(request, language, title, lines, back=back, back_to=back_to, status=status)


def too_large(request: Request) -> HTMLResponse:
    """Say that a form was larger than any of ours."""
    lines = [N_("Nothing was done. Go back, shorten it and try again.")]
    return help_notice(request, N_("What was sent is too large"), lines, 413)


def to_sign_in(request: Request, then: str = "", *, again: bool = False, said: str = "session/over.html") -> Response:
    """Lead to sign-in, and from there to a path, by default the page asked for with its query, or whose form was sent.

    Who is signed in already is not the one who may, which is told, unless they are only to prove who they are `again`.

    The element is told so with a link, by the template `said`: a fetch cannot follow to an identity provider. Neither
    can a form, which the content policy keeps to this site.
    """
    if not again and signed_in(request) is not None:
        not_allowed(request)
    asked = f"?{query_of(request)}" if query_of(request) and request.method != "POST" else ""
    address = f"/widget/signin?{urlencode({'next': then or page_of(request.url.path) + asked})}"
    by_link = wants_fragment(request) or (request.method == "POST" and context_of(request).provider is not None)
    if not by_link:
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    return answer(request, said, language_of(request), {"sign_in": address}, 401)


def _in_language(request: Request, code: str, typed: Mapping[str, str], leads_to: str) -> str:
    """Return this page, or the one that it leads to, in another language.

    What a form sent moves along as the query, without JavaScript too.
    """
    here = urlsplit(leads_to) if leads_to else request.url
    if leads_to:
        for pages in context_of(request).articles.articles.values():
            if here.path in {each.path for each in pages.values()}:
                return urlunsplit(("", "", pages[code].path, here.query, here.fragment))
    if here.path.startswith("/widget/problems/"):  # one address for all languages: programs know it
        return f"{here.path}?lang={code}"
    # What takes forms alone has no page to lead to: the page that shows the form has.
    parts = page_of(here.path).split("/")
    if len(parts) < 4 or parts[2] not in context_of(request).languages or "undo" in parts:
        return f"/widget/{code}/change"
    parts[2] = code
    if parts[3:] in (["feedback"], ["searches"]):  # their forms stand in each article, and which one is not known here
        return context_of(request).articles.article("downgrade", code)
    sent = {name: typed[name][:40] for name in SAMPLE if name in typed} if request.method == "POST" else {}
    query = urlencode(sent) or here.query
    return "/".join(parts) + (f"?{query}" if query else "")


async def read_form(request: Request) -> str | None:
    """Return a urlencoded body as text, or None when it is larger than any form of ours."""
    body = await read_body(request)
    return None if body is None else body.decode("ascii", "replace")
