"""The review: what would be ordered, and what has changed since it was checked."""

from typing import Any

from starlette.responses import Response

from widget.panels import result_view
from widget.services import draft as drafts
from widget.services.order import reviewed
from widget.web.account import link
from widget.web.context import context_of
from widget.web.step import Step
from widget.web.survey import REASONS
from widget.wording import N_

DIFFERENCES = {
    "version": N_("The subscription was changed by somebody else"),
    "occupied_users": N_("Active users and invitations"),
    "price_book": N_("Price book"),
    "policy": N_("Policy"),
    "on": N_("Day"),
    "lines": N_("Lines"),
    "fees": N_("Fees"),
    "invoices": N_("Upgrade invoice"),
    "late_date": N_("Notice deadline"),
}


async def check(this: Step, _: str) -> Response:
    """What would be ordered, kept as the promise that the order must still match."""
    missing = this.next_step()
    return show(this) if missing == "review" else this.go(missing)


def show(this: Step, error: str = "", differences: dict[str, tuple[Any, Any]] | None = None) -> Response:
    """Answer the review of the wish as things are now, and keep it as the promise that the order must match."""
    context, result = context_of(this.request), this.result()
    drafts.keep(
        context.engine, space_id=this.seen.space.id, draft_id=this.draft.id, reviewed=reviewed(this.seen, result)
    )
    reason = this.draft.reason and this.language.gettext(REASONS[this.draft.reason])
    shown = [
        (this.language.gettext(DIFFERENCES[name]), _short(before), _short(now))
        for name, (before, now) in (differences or {}).items()
    ]
    values = {
        "r": result_view(result, this.language, link(this.request, this.language), context.terms),
        "differences": shown,
        "reason": reason,
        "change": this.choice,
        "survey": f"{this.address}/survey",
        "action": f"{this.address}/order",
        "key": this.draft.id,
        "summary": [("late_ack", this.language.gettext(error))] if error else [],
    }
    return this.show("review/check.html", values, 409 if differences else 422 if error else 200)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each.get("priced_from") or each.get("starts_on") or each.get("after")) for each in value)
    return "–" if value is None else str(value)
