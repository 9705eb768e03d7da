"""Where people are named in JSON documents (private of a message, a quote), and how a name is taken out there."""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import Column, Connection, select

from widget.store.tables import audit_event, outbox, quote

#: Written where somebody's name stood.
GONE = "–"
#: JSON texts that tell of several people: one is taken out, the others stay.
DOCUMENTS: tuple[Column[Any], ...] = (outbox.c.private, quote.c.document)
#: What is a name, or a list of names, and nothing else.
_NAMES = ("actor", "asked_by", "members", "recipient")
#: Of what is private of a message, what names no person: a space is called what it is, like somebody or not.
_NO_PERSON = ("space", "customer")


def without(value: Any, words: Collection[str]) -> Any:
    """Return a text, a list or a document in which these words are masked, wherever they stand as words."""
    if isinstance(value, Mapping):
        return {name: without(each, words) for name, each in value.items()}
    if isinstance(value, list):
        return [without(each, words) for each in value]
    if not isinstance(value, str) or not words:
        return value
    longest_first = "|".join(re.escape(each) for each in sorted(words, key=len, reverse=True))
    return re.sub(rf"(?<!\w)(?:{longest_first})(?!\w)", GONE, value, flags=re.IGNORECASE)


def masked(column: Column[Any], document: Mapping[str, Any], words: Collection[str]) -> dict[str, Any]:
    """Return a document of a column in which a person is masked where people are named, and nowhere else."""
    texts = set() if column is quote.c.document else document.keys() - {*_NAMES, *_NO_PERSON}
    found = {name: without(each, words) if name in texts else each for name, each in document.items()}
    found |= {name: _unnamed(found[name], {each.lower() for each in words}) for name in _NAMES if name in found}
    if isinstance(found.get("customer"), Mapping):
        found["customer"] = _made_out(found["customer"], words)
    return found


def _unnamed(name: Any, words: Collection[str]) -> Any:
    """Return a name, or a list of names, masked where it is the person's: "Martin" is not part of "Claire Martin"."""
    if isinstance(name, list):
        return [_unnamed(each, words) for each in name]
    return GONE if str(name).lower() in words else name


def _made_out(customer: Mapping[str, Any], words: Collection[str]) -> dict[str, Any]:
    """Return a customer without a person; a name of one word is kept, since it may be a town or a firm."""
    sure = [each for each in words if " " in each or "@" in each]
    own = {name: without(customer[name], sure) for name in ("name", "address") if name in customer}
    return {**customer, **own}


def said(before: Any, after: Any) -> Any:
    """Return what of a document was masked in the other: what it says about one person alone."""
    if isinstance(before, Mapping):
        return {name: said(each, after[name]) for name, each in before.items() if each != after[name]}
    if isinstance(before, list):
        return [said(one, other) for one, other in zip(before, after, strict=True) if one != other]
    return before


def known_as(connection: Connection, member_ids: Collection[str], space_ids: Collection[str]) -> set[str]:
    """Return every name that documents of these spaces have of a person, also those of before they were renamed."""
    own = select(quote.c.number, quote.c.document).where(quote.c.member_id.in_(member_ids))
    quotes = {number: json.loads(document) for number, document in connection.execute(own)}
    # Some messages say who acted by their audit event alone.
    proofs = set(connection.execute(select(audit_event.c.hash).where(audit_event.c.actor.in_(member_ids))).scalars())
    named = {document["asked_by"] for document in quotes.values() if "asked_by" in document}
    query = select(outbox.c.member_id, outbox.c.facts, outbox.c.private)
    for row in connection.execute(query.where(outbox.c.space_id.in_(space_ids), outbox.c.private != "{}")):
        facts, private = json.loads(row.facts), json.loads(row.private)
        acted = row.member_id in member_ids or facts.get("audit") in proofs
        asked = facts.get("number") in quotes
        named |= {name for name in _named(facts, private, set(member_ids), acted=acted, asked=asked) if name}
    return named


def _named(
    facts: Mapping[str, Any], private: Mapping[str, Any], ids: set[str], *, acted: bool, asked: bool
) -> Iterator[str | None]:
    if acted:
        yield private.get("actor")
    if asked:
        yield private.get("asked_by")
    if facts.get("recipient") in ids:
        yield private.get("recipient")
    for member_id, name in zip(facts.get("members", []), private.get("members", []), strict=False):
        if member_id in ids:
            yield name
