"""The pages of the vendor's own people: support reads and proposes, the team reads answers and the outbox."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from widget.domain.lines import Direction
from widget.languages import Language
from widget.logs import Event, tell
from widget.panels import result_view
from widget.services import desk, outbox
from widget.services.desk import Said
from widget.store.identity import Staff
from widget.web.account import link, state_view, tried_own
from widget.web.context import context_of
from widget.web.forms import ANYTHING, WISH
from widget.web.pages import answer, to_sign_in
from widget.web.session import not_theirs, staff_of
from widget.web.survey import REASONS
from widget.web.threads import Endpoint, worked
from widget.web.ticket import HERE, copies

Handler = Callable[[Request, Language, Staff], Response]


def home_of(staff: Staff, language: Language) -> str:
    """Return where one of the vendor's people begins."""
    return f"/widget/{language.code}/{'desk' if staff.role == 'support' else 'team'}"


def staffed(role: str, handler: Handler) -> Endpoint:
    """Return an endpoint for those of the vendor's people who have a role now; for others there is no such page."""

    @worked
    def endpoint(request: Request) -> Response:
        session = staff_of(request)
        if session is None:
            return to_sign_in(request)
        found = desk.staff(context_of(request).engine, session.staff_id)
        if found is None or found.role != role:
            raise not_theirs(request)
        return handler(request, context_of(request).languages[request.path_params["language"]], found)

    return endpoint


def find(request: Request, language: Language, staff: Staff) -> Response:
    """Find a space by its name, its id or a reference that its people were shown."""
    asked = request.query_params.get("q", "").strip()[:100]
    found = desk.find(context_of(request).engine, asked)
    values = {"staff": staff, "q": asked, "spaces": found, "here": home_of(staff, language)}
    values["links"] = f"/widget/{language.code}/support"
    return answer(request, "desk/find.html", language, values, frame="frame.html")


def show(request: Request, language: Language, staff: Staff) -> Response:
    """Show a space's state, what a wish would do there, and the link that proposes it."""
    context, space_id = context_of(request), request.path_params["space"]
    seen = desk.view(context.engine, context.terms, staff_id=staff.id, space_id=space_id, now=context.now())
    if seen is None:
        raise not_theirs(request)
    tell(Event.STATE_VIEWED, staff=staff.id, space=space_id)
    form, result = tried_own(request, seen, language, request.url.query, ANYTHING)
    if result and result.direction is Direction.NONE:
        result = None
    book = context.terms.price_book(seen.on)
    # In the language in which they last read, and in the article that explains what they would do.
    customer = context.languages[seen.member.language or seen.space.language]
    explained = context.articles.articles["downgrade" if result and result.goes_down else "upgrade"][customer.code]
    values = {
        "staff": staff,
        "s": state_view(request, seen, language),
        "administrators": seen.administrators,
        "plans": [(plan.id, plan.name[language.code]) for plan in book.plans],
        "f": form.typed,
        "errors": {name: form.errors.get(name, "") for name in WISH},
        "summary": form.summary,
        "here": f"{home_of(staff, language)}/{space_id}",
        "back": home_of(staff, language),
        "r": result and result_view(result, language, link(request, language), context.terms),
        "copies": copies(context, explained, HERE, result.wish, customer=customer, agent=language) if result else [],
    }
    return answer(request, "desk/space.html", language, values, 422 if form.errors else 200, frame="frame.html")


def answers(request: Request, language: Language, staff: Staff) -> Response:
    """Show what people answered before a decrease."""
    found = desk.answers(context_of(request).engine)
    reasons = [(language.gettext(REASONS.get(reason, reason)), count) for reason, count in found.reasons.items()]
    values = {"staff": staff, "found": found, "reasons": reasons, "fewest": desk.FEWEST}
    return answer(request, "desk/answers.html", language, values, frame="frame.html")


def readers(request: Request, language: Language, staff: Staff) -> Response:
    """Show what readers said of the articles, and what they searched in vain."""
    articles, misses = desk.said(context_of(request).engine)
    titles = {(each.article, each.language): _title(request, each) for each in articles}
    values = {"staff": staff, "articles": articles, "titles": titles, "misses": misses}
    return answer(request, "desk/readers.html", language, values, frame="frame.html")


def _title(request: Request, said: Said) -> str:
    """Return the title of the article that readers speak of; of one that is no more, its number."""
    found = context_of(request).articles.numbered(said.article, said.language)
    return found.title if found else str(said.article)


def messages(request: Request, language: Language, staff: Staff) -> Response:
    """Show what waits in the outbox and what was given up on."""
    values = {"staff": staff, "deliveries": outbox.listed(context_of(request).engine)}
    return answer(request, "desk/outbox.html", language, values, frame="frame.html")
