"""Hostile files: each is refused with its line and its reason, whatever it holds, before a database is asked."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.services.conftest import NOW, TERMS, demo_space
from widget.services.transfer_checks import file_problems
from widget.services.transfer_file import TransferError, read_csv, read_json

COLUMNS = ("name", "email")


def problems(folder: Path, text: str) -> list[str]:
    """Return what is wrong with a JSON file of this text."""
    path = folder / "spaces.json"
    path.write_text(text, "utf-8")
    return file_problems(read_json(path), TERMS, NOW)


def written(**changes: Any) -> str:
    """Return a file with one space, Solo, each fact on a line of its own: the name on line 6, users on line 12."""
    return json.dumps({"format": 1, "spaces": [demo_space("solo", **changes)]}, indent=1)


def test_the_file_that_the_others_are_spoiled_from_is_sound(tmp_path: Path) -> None:
    assert problems(tmp_path, written()) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        pytest.param(
            '"name": "Solo"',
            '"name": "Solo", "name": "Duo"',
            ["line 4: spaces.0.name: given more than once"],
            id="a name given twice",
        ),
        pytest.param(
            '"format": 1',
            '"format": 1, "format": 1',
            ["line 1: format: given more than once"],
            id="the format given twice",
        ),
        pytest.param(
            '"users": 1',
            '"users": 1' + "0" * 5000,
            ["line 9: spaces.0.subscription.users: '100000000000000000…' is not of type 'integer'"],
            id="a number of five thousand digits",
        ),
        pytest.param(
            '"users": 1',
            '"users": 1e999',
            ["line 9: spaces.0.subscription.users: inf is not of type 'integer'"],
            id="a number without end",
        ),
        pytest.param(
            '"users": 1',
            '"users": 1.0',
            ["line 9: spaces.0.subscription.users: 1.0 is not of type 'integer'"],
            id="a number with a point",
        ),
        pytest.param(
            '"users": 1',
            '"users": NaN',
            ["line 9: spaces.0.subscription.users: 'NaN' is not of type 'integer'"],
            id="not a number",
        ),
        pytest.param(
            '"users": 1',
            '"users": true',
            ["line 9: spaces.0.subscription.users: True is not of type 'integer'"],
            id="a truth for a number",
        ),
        pytest.param(
            '"name": "Solo"',
            '"name": "So\\u0000lo"',
            ["line 4: spaces.0.name: a control character in 'So\\x00lo'"],
            id="a NUL in a name",
        ),
        pytest.param(
            '"name": "Solo"',
            '"name": "Solo\\ud800"',
            ["line 4: spaces.0.name: a control character in 'Solo\\ud800'"],
            id="half a character",
        ),
        pytest.param(
            '"id": "solo"',
            '"id": "solo\\n"',
            ["line 4: spaces.0.id: a control character in 'solo\\n'"],
            id="an id with a line break at its end",
        ),
    ],
)
def test_what_json_allows_and_the_format_does_not_is_named(
    tmp_path: Path, old: str, new: str, expected: list[str]
) -> None:
    text = written()
    assert text.count(old) == 1 or old == '"name": "Solo"'

    found = problems(tmp_path, text.replace(old, new, 1))

    assert found[: len(expected)] == expected


def test_a_number_of_five_thousand_digits_in_a_name_stays_a_reason_of_one_line(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, written(name=["x" * 50_000]))

    assert len(found) < 500
    assert found.startswith("line 4: spaces.0.name: ['xxx")


@pytest.mark.parametrize("opening", ["[", '{"spaces":', '{"format": 1, "spaces": [{"id": '])
def test_endless_nesting_is_refused(tmp_path: Path, opening: str) -> None:
    with pytest.raises(TransferError, match="not JSON of this format: nested too deeply"):
        problems(tmp_path, opening * 100_000)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON: Expecting value: line 1 column 1 (char 0)"),
        ('{"format": 1,}', "not JSON: "),
        ('{"format": 1} {"format": 1}', "not JSON: Extra data: line 1 column 15 (char 14)"),
    ],
    ids=["empty", "a comma too many", "two documents"],
)
def test_what_is_no_json_is_refused_with_its_place(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(TransferError) as caught:
        problems(tmp_path, text)

    assert reason in str(caught.value)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    assert problems(tmp_path, "\ufeff" + written()) == []


def test_fifty_thousand_objects_keep_their_lines_in_seconds(tmp_path: Path) -> None:
    path = tmp_path / "many.json"
    path.write_text("[\n" + ",\n".join(["{}"] * 50_000) + "\n]", "utf-8")

    assert [each.line for each in read_json(path)] == list(range(2, 50_002))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("name,email\nZoé,z@x.example\n".encode("latin-1"), "line 2: not UTF-8", id="Latin-1"),
        pytest.param("name,email\n".encode("utf-16"), "line 1: not UTF-8", id="UTF-16"),
        pytest.param(b'name,email\n"Zoe"x,z@x.example\n', "not CSV: line 2: ", id="a quote in the middle"),
        pytest.param(b'name,email\n"Zoe,z@x.example\n', "not CSV: line 2: unexpected end of data", id="an open quote"),
        pytest.param(b"name;email\n", "line 1: header: expected name,email", id="semicolons"),
        pytest.param(b"", "line 1: header: expected name,email", id="an empty file"),
        pytest.param(
            b"name,email\n" + b"x" * 200_000 + b",x\n", "field larger than field limit", id="an endless field"
        ),
    ],
)
def test_what_is_no_csv_of_ours_is_refused_with_its_line(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "members.csv"
    path.write_bytes(content)

    with pytest.raises(TransferError) as caught:
        read_csv(path, COLUMNS)

    assert reason in str(caught.value)
