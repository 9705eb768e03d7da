"""What a space keeps and wishes: its receipts, whether it is reminded of deadlines, its calendar's secret address."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget import receipts
from widget.domain.reminder import EARLY_DAYS, LATE_DAYS
from widget.services import calendar, receipt, reminders
from widget.services.account import Account
from widget.store.session import Session
from widget.web.account import account_of
from widget.web.context import context_of
from widget.web.forms import OLD_FORM, parse
from widget.web.pages import TITLES, answer, language_of, notice, to_sign_in
from widget.web.session import is_own_form, not_theirs, session_of
from widget.web.threads import formed

#: What the page's buttons do: reminders, and the secret address of the calendar.
ACTS = frozenset({"remind", "remind-not", "calendar", "calendar-not"})


@formed
def show(request: Request, body: str) -> Response:
    """Show the page (GET), or do what its button says (POST): reminders on or off, a new secret address, or none."""
    session = session_of(request)
    if session is None:
        return to_sign_in(request)
    seen = account_of(request, session)
    if seen is None:
        raise not_theirs(request)
    if request.method != "POST":
        return _show(request, session, seen)
    if not is_own_form(request, session, body):
        return _too_old(request, 403)
    if not seen.member.is_administrator:
        raise not_theirs(request)
    form = parse(body, {}, ("token", "act"), language_of(request))
    if form.errors or form.typed.get("act") not in ACTS:
        return _too_old(request, 422)
    return _act(request, session, seen, form.typed["act"])


def _too_old(request: Request, status: int) -> Response:
    back_to = TITLES["space/show.html"]
    return notice(request, language_of(request), OLD_FORM, back=request.url.path, back_to=back_to, status=status)


def _act(request: Request, session: Session, seen: Account, act: str) -> Response:
    context, space_id = context_of(request), seen.space.id
    if act in {"remind", "remind-not"}:
        reminders.choose(context.engine, space_id=space_id, reminders=act == "remind")
    elif act == "calendar":
        token = calendar.create(context.engine, space_id=space_id, member_id=seen.member.id, now=context.now())
        if token is None:  # they may no longer, since a moment
            raise not_theirs(request)
        return _show(request, session, seen, secret=f"{context.settings.address}/widget/calendar/{token}.ics")
    elif act == "calendar-not":
        calendar.revoke(context.engine, space_id=space_id, member_id=seen.member.id)
    return RedirectResponse(request.url.path, 303, {"Cache-Control": "no-store"})


def _show(request: Request, session: Session, seen: Account, secret: str = "") -> Response:
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    since = calendar.since(context.engine, space_id=seen.space.id)
    values = {
        "receipts": [
            {
                "title": language.gettext(receipts.TITLES[each.kind]),
                "number": receipts.number_of(each.facts),
                "when": receipts.moment(each.at, each.facts["zone"], language),
                "link": f"/widget/{language.code}/receipts/{each.id}",
            }
            for each in receipt.of_space(context.engine, space_id=seen.space.id)
        ],
        "administrator": seen.member.is_administrator,
        "reminded": reminders.wanted(context.engine, space_id=seen.space.id),
        "early": language.number(EARLY_DAYS),
        "late": language.number(LATE_DAYS),
        "annual": seen.subscription.term_start is not None,
        "calendar_since": since and receipts.moment(since, seen.space.time_zone, language),
        "secret": secret,
        "action": request.url.path,
        "token": session.token,
        "back": f"/widget/{language.code}/change",
        "summary": [],
    }
    return answer(request, "space/show.html", language, values)
