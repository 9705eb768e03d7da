"""What the environment decides, read and checked once, every wrong key named."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from widget import trust
from widget.trust import Trust, TrustError

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """The environment is wrong. The message has one line a key: the key, what it holds, what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings. `database_url` is an SQLAlchemy URL; folders are absolute; `address` is the service's public
    origin, without a slash at its end."""

    host: str
    port: int
    data: Path
    database_url: str
    site: Path
    demo: bool
    address: str
    trust: Trust

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in {"127.0.0.1", "::1", "localhost"} and is_local(self.address)

    @property
    def is_https(self) -> bool:
        """Whether people reach the service over https, be it through a proxy."""
        return self.address.startswith("https://")

    @property
    def shared_domain(self) -> str | None:
        """The domain that the service and a site on another host have in common, or None where they are one host."""
        if self.trust.site is None:
            return None
        hosts = [(urlsplit(each).hostname or "").split(".")[::-1] for each in (self.address, self.trust.site)]
        common = [one for one, other in zip(*hosts, strict=False) if one == other]
        return ".".join(common[::-1])


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings that an environment describes.

    HOST, PORT, HELPCENTER_DATA (folder of the database), HELPCENTER_DATABASE (a postgresql+psycopg URL instead of the
    file in that folder), HELPCENTER_SITE (the built site), HELPCENTER_ADDRESS (the origin that people reach),
    HELPCENTER_TRUST (the file of trust.py) and HELPCENTER_DEMO (0 or 1) are read.
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
    host = environment.get("HOST", "127.0.0.1")
    here = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    address = environment.get("HELPCENTER_ADDRESS", here)
    if address != here and not _is_origin(address):
        problems.append(f"HELPCENTER_ADDRESS is {address!r}: expected an origin such as https://help.example.com")
    believed = Trust()
    if environment.get("HELPCENTER_TRUST"):
        try:
            believed = trust.read(Path(environment["HELPCENTER_TRUST"]).resolve())
        except TrustError as error:
            problems.append(f"HELPCENTER_TRUST: {error}")
    if problems:
        raise SettingsError("\n".join(problems))
    return Settings(
        host=host,
        port=int(port),
        data=data,
        database_url=database,
        site=Path(environment.get("HELPCENTER_SITE", str(ROOT / "site"))).resolve(),
        demo=demo == "1",
        address=address,
        trust=believed,
    )


def is_local(address: str) -> bool:
    """Whether an origin is on this machine."""
    host = urlsplit(address).hostname or ""
    return host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")


def _is_origin(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and address == f"{parts.scheme}://{parts.netloc}"
