"""The hand-off from the vendor's product: its page posts a token, ours asks "Continue as …", and only then signs in.

Asking keeps somebody else's page from signing a reader in as somebody else behind their back.
"""

import secrets
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from widget.gateways.product import HandOffError
from widget.logs import Event, tell
from widget.services import hand_off
from widget.services.openid import NoPlaceError
from widget.trust import Product
from widget.web.context import accepted_language, context_of
from widget.web.openid import attempt_cookie, enter, keep, keep_attempt, language_for, refuse
from widget.web.pages import answer
from widget.web.security import safe_next
from widget.web.session import browser_of, cookie, session_id_of
from widget.web.threads import formed

#: How long somebody may take to come back from the product.
WAY_KEPT = timedelta(minutes=30)


def come_back(request: Request, product: Product) -> Response:
    """Say that the product signs people in, and keep where the person was, to go on there when they come from it."""
    then = safe_next(request.query_params.get("next", "")) or ""
    values = {"product": product.origin, "kept": then.startswith("/widget/")}
    response = answer(request, "session/elsewhere.html", language_for(request, then), values, leads_to=then)
    if then:
        keep(request, response, "way", then, WAY_KEPT)
    return response


@formed
def ask(request: Request, body: str) -> Response:
    """Ask the person whom the product's token names whether it is they."""
    context, language = context_of(request), accepted_language(request)
    product = context.settings.trust.product
    assert product  # noqa: S101 -- the route exists only with a product
    if request.headers.get("origin") != product.origin:
        tell(Event.CROSS_ORIGIN_REFUSED)
        return refuse(request, "hand-off-origin")
    pairs = parse_qsl(body, keep_blank_values=True)
    fields = dict(pairs)
    if len(pairs) != len(fields) or not {"token"} <= fields.keys() <= {"token", "next"}:
        return refuse(request, "hand-off-fields")
    browser = request.cookies.get(attempt_cookie(request)) or secrets.token_urlsafe(32)
    try:
        offer = hand_off.offer(
            context.engine,
            product,
            token=fields["token"],
            audience=context.settings.address,
            then=safe_next(fields.get("next", "")) or f"/widget/{language.code}/change",
            browser=browser,
            now=context.now(),
        )
    except HandOffError as error:
        return refuse(request, f"hand-off-{error.code}")
    except NoPlaceError:
        return refuse(request, "no-place")
    values = {"attempt": offer.attempt_id, "person": offer.person, "space": offer.space}
    response = answer(request, "session/continue.html", language, values)
    keep_attempt(request, response, browser)
    return response


@formed
def accept(request: Request, body: str) -> Response:
    """Sign in the person who said yes."""
    context = context_of(request)
    fields = dict(parse_qsl(body))
    try:
        entered = hand_off.accept(
            context.engine,
            attempt_id=fields.get("attempt", ""),
            browser=request.cookies.get(attempt_cookie(request), ""),
            agent=browser_of(request),
            ends=session_id_of(request),
            now=context.now(),
        )
    except HandOffError as error:
        return refuse(request, f"hand-off-{error.code}")
    except NoPlaceError:
        return refuse(request, "no-place")
    way = safe_next(request.cookies.get(cookie(context.settings, "way"), ""))
    response = enter(request, replace(entered, then=way) if way else entered)
    if way:
        keep(request, response, "way", "", timedelta(0))
    return response
