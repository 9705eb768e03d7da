"""The receipt of a placed order, at its own address."""

from datetime import date
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from widget.domain.plan import Interval, Level
from widget.panels import ITEM_NAMES, PER, level_text
from widget.services import draft as drafts
from widget.web.account import account_of
from widget.web.context import context_of
from widget.web.pages import answer, to_sign_in
from widget.web.session import session_of


async def show(request: Request) -> Response:
    """Show a placed order at its own address, to an active member of its space; else there is nothing here."""
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    session = session_of(request)
    if session is None:
        return to_sign_in(request)
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
    return answer(request, "receipt/placed.html", language, values)
