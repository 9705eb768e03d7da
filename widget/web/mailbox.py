"""The mail of the demo, which nobody else receives: a page of its Maildir. It exists in a demo alone."""

import mailbox
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from widget.web.context import context_of
from widget.web.pages import answer
from widget.web.threads import worked

#: A mail's HTML is shown by itself: without scripts, forms, or anything from elsewhere.
ALONE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "Cache-Control": "no-store",
}


@worked
def listing(request: Request) -> Response:
    """Show every mail, the newest first, with its text."""
    context = context_of(request)
    language = context.languages[request.path_params["language"]]
    values = {
        "mails": [_shown(name, mail, language.code) for name, mail in _mails(request)],
        "back": f"/widget/{language.code}/change",
        "summary": [],
    }
    return answer(request, "mailbox/list.html", language, values)


@worked
def show(request: Request) -> Response:
    """Answer the HTML of one mail, alone."""
    found = dict(_mails(request)).get(request.path_params["mail"])
    body = found.get_body(("html",)) if found else None
    if body is None:
        raise HTTPException(404)
    return HTMLResponse(body.get_content(), headers=ALONE)


@worked
def attachment(request: Request) -> Response:
    """Answer a file of one mail."""
    found = dict(_mails(request)).get(request.path_params["mail"])
    for part in found.iter_attachments() if found else ():
        if part.get_filename() == request.path_params["name"]:
            content: Any = part.get_payload(decode=True)
            return Response(content, media_type=part.get_content_type(), headers={"X-Content-Type-Options": "nosniff"})
    raise HTTPException(404)


def _mails(request: Request) -> list[tuple[str, EmailMessage]]:
    settings = context_of(request).settings
    if not settings.demo or settings.smtp:
        raise HTTPException(404)
    if not (settings.maildir / "cur").is_dir():  # the last that is made of a Maildir: the first mail is on its way
        return []
    box = mailbox.Maildir(settings.maildir, create=False)
    read: list[Any] = [(name, BytesParser(policy=default).parsebytes(box.get_bytes(name))) for name in box.keys()]  # noqa: SIM118 -- a mailbox is not a mapping: it iterates over its messages
    return sorted(read, key=lambda each: (each[1]["Date"].datetime, each[0]), reverse=True)


def _shown(name: str, mail: EmailMessage, code: str) -> dict[str, Any]:
    body, home = mail.get_body(("plain",)), f"/widget/{code}/mailbox/{name}"
    files = [part.get_filename() or "" for part in mail.iter_attachments()]
    return {
        "to": mail["To"],
        "subject": mail["Subject"],
        "text": body.get_content() if body else "",
        "html": home,
        "files": [(each, f"{home}/{each}") for each in files],
    }
