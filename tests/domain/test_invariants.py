"""Each named invariant of the rules is held by a test that bears its id."""

import re
from pathlib import Path

import pytest

#: T: time, M: seats and money, L: the life of a change, U: undo, as far as the calculator goes.
INVARIANTS = [
    *(f"T{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 15)),
    *(f"M{number}" for number in range(1, 9)),
    "L1",
    *(f"U{number}" for number in range(1, 6)),
]
HELD = [
    name
    for file in Path(__file__).parent.glob("test_*.py")
    if file != Path(__file__)
    for said in re.findall(r"#(.*)", file.read_text(encoding="utf-8"))
    for name in re.findall(r"\b[TMLU][0-9]{1,2}\b", said)
]


@pytest.mark.parametrize("name", INVARIANTS)
def test_each_invariant_is_named_by_a_test(name: str) -> None:
    assert name in HELD
