"""Whom to deactivate, so that fewer users can be ordered; and the way to take it back."""

from urllib.parse import parse_qsl

from starlette.responses import Response

from widget.domain.refusal import Rule
from widget.services import members
from widget.services.members import MembersError
from widget.web.account import account_of
from widget.web.context import context_of
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
        return _members(this, "")
    fields = parse_qsl(body)  # the size of the body is the limit
    chosen = [value for name, value in fields if name == "member"]
    if not chosen:
        return _members(this, ERRORS["none"])
    if ("confirmed", "1") not in fields:
        return _members(this, "", confirm=chosen)
    return _set_active(this, chosen, active=False)


async def activate(this: Step, body: str) -> Response:
    """Take a deactivation back."""
    return _set_active(this, [value for name, value in parse_qsl(body) if name == "member"], active=True)


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
        return _members(this, ERRORS[error.code])
    seen = account_of(this.request, this.session) or this.seen
    return this.go(Step(this.request, this.language, this.session, seen, this.draft).next_step())


def _members(this: Step, error: str, confirm: list[str] | None = None) -> Response:
    result = this.result()
    floor = [each for each in result.blockers if each.rule is Rule.ACTIVE_USER_FLOOR]
    people = [each for each in this.seen.occupants if each.id != this.seen.member.id]
    if confirm is not None:
        people = [each for each in people if each.id in confirm]
    message = this.language.gettext(error) if error else ""
    values = {
        "people": people,
        "confirm": confirm is not None,
        "inactive": this.seen.inactive if confirm is None else (),
        "blocked": refusal_text(floor[0], result, this.language) if floor else "",
        "action": f"{this.address}/members",
        "activate": f"{this.address}/activate",
        "summary": [("", message)] if message else [],
    }
    return this.show("members/choose.html", values, 422 if message else 200)
