"""What the README says of the settings and of the floors is how they are."""

import re
import tomllib

import pytest

from widget.settings import ROOT, SettingsError, read

README = (ROOT / "README.md").read_text("utf-8")
#: Of tests and reproducible builds; nobody who runs the service sets them.
NOT_SETTINGS = {"PGSSLMODE", "SOURCE_DATE_EPOCH", "NO_MKDOCS_2_WARNING"}


def test_every_setting_that_is_read_is_in_the_table() -> None:
    settings = (ROOT / "widget" / "settings.py").read_text("utf-8")
    found = set(re.findall(r"environment\.get\(\s*\"([A-Z_]+)\"", settings))
    found |= set(re.findall(r"!ENV \[([A-Z_]+)", (ROOT / "mkdocs.yml").read_text("utf-8")))
    table = set(re.findall(r"`([A-Z_]{4,})`", "".join(re.findall(r"^\| `.*\|$", README, re.MULTILINE))))

    assert len(found) >= 12
    assert found - NOT_SETTINGS - {each for each in found if each.startswith("HELPCENTER_SMTP_")} <= table


def test_no_key_in_the_table_is_unknown() -> None:
    table = "".join(re.findall(r"^\| `.*\|$", README, re.MULTILINE))

    with pytest.raises(SettingsError) as stopped:
        read(dict.fromkeys(re.findall(r"`(HELPCENTER_[A-Z_]+)`", table), "?"))

    assert "no such key" not in str(stopped.value)


def test_the_floors_are_those_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [name.strip() for layer in contracts[0]["layers"] for name in layer.split("|")]
    drawn = README.partition("## The floors")[2]
    floors = re.findall(r"^    (\w+)(?: +\| (\w+))? ", drawn, re.MULTILINE)

    assert [name for floor in floors for name in floor if name] == layers[1:]  # __main__ is how Python finds cli
