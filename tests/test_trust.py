"""The file that says who signs people in: the documented one is right, and every wrong key is named."""

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, KeySet

from widget import trust
from widget.services.grants import granted
from widget.settings import ROOT, read
from widget.trust import TrustError

KEYS = KeySet([ECKey.generate_key("P-256", {"kid": "product"})])


def written(folder: Path, text: str) -> Path:
    (folder / "product-keys.json").write_text(json.dumps(KEYS.as_dict(private=False)))
    file = folder / "trust.toml"
    file.write_text(text)
    return file


def test_the_documented_file_is_right_and_means_what_it_says(tmp_path: Path) -> None:
    found = trust.read(written(tmp_path, (ROOT / "deploy" / "trust.toml").read_text("utf-8")))

    groups = {"groups": ["space:atelier-nord:administrators", "help-centre-support", "space:x:administrators:not", 7]}
    records = {"workspaces": [{"id": "harbour-studio", "role": "guest"}, {"id": "other", "role": "unknown"}, None]}
    assert granted(found.grants, groups | records).spaces == {"atelier-nord": "administrator", "harbour-studio": "user"}
    assert granted(found.grants, groups).staff == "support"
    assert granted(found.grants, {"groups": "space:a:administrators"}).spaces == {"a": "administrator"}
    assert granted(found.grants, {}).spaces == {}


def test_of_two_roles_in_one_space_the_higher_counts(tmp_path: Path) -> None:
    found = trust.read(written(tmp_path, (ROOT / "deploy" / "trust.toml").read_text("utf-8")))

    both = {"groups": ["space:a:administrators"], "workspaces": [{"id": "a", "role": "guest"}]}

    assert granted(found.grants, both).spaces == {"a": "administrator"}


WRONG = """
colour = "red"
[provider]
issuer = "http://id.example.com"
client_id = ""
client_secret_file = "nowhere"
scopes = ["email"]
acr = "several"
secret = "x"
[[grant]]
claim = "groups"
pattern = "("
role = "owner"
[[grant]]
claim = "groups"
pattern = "admins"
role = "administrator"
[[grant]]
claim = "spaces"
space = "id"
role = "role"
roles = { owner = "support" }
[product]
issuer = "x"
origin = "https://app.example.com/path"
keys_file = "nowhere.json"
[sites]
help = "ftp://help.example.com"
frames = ["https://partner.example.net/", "*"]
"""


def test_every_wrong_key_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(TrustError) as stopped:
        trust.read(written(tmp_path, WRONG))

    named = [line.split(": ")[1] for line in str(stopped.value).splitlines()]
    assert sorted(named) == sorted(
        [
            "colour",
            "provider.issuer",
            "provider.client_id",
            "provider.client_secret_file",
            "provider.scopes",
            "provider.acr",
            "provider.secret",
            "grant.0.pattern",
            "grant.0.role",
            "grant.1.pattern",
            "grant.2.roles",
            "product.origin",
            "product.keys_file",
            "sites.help",
            "sites.frames",
            "sites.frames",
        ]
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[provider", "not TOML"),
        ('[provider]\nissuer = "https://a"\nclient_id = "b"', "at least one"),
        ("sites = 1", "a table"),
    ],
)
def test_what_is_no_such_file_is_said(tmp_path: Path, text: str, expected: str) -> None:
    with pytest.raises(TrustError, match=expected):
        trust.read(written(tmp_path, text))


@pytest.mark.parametrize("secret", [b"", b" \n", b"\xff\xfe"])
def test_a_secret_that_is_no_text_is_named(tmp_path: Path, secret: bytes) -> None:
    (tmp_path / "client-secret").write_bytes(secret)
    text = (ROOT / "deploy" / "trust.toml").read_text("utf-8").replace("# client_secret_file", "client_secret_file")

    with pytest.raises(TrustError) as stopped:
        trust.read(written(tmp_path, text))

    (line,) = str(stopped.value).splitlines()
    assert "provider.client_secret_file: expected a file with the secret as text" in line


@pytest.mark.parametrize(
    ("address", "site", "shared"),
    [
        ("https://service.example.com", "https://help.example.com", "example.com"),
        ("https://example.com", "https://help.example.com", "example.com"),
        ("https://help.example.com", None, None),
    ],
)
def test_the_marker_cookie_is_set_for_the_domain_that_two_hosts_share(
    tmp_path: Path, address: str, site: str | None, shared: str | None
) -> None:
    file = written(tmp_path, f'[sites]\nhelp = "{site}"\n' if site else "")

    settings = read({"HELPCENTER_ADDRESS": address, "HELPCENTER_TRUST": str(file)})

    assert settings.shared_domain == shared


@pytest.mark.parametrize("site", ["https://help.other.com", "https://example.com.other.net"])
def test_two_hosts_without_a_domain_in_common_are_refused(tmp_path: Path, site: str) -> None:
    file = written(tmp_path, f'[sites]\nhelp = "{site}"\n')

    with pytest.raises(Exception, match=r"sites\.help"):
        read({"HELPCENTER_ADDRESS": "https://service.example.com", "HELPCENTER_TRUST": str(file)})
