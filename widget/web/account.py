"""The first step for a signed-in person: their own state, their own numbers, or why they may not."""

from collections.abc import Container, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.domain.amounts import fee_periods
from widget.domain.calendar import ONE_DAY, anniversary_after
from widget.domain.change import ChangePreview, preview
from widget.domain.lines import Direction
from widget.domain.refusal import Rule
from widget.languages import Language
from widget.panels import LESS, MORE, RuleLink, fee_text, level_text, plan_choices, result_view, sample
from widget.services import account, draft
from widget.services.account import Account
from widget.store.session import Session
from widget.web.context import context_of
from widget.web.forms import ANYTHING, OWN, WISH, Form, parse
from widget.web.pages import answer, notice, to_sign_in
from widget.web.session import not_allowed, not_theirs
from widget.wording import N_


def link(request: Request, language: Language) -> RuleLink:
    """Return what leads from a rule to its section, in the page's language."""
    articles = context_of(request).articles
    return lambda rule: articles.rule(rule, language.code)


def calendar_of(form: Form, names: Sequence[str], language: Language) -> str:
    """Return the address of the days of a result, for a calendar: by the wish, or by the whole try-out."""
    query = "&".join(f"{name}={_quoted(form.typed[name])}" for name in names)
    return f"/widget/{language.code}/change/calendar.ics?{query}"


#: The fields of a result are short, and few differ from one key to the next.
_quoted = lru_cache(1_024)(quote_plus)


def account_of(request: Request, session: Session) -> Account | None:
    """Return the space of a session as it is now, or None where the person is no longer an active member."""
    context = context_of(request)
    return account.load(
        context.engine, context.terms, space_id=session.space_id, member_id=session.member_id, now=context.now()
    )


def administered(request: Request, session: Session) -> Account:
    """Return the space of a session to an administrator of it; raises the 404 of `not_theirs` for anybody else."""
    seen = account_of(request, session)
    if seen is None or not seen.member.is_administrator:
        raise not_theirs(request)
    return seen


def wish_own(request: Request, session: Session, language: Language, body: str) -> Response:
    """Show the first step (GET), or keep the wish as a draft and lead to the next step (POST)."""
    if request.method != "POST":
        return show_own(request, session, language, "change/choose.html")
    seen = account_of(request, session)
    if seen is None or not seen.member.is_administrator or seen.subscription.locked:
        return show_own(request, session, language, "change/choose.html", query="", status=403)
    form, result = tried_own(request, seen, language, body)
    if form.is_example:
        form, result = _out_of_example(request, seen, form)
    floor_only = result and {each.rule for each in result.blockers} == {Rule.ACTIVE_USER_FLOOR}
    if form.errors or result is None or not (result.allowed or floor_only):
        return _show(request, session, seen, language, form, result, "change/choose.html", 422)
    context = context_of(request)
    draft_id = draft.begin(
        context.engine, space_id=seen.space.id, member_id=seen.member.id, wish=result.wish, now=context.now()
    )
    step = "members" if floor_only else "survey" if result.goes_down else "review"
    return RedirectResponse(f"/widget/{language.code}/change/{draft_id}/{step}", 303, {"Cache-Control": "no-store"})


def show_own(
    request: Request,
    session: Session,
    language: Language,
    template: str,
    *,
    query: str | None = None,
    status: int = 200,
) -> Response:
    """Show the step or the live result for the values of a query, by default the request's, over what is in use."""
    seen = account_of(request, session)
    if seen is None:
        return to_sign_in(request)
    if not seen.member.is_administrator:
        return not_administrator(request, seen, language, status)
    # A page's link may carry what its senders hang onto links; the form itself sends only what it knows.
    ignored = (OWN,) if template == "change/live.html" else ANYTHING
    form, result = tried_own(request, seen, language, request.url.query if query is None else query, ignored)
    if result and result.direction is Direction.NONE and template == "change/choose.html":
        result = None  # nothing was asked yet: no "no" before a wish
    return _show(request, session, seen, language, form, result, template, 422 if form.errors else status)


def tried_own(
    request: Request, seen: Account, language: Language, body: str, ignored: Container[str] = (OWN,)
) -> tuple[Form, ChangePreview | None]:
    terms, in_use = context_of(request).terms, seen.subscription.in_use
    defaults = {"plan": in_use.plan, "users": str(in_use.users), "zoom_licenses": str(in_use.zoom_licenses)}
    form = parse(body, defaults, WISH, language, ignored=ignored)
    wish = form.level([each.id for each in terms.price_book(seen.on).plans])
    if form.errors or wish is None:
        return form, None
    return form, preview(seen.subscription, wish, on=seen.on, terms=terms)


def _out_of_example(request: Request, seen: Account, form: Form) -> tuple[Form, ChangePreview | None]:
    """Return what the example's form asks of the own subscription: what nobody changed in it is what is in use."""
    starts = [sample(wish).fields() for wish in (LESS, MORE)]
    asked = {name: text for name, text in form.typed.items() if text not in {each[name] for each in starts}}
    own, result = tried_own(request, seen, form.language, urlencode(asked))
    own.fail("", "example")
    return own, result


def _show(
    request: Request,
    session: Session,
    seen: Account,
    language: Language,
    form: Form,
    result: ChangePreview | None,
    template: str,
    status: int,
) -> Response:
    terms, address = context_of(request).terms, f"/widget/{language.code}/change"
    values = {
        "who": "administrator",
        "here": address,
        "action": address,
        "live": f"{address}/result",
        "plans": []
        if template == "change/live.html"
        else plan_choices(terms, seen.on, [seen.subscription.interval], language),
        "f": form.typed,
        "errors": {name: form.errors.get(name, "") for name in WISH},
        "summary": form.summary,
        "locked": locked_view(request, seen, language),
        "proposed": proposed(request),
        "sample_open": False,
        "state": None if template == "change/live.html" else state_view(request, seen, language),
        "token": session.token,
        "r": result and result_view(result, language, link(request, language), terms),
        "calendar": result and f"{calendar_of(form, WISH, language)}&{OWN}=1",
    }
    return answer(request, template, language, values, status)


def proposed(request: Request) -> bool:
    """Whether a link proposes values, which is said: nobody typed them. A form would have sent its example too."""
    asked = request.query_params
    return request.method == "GET" and not {"in_users", OWN} & set(asked) and any(name in asked for name in WISH)


def state_view(request: Request, seen: Account, language: Language) -> dict[str, Any]:
    """Return what the state panel shows: in use, billed until when, and the way to undo."""
    terms = context_of(request).terms
    book, subscription = terms.price_book(seen.on), seen.subscription

    fees = fee_periods(subscription.billed, seen.on, subscription.interval, terms)
    undo = seen.pending and seen.can_undo and f"/widget/{language.code}/undo/{seen.pending.id}"
    return {
        "space": seen.space.name,
        "person": seen.member.name,
        "in_use": level_text(subscription.in_use, book, language),
        "occupied": subscription.occupied_users,
        "undo": undo,
        "renewal": subscription.term_start and anniversary_after(subscription.anchor, seen.on),
        "fees": [
            {
                "starts_on": fee.starts_on if index else None,
                "last_day": fee.ends_on and fee.ends_on - ONE_DAY,
                "level": level_text(fee.level, book, language),
                "amount": fee_text(fee.amount, subscription.interval, book, language),
            }
            for index, fee in enumerate(fees)
        ],
    }


def locked_view(request: Request, seen: Account, language: Language) -> dict[str, str] | None:
    """Return what is said of a locked contract, and the letter to support; None where it is open (locked-contract)."""
    if not seen.subscription.locked:
        return None
    text = N_("It cannot be changed here. Write to %(email)s about the space %(space)s, reference %(reference)s.")
    return {"title": language.gettext(N_("This contract is locked"))} | _to_support(request, seen, language, text)


def late_view(request: Request, seen: Account, language: Language) -> dict[str, str]:
    """Return what is offered instead of a late decrease, beside a quote: the letter to support (rule: late-notice)."""
    text = N_(
        "If that does not suit you, write to %(email)s before you order, about the space %(space)s, reference "
        "%(reference)s."
    )
    return _to_support(request, seen, language, text)


def _to_support(request: Request, seen: Account, language: Language, text: str) -> dict[str, str]:
    t, email = language.gettext, context_of(request).terms.policy(seen.on).support_email
    # The space, and the version of its subscription: support finds what the reader saw.
    facts = {"email": email, "space": seen.space.name, "reference": f"{seen.space.id}-{seen.stored.version}"}
    subject = t(N_("Change of subscription, space %(space)s, reference %(reference)s")) % facts
    body = t(N_("Space: %(space)s")) % facts + "\n" + t(N_("Reference: %(reference)s")) % facts + "\n\n"
    return {"text": t(text) % facts, "mail": f"mailto:{email}?subject={quote(subject)}&body={quote(body)}"}


def not_administrator(request: Request, seen: Account, language: Language, status: int) -> Response:
    """Say why not, and whom to ask."""
    if status == 403:
        not_allowed(request)
    why = N_(
        "Only a space administrator may change the subscription, so you see no gear icon. Ask one of these people:"
    )
    title = N_("You are not an administrator of this space")
    back = context_of(request).articles.article("downgrade", language.code)
    return notice(
        request,
        language,
        title,
        [why],
        seen.administrators,
        back=back,
        back_to=N_("Back to the help article"),
        status=status,
        signed_in=True,
    )
