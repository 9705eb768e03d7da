"""Receipts at their own addresses, to an active member of their space."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from starlette.requests import Request
from starlette.responses import Response

from widget import receipts
from widget.languages import Language
from widget.services import calendar, receipt
from widget.services.account import Account
from widget.services.limits import Limit
from widget.store.outbox import Message
from widget.store.session import Session
from widget.web.account import account_of
from widget.web.context import context_of
from widget.web.limits import limited
from widget.web.pages import answer, to_sign_in
from widget.web.session import not_theirs, session_of
from widget.web.threads import Endpoint, worked

#: What can be taken back from its receipt.
ORDERED = frozenset({"order.placed", "quote.accepted"})


@dataclass(frozen=True, slots=True)
class Page:
    """A receipt before a member of its space."""

    request: Request
    language: Language
    session: Session
    seen: Account
    message: Message

    @property
    def address(self) -> str:
        """The address of the receipt, to which a file's name is added; "" for one that no message announced."""
        return f"/widget/{self.language.code}/receipts/{self.message.id}" if self.message.id else ""


def by_order(request: Request, seen: Account) -> Message | None:
    """Return the receipt of the order at this address, in the reader's space."""
    context = context_of(request)
    return receipt.of_order(
        context.engine, context.terms, space_id=seen.space.id, order_id=request.path_params["order"]
    )


def by_message(request: Request, seen: Account) -> Message | None:
    """Return the receipt by the message that announced it, in the reader's space."""
    return receipt.load(context_of(request).engine, space_id=seen.space.id, message_id=request.path_params["message"])


def received(
    handler: Callable[[Page], Response], find: Callable[[Request, Account], Message | None] = by_message
) -> Endpoint:
    """Return the endpoint of a handler that is told the receipt at its address, for members of its space alone."""

    @worked
    @wraps(handler)
    def endpoint(request: Request) -> Response:
        session = session_of(request)
        if session is None:
            return to_sign_in(request)
        seen = account_of(request, session)
        message = find(request, seen) if seen else None
        if seen is None or message is None:
            raise not_theirs(request)
        language = context_of(request).languages[request.path_params["language"]]
        return handler(Page(request, language, session, seen, message))

    return endpoint


def show(page: Page) -> Response:
    """Show a receipt."""
    found, language = page.message, page.language
    shown = receipts.receipt(found.kind, found.at, found.facts, found.private, language, context_of(page.request).terms)
    home = f"/widget/{language.code}"
    values = {
        "r": shown,
        "title": shown.title,
        "pdf": f"{page.address}/pdf" if page.address else "",
        "calendar": f"{page.address}/calendar.ics" if page.address and calendar.has_days(found) else "",
        "undo": _undo(page.seen, found, home),
        "token": page.session.token,
        "back": f"{home}/change",
        "all": f"{home}/space",
        "summary": [],
    }
    return answer(page.request, "receipt/show.html", language, values)


def document(page: Page) -> Response:
    """Answer a receipt as a PDF, in the language of the address."""
    limited(page.request, Limit.RECEIPT, member_id=page.session.member_id)
    content = receipt.paper(page.message, page.language, context_of(page.request).terms)
    headers = {
        "Cache-Control": "no-store",
        "Content-Disposition": f'inline; filename="{page.message.id}.pdf"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _undo(seen: Account, found: Message, home: str) -> str:
    """Return where the change that this receipt is about is taken back, as long as it can be by this person."""
    pending = seen.pending
    own = pending is not None and pending.id == found.facts.get("change") and found.kind in ORDERED
    return f"{home}/undo/{pending.id}" if pending and own and seen.can_undo and seen.member.is_administrator else ""
