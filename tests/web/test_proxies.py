"""Behind a proxy: who asks is whom a trusted proxy names, and nobody else's word counts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
import uvicorn
from limits import parse

from tests.running import in_a_thread
from tests.web.conftest import Today
from widget import catalogue
from widget.app import create_app
from widget.catalogue import DATA
from widget.cli import configured
from widget.services.limits import WINDOWS, Limit
from widget.services.transfer import import_file
from widget.settings import read
from widget.store.engine import migrate, open_engine

NOW = Today()
MOST = 5
SAME = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit that is reached soon."""
    monkeypatch.setitem(WINDOWS, Limit.SIGN_IN, parse(f"{MOST}/minute"))


@contextmanager
def behind(folder: Path, proxies: str) -> Iterator[httpx2.Client]:
    """The service as `widget serve` runs it, asked from 127.0.0.1 by what claims to be a proxy."""
    settings = read({"HELPCENTER_DATA": str(folder), "HELPCENTER_DEMO": "1", "HELPCENTER_PROXIES": proxies})
    engine = open_engine(settings.database_url)
    migrate(engine)
    import_file(engine, catalogue.load(), DATA / "demo.json", now=NOW())
    server = uvicorn.Server(configured(create_app(settings, engine, NOW), settings, port=0, lifespan="off"))
    with in_a_thread(server) as (host, port), httpx2.Client(base_url=f"http://{host}:{port}", headers=SAME) as client:
        yield client
    engine.dispose()


def signs_in(client: httpx2.Client, **forwarded: str) -> int:
    headers = {f"X-Forwarded-{name.title()}": value for name, value in forwarded.items()}
    return client.post("/widget/signin", data={"person": "nobody"}, headers=headers).status_code


def exhausts(client: httpx2.Client, **forwarded: str) -> None:
    assert {signs_in(client, **forwarded) for _ in range(MOST)} == {422}


@pytest.mark.parametrize("proxies", ["", "192.0.2.1"])
def test_an_address_that_no_trusted_proxy_names_is_not_believed(tmp_path: Path, proxies: str) -> None:
    with behind(tmp_path, proxies) as client:
        exhausts(client)

        assert signs_in(client, **{"for": "198.51.100.7"}) == 429
        assert "strict-transport-security" not in client.get("/fr/", headers={"X-Forwarded-Proto": "https"}).headers


def test_each_client_of_a_trusted_proxy_has_a_limit_of_their_own(tmp_path: Path) -> None:
    with behind(tmp_path, "127.0.0.1") as client:
        exhausts(client, **{"for": "198.51.100.7"})

        assert signs_in(client, **{"for": "198.51.100.7"}) == 429
        assert signs_in(client, **{"for": "198.51.100.8"}) == 422
        assert "strict-transport-security" in client.get("/fr/", headers={"X-Forwarded-Proto": "https"}).headers


def test_what_a_client_writes_before_the_proxys_word_buys_no_new_limit(tmp_path: Path) -> None:
    with behind(tmp_path, "127.0.0.1") as client:
        exhausts(client, **{"for": "198.51.100.7"})

        assert signs_in(client, **{"for": "203.0.113.99, 198.51.100.7"}) == 429
        assert signs_in(client, **{"for": "127.0.0.1, 198.51.100.7"}) == 429


@pytest.mark.parametrize("claimed", ["", "nonsense", "127.0.0.1", "::1, ::1", "198.51.100.7:443", "[2001:db8::1]"])
def test_an_address_that_is_none_is_answered_and_limited_all_the_same(tmp_path: Path, claimed: str) -> None:
    with behind(tmp_path, "127.0.0.1") as client:
        exhausts(client, **{"for": claimed})

        assert signs_in(client, **{"for": claimed}) == 429
