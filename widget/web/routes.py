"""The whole URL table."""

from starlette.convertors import Convertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp

from widget.languages import LOCALES
from widget.rendering import STATIC
from widget.services.limits import Limit
from widget.settings import Settings
from widget.web import (
    api,
    calendar,
    change,
    desk,
    embed,
    feedback,
    hand_off,
    mailbox,
    members,
    oembed,
    openid,
    order,
    permalinks,
    quote,
    quote_accept,
    quote_list,
    receipt,
    review,
    sign_in,
    site,
    space,
    support,
    support_page,
    survey,
    undo,
    yours,
)
from widget.web.context import context_of
from widget.web.desk import staffed
from widget.web.limits import counted
from widget.web.openapi import document
from widget.web.pages import language_of, notice
from widget.web.problem import HELP, TITLES, TYPES
from widget.web.quote import quoted
from widget.web.receipt import received
from widget.web.step import step


class _LanguageConvertor(Convertor[str]):
    """A path segment that is one of our languages; anything else is no such address."""

    regex = "|".join(LOCALES)

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return value


register_url_convertor("language", _LanguageConvertor())


async def health(request: Request) -> Response:
    """Answer that the service is up, and whether the articles show the terms in force or are to be built anew."""
    articles = "current" if context_of(request).has_current_articles() else "outdated"
    return JSONResponse({"status": "ok", "articles": articles})


async def openapi(request: Request) -> Response:
    """Answer the OpenAPI document."""
    return JSONResponse(document(context_of(request).terms))


async def problem_page(request: Request) -> Response:
    """Say what a problem type means and what to do, at the address that the type is."""
    name, language = request.path_params["name"], language_of(request)
    if name not in HELP:
        raise HTTPException(404)
    status = next(status for status, each in TYPES.items() if each == name)
    title = f"{status}: {language.gettext(TITLES[status])}"
    return notice(request, language, title, [HELP[name]], back=f"/widget/{language.code}/change")


def _packed(files: ASGIApp) -> ASGIApp:
    """Return files that are sent compressed: they hold no secret that the size of a compressed answer could betray."""
    return GZipMiddleware(files, minimum_size=500, compresslevel=6)


def routes(settings: Settings) -> list[BaseRoute]:
    """Return every route of the service, most particular first."""
    draft = "/{language:language}/change/{draft}"
    quotes = "/{language:language}/quotes/{number}"
    receipts = "/{language:language}/receipts/{message}"
    widget = [
        # The two that are asked at each key come first: routes are tried in turn.
        Route("/{language:language}/change/result", change.live),
        Route("/api/v1/preview", api.answer_preview, methods=["POST"]),
        Route("/health", health),
        Route("/api/v1/price-book", api.answer_price_book),
        Route("/api/v1/policy", api.answer_policy),
        Route("/api/v1/articles", support.answer_articles),
        Route("/api/v1/openapi.json", openapi),
        Route("/oembed", oembed.embed),
        Route("/{language:language}/support", support_page.show),
        Route("/problems/{name}", problem_page),
        Route("/{language:language}/feedback", feedback.say, methods=["POST"]),
        Route("/{language:language}/feedback/{feedback}", feedback.comment, methods=["GET", "POST"]),
        Route("/{language:language}/searches", feedback.searched, methods=["POST"]),
        Route("/change", change.neutral),
        Route("/{language:language}/change", change.choose, methods=["GET", "POST"]),
        Route("/{language:language}/yours", yours.sentence),
        Route("/{language:language}/change/calendar.ics", calendar.of_change),
        Route(draft, step(change.again)),
        Route(f"{draft}/members", step(members.deactivate), methods=["GET", "POST"]),
        Route(f"{draft}/activate", step(members.activate), methods=["POST"]),
        Route(f"{draft}/survey", step(survey.ask), methods=["GET", "POST"]),
        Route(f"{draft}/review", step(review.check)),
        Route(f"{draft}/order", step(order.place), methods=["POST"]),
        Route(f"{draft}/quote", step(quote.ask), methods=["POST"]),
        Route("/{language:language}/quotes", quote_list.listing),
        Route(quotes, quoted(quote.show)),
        Route(f"{quotes}/pdf", quoted(quote.document)),
        Route(f"{quotes}/calendar.ics", quoted(calendar.of_quote)),
        Route(f"{quotes}/accept", quoted(quote_accept.confirm), methods=["GET", "POST"]),
        Route(f"{quotes}/withdraw", quoted(quote.withdraw), methods=["POST"]),
        Route(f"{quotes}/send", quoted(quote.send), methods=["POST"]),
        Route("/{language:language}/orders/{order}", received(receipt.show, receipt.by_order)),
        Route(receipts, received(receipt.show)),
        Route(f"{receipts}/pdf", received(receipt.document)),
        Route(f"{receipts}/calendar.ics", received(calendar.of_receipt)),
        Route("/{language:language}/space", space.show, methods=["GET", "POST"]),
        Route("/calendar/{token}.ics", calendar.feed),
        Route("/{language:language}/mailbox", mailbox.listing),
        Route("/{language:language}/mailbox/{mail}", mailbox.show),
        Route("/{language:language}/mailbox/{mail}/{name}", mailbox.attachment),
        Route("/{language:language}/undo/{change}", undo.take_back, methods=["POST"]),
        Route("/{language:language}/desk", staffed("support", desk.find)),
        Route("/{language:language}/desk/{space}", staffed("support", desk.show)),
        Route("/{language:language}/team", staffed("team", desk.answers)),
        Route("/{language:language}/team/feedback", staffed("team", desk.readers)),
        Route("/{language:language}/team/outbox", staffed("team", desk.messages)),
        Route("/signin", sign_in.enter, methods=["GET", "POST"]),
        Route("/{language:language}/sessions", sign_in.places, methods=["GET", "POST"]),
        Route("/signout", sign_in.sign_out, methods=["POST"]),
        Mount("/static", _packed(site.Assets(directory=STATIC))),
    ]
    if settings.trust.frames:
        widget += [
            Route("/{language:language}/embed", embed.show),
            Route("/{language:language}/embed/result", embed.live),
        ]
    if settings.trust.provider:
        widget += [
            Route("/signin/back", openid.callback),
            Route("/signin/space", counted(Limit.SIGN_IN, openid.choose), methods=["POST"]),
            Route("/signin/ended", openid.logged_out, methods=["POST"]),
        ]
    if settings.trust.product:
        widget += [
            Route("/handoff", counted(Limit.SIGN_IN, hand_off.ask), methods=["POST"]),
            Route("/handoff/continue", counted(Limit.SIGN_IN, hand_off.accept), methods=["POST"]),
        ]
    return [
        Mount("/widget", routes=widget),
        Route("/", permalinks.home),
        Route("/a/{address:path}", permalinks.permalink),
        Route("/support", support_page.neutral),
        Route("/support/", support_page.neutral),
        *(Route(address, permalinks.named) for address in ("/policy", "/policy/", "/price-book", "/price-book/")),
        Mount("/", _packed(site.Site(settings.site))),
    ]
