"""What the environment decides, read and checked once, every wrong key named."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from ipaddress import ip_network
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote, urlsplit
from zoneinfo import ZoneInfo

from widget import trust
from widget.trust import Trust, TrustError

#: The zone of a day that nobody named: that of the vendor's original market.
HOME_ZONE = ZoneInfo("Europe/Paris")
ROOT = Path(__file__).resolve().parent.parent
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*|[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*(%\w+)?")
_KEYS = frozenset(
    f"HELPCENTER_{name}"
    for name in (
        *("ADDRESS", "DATA", "DATABASE", "DEMO", "MAIL_FROM", "PROXIES", "SITE", "TRUST", "WORKER"),
        *("SMTP_HOST", "SMTP_PORT", "SMTP_SECURITY", "SMTP_USER", "SMTP_PASSWORD"),
        *("SERVICE", "CACHE"),  # of `make docs`
        *("CASES", "GUESSES", "NAUGHTY"),  # of the drills: how many cases a test tries
    )
)
_SMTP_PORTS = {"starttls": "587", "tls": "465", "none": "25"}


class SettingsError(Exception):
    """The environment is wrong. The message has one line a key: the key, what it holds, what was expected."""


@dataclass(frozen=True, slots=True)
class Smtp:
    """The server that takes our mail. `security` is "starttls", "tls" or, on this machine alone, "none"."""

    host: str
    port: int
    security: str
    user: str
    password: str


@dataclass(frozen=True, slots=True)
class Settings:
    """Checked settings. `database_url` is an SQLAlchemy URL; folders are absolute; `address` is the service's public
    origin, without a slash at its end. Without `smtp`, mail goes into a Maildir in `data`; `worker` says whether the
    service itself sends messages and applies what is due."""

    host: str
    port: int
    data: Path
    database_url: str
    site: Path
    demo: bool
    address: str
    trust: Trust
    mail_from: str
    smtp: Smtp | None
    worker: bool
    proxies: tuple[str, ...]

    @property
    def maildir(self) -> Path:
        """The folder that mail is put into where no server takes it."""
        return self.data / "mail"

    @property
    def here(self) -> str:
        """The origin at which this machine serves, whatever people reach it by."""
        return _here(self.host, str(self.port))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        return self.host in LOOPBACK and is_local(self.address)

    @property
    def is_https(self) -> bool:
        """Whether people reach the service over https, be it through a proxy."""
        return self.address.startswith("https://")

    @property
    def shared_domain(self) -> str | None:
        """The domain that the service and a site on another host have in common, or None where they are one host."""
        if self.trust.site is None:
            return None
        return _shared(self.address, self.trust.site)

    @property
    def hosts(self) -> frozenset[str]:
        """The host names that a request may name; none means any, as long as nobody said what the address is."""
        host = urlsplit(self.address).hostname or ""
        return frozenset() if host in LOOPBACK | {self.host} else LOOPBACK | {host}


def read(environment: Mapping[str, str]) -> Settings:
    """Return the settings that an environment describes.

    HOST, PORT, HELPCENTER_DATA (folder of the database), HELPCENTER_DATABASE (a postgresql+psycopg URL instead of the
    file in that folder), HELPCENTER_SITE (the built site), HELPCENTER_ADDRESS (the origin that people reach),
    HELPCENTER_TRUST (the file of trust.py), HELPCENTER_DEMO (0 or 1), HELPCENTER_MAIL_FROM, HELPCENTER_SMTP_HOST,
    _PORT, _SECURITY, _USER and _PASSWORD, HELPCENTER_WORKER (0 where `widget work` runs beside it) and
    HELPCENTER_PROXIES (whose X-Forwarded headers are believed) are read. What is empty counts as not set.
    Raises SettingsError naming every wrong key, and every one of HELPCENTER_ that there is not.
    """
    environment = {key: value for key, value in environment.items() if value}
    problems = _unknown(environment)
    port = environment.get("PORT", "8000")
    if not _is_port(port):
        problems.append(f"PORT is {port!r}: expected a number from 1 to 65535")
    demo = environment.get("HELPCENTER_DEMO", "0")
    if demo not in {"0", "1"}:
        problems.append(f"HELPCENTER_DEMO is {demo!r}: expected 0 or 1")
    data = Path(environment.get("HELPCENTER_DATA", "var")).resolve()
    database = environment.get("HELPCENTER_DATABASE", file_url(data / "helpcentre.sqlite3"))
    if wrong := _wrong_database(database, environment):
        problems.append(f"HELPCENTER_DATABASE: {wrong}")
    host = environment.get("HOST", "127.0.0.1")
    if not _HOST.fullmatch(host):
        problems.append(f"HOST is {host!r}: expected an address or a name of this machine, such as 127.0.0.1")
    here = _here(host, port)
    address = environment.get("HELPCENTER_ADDRESS", here)
    if address != here and not _is_origin(address):
        problems.append(f"HELPCENTER_ADDRESS is {address!r}: expected an origin such as https://help.example.com")
    believed = _believed(environment.get("HELPCENTER_TRUST", ""), address, problems)
    mail_from = environment.get("HELPCENTER_MAIL_FROM", "help@workspace.example")
    if not MAIL_ADDRESS.fullmatch(mail_from):
        problems.append(f"HELPCENTER_MAIL_FROM is {mail_from!r}: expected an address such as help@example.com")
    smtp = _smtp(environment, problems)
    worker = environment.get("HELPCENTER_WORKER", "1")
    if worker not in {"0", "1"}:
        problems.append(f"HELPCENTER_WORKER is {worker!r}: expected 0 or 1")
    proxies = tuple(environment.get("HELPCENTER_PROXIES", "").replace(",", " ").split())
    problems += [
        f"HELPCENTER_PROXIES names {proxy!r}: expected addresses such as 10.0.0.2 or 10.0.0.0/24"
        for proxy in proxies
        if not _is_network(proxy)
    ]
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
        mail_from=mail_from,
        smtp=smtp,
        worker=worker == "1",
        proxies=proxies,
    )


def file_url(path: Path) -> str:
    """Return the address of an SQLite file, whatever its name has in it."""
    return f"sqlite:///{quote(str(path))}"


def _is_port(text: str) -> bool:
    return bool(re.fullmatch("[0-9]{1,5}", text)) and 0 < int(text) < 65536


def _here(host: str, port: str) -> str:
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _unknown(environment: Mapping[str, str]) -> list[str]:
    """Return a line for each key that looks like one of ours and is none: mistyped, it would be left out unsaid."""
    keys = sorted(key for key in environment if key.startswith("HELPCENTER_") and key not in _KEYS)
    return [f"{key}: there is no such key; the nearest is {get_close_matches(key, _KEYS, 1, 0)[0]}" for key in keys]


def _wrong_database(database: str, environment: Mapping[str, str]) -> str:
    """Return what is wrong with the address of a database, without repeating it: it may hold a password."""
    if database.partition("?")[0] == "sqlite:///":
        return "names no file: expected an address such as sqlite:////srv/help.sqlite3"
    if not database.startswith(("sqlite:///", "postgresql+psycopg://")):
        return "expected an address that starts with postgresql+psycopg:// or sqlite:///"
    if not _is_kept_secret(database, environment):
        return "a database on another machine has to prove who it is: sslmode=verify-full"
    return ""


def _is_kept_secret(database: str, environment: Mapping[str, str]) -> bool:
    """Whether a database is a file, on this machine, or has to prove its name over TLS."""
    from sqlalchemy import make_url  # noqa: PLC0415 -- the build of the site does not wait for the library
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415 -- nor for this

    try:
        url = make_url(database)
    except (ArgumentError, ValueError):
        return True  # it leads nowhere, which the engine says
    said: dict[str, Sequence[str]] = {"host": (url.host,)} if url.host else {}
    said |= url.normalized_query

    def given(name: str) -> Sequence[str]:
        """Return what the address says, else what PostgreSQL's own library takes from the environment."""
        return said.get(name) or (environment.get(f"PG{name.upper()}", ""),)

    # A service's file leads anywhere, and is believed before the environment. `conninfo` is an address of its own.
    elsewhere = any(given("service")) or "conninfo" in said
    hosts = ",".join((*given("host"), *given("hostaddr"))).split(",")
    local = not elsewhere and all(not host or host.startswith("/") or host in LOOPBACK for host in hosts)
    modes = said.get("sslmode", ()) if elsewhere else given("sslmode")
    return database.startswith("sqlite:") or local or set(modes) == {"verify-full"}


def _smtp(environment: Mapping[str, str], problems: list[str]) -> Smtp | None:
    prefix = "HELPCENTER_SMTP_"
    host, security = environment.get(f"{prefix}HOST", ""), environment.get(f"{prefix}SECURITY", "starttls")
    user, password = environment.get(f"{prefix}USER", ""), environment.get(f"{prefix}PASSWORD", "")
    if not host:
        extra = [key for key in environment if key.startswith(prefix)]
        problems += [f"{key} is set, but {prefix}HOST is not: expected both" for key in sorted(extra)]
        return None
    if security not in _SMTP_PORTS:
        problems.append(f"{prefix}SECURITY is {security!r}: expected starttls, tls or none")
        security = "starttls"
    if security == "none" and host not in LOOPBACK:
        problems.append(f"{prefix}SECURITY is 'none': mail to another machine is encrypted; use starttls or tls")
    if bool(user) != bool(password):
        missing = "PASSWORD" if user else "USER"  # what is there is not repeated: it may be the password
        problems.append(f"{prefix}{missing} is missing: expected a user with a password, or neither")
    port = environment.get(f"{prefix}PORT", _SMTP_PORTS[security])
    if not _is_port(port):
        problems.append(f"{prefix}PORT is {port!r}: expected a number from 1 to 65535")
        return None
    return Smtp(host, int(port), security, user, password)


def _believed(file: str, address: str, problems: list[str]) -> Trust:
    """Return what the file of trust.py says, nothing without one; note what is wrong."""
    if not file:
        return Trust()
    try:
        found = trust.read(Path(file).resolve())
    except TrustError as error:
        problems.append(f"HELPCENTER_TRUST: {error}")
        return Trust()
    shared = found.site and _shared(address, found.site)
    if shared is not None and "." not in shared:
        problems.append(f"HELPCENTER_TRUST: sites.help: expected a host of the same domain as {address}")
    return found


def _shared(address: str, site: str) -> str | None:
    one, other = ((urlsplit(each).hostname or "") for each in (address, site))
    if one == other:
        return None
    pairs = zip(one.split(".")[::-1], other.split(".")[::-1], strict=False)
    common = [label for label, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)]
    return ".".join(common[::-1])


def is_local(address: str) -> bool:
    """Whether an origin is on this machine."""
    host = urlsplit(address).hostname or ""
    return host in LOOPBACK or host.endswith(".localhost")


def _is_origin(address: str) -> bool:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and address == f"{parts.scheme}://{parts.netloc}"


def _is_network(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
