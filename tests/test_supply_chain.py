"""What is installed is what was locked: each package by its hash, and known faults are accepted only with a reason."""

import re

import pytest

from widget.settings import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    packages = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text("utf-8").strip())

    assert len(packages) > 30
    assert [each.splitlines()[0] for each in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}", each)] == []
    assert [each.splitlines()[0] for each in packages if not re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==", each)] == []


def test_each_accepted_fault_has_its_reason_and_its_end() -> None:
    lines = (ROOT / "scripts" / "audit.accepted").read_text("utf-8").splitlines()

    accepted = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in accepted if not re.fullmatch(r"\S+ .+, until 20\d\d-\d\d-\d\d", line)] == []
