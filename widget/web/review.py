"""The review: what would be ordered, and what has changed since it was checked."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from widget.panels import differences, result_view
from widget.services import draft as drafts
from widget.services.order import reviewed
from widget.web.account import link
from widget.web.context import context_of
from widget.web.step import Step
from widget.web.survey import REASONS


async def check(this: Step, _: str) -> Response:
    """What would be ordered, kept as the promise that the order must still match."""
    missing = this.next_step()
    return show(this) if missing == "review" else this.go(missing)


def show(
    this: Step,
    summary: Sequence[tuple[str, str]] = (),
    stale: Mapping[str, tuple[Any, Any]] | None = None,
    status: int = 200,
) -> Response:
    """Answer the review of the wish as things are now, and keep it as the promise that the order must match.

    `stale` is what differs from the review before, by field (services.order.Stale); it may be empty.
    """
    context, result = context_of(this.request), this.result()
    drafts.keep(
        context.engine,
        space_id=this.seen.space.id,
        member_id=this.seen.member.id,
        draft_id=this.draft.id,
        reviewed=reviewed(this.seen, result),
    )
    interval, terms = this.seen.subscription.interval, context.terms
    values = {
        "r": result_view(result, this.language, link(this.request, this.language), terms),
        "differences": []
        if stale is None
        else differences(stale, terms=terms, interval=interval, language=this.language),
        "reason": this.draft.reason and this.language.gettext(REASONS[this.draft.reason]),
        "change": this.choice,
        "survey": f"{this.address}/survey",
        "members": f"{this.address}/members",
        "occupied": this.seen.subscription.occupied_users,
        "surplus": this.next_step() == "members",
        "action": f"{this.address}/order",
        "key": this.draft.id,
        "quote": f"{this.address}/quote",
        "quote_key": secrets.token_urlsafe(12),
        "summary": list(summary),
        "errors": {"late_ack": dict(summary).get("late_ack", "")},
    }
    return this.show("review/check.html", values, status)
