"""What the vendor's own people see: support a space's state, each view audited; the team the answers of the survey.

Nothing here changes a subscription: there is no way from a staff session to an order.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine

from widget.domain.terms import Terms
from widget.services import account
from widget.services.account import Account
from widget.store import audit, feedback
from widget.store import identity as identities
from widget.store import order as orders
from widget.store import quote as quotes
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store import survey as surveys
from widget.store.engine import reading, transaction
from widget.store.feedback import Miss
from widget.store.identity import Staff
from widget.store.space import Space

#: Below so many answers nothing of a survey is shown: it could be told whose they are.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class Answers:
    """The answers of a survey: how many, by reason, and what people wrote; empty below FEWEST."""

    count: int
    reasons: Mapping[str, int]
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """What readers said of an article in a language: how many it helped and not, and what they wrote."""

    article: int
    language: str
    yes: int
    no: int
    comments: tuple[str, ...]


def staff(engine: Engine, staff_id: str) -> Staff | None:
    """Return one of the vendor's people with the role that they have now, or None."""
    with reading(engine) as connection:
        return identities.load_staff(connection, staff_id)


def find(engine: Engine, text: str) -> list[Space]:
    """Return the spaces whose id or name holds a text, the first twenty; none for an empty one.

    Before them those of a reference that people are shown and tell support: a quote, an order, a locked contract.
    """
    if not text:
        return []
    with reading(engine) as connection:
        referred = (spaces.load(connection, each) for each in _referred(connection, text))
        found = [each for each in referred if each] + spaces.find(connection, text, most=20)
    return list({each.id: each for each in found}.values())


def _referred(connection: Connection, text: str) -> list[str]:
    # Of an order the page shows the beginning, its address the whole id; the contract's version may have moved on.
    contract = re.fullmatch(r"([\w-]+)-[0-9]+", text)
    found = [contract[1]] if contract else []
    if re.fullmatch(r"Q-[0-9]{4}-[0-9]{6,}", text, re.IGNORECASE):
        found += quotes.spaces_of(connection, text.upper())
    if re.fullmatch(r"[0-9a-f]{8,32}", text, re.IGNORECASE):
        found += orders.spaces_of(connection, text.lower())
    return found


def view(engine: Engine, terms: Terms, *, staff_id: str, space_id: str, now: datetime) -> Account | None:
    """Return a space as one of its administrators sees it, and note in its audit log who looked.

    None for an unknown space, an archived one, and for who is not support.
    """
    with transaction(engine) as connection:
        seer = identities.load_staff(connection, staff_id)
        if seer is None or seer.role != "support" or spaces.load(connection, space_id) is None:
            return None
        subscriptions.load(connection, space_id, lock=True)
        people = [each for each in spaces.members(connection, space_id, "active") if each.is_administrator]
        if not people:
            return None
        audit.append(connection, space_id, at=now, actor=staff_id, kind="support.viewed", data={})
        return account.read(connection, terms, space_id=space_id, member_id=people[0].id, now=now)


def said(engine: Engine) -> tuple[list[Said], list[Miss]]:
    """Return what readers said of each article in each language, and what they searched in vain."""
    with reading(engine) as connection:
        every, misses = feedback.everything(connection), feedback.misses(connection)
    found = []
    for article, language in sorted({(each.article, each.language) for each in every}):
        its = [each for each in every if (each.article, each.language) == (article, language)]
        helped = sum(each.helpful for each in its)
        comments = tuple(each.comment for each in its if each.comment)
        found.append(Said(article, language, helped, len(its) - helped, comments))
    return found, misses


def answers(engine: Engine) -> Answers:
    """Return what people answered before a decrease."""
    with reading(engine) as connection:
        reasons = surveys.reasons(connection)
        count = sum(reasons.values())
        if count < FEWEST:
            return Answers(count, {}, ())
        return Answers(count, reasons, tuple(surveys.comments(connection)))
