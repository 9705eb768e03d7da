"""What is installed is what was locked: each package by its hash, and known faults are accepted only with a reason."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from widget.settings import ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock")


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    packages = re.split(r"\n(?=[a-z0-9])", (ROOT / name).read_text("utf-8").strip())

    assert len(packages) > 30
    assert [each.splitlines()[0] for each in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}", each)] == []
    assert [each.splitlines()[0] for each in packages if not re.match(r"[a-z0-9._-]+(\[[a-z,]+\])?==", each)] == []


def bill_of(lock: str) -> list[dict[str, str]]:
    found = re.findall(r"^([a-z0-9._-]+)\S*?==(\S+)", (ROOT / lock).read_text("utf-8"), re.MULTILINE)
    return [{"name": name, "version": version} for name, version in found]


def checked(folder: Path, components: list[dict[str, str]]) -> subprocess.CompletedProcess[str]:
    bill = folder / "sbom.json"
    bill.write_text(json.dumps({"components": components}))
    command = [sys.executable, *map(str, (ROOT / "scripts" / "sbom-check.py", ROOT / "requirements.lock", bill))]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_bill_of_materials_of_a_release_names_what_is_locked_and_nothing_else(tmp_path: Path) -> None:
    bill = bill_of("requirements.lock")
    older = [{**bill[0], "version": "0.0.1"}, *bill[1:]]

    assert (checked(tmp_path, bill).returncode, len(bill) > 20) == (0, True)
    assert f"{bill[0]['name']} {bill[0]['version']}: not in the bill" in checked(tmp_path, bill[1:]).stderr
    assert f"{bill[0]['name']} 0.0.1: in the bill of materials, and not locked" in checked(tmp_path, older).stderr
    assert checked(tmp_path, []).returncode == 1


def test_a_fault_that_was_accepted_for_a_while_stops_when_that_is_over(tmp_path: Path) -> None:
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "audit.accepted").write_text("PYSEC-0000-0 not reached, until 2020-01-01\n")
    command = ["bash", str(ROOT / "scripts" / "audit"), "false"]

    stopped = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (stopped.returncode, stopped.stderr) == (1, "scripts/audit.accepted: the time of PYSEC-0000-0 is over\n")


def test_each_accepted_fault_has_its_reason_and_its_end() -> None:
    lines = (ROOT / "scripts" / "audit.accepted").read_text("utf-8").splitlines()

    accepted = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in accepted if not re.fullmatch(r"\S+ .+, until 20\d\d-\d\d-\d\d", line)] == []
