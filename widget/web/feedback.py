"""Was this article helpful? One click, then a comment if the reader likes; and searches without a result. No cookie."""

import re

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.languages import Language
from widget.services import feedback
from widget.services.limits import Limit
from widget.store.feedback import Feedback
from widget.web.context import context_of
from widget.web.forms import parse
from widget.web.limits import limited
from widget.web.pages import answer, help_notice, language_of
from widget.web.threads import formed
from widget.wording import N_, days

_DIGITS, _VERSION = re.compile(r"[0-9]{1,8}"), re.compile(r"[0-9a-f]{8}")
FIELDS = ("article", "section", "version", "helpful")


@formed
def say(request: Request, body: str) -> Response:
    """Keep the click of a reader (POST) and lead to the thanks, where a comment may follow."""
    limited(request, Limit.FEEDBACK)
    context, language = context_of(request), language_of(request)
    form = parse(body, dict.fromkeys(FIELDS, ""), FIELDS, language)
    article = context.articles.numbered(_number(form.typed["article"]), language.code)
    if form.errors or article is None or form.typed["helpful"] not in {"yes", "no"}:
        lines = [N_("Nothing was kept. Go back to the article and try again.")]
        return help_notice(request, N_("Your answer could not be read"), lines, 422)
    section, version = form.typed["section"], form.typed["version"]
    feedback_id = feedback.say(
        context.engine,
        article=article.number,
        section=section if section in article.sections else "",
        language=language.code,
        version=version if _VERSION.fullmatch(version) else article.version,
        helpful=form.typed["helpful"] == "yes",
        now=context.now(),
    )
    return RedirectResponse(f"/widget/{language.code}/feedback/{feedback_id}", 303, {"Cache-Control": "no-store"})


def _number(text: str) -> int:
    return int(text) if _DIGITS.fullmatch(text) else 0


@formed
def comment(request: Request, body: str) -> Response:
    """Thank for the click and ask for a comment (GET), or keep one (POST). Raises the 404 of an id that is over."""
    context, language = context_of(request), language_of(request)
    said = feedback.load(context.engine, request.path_params["feedback"], now=context.now())
    if said is None:
        raise HTTPException(404)
    if request.method != "POST":
        return _thanks(request, language, said)
    limited(request, Limit.FEEDBACK)
    form = parse(body, {"comment": ""}, ("comment",), language)
    text = form.text("comment", feedback.LONGEST_COMMENT)
    if form.errors:
        return _thanks(request, language, said, form.typed["comment"], form.errors.get("comment", ""), form.summary)
    if text:
        feedback.comment(context.engine, said.id, text)
    return RedirectResponse(request.url.path, 303, {"Cache-Control": "no-store"})


def _thanks(
    request: Request,
    language: Language,
    said: Feedback,
    typed: str = "",
    error: str = "",
    summary: list[tuple[str, str]] | None = None,
) -> Response:
    context = context_of(request)
    article = context.articles.numbered(said.article, language.code)
    values = {
        "title": language.gettext(N_("Thank you for your answer")),
        "action": request.url.path,
        "commented": bool(said.comment),
        "typed": typed,
        "error": error,
        "summary": summary or [],
        "article": article,
        "days": days(context.terms.policy(context.today()).retention.feedback_comments, language),
    }
    return answer(request, "feedback/thanks.html", language, values, 422 if summary else 200, frame="frame.html")


@formed
def searched(request: Request, body: str) -> Response:
    """Count a search without a result (POST); what the search does find is not counted."""
    limited(request, Limit.FEEDBACK)
    context, language = context_of(request), language_of(request)
    form = parse(body, {"words": ""}, ("words",), language)
    if not form.errors and not context.articles.searches[language.code].find(form.typed["words"]):
        feedback.missed(context.engine, language=language.code, text=form.typed["words"][:200], now=context.now())
    return Response(status_code=204)
