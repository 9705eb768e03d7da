"""Quotes in the browser: asked for at the review, read, filed, sent to a colleague, withdrawn."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.domain.quote import QuoteState
from widget.languages import Language
from widget.panels import quote_view
from widget.services import quote, quote_accept, quote_pdf, quote_send
from widget.services.keys import KeyReused
from widget.services.limits import Limit
from widget.services.order import Incomplete, Ordered, Refused, Unknown
from widget.services.quote_accept import Look
from widget.store.quote import Kept
from widget.store.session import Session
from widget.web.account import account_of, not_administrator
from widget.web.context import context_of
from widget.web.forms import OLD_FORM, Form, is_key, new_key, parse
from widget.web.limits import limited
from widget.web.pages import answer, notice, to_sign_in
from widget.web.review import show as show_review
from widget.web.session import is_own_form, not_theirs, session_of
from widget.web.step import Step
from widget.web.threads import Endpoint, formed
from widget.wording import N_

NO_STORE = {"Cache-Control": "no-store"}
STATES = {
    QuoteState.OPEN: N_("open"),
    QuoteState.ACCEPTED: N_("accepted"),
    QuoteState.EXPIRED: N_("expired"),
    QuoteState.SUPERSEDED: N_("superseded"),
    QuoteState.WITHDRAWN: N_("withdrawn"),
}
SAID = {
    QuoteState.OPEN: N_("You can accept it until the end of its last day. Until then nothing changes."),
    QuoteState.ACCEPTED: N_("This quote is accepted already: it has become an order."),
    QuoteState.EXPIRED: N_("This quote has expired: its last day is over, and it can no longer be accepted."),
    QuoteState.SUPERSEDED: N_(
        "This quote can no longer be accepted: a newer change has moved what it was computed on."
    ),
    QuoteState.WITHDRAWN: N_("This quote was withdrawn and can no longer be accepted."),
}


def ask(this: Step, body: str) -> Response:
    """Draw up the quote of a draft at its review; the key makes a second click the same quote."""
    context = context_of(this.request)
    limited(this.request, Limit.QUOTE, member_id=this.seen.member.id)
    if this.has_moved:
        return this.go("review")
    form = parse(body, {"key": ""}, ("key", "token"), this.language)
    if form.errors:
        return show_review(this, form.summary, status=422)
    if not is_key(form.typed["key"]):
        return this.say(OLD_FORM, 422)
    outcome = quote.request(
        context.engine,
        context.terms,
        space_id=this.seen.space.id,
        member_id=this.seen.member.id,
        draft_id=this.draft.id,
        key=form.typed["key"] or this.draft.id,
        language=this.language.code,
        now=context.now(),
    )
    if isinstance(outcome, Unknown):
        raise not_theirs(this.request)
    if isinstance(outcome, KeyReused):
        return this.say(N_("The same form was sent with other contents. Start again from the choice."), 422)
    if isinstance(outcome, Incomplete):
        return this.go(outcome.step)
    if isinstance(outcome, Ordered):
        return this.receipt(outcome.order_id)
    if isinstance(outcome, Refused):
        return show_review(this.by_now(), status=409)
    return RedirectResponse(f"/widget/{this.language.code}/quotes/{outcome.number}", 303, NO_STORE)


@dataclass(frozen=True, slots=True)
class Page:
    """A quote before an administrator of its space."""

    request: Request
    language: Language
    session: Session
    look: Look

    @property
    def kept(self) -> Kept:
        """The quote as it is kept."""
        return self.look.kept

    @property
    def address(self) -> str:
        """The address of the quote, to which an act's name is added."""
        return f"/widget/{self.language.code}/quotes/{self.kept.quote.number}"

    @property
    def anew(self) -> str:
        """The first step, filled in with what the quote is for: the way to a new one."""
        wish = self.kept.quote.wish
        query = f"plan={wish.plan}&users={wish.users}&zoom_licenses={wish.zoom_licenses}"
        return f"/widget/{self.language.code}/change?{query}"

    def by_now(self) -> "Page":
        """Return the same quote as it stands by now: what was read before a lock may be what is out of date."""
        page = _look(self.request, self.language, self.session)
        if page is None:
            raise not_theirs(self.request)
        return page

    def who(self) -> dict[str, Any]:
        """Return what every service of a quote is told."""
        context = context_of(self.request)
        return {
            "space_id": self.session.space_id,
            "member_id": self.session.member_id,
            "number": self.kept.quote.number,
            "now": context.now(),
        }

    def state_view(self) -> dict[str, Any]:
        """Return how the quote stands, in words, with the way on."""
        state, say = self.look.state, self.language.gettext
        order = self.kept.order_id
        return {
            "name": say(STATES[state]),
            "text": say(SAID[state]),
            "open": state is QuoteState.OPEN,
            "order": order and f"/widget/{self.language.code}/orders/{order}",
        }


Handler = Callable[[Page, str], Response]


def quoted(handler: Handler) -> Endpoint:
    """Return the endpoint of a quote: signed in, administrator of its space, own site's form; else the way there.

    A quote of another space answers exactly like an unknown one. Who is no administrator is told whom to ask, whatever
    the number.
    """

    @formed
    def endpoint(request: Request, body: str) -> Response:
        language = context_of(request).languages[request.path_params["language"]]
        session = session_of(request)
        if session is None:
            return to_sign_in(request, f"/widget/{language.code}/quotes/{request.path_params['number']}")
        page = _look(request, language, session)
        if page is None:
            seen = account_of(request, session)
            if seen and not seen.member.is_administrator:
                return not_administrator(request, seen, language, 403)
            raise not_theirs(request)
        if request.method == "POST" and not is_own_form(request, session, body):
            return notice(request, language, OLD_FORM, back=page.address, status=403)
        return handler(page, body)

    return endpoint


def _look(request: Request, language: Language, session: Session) -> Page | None:
    context = context_of(request)
    found = quote_accept.look(
        context.engine,
        context.terms,
        space_id=session.space_id,
        member_id=session.member_id,
        number=request.path_params["number"],
        now=context.now(),
    )
    return Page(request, language, session, found) if found else None


def show(page: Page, _: str) -> Response:
    """Show a quote with what can be done with it; who comes from its form for a colleague is told that it was sent."""
    return show_page(page, sent=page.request.query_params.get("sent", ""))


def show_page(page: Page, form: Form | None = None, *, sent: str = "", status: int = 200) -> Response:
    """Answer the page of a quote; `form` is that of sending it, with its errors, `sent` the key of one sent before."""
    context, language = context_of(page.request), page.language
    view = quote_view(page.kept.quote, language, context.terms, context.settings.address)
    errors = form.errors if form else {}
    values = {
        "title": view["title"],
        "q": view,
        "state": page.state_view(),
        "address": page.address,
        "anew": page.anew,
        "token": page.session.token,
        "key": new_key(),
        "sent": is_key(sent)
        and quote_send.was_sent(
            context.engine, space_id=page.session.space_id, number=page.kept.quote.number, key=sent
        ),
        "typed": form.typed["email"] if form else "",
        "errors": {"email": errors.get("email", "")},
        "summary": form.summary if form else [],
        "quotes": f"/widget/{language.code}/quotes",
    }
    return answer(page.request, "quote/show.html", language, values, status)


def document(page: Page, _: str) -> Response:
    """Answer the kept PDF."""
    context = context_of(page.request)
    content = quote_pdf.read(context.engine, context.terms, address=context.settings.address, **page.who())
    if content is None:
        raise not_theirs(page.request)
    name = f"{page.kept.quote.number}.pdf"
    headers = NO_STORE | {"Content-Disposition": f'inline; filename="{name}"', "X-Content-Type-Options": "nosniff"}
    return Response(content, media_type="application/pdf", headers=headers)


def withdraw(page: Page, body: str) -> Response:
    """Withdraw the quote and lead back to its page; twice is once."""
    context = context_of(page.request)
    if parse(body, {}, ("token",), page.language).errors:
        return notice(page.request, page.language, OLD_FORM, back=page.address, status=422)
    quote.withdraw(context.engine, context.terms, **page.who())
    return RedirectResponse(page.address, 303, NO_STORE)


def send(page: Page, body: str) -> Response:
    """Put the quote into the outbox for a colleague and lead back to its page, or say what is wrong with the address.

    The key makes a second click the same mail.
    """
    context = context_of(page.request)
    limited(page.request, Limit.MAIL, member_id=page.session.member_id)
    form = parse(body, {"email": "", "key": ""}, ("email", "key", "token"), page.language)
    if not is_key(form.typed["key"]):
        return notice(page.request, page.language, OLD_FORM, back=page.address, status=422)
    key = form.typed["key"] or new_key()
    email = form.text("email", 254)
    if not email:
        form.fail("email", "required")
    if form.errors:
        return show_page(page, form, status=422)
    outcome = quote_send.send(context.engine, context.terms, key=key, email=email, **page.who())
    if isinstance(outcome, quote_send.Sent):
        return RedirectResponse(f"{page.address}?{urlencode({'sent': key})}", 303, NO_STORE)
    if isinstance(outcome, KeyReused):
        form.fail("email", "sent_before")
        return show_page(page, form, status=422)
    if isinstance(outcome, quote_send.NotMember):
        form.fail("email", "not_member")
        return show_page(page, form, status=422)
    if isinstance(outcome, quote_send.TooMany):
        form.fail("email", "too_many_mails", limit=page.language.number(quote_send.MOST_AN_HOUR))
        answered = show_page(page, form, status=429)
        answered.headers["Retry-After"] = "3600"
        return answered
    return show_page(page.by_now(), status=409)
