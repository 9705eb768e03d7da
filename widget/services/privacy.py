"""What a person may ask of us (to see it, to be forgotten), and what we forget unasked, by policy."""

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from widget.domain.policy import Policy
from widget.services import receipt
from widget.store import audit
from widget.store import privacy as rows
from widget.store import subscription as subscriptions
from widget.store import webhook as webhooks
from widget.store.engine import reading, scrub, transaction
from widget.store.privacy import Person

NOBODY = "nobody here has this address or id"


class PrivacyError(Exception):
    """The person is not known, or cannot be erased yet. The message is one line and says what to do."""


def export(engine: Engine, who: str) -> dict[str, Any]:
    """Return everything held about a person (an e-mail address or an id): rows by table, days written out.

    Raises PrivacyError for nobody.
    """
    with reading(engine) as connection:
        held = rows.rows(connection, _found(connection, who))
    return {
        table: [{name: _plain(value) for name, value in row.items()} for row in each] for table, each in held.items()
    }


def erase(engine: Engine, who: str, *, now: datetime) -> list[str]:
    """Take a person out of the database and its files; return the spaces where they were.

    Ids, amounts and dates stay, so that the audit log still fits its chain; an accepted quote is a contract and stays.
    Raises PrivacyError for nobody and for the only administrator of a space, StoreError where the files could not be
    cleaned. For nobody they are cleaned too: it may be somebody whose rows are gone, but not yet what the files held.
    """
    with transaction(engine) as connection:
        person = rows.find(connection, who)
        if person.is_somebody:
            _erase(connection, person, now)
    cleaned = scrub(engine)
    if not person.is_somebody:
        raise PrivacyError(f"{NOBODY}; the files are clean of who was erased before" if cleaned else NOBODY)
    return sorted(person.space_ids)


def _erase(connection: Connection, person: Person, now: datetime) -> None:
    alone = rows.led_alone(connection, person)
    if alone:
        raise PrivacyError(f"the only administrator of {', '.join(alone)}: name another one first, then try again")
    for space_id in sorted(person.space_ids):
        subscriptions.load(connection, space_id, lock=True)
    rows.erase(connection, person)
    for space_id, member_id in zip(person.space_ids, person.member_ids, strict=True):
        data = {"member": member_id}
        audit.append(connection, space_id, at=now, actor="system", kind="member.erased", data=data)


def retain(engine: Engine, policy: Policy, now: datetime) -> dict[str, int]:
    """Remove what the policy does not keep any longer; return how many rows of each kind that were."""
    kept = policy.retention

    def days_ago(days: int) -> datetime:
        return now - timedelta(days)

    with transaction(engine) as connection:
        return {
            "drafts": rows.remove_drafts(connection, days_ago(kept.drafts)),
            "survey comments": rows.blank_comments(connection, days_ago(kept.survey_comments)),
            "comments on articles": rows.blank_feedback(connection, days_ago(kept.feedback_comments)),
            "searches in vain": rows.remove_misses(connection, days_ago(kept.search_misses).date()),
            "messages": rows.remove_messages(connection, days_ago(kept.messages), receipt.KINDS),
            "quotes": rows.remove_quotes(connection, days_ago(kept.quotes).date()),
            "idempotency keys": rows.remove_keys(connection, days_ago(kept.idempotency_keys)),
            "old secrets of webhooks": webhooks.forget_old(connection, now),
            "limits": rows.remove_limits(connection, now),
        }


def _found(connection: Connection, who: str) -> Person:
    person = rows.find(connection, who)
    if not person.is_somebody:
        raise PrivacyError(NOBODY)
    return person


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{len(value)} bytes" if isinstance(value, bytes) else value
