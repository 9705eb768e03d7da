"""The worker: sends messages, applies what is due, expires and reminds. Any number may run, and be killed, at once."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from widget.services import privacy, quote_due, sign_in
from widget.services.alone import LeftError
from widget.services.apply_due import apply_due
from widget.services.deliver import Dispatcher, Post
from widget.services.reminders import remind

log = logging.getLogger("widget")
#: How often the outbox is looked at and how often the calendar is, in seconds.
LOOK, CALENDAR = 1.0, 60.0
#: How soon it is looked at again while every lane is taken: the next may be free in a moment.
SOON = 0.05
#: How long what is under way may take when the worker is stopped, in seconds.
GRACE = 8.0
#: The wall clock may run this far ahead of the monotonic one: further, it was set, and nothing is applied on its word.
TRUSTED = timedelta(hours=12)


class Watch:
    """Compares the wall clock with one that nobody sets."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock, self._began, self._steady = clock, clock(), time.monotonic()

    def jumped(self) -> timedelta | None:
        """Return how far the wall clock has run ahead since the start, where that is too far to be believed."""
        ahead = self._clock() - self._began - timedelta(seconds=time.monotonic() - self._steady)
        return ahead if ahead > TRUSTED else None


@dataclass
class Worker:
    """Runs until stopped; then what is under way ends, and what is not begun is free for others."""

    post: Post
    stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Work until `stop` is set. No fault ends it: each is logged, and the next round tries again."""
        dispatcher, watch = Dispatcher(self.post, self.stop), Watch(self.post.clock)
        next_calendar = 0.0
        while not self.stop.is_set():
            if time.monotonic() >= next_calendar:
                self.calendar(watch)
                next_calendar = time.monotonic() + CALENDAR
            if not _guarded("the outbox", dispatcher.round):
                self.stop.wait(SOON if dispatcher.is_full else LOOK)
        dispatcher.wait(GRACE)

    def calendar(self, watch: Watch) -> None:
        """Do what the day asks for, each duty alone; nothing where the clock cannot be believed."""
        ahead = watch.jumped()
        if ahead is not None:
            log.error("the clock ran %s ahead: nothing is applied until it is right or the worker starts anew", ahead)
            return
        for name, act in self.duties():
            _guarded(name, act)

    def duties(self) -> list[tuple[str, Callable[[], object]]]:
        """Return what the calendar asks for, each to be done alone: one that fails stops no other."""
        engine, terms, now = self.post.engine, self.post.terms, self.post.clock()
        return [
            ("due changes", lambda: apply_due(engine, terms, now=now)),
            ("quotes that end", lambda: quote_due.expire_due(engine, now)),
            ("reminders of quotes", lambda: quote_due.remind(engine, terms, now)),
            ("reminders of deadlines", lambda: remind(engine, terms, now=now)),
            ("old sessions", lambda: sign_in.tidy(engine, now=now)),
            ("what is not kept any longer", lambda: privacy.retain(engine, terms.policy(now.date()), now)),
        ]


def _guarded(name: str, act: Callable[[], object]) -> object:
    try:
        return act()
    except LeftError as error:  # each is in the log already, with its place
        log.error("%s", error)
    except Exception:
        log.exception("%s: not done; the next round tries again", name)
    return None
