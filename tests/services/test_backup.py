"""A copy is taken while orders are placed, is proved at once, and acts only when it is told to."""

import sqlite3
import stat
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import select

from tests.services.conftest import NOW, Administrator, contents
from widget.catalogue import DATA
from widget.cli import main
from widget.domain.plan import Level
from widget.services import backup
from widget.services.audit import AlteredError
from widget.store.copy import FENCED
from widget.store.engine import MIGRATIONS, StoreError, open_engine, transaction
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
    for act in ("work", "serve", "apply-due"):
        assert main([act]) == 1
        assert "is a restored copy" in capsys.readouterr().err
    capsys.readouterr()
    for found in ("accepted: it serves, sends and applies from now on", "is no restored copy"):
        assert main(["accept-restored"]) == 0
        assert capsys.readouterr().out == f"{tmp_path}/restored/helpcentre.sqlite3: {found}\n"
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


@pytest.mark.parametrize("ending", ["-journal", "-wal", "-shm"])
def test_nothing_is_put_beside_what_is_left_of_another_database(
    claire: Administrator, tmp_path: Path, ending: str
) -> None:
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    target = tmp_path / "new" / "helpcentre.sqlite3"
    empty = open_engine(f"sqlite:///{target}")
    left = Path(f"{target}{ending}")
    left.write_bytes(b"of the one before")

    with pytest.raises(StoreError, match=f"^{left}: left by the database that was here"):
        backup.restore(empty, copy)
    with pytest.raises(StoreError, match=f"^{left}: left by the database that was here"):
        backup.take(claire.engine, target)

    assert [each.name for each in target.parent.iterdir()] == [left.name]


def test_a_database_that_was_killed_is_not_mixed_into_a_restored_copy(claire: Administrator, tmp_path: Path) -> None:
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    target = tmp_path / "new" / "helpcentre.sqlite3"
    empty = open_engine(f"sqlite:///{target}")
    killed(target, claire)

    with pytest.raises(StoreError, match=f"^{target}-journal: left by the database that was here"):
        backup.restore(empty, copy)
    Path(f"{target}-journal").write_bytes(b"")  # as it is left by one that was stopped in good order
    backup.restore(empty, copy)

    with closing(sqlite3.connect(target)) as restored:
        assert restored.execute("PRAGMA user_version").fetchone() == (FENCED,)
        assert restored.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def killed(target: Path, claire: Administrator) -> None:
    """Leave the journal that a process leaves which is killed while it writes, and take away the database itself."""
    write = """import os, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=DELETE")
connection.execute("PRAGMA cache_size=1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("UPDATE space SET name = zeroblob(200000)")
os._exit(9)"""
    claire.engine.dispose()
    target.write_bytes(Path(str(claire.engine.url.database)).read_bytes())
    subprocess.run([sys.executable, "-c", write, str(target)], check=False)
    target.unlink()
    assert Path(f"{target}-journal").stat().st_size > 0


def test_a_copy_with_an_unread_log_is_restored_with_it(claire: Administrator, tmp_path: Path) -> None:
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    with closing(sqlite3.connect(copy, isolation_level=None)) as held:
        held.execute("PRAGMA journal_mode=WAL")
        held.execute("PRAGMA user_version=1")

        with pytest.raises(StoreError, match="is no undamaged copy"):
            backup.restore(open_engine(f"sqlite:///{tmp_path}/new/helpcentre.sqlite3"), copy)

    assert list((tmp_path / "new").iterdir()) == []


def test_postgresql_is_not_restored_from_a_file(
    claire: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")

    elsewhere = open_engine("postgresql+psycopg://helpcentre@127.0.0.1/helpcentre")
    with pytest.raises(StoreError, match=r"^PostgreSQL is restored by pg_restore"):
        backup.restore(elsewhere, copy)
    with pytest.raises(StoreError, match=r"^PostgreSQL is restored by pg_restore"):
        backup.accept(elsewhere)

    assert list((tmp_path / "here").iterdir()) == []


def test_a_mistyped_folder_or_name_is_told_in_one_line_and_nothing_is_made(
    claire: Administrator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = Path(str(claire.engine.url.database)).parent
    monkeypatch.setenv("HELPCENTER_DATA", str(data))
    assert main(["backup", str(tmp_path / "no" / "folder" / "x")]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/no/folder: there is no such folder\n"

    monkeypatch.setenv("HELPCENTER_DATA", str(tmp_path / "new"))
    assert main(["restore", str(tmp_path / "mistyped")]) == 1
    assert capsys.readouterr().err == f"{tmp_path}/mistyped: there is no such file\n"
    assert not (tmp_path / "mistyped").exists()


def test_a_copy_whose_audit_log_was_altered_gets_no_name(claire: Administrator, tmp_path: Path) -> None:
    claire.orders(Level("premium", 12, 2))
    with closing(sqlite3.connect(str(claire.engine.url.database), isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER audit_event_no_update")
        connection.execute("UPDATE audit_event SET at = ? WHERE kind = 'order.placed'", (NOW.isoformat() + "x",))
    (tmp_path / "copies").mkdir()

    with pytest.raises(AlteredError, match="space atelier-nord"):
        backup.take(claire.engine, tmp_path / "copies" / "copy.sqlite3")

    assert list((tmp_path / "copies").iterdir()) == []


def test_only_its_owner_reads_a_copy(claire: Administrator, tmp_path: Path) -> None:
    copy = backup.take(claire.engine, tmp_path / "copy.sqlite3").path
    backup.restore(open_engine(f"sqlite:///{tmp_path}/new/helpcentre.sqlite3"), copy)

    for each in (copy, tmp_path / "new" / "helpcentre.sqlite3"):
        assert stat.S_IMODE(each.stat().st_mode) == 0o600


#: The schema before the audit log had a head, which this program reads.
OLD = "0006"


def revision(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_a_copy_taken_before_an_upgrade_keeps_its_schema_and_is_upgraded_when_it_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data, copies = tmp_path / "data", tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setenv("HELPCENTER_DATA", str(data))
    assert main(["import", str(DATA / "demo.json")]) == 0
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    old = open_engine(f"sqlite:///{data}/helpcentre.sqlite3")
    with transaction(old) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, OLD)
    old.dispose()
    capsys.readouterr()

    assert main(["backup", str(copies / "before")]) == 0
    assert "14 spaces" in capsys.readouterr().out
    assert (revision(data / "helpcentre.sqlite3"), revision(copies / "before")) == (OLD, OLD)
    assert [each.name for each in copies.iterdir()] == ["before"]

    monkeypatch.setenv("HELPCENTER_DATA", str(tmp_path / "new"))
    assert main(["restore", str(copies / "before")]) == 0
    assert revision(tmp_path / "new" / "helpcentre.sqlite3") == OLD
    assert main(["accept-restored"]) == 0
    assert main(["audit", "verify"]) == 0
    assert revision(tmp_path / "new" / "helpcentre.sqlite3") > OLD


def test_a_damaged_database_is_named_where_a_copy_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "helpcentre.sqlite3"
    file.write_bytes(b"this is no database" * 100)
    monkeypatch.setenv("HELPCENTER_DATA", str(tmp_path))

    assert main(["backup", str(tmp_path / "copy")]) == 78

    assert capsys.readouterr().err == f"{file}: damaged, no copy was kept (file is not a database)\n"
    assert [each.name for each in tmp_path.iterdir()] == [file.name]
