"""Whom the service trusts to say who somebody is, and which other sites may show it: one TOML file, read once.

[provider] is an OpenID provider; each [[grant]] says what one of its claims lets a person do; [product] is the vendor's
own product, which hands signed-in people over; [sites] are the origins of other hosts. deploy/trust.toml has every key.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from joserfc.jwk import KeySet

ROLES = ("administrator", "user", "support", "team")
STAFF_ROLES = ("support", "team")


class TrustError(Exception):
    """The file is wrong. The message has one line a key: the key, and what was expected."""


@dataclass(frozen=True, slots=True)
class Provider:
    """The OpenID provider: its issuer, and how the service is known there.

    `acr` names the ways to prove who one is (Authentication Context Class References) of which it has to vouch for one.
    """

    issuer: str
    client_id: str
    client_secret: str | None
    scopes: tuple[str, ...]
    acr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupGrant:
    """A claim that is a list of names: each that fits the pattern gives the role, in the space that it names."""

    claim: str
    pattern: re.Pattern[str]
    role: str


@dataclass(frozen=True, slots=True)
class RecordGrant:
    """A claim that is a record or a list of them: one key holds the space, another the role, by a table of names.

    A role of None leaves the role to the product's own list of members.
    """

    claim: str
    space: str
    role: str | None
    roles: Mapping[str, str]


Grant = GroupGrant | RecordGrant


@dataclass(frozen=True, slots=True)
class Product:
    """The vendor's product: it signs hand-off tokens with one of these public keys, from this origin."""

    issuer: str
    origin: str
    keys: "KeySet"


@dataclass(frozen=True, slots=True)
class Trust:
    """All of it; nothing at all by default."""

    provider: Provider | None = None
    grants: tuple[Grant, ...] = ()
    product: Product | None = None
    site: str | None = None
    frames: tuple[str, ...] = ()


def read(path: Path) -> Trust:
    """Return what a file says. Raises TrustError naming every wrong key."""
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TrustError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TrustError(f"{path}: not TOML: {error}") from None
    reader = _Reader(path)
    trust = Trust(
        provider=reader.provider(found.pop("provider", None)),
        grants=tuple(reader.grants(found.pop("grant", []))),
        product=reader.product(found.pop("product", None)),
        **reader.sites(found.pop("sites", {})),
    )
    reader.no_more("", found)
    if trust.provider and not trust.grants:
        reader.wrong("grant", "at least one [[grant]], else nobody can sign in")
    if reader.problems:
        raise TrustError("\n".join(f"{path}: {problem}" for problem in reader.problems))
    return trust


class _Reader:
    """Takes known keys out of tables and notes every key that is wrong or left over."""

    def __init__(self, path: Path) -> None:
        self.folder = path.parent
        self.problems: list[str] = []

    def wrong(self, key: str, expected: str) -> None:
        self.problems.append(f"{key}: expected {expected}")

    def no_more(self, table: str, rest: Mapping[str, Any]) -> None:
        self.problems += [f"{table}{key}: there is no such key" for key in rest]

    def table(self, key: str, found: Any) -> dict[str, Any]:
        if isinstance(found, dict):
            return dict(found)
        self.wrong(key, "a table")
        return {}

    def text(self, table: str, found: dict[str, Any], key: str) -> str:
        value = found.pop(key, None)
        if isinstance(value, str) and value:
            return value
        self.wrong(f"{table}{key}", "a text")
        return ""

    def texts(self, table: str, found: dict[str, Any], key: str, default: list[str]) -> tuple[str, ...]:
        value = found.pop(key, default)
        if isinstance(value, list) and all(isinstance(each, str) and each for each in value):
            return tuple(value)
        self.wrong(f"{table}{key}", "a list of texts")
        return ()

    def address(self, key: str, value: str) -> str:
        if not is_trustworthy(value):
            self.wrong(key, "an https:// address (http:// on this machine alone)")
        return value

    def origin(self, key: str, value: str) -> str:
        if not is_trustworthy(value) or value != "{0.scheme}://{0.netloc}".format(urlsplit(value)):
            self.wrong(key, "an origin such as https://app.example.com, without a path")
        return value

    def provider(self, found: Any) -> Provider | None:
        if found is None:
            return None
        values = self.table("provider", found)
        provider = Provider(
            issuer=self.address("provider.issuer", self.text("provider.", values, "issuer")),
            client_id=self.text("provider.", values, "client_id"),
            client_secret=self.secret(values),
            scopes=self.texts("provider.", values, "scopes", ["openid", "profile", "email"]),
            acr=self.texts("provider.", values, "acr", []),
        )
        if "openid" not in provider.scopes:
            self.wrong("provider.scopes", 'a list with "openid"')
        self.no_more("provider.", values)
        return provider

    def secret(self, values: dict[str, Any]) -> str | None:
        if "client_secret_file" not in values:
            return None
        path = self.folder / self.text("provider.", values, "client_secret_file")
        try:
            secret = path.read_text(encoding="utf-8").strip()
        except OSError as error:
            self.wrong("provider.client_secret_file", f"a file that can be read ({error.strerror})")
            return None
        except UnicodeDecodeError:
            secret = ""
        if not secret:
            self.wrong("provider.client_secret_file", "a file with the secret as text, in UTF-8")
        return secret

    def grants(self, found: Any) -> list[Grant]:
        if not isinstance(found, list):
            self.wrong("grant", "a list of tables: [[grant]]")
            return []
        return [self.grant(f"grant.{number}.", each) for number, each in enumerate(found)]

    def grant(self, name: str, found: Any) -> Grant:
        values = self.table(name.rstrip("."), found)
        claim = self.text(name, values, "claim")
        grant = self.group(name, claim, values) if "pattern" in values else self.record(name, claim, values)
        self.no_more(name, values)
        return grant

    def group(self, name: str, claim: str, values: dict[str, Any]) -> Grant:
        text, role = self.text(name, values, "pattern"), self.text(name, values, "role")
        try:
            pattern = re.compile(text)
        except re.error as error:
            self.wrong(f"{name}pattern", f"a regular expression ({error})")
            pattern = re.compile("")
        if role not in ROLES:
            self.wrong(f"{name}role", f"one of {', '.join(ROLES)}")
        elif role not in STAFF_ROLES and "space" not in pattern.groupindex:
            self.wrong(f"{name}pattern", "a group (?P<space>…) that names the space")
        return GroupGrant(claim, pattern, role)

    def record(self, name: str, claim: str, values: dict[str, Any]) -> Grant:
        space = self.text(name, values, "space")
        role = self.text(name, values, "role") if "role" in values else None
        roles = self.table(f"{name}roles", values.pop("roles", {}))
        if any(each not in ("administrator", "user") for each in roles.values()):
            self.wrong(f"{name}roles", "a table of the claim's words to administrator or user")
        if role and not roles:
            self.wrong(f"{name}roles", "a table of the claim's words to administrator or user")
        return RecordGrant(claim, space, role, roles)

    def product(self, found: Any) -> Product | None:
        if found is None:
            return None
        values = self.table("product", found)
        issuer = self.text("product.", values, "issuer")
        origin = self.origin("product.origin", self.text("product.", values, "origin"))
        file = self.text("product.", values, "keys_file")
        self.no_more("product.", values)
        from joserfc.errors import JoseError  # noqa: PLC0415 -- without a product nobody waits for the library
        from joserfc.jwk import KeySet  # noqa: PLC0415 -- nor does the build of the site

        try:
            keys = KeySet.import_key_set(json.loads((self.folder / file).read_text(encoding="utf-8")))
        except (OSError, ValueError, JoseError, KeyError, TypeError):
            self.wrong("product.keys_file", "a file with a JSON Web Key Set")
            return None
        if not keys.keys or any(key.is_private or key.get("crv") != "P-256" for key in keys.keys):
            self.wrong("product.keys_file", "public P-256 keys alone; the private key stays with the product")
        return Product(issuer, origin, keys)

    def sites(self, found: Any) -> dict[str, Any]:
        values = self.table("sites", found)
        site = self.origin("sites.help", self.text("sites.", values, "help")) if "help" in values else None
        frames = self.texts("sites.", values, "frames", [])
        for each in frames:
            self.origin("sites.frames", each)
        self.no_more("sites.", values)
        return {"site": site, "frames": frames}


def is_trustworthy(address: str) -> bool:
    """Whether an address is https, or http on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        return False
    local = host in {"127.0.0.1", "::1", "localhost"} or host.endswith(".localhost")
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and local))
