"""What the README says of the settings and of the floors is how they are."""

import re
import tomllib

from widget.settings import ROOT

README = (ROOT / "README.md").read_text("utf-8")
#: Of tests and reproducible builds; nobody who runs the service sets them.
NOT_SETTINGS = {"PGSSLMODE", "SOURCE_DATE_EPOCH", "NO_MKDOCS_2_WARNING"}


def test_every_setting_that_is_read_is_in_the_table() -> None:
    settings = (ROOT / "widget" / "settings.py").read_text("utf-8")
    read = set(re.findall(r"environment\.get\(\s*\"([A-Z_]+)\"", settings))
    read |= set(re.findall(r"!ENV \[([A-Z_]+)", (ROOT / "mkdocs.yml").read_text("utf-8")))
    table = set(re.findall(r"`([A-Z_]{4,})`", "".join(re.findall(r"^\| `.*\|$", README, re.MULTILINE))))

    assert len(read) >= 12
    assert read - NOT_SETTINGS - {each for each in read if each.startswith("HELPCENTER_SMTP_")} <= table


def test_the_floors_are_those_of_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    layers = [name.strip() for layer in contracts[0]["layers"] for name in layer.split("|")]
    drawn = README.partition("## The floors")[2]
    floors = re.findall(r"^    (\w+)(?: +\| (\w+))? ", drawn, re.MULTILINE)

    assert [name for floor in floors for name in floor if name] == layers[1:]  # __main__ is how Python finds cli
