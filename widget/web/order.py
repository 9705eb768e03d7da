"""From a draft to an order: whom to deactivate, the survey, the review, the order, the receipt, undo."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Interval, Level
from widget.domain.refusal import Rule
from widget.languages import Language
from widget.panels import ITEM_NAMES, PER, level_text, result_view
from widget.services import draft as drafts
from widget.services import members, order, undo
from widget.services.account import Account
from widget.services.members import MembersError
from widget.services.order import reviewed
from widget.store.order import Draft
from widget.store.session import Session
from widget.web.account import account_of, link
from widget.web.context import context_of
from widget.web.forms import parse
from widget.web.pages import answer, read_form
from widget.web.security import session_of
from widget.wording import N_, refusal_text

UNSAID = "unsaid"
REASONS = {
    "fewer-people": N_("Fewer people work with us"),
    "project-finished": N_("A project is finished"),
    "features-unused": N_("We do not use the features of this plan"),
    "zoom-unused": N_("We do not use the Zoom licenses"),
    "too-expensive": N_("The price is too high"),
    "seasonal": N_("Our need changes with the season"),
    "other": N_("Another reason"),
    UNSAID: N_("Prefer not to say"),
}
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
MEMBER_ERRORS = {
    "none": N_("Tick at least one name."),
    "oneself": N_("You cannot deactivate yourself."),
    "unknown": N_("One of these people is not known here any more. Choose again."),
    "full": N_("All users of the subscription are in use: nobody more can be activated."),
    "not-allowed": N_("Only a space administrator may change the subscription."),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a signed-in administrator's own draft."""

    request: Request
    language: Language
    session: Session
    seen: Account
    draft: Draft

    @property
    def address(self) -> str:
        """The address of the draft, to which a step's name is added."""
        return f"/widget/{self.language.code}/change/{self.draft.id}"

    @property
    def choice(self) -> str:
        """The first step again, filled in with the wish."""
        wish = self.draft.wish
        query = f"plan={wish.plan}&users={wish.users}&zoom_licenses={wish.zoom_licenses}"
        return f"/widget/{self.language.code}/change?{query}"

    def result(self) -> ChangePreview:
        """The preview of the wish as things are now."""
        return preview(self.seen.subscription, self.draft.wish, on=self.seen.on, terms=context_of(self.request).terms)

    def go(self, step: str) -> Response:
        """Lead to another step."""
        return RedirectResponse(f"{self.address}/{step}", 303, {"Cache-Control": "no-store"})

    def next_step(self) -> str:
        """The first step that is still missing."""
        result = self.result()
        if any(each.rule is Rule.ACTIVE_USER_FLOOR for each in result.blockers):
            return "members"
        return "survey" if result.goes_down and self.draft.reason is None else "review"

    def show(self, template: str, values: dict[str, Any], status: int = 200) -> Response:
        """Answer a template with what every step needs."""
        shared = {"token": self.session.token, "back": self.choice, "summary": [], "errors": {}}
        return answer(self.request, template, self.language, shared | values, status)


Handler = Callable[[Step, str], Awaitable[Response]]


def step(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return the endpoint of a step: signed in, administrator, own draft, own site's form; else the way there.

    A draft of another space answers exactly like an unknown one.
    """

    async def endpoint(request: Request) -> Response:
        language = context_of(request).languages[request.path_params["language"]]
        session = session_of(request)
        if session is None:
            return RedirectResponse(f"/widget/signin?next={request.url.path}", 303, {"Cache-Control": "no-store"})
        seen = account_of(request, session)
        if seen is None or not seen.member.is_administrator:
            raise HTTPException(404)
        found = drafts.load(
            context_of(request).engine,
            space_id=seen.space.id,
            member_id=seen.member.id,
            draft_id=request.path_params["draft"],
        )
        if found is None:
            raise HTTPException(404)
        this = Step(request, language, session, seen, found)
        body = ""
        if request.method == "POST":
            read = await read_form(request)
            if read is None:
                return answer(request, "too_large.html", language, {}, 413)
            body = read
            if dict(parse_qsl(body)).get("token") != session.token:
                return _old_form(this)
        return await handler(this, body)

    return endpoint


def _old_form(this: Step) -> Response:
    text = this.language.gettext(N_("This form is too old. Reload the page and try again."))
    return this.show("account/blocked.html", {"title": text, "lines": [], "people": (), "r": None}, 403)


async def deactivate(this: Step, body: str) -> Response:
    """Whom to deactivate: choose, confirm each name, done; then on, with nothing retyped."""
    if this.request.method == "GET":
        return _members(this, "")
    fields = parse_qsl(body)  # the size of the body is the limit
    chosen = [value for name, value in fields if name == "member"]
    if not chosen:
        return _members(this, MEMBER_ERRORS["none"])
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
        return _members(this, MEMBER_ERRORS[error.code])
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
    return this.show("account/members.html", values, 422 if message else 200)


async def survey(this: Step, body: str) -> Response:
    """One reason, asked before a decrease (rule: survey-first)."""
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


async def review(this: Step, _: str) -> Response:
    """What would be ordered, kept as the promise that the order must still match."""
    missing = this.next_step()
    return _review(this) if missing == "review" else this.go(missing)


def _review(this: Step, error: str = "", differences: dict[str, tuple[Any, Any]] | None = None) -> Response:
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
    return this.show("order/review.html", values, 409 if differences else 422 if error else 200)


def _short(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(each.get("priced_from") or each.get("starts_on") or each.get("after")) for each in value)
    return "–" if value is None else str(value)


async def place(this: Step, body: str) -> Response:
    """Place the order, or show what is missing or different; the key makes a second click the same order."""
    form = parse(body, {"key": "", "late_ack": ""}, ("key", "late_ack", "token"), this.language)
    context = context_of(this.request)
    outcome = order.place(
        context.engine,
        context.terms,
        space_id=this.seen.space.id,
        member_id=this.seen.member.id,
        draft_id=this.draft.id,
        key=form.typed["key"] or this.draft.id,
        late_ack=form.typed["late_ack"],
        language=this.language.code,
        now=context.now(),
    )
    if isinstance(outcome, order.Placed):
        address = f"/widget/{this.language.code}/orders/{outcome.order_id}"
        return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
    if isinstance(outcome, order.Incomplete):
        if outcome.step == "late":
            return _review(this, N_("Tick the box that confirms the date of the lower price."))
        return this.go(outcome.step)
    if isinstance(outcome, order.Unknown):
        raise HTTPException(404)
    if isinstance(outcome, order.KeyReused):
        title = this.language.gettext(N_("The same order was sent with other contents. Start again from the choice."))
        return this.show("account/blocked.html", {"title": title, "lines": [], "people": (), "r": None}, 422)
    differences = outcome.differences if isinstance(outcome, order.Stale) else {}
    return _review(this, differences=differences or {"version": ("", "")})


async def receipt(request: Request) -> Response:
    """Show a placed order at its own address, to an active member of its space; else there is nothing here."""
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    session = session_of(request)
    if session is None:
        return RedirectResponse(f"/widget/signin?next={request.url.path}", 303, {"Cache-Control": "no-store"})
    seen = account_of(request, session)
    found = seen and drafts.order(context.engine, space_id=seen.space.id, order_id=request.path_params["order"])
    if not seen or not found:
        raise HTTPException(404)
    book = context.terms.price_book_version(found.preview["price_book"])
    per = language.gettext(PER[Interval(seen.subscription.interval)])

    def shown(value: Any) -> str:
        return book.plan(value).name[language.code] if isinstance(value, str) else language.number(value)

    def day(text: str | None) -> str:
        return language.date(date.fromisoformat(text)) if text else "–"

    def fee(period: dict[str, Any]) -> str:
        level = Level(**period["level"])
        words = level_text(level, book.plan(level.plan).name[language.code], language)
        return f"{language.money(period['amount'], book.currency)} {per}, {words}"

    values = {
        "number": found.id[:8].upper(),
        "placed_on": found.placed_on,
        "lines": [
            {
                "name": language.gettext(ITEM_NAMES[line["item"]]),
                "before": shown(line["before"]),
                "after": shown(line["after"]),
                "usable_from": day(line["usable_from"]),
                "priced_from": day(line["priced_from"]),
            }
            for line in found.preview["lines"]
        ],
        "fees": [{"starts_on": day(each["starts_on"]), "amount": fee(each)} for each in found.preview["fees"]],
        "invoices": [language.money(each["amount"], book.currency) for each in found.preview["invoices"]],
        "back": f"/widget/{language.code}/change",
        "summary": [],
    }
    return answer(request, "order/placed.html", language, values)


async def take_back(request: Request) -> Response:
    """Undo a pending decrease, and lead to the state after it; twice is once."""
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    session = session_of(request)
    body = await read_form(request)
    if session is None:
        return RedirectResponse(f"/widget/signin?next=/widget/{language.code}/change", 303)
    if body is None or dict(parse_qsl(body)).get("token") != session.token:
        raise HTTPException(403)
    done = undo.undo(
        context.engine,
        context.terms,
        space_id=session.space_id,
        member_id=session.member_id,
        change_id=request.path_params["change"],
        now=context.now(),
    )
    if done:
        return RedirectResponse(f"/widget/{language.code}/change", 303, {"Cache-Control": "no-store"})
    title = N_("This change can no longer be undone: it is in force, or another order replaced it.")
    values: dict[str, Any] = {
        "title": language.gettext(title),
        "lines": [],
        "people": (),
        "r": None,
        "summary": [],
        "back": f"/widget/{language.code}/change",
    }
    return answer(request, "account/blocked.html", language, values, 409)
