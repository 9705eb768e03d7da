"""What support tools ask: articles by the readers' words, with links that last."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from widget.languages import Language
from widget.services.limits import Limit
from widget.settings import Settings
from widget.web.articles import Article
from widget.web.context import accepted_language, context_of
from widget.web.limits import limited
from widget.web.problem import FieldError, problem, wrong_names
from widget.web.search import LONGEST
from widget.web.threads import worked

QUERY = ("q", "lang")


@worked
def answer_articles(request: Request) -> Response:
    """Answer `GET /widget/api/v1/articles`: those that `?q=` finds, or all, in the language `?lang=`."""
    limited(request, Limit.CALCULATE)
    context, language = context_of(request), accepted_language(request)
    errors = _wrong(request)
    if errors:
        return problem(422, language, errors=errors)
    language = context.languages.get(request.query_params.get("lang", ""), language)
    query = request.query_params.get("q", "").strip()
    known = context.articles.all(language.code)
    if query:
        found = [(known[each.path], each.section) for each in context.articles.searches[language.code].find(query)]
    else:
        found = [(article, "") for article in known.values()]
    listed = [as_json(article, section, language, context.settings) for article, section in found]
    headers = {"Content-Language": language.code, "Vary": "Accept-Language, Cookie"}
    return JSONResponse({"language": language.code, "articles": listed}, headers=headers)


def _wrong(request: Request) -> list[FieldError]:
    sent, languages = request.query_params, context_of(request).languages
    found = wrong_names(sent, QUERY)
    if sent.get("lang", "fr") not in languages:
        found.append(FieldError("lang", "not_one_of", {"expected": ", ".join(languages)}))
    if len(sent.get("q", "")) > LONGEST:
        found.append(FieldError("q", "text_too_long", {"limit": LONGEST}))
    return found


def as_json(article: Article, section: str, language: Language, settings: Settings) -> dict[str, Any]:
    """Return an article with its lasting links, whole addresses; `section` is the one that matches best, or None."""
    root = settings.trust.site or settings.address

    def links(anchor: str) -> dict[str, str]:
        lasting = f"{root}/a/{article.number}/{anchor}{'/' if anchor else ''}"
        page = f"{root}{article.path}{'#' if anchor else ''}{anchor}"
        return {"neutral": lasting, "forced": f"{lasting}?lang={language.code}", "page": page}

    return {
        "number": article.number,
        "title": article.title,
        "summary": article.summary,
        "links": links(""),
        "section": section or None,
        "sections": [{"id": id_, "title": title, "links": links(id_)} for id_, title in article.sections.items()],
    }
