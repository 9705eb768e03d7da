"""A step of an administrator's own draft, and the way to the step that is still missing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.domain.change import ChangePreview, preview
from widget.domain.refusal import Rule
from widget.languages import Language
from widget.services import draft as drafts
from widget.services.account import Account
from widget.store.order import Draft
from widget.store.session import Session
from widget.web.account import administered
from widget.web.context import context_of
from widget.web.forms import OLD_FORM
from widget.web.pages import answer, notice, to_sign_in
from widget.web.session import is_own_form, not_theirs, session_of
from widget.web.threads import Endpoint, formed


@dataclass(frozen=True)  # without slots: the result is kept
class Step:
    """One step of a signed-in administrator's own draft.

    `order_id` is the order that the draft has become, as long as it stands (services.draft.follow).
    """

    request: Request
    language: Language
    session: Session
    seen: Account
    draft: Draft
    order_id: str | None

    @property
    def address(self) -> str:
        """The address of the draft, to which a step's name is added."""
        return f"/widget/{self.language.code}/change/{self.draft.id}"

    @property
    def has_moved(self) -> bool:
        """Whether another draft stands in for the one that was asked for, whose order was taken back or replaced."""
        return bool(self.draft.id != self.request.path_params["draft"])

    @property
    def choice(self) -> str:
        """The first step again, filled in with the wish."""
        return self.address

    @cached_property
    def result(self) -> ChangePreview:
        """The preview of the wish as things were read; whatever shows a step asks for it, and it is made once."""
        return preview(self.seen.subscription, self.draft.wish, on=self.seen.on, terms=context_of(self.request).terms)

    def by_now(self) -> "Step":
        """The same step with the space as it is by now; raises the 404 of `not_theirs` where it is no longer theirs."""
        return replace(self, seen=administered(self.request, self.session))

    def go(self, step: str) -> Response:
        """Lead to another step."""
        return RedirectResponse(f"{self.address}/{step}", 303, {"Cache-Control": "no-store"})

    def receipt(self, order_id: str) -> Response:
        """Lead to the receipt of an order."""
        return RedirectResponse(f"/widget/{self.language.code}/orders/{order_id}", 303, {"Cache-Control": "no-store"})

    def next_step(self) -> str:
        """The first step that is still missing."""
        result = self.result
        if any(each.rule is Rule.ACTIVE_USER_FLOOR for each in result.blockers):
            return "members"
        return "survey" if result.goes_down and self.draft.reason is None else "review"

    def show(self, template: str, values: dict[str, Any], status: int = 200) -> Response:
        """Answer a template with what every step needs."""
        shared = {
            "token": self.session.token,
            "back": self.choice,
            "asks": self.result.goes_down,
            "summary": [],
            "errors": {},
        }
        return answer(self.request, template, self.language, shared | values, status)

    def say(self, title: str, status: int) -> Response:
        """Say why this step is not done, and lead back to the choice."""
        return notice(self.request, self.language, title, back=self.choice, status=status)


Handler = Callable[[Step, str], Response]


def step(handler: Handler) -> Endpoint:
    """Return the endpoint of a step: signed in, administrator, own draft, own site's form; else the way there.

    A draft of another space answers exactly like an unknown one.
    """

    @formed
    def endpoint(request: Request, body: str) -> Response:
        language = context_of(request).languages[request.path_params["language"]]
        session = session_of(request)
        if session is None:
            return to_sign_in(request)
        this = _own_step(request, language, session)
        if request.method == "POST" and not is_own_form(request, session, body):
            return this.say(OLD_FORM, 403)
        return handler(this, body)

    return endpoint


def _own_step(request: Request, language: Language, session: Session) -> Step:
    seen = administered(request, session)
    context = context_of(request)
    found = drafts.follow(
        context.engine,
        space_id=seen.space.id,
        member_id=seen.member.id,
        draft_id=request.path_params["draft"],
        now=context.now(),
    )
    if found is None:
        raise not_theirs(request)
    return Step(request, language, session, seen, found.draft, found.order_id)
