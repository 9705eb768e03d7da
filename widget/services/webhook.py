"""The endpoints of the vendor's own systems: added, rotated and removed by the team, on the command line."""

import base64
import secrets
import uuid
from datetime import datetime, timedelta

from sqlalchemy import Engine

from widget.gateways.webhook import check_url
from widget.store import delivery as deliveries
from widget.store import webhook as webhooks
from widget.store.engine import reading, transaction
from widget.store.webhook import Webhook

#: How long the old secret signs beside the new one.
OVERLAP = timedelta(days=1)


class UnknownWebhookError(Exception):
    """There is no endpoint of this id. The message is one line."""

    def __init__(self, webhook_id: str) -> None:
        super().__init__(f"{webhook_id}: there is no such webhook; `widget webhook list` names them")


def new_secret() -> str:
    """Return a new secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def add(engine: Engine, url: str, *, private: bool, now: datetime) -> tuple[str, str]:
    """Keep an endpoint and return its id and its secret, which is shown this once.

    Raises AddressError for an address that is none, or leads to this machine or a private network unless `private`.
    """
    check_url(url, private=private)
    webhook_id, secret = uuid.uuid4().hex[:12], new_secret()
    with transaction(engine) as connection:
        webhooks.add(connection, webhook_id, url, secret, at=now)
    return webhook_id, secret


def listed(engine: Engine) -> list[Webhook]:
    """Return the endpoints, the oldest first."""
    with reading(engine) as connection:
        return webhooks.listed(connection)


def rotate(engine: Engine, webhook_id: str, *, now: datetime) -> str:
    """Return a new secret; the old one signs too for a day. Raises UnknownWebhookError."""
    secret = new_secret()
    with transaction(engine) as connection:
        if not webhooks.rotate(connection, webhook_id, secret, old_until=now + OVERLAP):
            raise UnknownWebhookError(webhook_id)
    return secret


def set_state(engine: Engine, webhook_id: str, state: str, *, now: datetime) -> None:
    """Enable again, disable or remove an endpoint; what waits for one that is told no more is given up.

    Raises UnknownWebhookError.
    """
    with transaction(engine) as connection:
        if not webhooks.set_state(connection, webhook_id, state):
            raise UnknownWebhookError(webhook_id)
        if state != "enabled":
            # All at once: found one by one by the sender, each would be a mail to the team, who did this themselves.
            deliveries.give_up_lane(connection, webhook_id, at=now, error=f"the webhook was {state} by the team")
