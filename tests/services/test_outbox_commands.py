"""The team sees what waits and what was given up on, and sends it again; endpoints come and go by command."""

import os
from pathlib import Path

import pytest

from tests.services.conftest import contents
from widget.cli import main
from widget.settings import read
from widget.store.engine import open_engine


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPCENTER_DATA", str(tmp_path))
    assert main(["migrate"]) == 0


def kept() -> list[object]:
    """Return everything that the row of an endpoint holds."""
    engine = open_engine(read(os.environ).database_url)
    (row,) = contents(engine)["webhook"]
    engine.dispose()
    return list(row.values())


def test_an_endpoint_is_added_rotated_disabled_and_removed(capsys: pytest.CaptureFixture[str]) -> None:
    def run(*command: str) -> str:
        assert main(["webhook", *command]) == 0
        return capsys.readouterr().out

    webhook_id, secret = run("add", "https://1.1.1.1/hook").split()
    rotated = run("rotate", webhook_id).strip()

    assert secret.startswith("whsec_")
    assert rotated.startswith("whsec_")
    assert rotated != secret
    assert run("list") == f"{webhook_id} enabled https://1.1.1.1/hook\n"
    assert {secret, rotated} <= set(kept())
    assert run("remove", webhook_id) == f"{webhook_id} removed\n"
    assert run("list") == ""
    assert not {secret, rotated} & set(kept())


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["webhook", "add", "https://127.0.0.1/hook"], "127.0.0.1: 127.0.0.1 is not on the public network\n"),
        (["webhook", "rotate", "nobody"], "nobody: there is no such webhook; `widget webhook list` names them\n"),
        (["outbox", "retry", "x"], "x: there is no such delivery; `widget outbox list --all` names them\n"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(capsys: pytest.CaptureFixture[str], command: list[str], told: str) -> None:
    assert main(command) == 1

    assert capsys.readouterr().err == told
