"""kill -9 while orders are sent: none acknowledged is lost or doubled; the unknown one, sent again, is placed once."""

import multiprocessing
import random
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

from sqlalchemy import select

from bench.buyer import buyer
from bench.databases import Kind
from widget.services import audit, order
from widget.store.engine import open_engine, reading
from widget.store.tables import placed_order

Row = tuple[str, str, str]
KILLS, ACKNOWLEDGED = 100, 1_000
SENT, DONE = "sent", "done"
#: Children begin with everything loaded, in a process that has opened no database.
CHILDREN = multiprocessing.get_context("forkserver")
CHILDREN.set_forkserver_preload(["bench.crash"])


def submit(url: str, said: Connection) -> None:
    """Order one thing after the other until killed; say each request before it is sent, its key when it is placed."""
    who = buyer(open_engine(url))
    while True:
        draft_id = who.ready()
        said.send((SENT, (draft_id, who.agreed[draft_id])))
        outcome = who.send(draft_id)
        assert isinstance(outcome, order.Placed), outcome
        said.send((DONE, draft_id))


def row(kind: Kind) -> Row:
    """Kill a hundred times, and count."""
    url = kind.fresh()
    acknowledged: list[str] = []
    again: Counter[str] = Counter()
    kills = 0
    while kills < KILLS or len(acknowledged) < ACKNOWLEDGED:
        sent, done = _killed(url)
        kills += 1
        acknowledged += done
        # As a browser does that had no answer: the service is there again, the same request is sent with its key.
        for key in sent.keys() - set(done):
            again[_sent_again(url, key, sent[key])] += 1
            acknowledged.append(key)
    engine = open_engine(url)
    with reading(engine) as connection:
        orders = Counter(connection.execute(select(placed_order.c.draft_id)).scalars())
    audit.verify(engine)
    engine.dispose()
    lost = len(set(acknowledged) - set(orders))
    doubled = sum(count > 1 for count in orders.values())
    strange = len(set(orders) - set(acknowledged))
    assert len(acknowledged) == len(set(acknowledged))
    told = (
        f"{kills} kills, {len(acknowledged)} orders acknowledged, {lost} lost, {doubled} doubled, {strange} unasked; "
        f"unknown ones sent again with their key: {again['there']} had been placed, {again['new']} were placed then, "
        f"{again['not placed']} not placed"
    )
    return (f"kill -9 during orders, {kind.name}", told, "0 lost, 0 doubled, every unknown one placed once")


def _killed(url: str) -> tuple[dict[str, str], list[str]]:
    """Return what a child had sent, by key, and the keys that it had an answer for, when it was killed."""
    here, there = CHILDREN.Pipe(duplex=False)
    child = CHILDREN.Process(target=submit, args=(url, there))
    child.start()
    there.close()
    assert here.poll(60), "the child placed nothing"
    time.sleep(random.uniform(0.01, 0.4))  # noqa: S311 -- a moment, not a secret
    child.kill()
    child.join()
    told = list(_told(here))
    return dict(each for what, each in told if what == SENT), [each for what, each in told if what == DONE]


def _told(said: Connection) -> Iterator[tuple[str, Any]]:
    while True:
        try:
            yield said.recv()
        except EOFError:
            return


def _sent_again(url: str, key: str, agreed: str) -> str:
    engine = open_engine(url)
    outcome, repeated = (buyer(engine).place(key, key=key, agreed=agreed) for _ in range(2))
    engine.dispose()
    if not (isinstance(outcome, order.Placed) and isinstance(repeated, order.Placed)):
        return "not placed"
    assert (repeated.order_id, repeated.replayed) == (outcome.order_id, True)
    return "there" if outcome.replayed else "new"
