"""How often one address or one session may do what costs something. Generous: nobody meets a limit in real use."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv6Address, ip_address
from threading import Lock

from limits import parse
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Engine

from widget.store.rate_limit import TableStorage


class Limit(StrEnum):
    """What is limited, by name."""

    CALCULATE = "calculate"
    SIGN_IN = "sign-in"
    ORDER = "order"
    QUOTE = "quote"
    MAIL = "mail"
    FEEDBACK = "feedback"


#: The windows. A window of a second need not survive a restart and is counted in memory, all others in the database.
WINDOWS = {
    Limit.CALCULATE: parse("60/second"),
    Limit.SIGN_IN: parse("60/minute"),
    Limit.ORDER: parse("600/10 minutes"),
    Limit.QUOTE: parse("60/hour"),
    Limit.MAIL: parse("20/hour"),
    Limit.FEEDBACK: parse("30/hour"),
}
_MOST_KEYS = 10_000


class _Memory(Storage):
    """Counts in this process. The library's own starts a thread for each hit, which costs more than our answer."""

    STORAGE_SCHEME = None

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.now, self.lock = now, Lock()
        self.windows: dict[str, tuple[int, int]] = {}

    @property
    def base_exceptions(self) -> type[Exception]:
        return ValueError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = int(self.now().timestamp())
        with self.lock:
            if len(self.windows) > _MOST_KEYS:
                self.windows = {name: each for name, each in self.windows.items() if each[1] > now}
            count, ends_at = self.windows.get(key, (0, 0))
            self.windows[key] = found = (count + amount, ends_at) if ends_at > now else (amount, now + expiry)
        return found[0]

    def get(self, key: str) -> int:
        return self.windows.get(key, (0, 0))[0] if self.get_expiry(key) > self.now().timestamp() else 0

    def get_expiry(self, key: str) -> float:
        return self.windows.get(key, (0, 0))[1]

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        self.windows.clear()
        return None

    def clear(self, key: str) -> None:
        self.windows.pop(key, None)


class Limits:
    """Counts what was done and says whether it was too much."""

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        self.now = now
        self.table = FixedWindowRateLimiter(TableStorage(engine, now))
        self.memory = FixedWindowRateLimiter(_Memory(now))

    def hit(self, limit: Limit, who: str) -> int:
        """Count one act of somebody (a session's member or an address); return 0, or the seconds to wait."""
        window = WINDOWS[limit]
        counter = self.memory if window.get_expiry() == 1 else self.table
        if counter.hit(window, limit, who):
            return 0
        ends_at = counter.get_window_stats(window, limit, who).reset_time
        return max(1, int(ends_at - self.now().timestamp()) + 1)


def one_household(address: str) -> str:
    """Return what one client has of addresses: an IPv4 address, or the whole /64 of an IPv6 one; "" for no address."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    if not isinstance(found, IPv6Address) or found.is_loopback:
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found) >> 64 << 64))
