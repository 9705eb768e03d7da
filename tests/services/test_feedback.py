"""What readers say is kept without a name, on both databases, told in figures, and never runs as code."""

import csv
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from tests.services.conftest import NOW, contents
from widget.services import feedback

HOSTILE = [
    '=HYPERLINK("http://evil.example")',
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    " =1",
    "\n=1",
    "|calc",
    "<script>alert(1)</script>",
    'a";DROP TABLE feedback;--',
    'line\nline, "quoted"',
]


def said(engine: Engine, text: str = "", *, article: int = 1001, helpful: bool = True) -> str:
    id_ = feedback.say(
        engine,
        article=article,
        section="notice-period",
        language="fr",
        version="0a1b2c3d",
        helpful=helpful,
        now=NOW,
    )
    if text:
        feedback.comment(engine, id_, text)
    return id_


def test_an_answer_is_kept_with_article_section_language_and_version_and_nothing_else(engine: Engine) -> None:
    id_ = said(engine, "Le tableau manque.")

    assert contents(engine)["feedback"] == [
        {
            "id": id_,
            "at": NOW.isoformat(),
            "article": 1001,
            "section": "notice-period",
            "language": "fr",
            "version": "0a1b2c3d",
            "helpful": True,
            "comment": "Le tableau manque.",
        }
    ]


def test_the_first_comment_stays_and_none_follows_after_an_hour(engine: Engine) -> None:
    id_ = said(engine, "first")

    assert feedback.comment(engine, id_, "second") is False
    assert feedback.load(engine, id_, now=NOW + timedelta(minutes=59)) is not None
    assert feedback.load(engine, id_, now=NOW + timedelta(minutes=61)) is None
    assert feedback.load(engine, "unknown", now=NOW) is None


def test_the_report_counts_by_article_and_version_and_shows_comments_on_one_line(engine: Engine) -> None:
    said(engine)
    said(engine, "Too long.\nMuch \x1b[2Jtoo long", helpful=False)
    said(engine, article=1003)
    for text in ("Wlan", "wlan", "imprimante 3D"):
        feedback.missed(engine, language="fr", text=text, now=NOW)

    assert feedback.report(engine).splitlines() == [
        "3 answers",
        "1001 fr 0a1b2c3d: 1 yes, 1 no",
        "    2026-11-24 no #notice-period: Too long. Much  [2Jtoo long",
        "1003 fr 0a1b2c3d: 1 yes, 0 no",
        "3 searches without a result",
        "fr     2 wlan",
        "fr     1 imprimante",
    ]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_comment_is_a_formula_to_a_spreadsheet_and_none_is_lost(engine: Engine, text: str) -> None:
    said(engine, text)

    written = feedback.as_csv(engine)

    head, row = csv.reader(io.StringIO(written, newline=""))
    assert head == list(feedback.COLUMNS)
    assert row[:-1] == [NOW.isoformat(), "1001", "notice-period", "fr", "0a1b2c3d", "yes"]
    assert row[-1].removeprefix("'") == text
    assert row[-1].lstrip()[0] not in "=+-@|%"
    assert row[-1][0] not in "=+-@\t\r\n|%"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Imprimante  3D", "imprimante"),
        ("claire.martin@atelier.example", ""),
        ("+33 6 12 34 56 78", ""),
        ("FR76 3000 6000 0112 mot de passe", "mot de passe"),
        ("un deux trois quatre cinq six sept huit", "un deux trois quatre cinq six"),
        ("<b>gras</b>", "b gras b"),
        ("x" * 10_000, "x" * 30),
        ("\x00\x1b[31m", ""),
        ("“’!?", ""),
    ],
)
def test_only_words_are_kept_of_a_search_without_a_result(engine: Engine, text: str, kept: str) -> None:
    assert feedback.missed(engine, language="fr", text=text, now=NOW) == kept
    assert [row["words"] for row in contents(engine)["search_miss"]] == ([kept] if kept else [])


def test_searches_that_are_the_first_at_once_are_all_counted(engine: Engine) -> None:
    together = threading.Barrier(8)

    def search(word: str) -> None:
        together.wait()
        feedback.missed(engine, language="fr", text=word, now=NOW)

    words = ("wlan", "imprimante", "scanner", "clavier")
    with ThreadPoolExecutor(8) as pool:
        for word in words:
            list(pool.map(search, [word] * 8))

    counted = {row["words"]: row["count"] for row in contents(engine)["search_miss"]}
    assert counted == dict.fromkeys(words, 8)
