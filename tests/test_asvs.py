"""The table of SECURITY.md: every item of ASVS 5.0.0 up to level 2 once, each with a test that exists or a reason."""

import re
from collections import Counter

from widget.settings import ROOT

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (?:`(tests/[\w/]+\.py)::(\w+)`|–) \|$", re.MULTILINE)
#: How many items of levels 1 and 2 each chapter of the standard has.
CHAPTERS = {
    1: 27,
    2: 11,
    3: 19,
    4: 10,
    5: 9,
    6: 35,
    7: 18,
    8: 7,
    9: 7,
    10: 29,
    11: 14,
    12: 9,
    13: 13,
    14: 9,
    15: 13,
    16: 16,
    17: 7,
}
ITEMS = ROW.findall((ROOT / "SECURITY.md").read_text("utf-8"))


def test_every_item_is_there_once() -> None:
    assert Counter(int(item.split(".")[0]) for item, *_ in ITEMS) == CHAPTERS
    assert len({item for item, *_ in ITEMS}) == len(ITEMS)


def test_an_item_has_a_test_or_a_reason() -> None:
    without = [item for item, _, how, path, _ in ITEMS if not path]

    assert [item for item, _, how, path, _ in ITEMS if not path and not how.startswith("does not apply: ")] == []
    assert len(without) < len(ITEMS) / 2


def test_each_test_named_exists() -> None:
    missing = [
        f"{item}: {path}::{name}"
        for item, _, _, path, name in ITEMS
        if path and f"\ndef {name}(" not in (ROOT / path).read_text("utf-8")
    ]

    assert missing == []
