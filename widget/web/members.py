"""Whom to deactivate, so that fewer users can be ordered; and the way to take it back."""

from collections.abc import Sequence

from starlette.responses import Response

from widget.domain.refusal import Rule
from widget.services import members
from widget.services.members import MembersError
from widget.store.space import Member
from widget.web.account import account_of
from widget.web.context import context_of
from widget.web.forms import parse
from widget.web.step import Step
from widget.wording import N_, refusal_text

ERRORS = {
    "none": N_("Tick at least one name."),
    "oneself": N_("You cannot deactivate yourself."),
    "unknown": N_("One of these people is not known here any more. Choose again."),
    "full": N_("All users of the subscription are in use: nobody more can be activated."),
    "not-allowed": N_("Only a space administrator may change the subscription."),
}


async def deactivate(this: Step, body: str) -> Response:
    """Whom to deactivate: choose, confirm each name, done; then on, with nothing retyped."""
    if this.request.method == "GET":
        return _show(this)
    form = parse(body, {}, ("token", "confirmed"), this.language, many=("member", "asked"))
    chosen, confirming = form.many["member"], form.typed.get("confirmed") == "1"
    asked = form.many["asked"] if confirming else None
    if form.errors:
        return _show(this, form.summary, asked, chosen)
    if not chosen:
        return _show(this, [_said(this, "none")], asked)
    if confirming:
        return _set_active(this, chosen, active=False)
    if not set(chosen) <= {each.id for each in _others(this)}:
        return _show(this, [_said(this, "unknown")], None, chosen)
    return _show(this, asked=chosen)


async def activate(this: Step, body: str) -> Response:
    """Take a deactivation back."""
    form = parse(body, {}, ("token",), this.language, many=("member",))
    if form.errors:
        return _show(this, form.summary)
    return _set_active(this, form.many["member"], active=True)


def _set_active(this: Step, chosen: list[str], *, active: bool) -> Response:
    context = context_of(this.request)
    try:
        members.set_active(
            context.engine,
            space_id=this.seen.space.id,
            actor_id=this.seen.member.id,
            member_ids=chosen,
            active=active,
            now=context.now(),
        )
    except MembersError as error:
        return _show(this, [_said(this, error.code)], None, chosen)
    seen = account_of(this.request, this.session) or this.seen
    return this.go(Step(this.request, this.language, this.session, seen, this.draft).next_step())


def _said(this: Step, code: str) -> tuple[str, str]:
    return "member", this.language.gettext(ERRORS[code])


def _others(this: Step) -> list[Member]:
    return [each for each in this.seen.occupants if each.id != this.seen.member.id]


def _show(
    this: Step, summary: Sequence[tuple[str, str]] = (), asked: list[str] | None = None, ticked: Sequence[str] = ()
) -> Response:
    """Answer the list, least recently seen first; with `asked`, those names alone, each to be confirmed."""
    result = this.result()
    floor = [each for each in result.blockers if each.rule is Rule.ACTIVE_USER_FLOOR]
    values = {
        "people": [each for each in _others(this) if asked is None or each.id in asked],
        "confirm": asked is not None,
        "ticked": ticked,
        "inactive": this.seen.inactive if asked is None else (),
        "blocked": refusal_text(floor[0], result, this.language) if floor else "",
        "onward": f"{this.address}/{this.next_step()}",
        "action": f"{this.address}/members",
        "activate": f"{this.address}/activate",
        "summary": list(summary),
    }
    return this.show("members/choose.html", values, 422 if summary else 200)
