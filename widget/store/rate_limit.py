"""How often something was done lately, in the database: a restart forgets nothing, and processes count together."""

from collections.abc import Callable
from datetime import datetime

from limits.storage import Storage
from sqlalchemy import Engine, case, delete, or_, select
from sqlalchemy.exc import SQLAlchemyError

from widget.store.engine import insert_into, reading, transaction
from widget.store.session import hashed
from widget.store.tables import rate_limit


class TableStorage(Storage):
    """What the library `limits` counts in: one row a key, of which only the hash is kept (it may hold an address)."""

    STORAGE_SCHEME = None

    def __init__(self, engine: Engine, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.engine = engine
        self.now = now

    @property
    def base_exceptions(self) -> type[Exception]:
        """What this storage raises."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more within a window of `expiry` seconds; return the count of the window."""
        now = int(self.now().timestamp())
        table = rate_limit.c
        # No window ends later than one that begins now: such a one was begun by a clock that ran ahead.
        over = or_(table.ends_at <= now, table.ends_at > now + expiry)
        again = {
            "count": case((over, amount), else_=table.count + amount),
            "ends_at": case((over, now + expiry), else_=table.ends_at),
        }
        with transaction(self.engine) as connection:
            first = insert_into(connection, rate_limit).values(key=hashed(key), count=amount, ends_at=now + expiry)
            counted = first.on_conflict_do_update(index_elements=[table.key], set_=again).returning(table.count)
            count: int = connection.execute(counted).scalar_one()
        return count

    def get(self, key: str) -> int:
        """Return the count of the present window."""
        row = self._row(key)
        return row[0] if row else 0

    def get_expiry(self, key: str) -> float:
        """Return when the present window ends, in seconds since 1970."""
        row = self._row(key)
        return row[1] if row else int(self.now().timestamp())

    def _row(self, key: str) -> tuple[int, int] | None:
        query = select(rate_limit.c.count, rate_limit.c.ends_at).where(
            rate_limit.c.key == hashed(key), rate_limit.c.ends_at > int(self.now().timestamp())
        )
        with reading(self.engine) as connection:
            row = connection.execute(query).first()
        return (row[0], row[1]) if row else None

    def check(self) -> bool:
        """Return whether the storage answers."""
        return self.get("") == 0

    def reset(self) -> int:
        """Forget every window that is over; return how many. The library asks for it; nothing of ours calls it."""
        with transaction(self.engine) as connection:
            return connection.execute(
                delete(rate_limit).where(rate_limit.c.ends_at <= int(self.now().timestamp()))
            ).rowcount

    def clear(self, key: str) -> None:
        """Forget a key."""
        with transaction(self.engine) as connection:
            connection.execute(delete(rate_limit).where(rate_limit.c.key == hashed(key)))
