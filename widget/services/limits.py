"""How often one address or one session may do what costs something. Generous: nobody meets a limit in real use."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from threading import Lock

from limits import parse
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine

from widget.store.rate_limit import TableStorage


class Limit(StrEnum):
    """What is limited, by name."""

    CALCULATE = "calculate"
    SIGN_IN = "sign-in"
    ORDER = "order"
    QUOTE = "quote"
    RECEIPT = "receipt"
    MAIL = "mail"
    FEEDBACK = "feedback"
    GUESS = "guess"


#: The windows. A window of a second need not survive a restart and is counted in memory, all others in the database.
WINDOWS = {
    Limit.CALCULATE: parse("60/second"),
    Limit.SIGN_IN: parse("60/minute"),
    Limit.ORDER: parse("600/10 minutes"),
    Limit.QUOTE: parse("60/hour"),
    Limit.RECEIPT: parse("60/hour"),
    Limit.MAIL: parse("20/hour"),
    Limit.FEEDBACK: parse("30/hour"),
    Limit.GUESS: parse("20/minute"),
}


class _ThisSecond:
    """Counts in this process, until the second is over. Through the library one count costs as much as the answer."""

    def __init__(self) -> None:
        self.lock, self.second, self.counts = Lock(), 0, Counter[str]()

    def count(self, who: str, second: int) -> int:
        """Return how often somebody was counted in this second, this time included."""
        with self.lock:
            if second != self.second:
                self.second, self.counts = second, Counter()
            self.counts[who] += 1
            return self.counts[who]


class Limits:
    """Counts what was done and says whether it was too much."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self.now = now
        self.table = FixedWindowRateLimiter(TableStorage(engine, now))
        self.memory = _ThisSecond()

    def hit(self, limit: Limit, who: str) -> int:
        """Count one act of somebody (a session's member or an address); return 0, or the seconds to wait."""
        window = WINDOWS[limit]
        if limit is Limit.CALCULATE:
            return int(self.memory.count(who, int(self.now().timestamp())) > window.amount)
        if self.table.hit(window, limit, who):
            return 0
        ends_at = self.table.get_window_stats(window, limit, who).reset_time
        return max(1, int(ends_at - self.now().timestamp()) + 1)


@lru_cache(maxsize=10_000)
def one_household(address: str) -> str:
    """Return what one client has of addresses: an IPv4 address, or the whole /64 of an IPv6 one; "" for no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address) or found.is_loopback:
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
