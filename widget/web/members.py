"""Whom to deactivate, so that fewer users can be ordered; and the way to take it back."""

from collections.abc import Collection, Sequence

from starlette.responses import Response

from widget.domain.refusal import Rule
from widget.services import members
from widget.services.members import MembersError
from widget.store.space import Member
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
    "too-many": N_("At most %(most)s people at a time. Deactivate these first; what you ask for is kept."),
}
#: People on a page, and in one act: their ids, sent twice, fit well into a body (web/body.py).
MOST = 250
#: Above so many, there is a search.
MOST_UNSEARCHED = 50
FIELDS = ("token", "confirmed", "find", "act")
#: What a button does besides going on.
ACTS = frozenset({"", "find", "oldest"})


def deactivate(this: Step, body: str) -> Response:
    """Whom to deactivate: find and choose (`member`), confirm each name (`sure`), done; then on, nothing retyped."""
    if this.request.method != "POST":
        return _show(this)
    form = parse(body, {"find": ""}, FIELDS, this.language, many=("member", "sure"))
    find, act = form.text("find", 100), form.typed.get("act", "")
    confirming = form.typed.get("confirmed") == "1"
    asked = form.many["member"] if confirming else None
    chosen = form.many["sure" if confirming else "member"]
    if act not in ACTS:
        form.fail("act", "unknown")
    if form.errors:
        return _show(this, form.summary, asked, chosen, form.typed["find"])
    if act == "oldest":
        chosen = _oldest(this, chosen)
    if act:
        return _show(this, ticked=chosen, find=find)
    if not chosen:
        return _show(this, [_said(this, "none")], asked, find=find)
    if len(chosen) > MOST:
        return _show(this, [_said(this, "too-many")], None, chosen)
    if confirming:
        return _set_active(this, chosen, active=False)
    if not set(chosen) <= {each.id for each in _others(this)}:
        return _show(this, [_said(this, "unknown")], None, chosen)
    return _show(this, asked=chosen)


def activate(this: Step, body: str) -> Response:
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
    return this.go(this.by_now().next_step())


def _said(this: Step, code: str) -> tuple[str, str]:
    return "member", this.language.gettext(ERRORS[code]) % {"most": this.language.number(MOST)}


def _others(this: Step) -> list[Member]:
    return [each for each in this.seen.occupants if each.id != this.seen.member.id]


def _surplus(this: Step) -> int:
    """Return how many too many are active for the wish."""
    return max(0, this.seen.subscription.occupied_users - this.draft.wish.users)


def _oldest(this: Step, chosen: list[str]) -> list[str]:
    """Return the choice filled up with those least recently seen, as many as the wish asks for and an act takes."""
    others = [each.id for each in _others(this)]
    wanted = min(_surplus(this), MOST, len(others))
    return (chosen + [each for each in others if each not in set(chosen)])[: max(wanted, len(chosen))]


def _listed(this: Step, ticked: Collection[str], find: str) -> list[Member]:
    """Return whom to show: who is ticked, then who is found, least recently seen first, up to a page of them."""
    words = this.language.folded(find)
    others = _others(this)
    found = [each for each in others if words in this.language.folded(f"{each.name} {each.email}")]
    first = [each for each in others if each.id in ticked]
    return first + [each for each in found if each.id not in ticked][: max(0, MOST - len(first))]


def _show(
    this: Step,
    summary: Sequence[tuple[str, str]] = (),
    asked: list[str] | None = None,
    ticked: Sequence[str] = (),
    find: str = "",
) -> Response:
    """Answer the list, least recently seen first; with `asked`, those names alone, each to be confirmed."""
    result = this.result
    floor = [each for each in result.blockers if each.rule is Rule.ACTIVE_USER_FLOOR]
    others, confirm = _others(this), asked is not None
    asking, errors = set(asked or ()), dict(summary)
    searched = "" if "find" in errors else find
    people = [each for each in others if each.id in asking] if confirm else _listed(this, set(ticked), searched)
    values = {
        "people": people,
        "others": len(others),
        "confirm": confirm,
        "ticked": set(ticked),
        "find": find,
        "finds": not confirm and len(others) > MOST_UNSEARCHED,
        "fill": min(_surplus(this), MOST, len(others)),
        "inactive": () if confirm else this.seen.inactive[:MOST],
        "blocked": refusal_text(floor[0], result, this.language) if floor else "",
        "onward": f"{this.address}/{this.next_step()}",
        "action": f"{this.address}/members",
        "activate": f"{this.address}/activate",
        "summary": list(summary),
        "errors": {name: errors.get(name, "") for name in ("member", "find")},
    }
    return this.show("members/choose.html", values, 422 if summary else 200)
