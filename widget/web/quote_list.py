"""The list of a space's quotes."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from widget.languages import Language
from widget.services import quote
from widget.store.quote import Kept
from widget.web.account import administered
from widget.web.context import context_of
from widget.web.pages import answer, to_sign_in
from widget.web.quote import STATES
from widget.web.session import session_of
from widget.web.threads import worked
from widget.wording import N_


@worked
def listing(request: Request) -> Response:
    """List the quotes of the space, the newest first, to an administrator."""
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    session = session_of(request)
    if session is None:
        return to_sign_in(request)
    seen = administered(request, session)
    values = {
        "title": language.gettext(N_("Your quotes")),
        "rows": [
            _row(each, context.now(), language) for each in quote.of_space(context.engine, space_id=seen.space.id)
        ],
        "back": f"/widget/{language.code}/change",
        "summary": [],
    }
    return answer(request, "quote/list.html", language, values)


def _row(kept: Kept, now: datetime, language: Language) -> dict[str, str]:
    found = kept.quote
    return {
        "number": found.number,
        "address": f"/widget/{language.code}/quotes/{found.number}",
        "issued_on": language.date(found.issued_on),
        "valid_until": language.date(found.valid_until),
        "total": language.money(found.vat.gross, found.currency),
        "state": language.gettext(STATES[kept.state_on(quote.day_of(kept, now))]),
    }
