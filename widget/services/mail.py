"""A message as mail: the same bytes at every attempt, in text and HTML, from the facts frozen when it was written.

No header holds what somebody typed: subjects are our own words with dates and numbers, names stand in the body alone.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote

from widget import receipts
from widget.domain.terms import Terms
from widget.gateways.failure import GiveUpError
from widget.languages import Language
from widget.panels import quote_view
from widget.rendering import render
from widget.services.attachments import Attachment
from widget.services.facts import quote_of
from widget.store.delivery import Delivery
from widget.store.outbox import Message

# What stands in To: one plain address; a pattern, because Python 3.11.7 reads encoded words in addresses as headers.
_ADDRESS = re.compile(r"[^\s@<>()\[\]\\,;:\"=?\x00-\x20\x7f]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who writes: the address in From, and the origin with which every link begins."""

    address: str
    origin: str


def compose(
    message: Message,
    delivery: Delivery,
    *,
    terms: Terms,
    language: Language,
    sender: Sender,
    attachments: tuple[Attachment, ...] = (),
) -> EmailMessage:
    """Return the mail of a delivery. Raises GiveUpError for an address that is none."""
    if not _ADDRESS.fullmatch(delivery.target):
        raise GiveUpError("the address of the mail is no address")
    values = _values(message, terms, language, sender)
    # Whatever has a receipt is told as one; the others share the words of what they are about.
    folder = f"mail/{'receipt' if values['r'] else message.kind.partition('.')[0]}"
    mail = EmailMessage(policy=SMTP if delivery.target.isascii() else SMTPUTF8)
    mail["From"], mail["To"] = sender.address, delivery.target
    mail["Subject"] = render(f"{folder}/subject.txt", language, values).strip()
    mail["Date"] = format_datetime(message.at)
    mail["Message-ID"] = f"<{delivery.id}@{sender.address.partition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(render(f"{folder}/text.txt", language, values))
    mail.add_alternative(render(f"{folder}/html.html", language, values), subtype="html")
    for each in attachments:
        main, _, sub = each.kind.partition("/")
        charset = {"charset": "utf-8"} if main == "text" else {}
        mail.add_attachment(each.content, maintype=main, subtype=sub, filename=each.name, params=charset)
    mail["Content-Language"] = language.code  # last: what begins with Content- moves into the part that is added
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():  # otherwise chosen anew at each attempt
            part.set_boundary(f"{delivery.id}-{number}")
    return mail


def _values(message: Message, terms: Terms, language: Language, sender: Sender) -> dict[str, Any]:
    facts, home = message.facts, f"{sender.origin}/widget/{language.code}"
    known = message.kind in receipts.TITLES
    return {
        "r": receipts.receipt(message.kind, message.at, facts, message.private, language, terms) if known else None,
        "kind": message.kind,
        "facts": facts,
        "private": message.private,
        "days": _days(facts, language),
        "number": receipts.number_of(facts),
        "page": f"{home}/receipts/{message.id}" if known else f"{home}/change",
        "change": f"{home}/change",
        "q": _quote(message, terms, language, sender),
        # A colleague who is no administrator would stand before a closed page.
        "quote": f"{home}/quotes/{quote(facts['number'])}"
        if "number" in facts and message.private.get("opens", True)
        else "",
    }


def _quote(message: Message, terms: Terms, language: Language, sender: Sender) -> dict[str, Any] | None:
    """Return what the page and the PDF of a quote say, in the reader's language, where the message holds a quote."""
    if "windows" not in message.facts:
        return None
    return quote_view(quote_of(message.facts, message.private), language, terms, sender.origin)


def _days(facts: Mapping[str, Any], language: Language) -> dict[str, str]:
    """Return every fact that is a day, in words."""
    found = {}
    for name, value in facts.items():
        if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
            found[name] = language.date(date.fromisoformat(value))
    return found
