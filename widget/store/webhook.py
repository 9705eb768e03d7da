"""The endpoints that are told what happens, with the secrets that sign what they are told."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from widget.store.outbox import instant
from widget.store.tables import webhook


@dataclass(frozen=True, slots=True)
class Webhook:
    """An endpoint. Between a rotation and `old_until` both secrets sign. `state` is enabled, disabled or removed."""

    id: str
    url: str
    secret: str
    old_secret: str | None
    old_until: datetime | None
    state: str

    def secrets(self, now: datetime) -> list[str]:
        """Return the secrets that sign at this moment, the newest first."""
        both = self.old_secret and self.old_until and now < self.old_until
        return [self.secret, self.old_secret] if both and self.old_secret else [self.secret]


def add(connection: Connection, webhook_id: str, url: str, secret: str, *, at: datetime) -> None:
    """Keep a new endpoint, enabled."""
    connection.execute(
        insert(webhook).values(id=webhook_id, url=url, secret=secret, state="enabled", added_at=instant(at))
    )


def load(connection: Connection, webhook_id: str) -> Webhook | None:
    """Return an endpoint, or None for an unknown one."""
    return next((each for each in listed(connection) if each.id == webhook_id), None)


def listed(connection: Connection) -> list[Webhook]:
    """Return every endpoint that was not removed, the oldest first."""
    rows = connection.execute(select(webhook).where(webhook.c.state != "removed").order_by(webhook.c.added_at))
    return [Webhook(row.id, row.url, row.secret, row.old_secret, _moment(row.old_until), row.state) for row in rows]


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def rotate(connection: Connection, webhook_id: str, secret: str, *, old_until: datetime) -> bool:
    """Give an endpoint a new secret; the old one signs too until then. Return False for an unknown endpoint."""
    changed = connection.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id, webhook.c.state != "removed")
        .values(old_secret=webhook.c.secret, old_until=instant(old_until), secret=secret)
    )
    return changed.rowcount == 1


def set_state(connection: Connection, webhook_id: str, state: str) -> bool:
    """Enable, disable or remove an endpoint, whose secrets are gone then; return False for an unknown one."""
    secrets = {"secret": "", "old_secret": None, "old_until": None} if state == "removed" else {}
    changed = connection.execute(
        update(webhook).where(webhook.c.id == webhook_id, webhook.c.state != "removed").values(state=state, **secrets)
    )
    return changed.rowcount == 1


def forget_old(connection: Connection, now: datetime) -> int:
    """Remove the old secrets that sign no longer; return how many that were."""
    over = webhook.c.old_until <= instant(now)
    return connection.execute(update(webhook).where(over).values(old_secret=None, old_until=None)).rowcount
