"""oEmbed (oembed.com): what a chat or a ticket system shows for a pasted address of ours."""

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from widget.languages import Language
from widget.web.articles import Article, Articles
from widget.web.context import accepted_language, context_of
from widget.web.problem import FieldError, problem

#: What the build draws: helpcentre/cards.py.
WIDTH, HEIGHT = 1200, 630
_LONGEST = 2000


async def embed(request: Request) -> Response:
    """Answer `GET /widget/oembed?url=…`: title and picture of an article; 404 for any other address, 501 for XML."""
    language, asked = accepted_language(request), request.query_params
    if asked.get("format", "json") != "json":
        return problem(501, language)
    address = asked.get("url", "")
    if not address or len(address) > _LONGEST:
        return problem(
            422, language, errors=[FieldError("url", "text_too_long" if address else "missing", {"limit": _LONGEST})]
        )
    sizes = {name: asked.get(name, "") for name in ("maxwidth", "maxheight")}
    wrong = [
        name for name, size in sizes.items() if size and not (size.isascii() and size.isdecimal() and len(size) < 9)
    ]
    if wrong:
        return problem(422, language, errors=[FieldError(name, "wrong_type", {}) for name in wrong])
    found = _article(request, address, language)
    if found is None:
        return problem(404, language)
    article, section, spoken = found
    fits = int(sizes["maxwidth"] or WIDTH) >= WIDTH and int(sizes["maxheight"] or HEIGHT) >= HEIGHT
    headers = {"Content-Language": spoken.code, "Vary": "Accept-Language, Cookie"}
    return JSONResponse(_answer(request, article, section, spoken, with_picture=fits), headers=headers)


def _answer(
    request: Request, article: Article, section: str, language: Language, *, with_picture: bool
) -> dict[str, object]:
    root = _roots(request)[0]
    heading = article.sections.get(section)
    answer: dict[str, object] = {
        "version": "1.0",
        "type": "link",
        "title": f"{article.title} – {heading}" if heading else article.title,
        "provider_name": context_of(request).articles.articles["index"][language.code].title,
        "provider_url": f"{root}/{language.code}/",
        "cache_age": 3600,
    }
    if with_picture:
        picture = f"{root}/cards/{language.code}/{article.number}.png"
        answer |= {"thumbnail_url": picture, "thumbnail_width": WIDTH, "thumbnail_height": HEIGHT}
    return answer


def _roots(request: Request) -> list[str]:
    settings = context_of(request).settings
    return [each for each in (settings.trust.site, settings.address) if each]


def _article(request: Request, address: str, language: Language) -> tuple[Article, str, Language] | None:
    """Return the article, section and language of an address of this site, or None."""
    context = context_of(request)
    try:
        parts = urlsplit(address)
        forced = parse_qs(parts.query, max_num_fields=50).get("lang", [""])[0]
    except ValueError:
        return None
    if f"{parts.scheme}://{parts.netloc}" not in _roots(request):
        return None
    led_to = _led_to(context.articles, f"{parts.path.rstrip('/')}/", context.languages.get(forced, language).code)
    path, _, anchor = led_to.partition("#")
    for code, each in context.languages.items():
        article = next((one[code] for one in context.articles.articles.values() if one[code].path == path), None)
        if article:
            return article, anchor or parts.fragment, each
    return None


def _led_to(articles: Articles, path: str, code: str) -> str:
    """Return where the service leads from a path, in a language where the path names none; else the path itself."""
    if path == "/":
        return f"/{code}/"
    neutral = articles.permalinks.get(path[3:-1]) if path.startswith("/a/") else articles.named.get(path.strip("/"))
    return neutral[code] if neutral else articles.renamed.get(path, path)
