"""The order: placed once, or the step that is missing, or what has changed."""

from starlette.responses import Response

from widget.services import order, sign_in
from widget.services.keys import KeyReused
from widget.services.limits import Limit
from widget.web.context import context_of
from widget.web.forms import OLD_FORM, is_key, parse
from widget.web.limits import limited
from widget.web.pages import to_sign_in
from widget.web.review import show
from widget.web.session import not_theirs
from widget.web.step import Step
from widget.wording import N_

UNTICKED = N_("Tick the box that confirms the date of the lower price.")


def place(this: Step, body: str) -> Response:
    """Place the order, or show what is missing or different; the key makes a second click the same order.

    Who proved long ago who they are proves it again first, and finds the review as it was.
    """
    context = context_of(this.request)
    if not sign_in.is_fresh(this.session, now=context.now()):
        return to_sign_in(this.request, f"{this.address}/review", again=True)
    limited(this.request, Limit.ORDER, member_id=this.seen.member.id)
    if this.has_moved:  # a form from before: what it would do by now is seen first
        return this.go("review")
    fields = ("key", "agreed", "late_ack", "token")
    form = parse(body, dict.fromkeys(fields, ""), fields, this.language)
    if form.errors:
        return show(this, form.summary, status=422)
    if not is_key(form.typed["key"]):
        return this.say(OLD_FORM, 422)
    outcome = order.place(
        context.engine,
        context.terms,
        space_id=this.seen.space.id,
        member_id=this.seen.member.id,
        draft_id=this.draft.id,
        key=form.typed["key"] or this.draft.id,
        agreed=form.typed["agreed"],
        late_ack=form.typed["late_ack"],
        language=this.language.code,
        now=context.now(),
    )
    if isinstance(outcome, order.Placed | order.Ordered):
        return this.receipt(outcome.order_id)
    if isinstance(outcome, order.Incomplete):
        if outcome.step == "late":
            return show(this, [("late_ack", this.language.gettext(UNTICKED))], status=422)
        return this.go(outcome.step)
    if isinstance(outcome, order.Unknown):
        raise not_theirs(this.request)
    if isinstance(outcome, KeyReused):
        return this.say(N_("The same order was sent with other contents. Start again from the choice."), 422)
    # Read again: what was read before the order's turn came may be what is out of date.
    return show(this.by_now(), stale=outcome.differences if isinstance(outcome, order.Stale) else None, status=409)
