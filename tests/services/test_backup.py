"""A copy is taken while orders are placed, is proved at once, and acts only when it is told to."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.services.conftest import NOW, Administrator, contents
from widget.cli import main
from widget.domain.plan import Level
from widget.services import backup
from widget.services.audit import AlteredError
from widget.store.engine import StoreError, open_engine, transaction
from widget.store.tables import placed_order


@pytest.fixture
def new_engine(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> object:
    """Return a function that opens the SQLite file: PostgreSQL has copies of its own."""
    del request

    def new() -> object:
        path = tmp_path / "data" / "helpcentre.sqlite3"
        path.parent.mkdir()
        path.write_bytes(sqlite_template.read_bytes())
        return open_engine(f"sqlite:///{path}")

    return new


def orders(path: Path) -> set[str]:
    engine = open_engine(f"sqlite:///{path}")
    with transaction(engine) as connection:
        found = set(connection.execute(select(placed_order.c.id)).scalars())
    engine.dispose()
    return found


def test_copies_taken_while_orders_are_placed_hold_every_order_acknowledged_before(
    claire: Administrator, tmp_path: Path
) -> None:
    acknowledged: list[str] = []
    stop = threading.Event()

    def place() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            acknowledged.append(claire.orders(Level("premium", 12, 2 + number % 2), key=f"key-{number}"))

    writer = threading.Thread(target=place)
    writer.start()
    copies = []
    for number in range(5):
        while len(acknowledged) < 2 * number:
            time.sleep(0.01)
        before = set(acknowledged)
        copies.append((before, backup.take(claire.engine, tmp_path / f"{number}.sqlite3").path))
    stop.set()
    writer.join()

    assert len(acknowledged) >= 8
    assert all(before <= orders(path) for before, path in copies)


def test_a_restored_copy_serves_sends_and_applies_nothing_until_it_is_accepted(
    claire: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    claire.orders(Level("premium", 12, 2))
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    monkeypatch.setenv("HELPCENTER_DATA", str(tmp_path / "restored"))
    (tmp_path / "restored").mkdir()

    assert main(["restore", str(copy)]) == 0
    for command in ("work", "serve", "apply-due"):
        assert main([command]) == 1
        assert "is a restored copy" in capsys.readouterr().err
    assert main(["accept-restored"]) == 0
    assert main(["apply-due"]) == 0
    restored = open_engine(f"sqlite:///{tmp_path}/restored/helpcentre.sqlite3")
    assert contents(restored)["placed_order"] == contents(claire.engine)["placed_order"]
    restored.dispose()


def test_a_copy_with_an_altered_audit_log_is_not_restored(claire: Administrator, tmp_path: Path) -> None:
    claire.orders(Level("premium", 12, 2))
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    with sqlite3.connect(copy) as connection:
        connection.execute("DROP TRIGGER audit_event_no_update")
        connection.execute("UPDATE audit_event SET at = ? WHERE kind = 'order.placed'", (NOW.isoformat() + "x",))
    connection.close()
    empty = open_engine(f"sqlite:///{tmp_path}/new/helpcentre.sqlite3")

    with pytest.raises(AlteredError, match="space atelier-nord"):
        backup.restore(empty, copy)

    assert not (tmp_path / "new" / "helpcentre.sqlite3").exists()


@pytest.mark.parametrize("damage", [b"no database at all", b""])
def test_what_is_no_copy_is_not_restored(claire: Administrator, tmp_path: Path, damage: bytes) -> None:
    del claire
    file = tmp_path / "x.sqlite3"
    file.write_bytes(damage)

    with pytest.raises(Exception, match=r"file is not a database|no such table|is no undamaged copy") as stopped:
        backup.restore(open_engine(f"sqlite:///{tmp_path}/new/helpcentre.sqlite3"), file)

    assert stopped.type.__name__ in {"StoreError", "DatabaseError", "OperationalError"}
    assert not (tmp_path / "new" / "helpcentre.sqlite3").exists()


def test_nothing_is_written_over(claire: Administrator, tmp_path: Path) -> None:
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    before = copy.read_bytes()

    with pytest.raises(StoreError, match="is already there; choose another name"):
        backup.take(claire.engine, copy)
    with pytest.raises(StoreError, match="is already there; move it away first"):
        backup.restore(claire.engine, copy)

    assert copy.read_bytes() == before
