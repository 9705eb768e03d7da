"""Accepting a quote: what happens today, what differs from the quote, one confirmation, one order."""

from dataclasses import replace

from starlette.responses import RedirectResponse, Response

from widget.domain.quote import QuoteState
from widget.panels import offer_rows, result_view
from widget.services import quote_accept, sign_in
from widget.services.keys import KeyReused
from widget.services.limits import Limit
from widget.services.order import Incomplete, Placed, Unknown
from widget.services.quote_accept import Differs
from widget.web.account import late_view, link
from widget.web.context import context_of
from widget.web.forms import OLD_FORM, is_key, new_key, parse
from widget.web.limits import limited
from widget.web.order import UNTICKED
from widget.web.pages import answer, notice, to_sign_in
from widget.web.quote import NO_STORE, Page, show_page
from widget.web.session import not_theirs
from widget.wording import N_


def confirm(page: Page, body: str) -> Response:
    """Show what accepting does now (GET), or accept (POST): placed, or decided again with every difference shown."""
    if page.request.method != "POST":
        return _show(page)
    limited(page.request, Limit.ORDER, member_id=page.session.member_id)
    return _accept(page, body)


def _accept(page: Page, body: str) -> Response:
    context = context_of(page.request)
    if not sign_in.is_fresh(page.session, now=context.now()):
        return to_sign_in(page.request, f"{page.address}/accept", again=True)
    fields = ("key", "agreed", "late_ack", "token")
    form = parse(body, dict.fromkeys(fields, ""), fields, page.language)
    if form.errors or not is_key(form.typed["key"]):
        return notice(page.request, page.language, OLD_FORM, back=page.address, status=422)
    outcome = quote_accept.accept(
        context.engine,
        context.terms,
        key=form.typed["key"] or page.kept.quote.number,
        agreed=form.typed["agreed"],
        late_ack=form.typed["late_ack"],
        language=page.language.code,
        **page.who(),
    )
    if isinstance(outcome, Placed):
        return RedirectResponse(f"/widget/{page.language.code}/orders/{outcome.order_id}", 303, NO_STORE)
    if isinstance(outcome, Unknown):
        raise not_theirs(page.request)
    if isinstance(outcome, KeyReused):
        title = N_("The same form was sent with other contents. Open the quote again.")
        return notice(page.request, page.language, title, back=page.address, status=422)
    if isinstance(outcome, Incomplete):
        return _show(page.by_now(), error=UNTICKED, status=422)
    if isinstance(outcome, Differs):
        return _show(replace(page, look=outcome.look), again=True, status=409)
    return _show(page.by_now(), status=409)  # refused by a rule, or over


def _show(page: Page, *, error: str = "", again: bool = False, status: int = 200) -> Response:
    """Answer what accepting does now; of a quote that has ended, its page."""
    if page.look.state is not QuoteState.OPEN:
        return show_page(page, status=409)
    context, language, look = context_of(page.request), page.language, page.look
    kept = page.kept.quote
    terms = context.terms.with_frozen_book(kept.price_book)
    text = language.gettext(error) if error else ""
    values = {
        "title": language.gettext(N_("Accept quote %(number)s")) % {"number": kept.number},
        "r": result_view(look.result, language, link(page.request, language), terms),
        "differences": _differences(page),
        "foreseen": look.promised is not None,
        "again": again,
        "instead": late_view(page.request, look.seen, language),
        "action": f"{page.address}/accept",
        "back": page.address,
        "token": page.session.token,
        "key": new_key(),
        "agreed": look.agreed,
        "errors": {"late_ack": text},
        "summary": [("late_ack", text)] if text else [],
    }
    return answer(page.request, "quote/accept.html", language, values, status)


def _differences(page: Page) -> list[tuple[str, str, str]]:
    """Return, row by row, what the quote says of today and what would happen, where the two are not the same."""
    look = page.look
    if look.promised is None or look.as_promised:
        return []
    kept, terms, language = look.kept.quote, context_of(page.request).terms, page.language
    said = dict(offer_rows(look.promised, kept, terms, language))
    now = dict(offer_rows(look.offered, kept, terms, language))
    names = dict.fromkeys([*said, *now])
    return [(name, said.get(name, "–"), now.get(name, "–")) for name in names if said.get(name) != now.get(name)]
