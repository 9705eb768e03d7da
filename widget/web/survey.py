"""One reason, asked before a decrease (rule: survey-first)."""

from starlette.responses import Response

from widget.domain.policy import Reason
from widget.services import draft as drafts
from widget.web.context import context_of
from widget.web.forms import parse
from widget.web.step import Step
from widget.wording import N_

#: Offered after those of the policy, always.
UNSAID = "unsaid"
REASONS = {
    Reason.FEWER_PEOPLE: N_("Fewer people work with us"),
    Reason.PROJECT_FINISHED: N_("A project is finished"),
    Reason.FEATURES_UNUSED: N_("We do not use the features of this plan"),
    Reason.ZOOM_UNUSED: N_("We do not use the Zoom licenses"),
    Reason.TOO_EXPENSIVE: N_("The price is too high"),
    Reason.SEASONAL: N_("Our need changes with the season"),
    Reason.OTHER: N_("Another reason"),
    UNSAID: N_("Prefer not to say"),
}


def ask(this: Step, body: str) -> Response:
    """Ask for the reason (GET), or keep it and go on to the review (POST)."""
    reasons = [*context_of(this.request).terms.policy(this.seen.on).downgrade_reasons, UNSAID]
    typed = {"reason": this.draft.reason or "", "comment": this.draft.comment}
    form = parse(body, typed, ("reason", "comment", "token"), this.language)
    if this.request.method == "POST":
        form.choice("reason", reasons)
        comment = form.text("comment", 2_000)
        if not form.errors:
            drafts.keep(
                context_of(this.request).engine,
                space_id=this.seen.space.id,
                member_id=this.seen.member.id,
                draft_id=this.draft.id,
                reason=form.typed["reason"],
                comment=comment,
            )
            return this.go("review")
    values = {
        "action": f"{this.address}/survey",
        "reasons": [(each, this.language.gettext(REASONS[each])) for each in reasons],
        "f": form.typed,
        "errors": {name: form.errors.get(name, "") for name in ("reason", "comment")},
        "summary": form.summary,
    }
    return this.show("survey/ask.html", values, 422 if form.errors else 200)
