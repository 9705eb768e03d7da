"""Each corpus of bad input at each wall: no answer is a 500, none leads elsewhere, none tells what is not ours."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unicodedata import normalize
from urllib.parse import quote, urlencode

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.raw import raw_get
from tests.security.corpora import CSV, NAUGHTY, OPEN_REDIRECTS, TRAVERSALS, XSS
from tests.services.conftest import contents
from tests.web.test_api import QUESTION
from tests.web.world import NOW, World
from widget.services import feedback
from widget.services.transfer import export_file
from widget.settings import ROOT
from widget.store.engine import reading
from widget.store.tables import draft
from widget.web.security import safe_next

#: Every how manieth string is tried here; `make drill` tries all.
EACH = int(os.environ.get("TESTS_NAUGHTY", "12"))


def test_the_corpora_have_their_size() -> None:
    assert {
        len(XSS) >= 120,
        len(OPEN_REDIRECTS) >= 120,
        len(CSV) >= 40,
        len(TRAVERSALS) >= 200,
        len(NAUGHTY) >= 650,
    } == {True}
    assert len(set(NAUGHTY)) == len(NAUGHTY)


@pytest.mark.parametrize("text", OPEN_REDIRECTS, ids=repr)
def test_sign_in_leads_nowhere_else(text: str) -> None:
    found = safe_next(text)

    assert found is None or (found.startswith("/") and found[1:2] not in {"/", "\\"} and found.isascii())


@pytest.fixture
def client(world: World) -> TestClient:
    return world.client


LEAKS = (b"root:x:", b"[build-system]", b"SQLite format 3", b"class Settings", b"repositoryformatversion")


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_the_site(client: TestClient, path: str) -> None:
    answer = raw_get(client, path)

    assert answer.status in {200, 301, 307, 400, 404, 405}
    assert [leak for leak in LEAKS if leak in answer.body] == []


ANYWHERE = (
    ("GET", "/widget/en/change?{q}", "users"),
    ("POST", "/widget/en/change", "plan"),
    ("GET", "/widget/en/change/result?{q}", "zoom_licenses"),
)
FIELDS = [
    *ANYWHERE,
    ("GET", "/widget/en/change/calendar.ics?{q}", "users"),
    ("GET", "/widget/en/quotes/{v}", ""),
    ("GET", "/widget/en/orders/{v}", ""),
    ("POST", "/widget/en/change/{draft}/survey", "comment"),
    ("POST", "/widget/en/change/{draft}/survey", "reason"),
    ("POST", "/widget/en/change/{draft}/members", "member"),
    ("POST", "/widget/en/change/{draft}/members", "sure"),
    ("POST", "/widget/en/change/{draft}/members", "find"),
    ("POST", "/widget/en/change/{draft}/members", "act"),
    ("POST", "/widget/en/change/{draft}/activate", "member"),
    ("POST", "/widget/en/change/{draft}/order", "key"),
    ("POST", "/widget/en/change/{draft}/order", "agreed"),
    ("POST", "/widget/en/change/{draft}/order", "late_ack"),
    ("POST", "/widget/en/change/{draft}/quote", "key"),
    ("POST", "/widget/en/quotes/{number}/send", "email"),
    ("POST", "/widget/en/quotes/{number}/send", "key"),
    ("GET", "/widget/en/quotes/{number}?{q}", "sent"),
    ("POST", "/widget/en/quotes/{number}/accept", "key"),
    ("POST", "/widget/en/quotes/{number}/accept", "agreed"),
    ("POST", "/widget/en/quotes/{number}/accept", "late_ack"),
    ("POST", "/widget/en/undo/{v}", ""),
    ("POST", "/widget/en/feedback", "article"),
    ("POST", "/widget/en/feedback", "section"),
    ("POST", "/widget/en/feedback", "version"),
    ("POST", "/widget/en/feedback", "helpful"),
    ("POST", "/widget/en/feedback/{feedback}", "comment"),
    ("POST", "/widget/en/searches", "words"),
    ("POST", "/widget/signin", "person"),
    ("POST", "/widget/signin", "language"),
    ("GET", "/widget/en/desk?{q}", "q"),
    ("GET", "/widget/en/desk/own?{q}", "users"),
    ("GET", "/widget/api/v1/price-book?{q}", "on"),
    ("GET", "/widget/api/v1/articles?{q}", "q"),
    ("JSON", "/widget/api/v1/preview", "on"),
    ("JSON", "/widget/api/v1/preview", "language"),
    ("JSON", "/widget/api/v1/preview", "requested plan"),
    ("JSON", "/widget/api/v1/preview", "requested users"),
    ("JSON", "/widget/api/v1/preview", "subscription interval"),
    ("JSON", "/widget/api/v1/preview", "subscription term_start"),
    ("GET", "/widget/oembed?{q}", "url"),
    ("GET", "/widget/oembed?{q}", "maxwidth"),
    ("GET", "/widget/en/support?{q}", "q"),
    ("GET", "/widget/en/support?{q}", "article"),
    ("GET", "/widget/en/support?{q}", "section"),
    ("GET", "/widget/en/support?{q}", "lang"),
    ("GET", "/widget/signin?{q}", "next"),
    ("GET", "/widget/calendar/{v}.ics", ""),
    ("POST", "/widget/en/sessions", "session"),
    ("POST", "/widget/en/space", "act"),
    ("GET", "/a/{v}", ""),
    ("GET", "/a/1001/{v}", ""),
    ("GET", "/{v}", ""),
]
#: The other fields of a form, as they are sent: what is typed is then judged, and not only what is missing beside it.
BESIDE = {
    "section": {"article": "1001", "helpful": "yes"},
    "version": {"article": "1001", "helpful": "no"},
    "comment": {"reason": "other"},
    "late_ack": {"key": "k"},
}
AS_JSON = {"Content-Type": "application/json"}
#: So many requests, then the rows are put back as they were, the counts of the limits among them.
A_TIME = 15


@pytest.mark.parametrize(("method", "template", "name"), FIELDS)
def test_whatever_is_typed_is_answered(
    world: World, method: str, template: str, name: str, record_property: Callable[[str, object], None]
) -> None:
    who = "support" if "/desk" in template else "administrator"
    at = FIELDS.index((method, template, name))
    texts = NAUGHTY[at % EACH :: EACH]
    for number, text in enumerate(texts):
        if number % A_TIME == 0:
            world.put_back()
            said = feedback.say(
                world.engine, article=1001, section="", language="en", version="0" * 8, helpful=True, now=NOW
            )
        ids = {name: world.ids["own"][name] for name in ("draft", "number")}
        path = template.format(q=urlencode({name: text}), v=quote(text[:500], safe=""), feedback=said, **ids)
        if method == "JSON":
            told = world.client.post(path, content=json.dumps(asked(name.split(), text)), headers=AS_JSON)
        else:
            form = {name: text} if name else {}
            beside = {} if "/feedback/" in template else BESIDE.get(name, {})
            if template.endswith("/order"):
                beside = {"agreed": world.ids["own"]["agreed"]} | beside
            told = world.ask(who, method, path, beside | form if method == "POST" else None)
        assert told.status_code < 500, repr(text)
        assert told.status_code != 429, "it was not judged"
    record_property("requests", len(texts))
    world.put_back()


def asked(path: list[str], text: str) -> dict[str, Any]:
    """Return a question with a text in place of one of its values."""
    question: dict[str, Any] = json.loads(json.dumps(QUESTION))
    inner: dict[str, Any] = question
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = text
    return question


def test_a_comment_is_kept_as_it_was_written_or_refused_in_words(world: World) -> None:
    address = f"/widget/en/change/{world.ids['own']['draft']}/survey"
    kept = 0
    for text in NAUGHTY[::EACH]:
        told = world.ask("administrator", "POST", address, {"reason": "other", "comment": text})
        assert told.status_code in {303, 422}, repr(text)
        if told.status_code == 422:
            assert "Comment" in told.text
            continue
        kept += 1
        with reading(world.engine) as connection:
            stored = connection.execute(select(draft.c.comment).where(draft.c.id == world.ids["own"]["draft"])).scalar()
        assert stored == normalize("NFC", text.replace("\r\n", "\n").strip()), repr(text)
    assert kept > 30
    world.put_back()


TRUSTED = (
    "price",
    "status",
    "effective_date",
    "space_id",
    "role",
    "created_at",
    "applied_at",
    "member_id",
    "amount",
    "locked",
)
STEPS = [
    ("/widget/en/change", {"plan": "premium", "users": "8", "zoom_licenses": "1"}),
    ("/widget/en/change/{draft}/survey", {"reason": "other"}),
    ("/widget/en/change/{draft}/order", {"key": "k", "agreed": ""}),
    ("/widget/en/change/{draft}/quote", {"key": "k"}),
]


@pytest.mark.parametrize("field", TRUSTED)
@pytest.mark.parametrize(("template", "form"), STEPS)
def test_no_form_sets_what_only_the_service_knows(
    world: World, template: str, form: dict[str, str], field: str
) -> None:
    before = contents(world.engine)

    told = world.ask("administrator", "POST", template.format(**world.ids["own"]), form | {field: "1"})

    assert told.status_code == 422
    after = contents(world.engine)
    assert {name for name, rows in after.items() if rows != before[name]} <= {"session", "rate_limit", "draft"}
    assert [{**row, "reviewed": ""} for row in after["draft"]] == [{**row, "reviewed": ""} for row in before["draft"]]
    world.put_back()


@pytest.mark.parametrize("value", ["-1", "0.5", "5e0", "true", "null", "1000000000", "NaN", "", "٣", "1;2"])
@pytest.mark.parametrize("field", ["users", "zoom_licenses"])
def test_no_number_field_takes_what_is_no_number_of_users(world: World, field: str, value: str) -> None:
    form = {"plan": "premium", "users": "8", "zoom_licenses": "1"} | {field: value}
    before = contents(world.engine)["draft"]

    assert world.ask("administrator", "POST", "/widget/en/change", form).status_code == 422
    assert contents(world.engine)["draft"] == before


def test_a_table_is_written_in_one_place_whose_own_tests_hold_it_free_of_formulas(world: World, tmp_path: Path) -> None:
    sources = {path.relative_to(ROOT): path.read_text("utf-8") for path in (ROOT / "widget").rglob("*.py")}

    tables = [str(path) for path, text in sources.items() if "csv.writer" in text or "DictWriter" in text]
    assert tables == ["widget/services/transfer_file.py"]
    assert export_file(world.engine, tmp_path / "all.json") == 3
