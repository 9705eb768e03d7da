"""The provider from npm, as its own process, and the service that trusts it, on a new database with demo data."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.browser.conftest import Service
from tests.running import free_port
from widget.catalogue import DATA

INSTALLED = Path(__file__).resolve().parent.parent.parent / ".cache" / "provider"
SECRET = "a-secret-of-the-tests-that-opens-nothing"
PEOPLE = {
    "claire": {
        "name": "Claire Martin",
        "email": "claire.martin@atelier-nord.example",
        "email_verified": True,
        "groups": ["space:atelier-nord:administrator"],
    },
    "karim": {
        "name": "Karim Benali",
        "email": "karim.benali@atelier-nord.example",
        "email_verified": True,
        "groups": ["space:atelier-nord:user"],
    },
    "stranger": {"name": "Nobody", "email": "nobody@elsewhere.example", "email_verified": True, "groups": []},
    "sam": {"name": "Sam Support", "groups": ["help-centre-support"]},
    "tia": {"name": "Tia Team", "groups": ["help-centre-team"]},
}
TRUST = """
[provider]
issuer = "{issuer}"
client_id = "help-centre"
client_secret_file = "secret"
scopes = ["openid", "profile", "email", "groups"]

[[grant]]
claim = "groups"
pattern = "space:(?P<space>[a-z0-9-]+):administrator"
role = "administrator"

[[grant]]
claim = "groups"
pattern = "space:(?P<space>[a-z0-9-]+):user"
role = "user"

[[grant]]
claim = "groups"
pattern = "help-centre-support"
role = "support"

[[grant]]
claim = "groups"
pattern = "help-centre-team"
role = "team"
"""


@dataclass(frozen=True)
class Signed:
    """A service whose people sign in at a provider."""

    service: Service
    issuer: str


@contextmanager
def running(folder: Path) -> Iterator[Signed]:
    """Run both until the end of the block."""
    port, own = free_port(), free_port()
    address, issuer = f"http://127.0.0.1:{own}", f"http://127.0.0.1:{port}"
    facts = json.dumps({"port": port, "address": address, "people": PEOPLE})
    provider = subprocess.Popen(
        [shutil.which("node") or "node", str(INSTALLED / "provider.mjs"), facts],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert provider.stdout is not None
    assert provider.stdout.readline() == b"listening\n", "the provider did not start: run scripts/provider"
    (folder / "secret").write_text(SECRET)
    (folder / "trust.toml").write_text(TRUST.format(issuer=issuer))
    environment = {"HELPCENTER_TRUST": str(folder / "trust.toml"), "HELPCENTER_ADDRESS": address, "PORT": str(own)}
    subprocess.run(
        [sys.executable, "-m", "widget", "import", str(DATA / "demo.json")],
        env=os.environ | environment | {"HELPCENTER_DATA": str(folder)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    service = Service(folder, "serve", **environment)
    yield Signed(service, issuer)
    service.stop()
    provider.terminate()
    provider.wait(10)
    provider.stdout.close()
