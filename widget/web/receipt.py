"""Receipts at their own addresses, to an active member of their space."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from widget import receipts
from widget.services import calendar, receipt
from widget.services.account import Account
from widget.services.limits import Limit
from widget.store.outbox import Message
from widget.web.account import account_of
from widget.web.context import context_of
from widget.web.limits import limited
from widget.web.pages import answer, to_sign_in
from widget.web.session import not_theirs, session_of
from widget.web.threads import worked

#: What can be taken back from its receipt.
ORDERED = frozenset({"order.placed", "quote.accepted"})


@worked
def of_order(request: Request) -> Response:
    """Show the receipt of an order."""
    return _answer(request, lambda seen: _of_order(request, seen))


@worked
def show(request: Request) -> Response:
    """Show a receipt by the message that announced it."""
    return _answer(request, lambda seen: _of_message(request, seen))


@worked
def document(request: Request) -> Response:
    """Answer a receipt as a PDF, in the language of the address."""
    context, session = context_of(request), session_of(request)
    if session is None:
        return to_sign_in(request)
    seen = account_of(request, session)
    found = _of_message(request, seen) if seen else None
    if found is None:
        raise not_theirs(request)
    limited(request, Limit.RECEIPT, member_id=session.member_id)
    content = receipt.paper(found, context.languages[request.path_params["language"]], context.terms)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{found.id}.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _of_order(request: Request, seen: Account) -> Message | None:
    context = context_of(request)
    return receipt.of_order(
        context.engine, context.terms, space_id=seen.space.id, order_id=request.path_params["order"]
    )


def _of_message(request: Request, seen: Account) -> Message | None:
    return receipt.load(context_of(request).engine, space_id=seen.space.id, message_id=request.path_params["message"])


def _answer(request: Request, find: Callable[[Account], Message | None]) -> Response:
    context, session = context_of(request), session_of(request)
    language = context.languages[request.path_params["language"]]
    if session is None:
        return to_sign_in(request)
    seen = account_of(request, session)
    found = find(seen) if seen else None
    if seen is None or found is None:
        raise not_theirs(request)
    shown = receipts.receipt(found.kind, found.at, found.facts, found.private, language, context.terms)
    home = f"/widget/{language.code}"
    values = {
        "r": shown,
        "title": shown.title,
        "pdf": f"{home}/receipts/{found.id}/pdf" if found.id else "",
        "calendar": f"{home}/receipts/{found.id}/calendar.ics" if found.id and calendar.has_days(found) else "",
        "undo": _undo(seen, found, home),
        "token": session.token,
        "back": f"{home}/change",
        "all": f"{home}/space",
        "summary": [],
    }
    return answer(request, "receipt/show.html", language, values)


def _undo(seen: Account, found: Message, home: str) -> str:
    """Return where the change that this receipt is about is taken back, as long as it can be by this person."""
    pending = seen.pending
    own = pending is not None and pending.id == found.facts.get("change") and found.kind in ORDERED
    return f"{home}/undo/{pending.id}" if pending and own and seen.can_undo and seen.member.is_administrator else ""
