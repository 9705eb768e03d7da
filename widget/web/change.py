"""The flow in HTTP: choose, and the live result. Parse, decide with `preview`, show."""

from dataclasses import asdict
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from widget.domain.calendar import FIRST_DAY, LAST_DAY
from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Interval
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.languages import Language
from widget.panels import plan_choices, result_view, sample
from widget.services.limits import Limit
from widget.web.account import calendar_of, link, proposed, show_own, wish_own
from widget.web.context import accepted_language, context_of, query_of
from widget.web.forms import ANYTHING, OWN, SAMPLE, WISH, Form, of_own_subscription, parse
from widget.web.limits import limited
from widget.web.pages import answer, frame_of, html, to_sign_in
from widget.web.remembered import Answer, Question
from widget.web.session import session_id_of, session_of
from widget.web.step import Step as DraftStep
from widget.web.threads import formed, in_thread


async def neutral(request: Request) -> Response:
    """Lead `/widget/change` to the reader's language, with what was proposed."""
    query = f"?{request.url.query}" if request.url.query else ""
    address = f"/widget/{accepted_language(request).code}/change{query}"
    return RedirectResponse(address, 302, {"Vary": "Accept-Language, Cookie", "Cache-Control": "no-store"})


@formed
def choose(request: Request, body: str) -> Response:
    """Answer the first step: GET shows it (with proposed values), POST calculates the try-out or goes on."""
    limited(request, Limit.CALCULATE)
    language = context_of(request).languages[request.path_params["language"]]
    session = session_of(request)
    if session:
        return wish_own(request, session, language, body)
    if request.method == "POST":
        if of_own_subscription(body):
            return sign_in_again(request, language, body)
        form = parse(body, sample().fields(), SAMPLE, language)
    else:
        # A link that somebody passed on may carry what its senders hang onto links.
        form = parse(request.url.query, sample().fields(), SAMPLE, language, ignored=ANYTHING)
    return _show(request, language, form)


def again(this: DraftStep, _: str) -> Response:
    """Show the first step with the wish of a draft, to change it; it becomes a draft of its own."""
    wish = urlencode(asdict(this.draft.wish))
    return show_own(this.request, this.session, this.language, "change/choose.html", query=wish)


async def live(request: Request) -> Response:
    """Answer the result panel alone, for the numbers typed so far."""
    limited(request, Limit.CALCULATE)
    language = context_of(request).languages[request.path_params["language"]]
    session = await in_thread(request, session_of, request) if session_id_of(request) else None
    if session:
        return await in_thread(request, show_own, request, session, language, "change/live.html")
    if of_own_subscription(query_of(request)):
        return sign_in_again(request, language, query_of(request), "change/over.html")
    remembered, frame = context_of(request).remembered, frame_of(request)
    asked = Question(query_of(request), language.code, frame)
    if known := remembered.get(asked):
        return html(known.body, language)
    form = parse(query_of(request), sample().fields(), SAMPLE, language)
    shown = answer(request, "change/live.html", language, live_result(request, language, form), status_of(form))
    if not form.errors and frame != "page":  # a page shows more than the question decides
        remembered.keep(asked, Answer(bytes(shown.body), language.code))
    return shown


def sign_in_again(request: Request, language: Language, sent: str, said: str = "session/over.html") -> Response:
    """Lead to sign-in, and from there to the first step with the wish that a query or a form holds.

    `said` is the template that tells it to the element.
    """
    typed = parse(sent, {}, WISH, language).typed
    wish = urlencode({name: value[:40] for name, value in typed.items()} | {OWN: "1"})  # theirs: no link proposed it
    return to_sign_in(request, f"/widget/{language.code}/change?{wish}", said=said)


def _show(request: Request, language: Language, form: Form) -> Response:
    return answer(request, "change/choose.html", language, try_out(request, language, form), status_of(form))


def status_of(form: Form) -> int:
    """Return the status of an answer to a form."""
    return 422 if form.errors else 200


def live_result(request: Request, language: Language, form: Form) -> dict[str, Any]:
    """Return the result of the try-out as typed, and nothing else: it is asked for at each key."""
    result, _ = tried(form, context_of(request).terms)
    return _result(request, language, form, result)


def _result(request: Request, language: Language, form: Form, result: ChangePreview | None) -> dict[str, Any]:
    if result is None:
        return {"r": None, "summary": form.summary}
    view = result_view(result, language, link(request, language), context_of(request).terms)
    return {"r": view, "calendar": calendar_of(form, SAMPLE, language)}


def try_out(request: Request, language: Language, form: Form) -> dict[str, Any]:
    """Return what the first step shows to somebody who is not signed in."""
    context = context_of(request)
    result, on = tried(form, context.terms)
    address = f"/widget/{language.code}/change"
    wish = urlencode({name: form.typed[name] for name in WISH if name in form.typed})
    return {
        "who": "anonymous",
        "here": f"{address}?{wish}",
        "action": address,
        "live": f"{address}/result",
        "plans": plan_choices(context.terms, on or context.today(), Interval, language),
        "f": form.typed,
        "errors": {name: form.errors.get(name, "") for name in SAMPLE},
        "summary": form.summary,
        "locked": False,
        "proposed": proposed(request),
        "state": None,
        "token": "",
        "sample_open": any(name in form.errors for name in SAMPLE[3:]),
    } | _result(request, language, form, result)


def tried(form: Form, terms: Terms) -> tuple[ChangePreview | None, date | None]:
    """Return the preview of the try-out as typed, and its day; None for what cannot be read, with errors noted."""
    on = form.day("on", FIRST_DAY, LAST_DAY)
    sold = [plan.id for plan in terms.price_book(on or sample().on).plans]
    wish, subscription = form.level(sold), _tried_subscription(form, sold, on)
    if form.errors or not (on and wish and subscription):
        return None, on
    return preview(subscription, wish, on=on, terms=terms), on


def _tried_subscription(form: Form, sold: list[str], on: date | None) -> Subscription | None:
    interval = form.choice("interval", [str(each) for each in Interval])
    in_use, active = form.level(sold, "in_"), form.whole("active_users", 0, 100_000)
    start = form.day("term_start", FIRST_DAY, LAST_DAY) if interval == Interval.YEAR else None
    if start and on and start > on:
        form.fail("term_start", "after_order")
    if form.errors or not (interval and in_use) or active is None:
        return None
    return Subscription(Interval(interval), start, in_use, (Step(SINCE_EVER, in_use),), active)
