"""What the environment decides, read and checked once, every wrong key named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """The environment is wrong. The message has one line a key: the key, what it holds, what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings. `database_url` is an SQLAlchemy URL; folders are absolute."""

    host: str
    port: int
    data: Path
    database_url: str
    site: Path
    demo: bool

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in {"127.0.0.1", "::1", "localhost"}


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings that an environment describes.

    HOST, PORT, HELPCENTER_DATA (folder of the database), HELPCENTER_DATABASE (a postgresql+psycopg URL instead of the
    file in that folder), HELPCENTER_SITE (the built site) and HELPCENTER_DEMO (0 or 1) are read.
    Raises SettingsError naming every wrong key.
    """
    problems: list[str] = []
    port = environment.get("PORT", "8000")
    if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        problems.append(f"PORT is {port!r}: expected a number from 1 to 65535")
    demo = environment.get("HELPCENTER_DEMO", "0")
    if demo not in {"0", "1"}:
        problems.append(f"HELPCENTER_DEMO is {demo!r}: expected 0 or 1")
    data = Path(environment.get("HELPCENTER_DATA", "var")).resolve()
    database = environment.get("HELPCENTER_DATABASE", f"sqlite:///{data / 'helpcentre.sqlite3'}")
    if not database.startswith(("sqlite:///", "postgresql+psycopg://")):
        problems.append("HELPCENTER_DATABASE: expected an address that starts with postgresql+psycopg:// or sqlite:///")
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(
        host=environment.get("HOST", "127.0.0.1"),
        port=int(port),
        data=data,
        database_url=database,
        site=Path(environment.get("HELPCENTER_SITE", str(ROOT / "site"))).resolve(),
        demo=demo == "1",
    )
