"""The review: what would be ordered, and what has changed since it was checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from widget.panels import differences, result_view
from widget.services import draft as drafts
from widget.services.order import reviewed
from widget.web.account import late_view, link
from widget.web.context import context_of
from widget.web.forms import new_key
from widget.web.step import Step
from widget.web.survey import REASONS


def check(this: Step, _: str) -> Response:
    """What would be ordered, or the step that is missing; the receipt of what is ordered already."""
    if this.order_id:
        return this.receipt(this.order_id)
    missing = this.next_step()
    return show(this) if missing == "review" else this.go(missing)


def show(
    this: Step,
    summary: Sequence[tuple[str, str]] = (),
    stale: Mapping[str, tuple[Any, Any]] | None = None,
    status: int = 200,
) -> Response:
    """Answer the review of the wish as things are now, and keep it as a promise: an order must match the one it names.

    `stale` is what differs from the review before, by field (services.order.Stale); it may be empty.
    """
    context, result = context_of(this.request), this.result
    promise = reviewed(this.seen, result)
    interval, terms = this.seen.subscription.interval, context.terms
    values = {
        "r": result_view(result, this.language, link(this.request, this.language), terms),
        "differences": []
        if stale is None
        else differences(stale, terms=terms, interval=interval, language=this.language),
        "again": status == 409,
        "instead": late_view(this.request, this.seen, this.language),
        "reason": this.draft.reason and this.language.gettext(REASONS[this.draft.reason]),
        "comment": this.draft.comment,
        "change": this.choice,
        "survey": f"{this.address}/survey",
        "members": f"{this.address}/members",
        "occupied": this.seen.subscription.occupied_users,
        "surplus": this.next_step() == "members",
        "action": f"{this.address}/order",
        "key": new_key(),
        "agreed": drafts.review(context.engine, space_id=this.seen.space.id, draft=this.draft, promise=promise),
        "quote": f"{this.address}/quote",
        "quote_key": new_key(),
        "summary": list(summary),
        "errors": {"late_ack": dict(summary).get("late_ack", "")},
    }
    return this.show("review/check.html", values, status)
