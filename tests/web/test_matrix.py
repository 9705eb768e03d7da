"""Every route, asked by everybody, for what is theirs, another's, archived or unknown: not theirs is unknown."""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from joserfc.jwk import KeySet
from starlette.routing import BaseRoute, Mount, Route
from starlette.testclient import TestClient

from tests.services.conftest import contents
from tests.web.world import NOW, SPACES, World, answer, without_ids
from widget.app import create_app
from widget.settings import ROOT, read
from widget.trust import Product, Provider, Trust
from widget.web.routes import routes

#: Who is answered what for their own space: a status, or "in" where the way leads to sign-in. `expired` is an
#: administrator whose session is over, `disabled` a person who was deactivated while signed in.
PEOPLE = ["anonymous", "user", "administrator", "support", "team", "expired", "disabled"]
POLICY = """
GET  /                                              302 302 302 302 302 302 302
GET  /a/{address}                                   404 404 404 404 404 404 404
GET  /widget/health                                 200 200 200 200 200 200 200
POST /widget/api/v1/preview                         415 415 415 415 415 415 415
GET  /widget/api/v1/price-book                      200 200 200 200 200 200 200
GET  /widget/api/v1/policy                          200 200 200 200 200 200 200
GET  /widget/api/v1/articles                        200 200 200 200 200 200 200
GET  /widget/api/v1/openapi.json                    200 200 200 200 200 200 200
GET  /widget/problems/{name}                        404 404 404 404 404 404 404
GET  /widget/change                                 302 302 302 302 302 302 302
GET  /widget/{language}/change                      200 200 200 200 200 200 in
POST /widget/{language}/change                      422 403 422 422 422 422 in
GET  /widget/{language}/change/result               200 200 200 200 200 200 in
GET  /widget/{language}/change/calendar.ics         200 200 200 200 200 200 200
GET  /widget/{language}/change/{draft}              in  404 200 in  in  in  404
GET  /widget/{language}/change/{draft}/members      in  404 200 in  in  in  404
POST /widget/{language}/change/{draft}/members      in  404 422 in  in  in  404
POST /widget/{language}/change/{draft}/activate     in  404 422 in  in  in  404
GET  /widget/{language}/change/{draft}/survey       in  404 200 in  in  in  404
POST /widget/{language}/change/{draft}/survey       in  404 303 in  in  in  404
GET  /widget/{language}/change/{draft}/review       in  404 200 in  in  in  404
POST /widget/{language}/change/{draft}/order        in  404 303 in  in  in  404
POST /widget/{language}/change/{draft}/quote        in  404 303 in  in  in  404
GET  /widget/{language}/quotes                      in  404 200 in  in  in  404
GET  /widget/{language}/quotes/{number}             in  403 200 in  in  in  404
GET  /widget/{language}/quotes/{number}/pdf         in  403 200 in  in  in  404
GET  /widget/{language}/quotes/{number}/calendar.ics in 403 200 in  in  in  404
GET  /widget/{language}/quotes/{number}/accept      in  403 200 in  in  in  404
POST /widget/{language}/quotes/{number}/accept      in  403 303 in  in  in  404
POST /widget/{language}/quotes/{number}/withdraw    in  403 303 in  in  in  404
POST /widget/{language}/quotes/{number}/send        in  403 422 in  in  in  404
GET  /widget/{language}/orders/{order}              in  200 200 in  in  in  404
GET  /widget/{language}/receipts/{message}          in  200 200 in  in  in  404
GET  /widget/{language}/receipts/{message}/pdf      in  200 200 in  in  in  404
GET  /widget/{language}/receipts/{message}/calendar.ics in 200 200 in in in 404
GET  /widget/{language}/space                       in  200 200 in  in  in  404
POST /widget/{language}/space                       in  404 422 in  in  in  404
GET  /widget/calendar/{token}.ics                   200 200 200 200 200 200 200
GET  /widget/{language}/mailbox                     200 200 200 200 200 200 200
GET  /widget/{language}/mailbox/{mail}              404 404 404 404 404 404 404
GET  /widget/{language}/mailbox/{mail}/{name}       404 404 404 404 404 404 404
POST /widget/{language}/undo/{change}               in  404 303 in  in  in  404
GET  /widget/{language}/desk                        in  in  in  200 404 in  in
GET  /widget/{language}/desk/{space}                in  in  in  200 404 in  in
GET  /widget/{language}/team                        in  in  in  404 200 in  in
GET  /widget/{language}/team/feedback               in  in  in  404 200 in  in
GET  /widget/{language}/team/outbox                 in  in  in  404 200 in  in
GET  /widget/signin                                 200 200 200 200 200 200 200
POST /widget/signin                                 422 422 422 422 422 422 422
GET  /widget/{language}/sessions                    in  200 200 in  in  in  in
POST /widget/{language}/sessions                    in  404 404 in  in  in  404
GET  /policy                                         302 302 302 302 302 302 302
GET  /policy/                                        302 302 302 302 302 302 302
GET  /price-book                                     302 302 302 302 302 302 302
GET  /price-book/                                    302 302 302 302 302 302 302
GET  /support                                        302 302 302 302 302 302 302
GET  /support/                                       302 302 302 302 302 302 302
GET  /widget/oembed                                  422 422 422 422 422 422 422
GET  /widget/{language}/feedback/{feedback}          404 404 404 404 404 404 404
GET  /widget/{language}/support                      200 200 200 200 200 200 200
GET  /widget/{language}/yours                        204 204 200 204 204 204 204
POST /widget/{language}/feedback                     422 422 422 422 422 422 422
POST /widget/{language}/feedback/{feedback}          404 404 404 404 404 404 404
POST /widget/{language}/searches                     204 204 204 204 204 204 204
POST /widget/signout                                303 303 303 303 303 303 303
"""
ROWS = {
    (line.split()[0], line.split()[1]): dict(zip(PEOPLE, line.split()[2:], strict=True))
    for line in POLICY.strip().splitlines()
}
#: Routes that a provider, the product or a framing site has to be set up for: asked by everybody in the files named.
ELSEWHERE = {
    "/widget/signin/back": "test_openid.py",
    "/widget/signin/space": "test_openid.py",
    "/widget/signin/ended": "test_openid.py",
    "/widget/handoff": "test_hand_off.py",
    "/widget/handoff/continue": "test_hand_off.py",
    "/widget/{language}/embed": "test_embed.py",
    "/widget/{language}/embed/result": "test_embed.py",
}
#: What there is in a demo alone, or nowhere without somebody who signs people in.
OF_THE_DEMO = {"/widget/signin", "/widget/{language}/mailbox"}
#: The folders of files: the built site and the widget's own.
FILES = ("/widget/static", "")
#: What names its reader by a secret of its own, or is for people who see every space.
NOT_BY_SPACE = {"/widget/calendar/{token}.ics", "/widget/{language}/desk/{space}"}
#: Ids in bodies and queries: what is sent as what, to where.
SENT = [
    ("POST", "/widget/{language}/change/{draft}/members", "member"),
    ("POST", "/widget/{language}/change/{draft}/activate", "member"),
    ("POST", "/widget/{language}/change/{draft}/order", "key"),
    ("POST", "/widget/{language}/change/{draft}/order", "agreed"),
    ("POST", "/widget/{language}/change/{draft}/quote", "key"),
    ("POST", "/widget/{language}/change", "space"),
    ("POST", "/widget/{language}/space", "space_id"),
    ("POST", "/widget/{language}/sessions", "session"),
    ("GET", "/widget/{language}/change", "space"),
    ("GET", "/widget/{language}/change/result", "draft"),
    ("GET", "/widget/{language}/quotes", "space"),
]
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


def listed(found: list[BaseRoute], prefix: str = "") -> Iterator[tuple[str, str]]:
    for each in found:
        if isinstance(each, Mount) and each.routes:
            yield from listed(list(each.routes), prefix + each.path)
        elif isinstance(each, Mount):
            yield "FILES", prefix + each.path
        elif isinstance(each, Route):
            for method in sorted((each.methods or set()) - {"HEAD"}):
                yield method, _PARAMETER.sub(r"{\1}", prefix + each.path)


def test_every_route_is_in_the_policy() -> None:
    provider = Provider("https://id.example", "help", None, ("openid",))
    product = Product("https://product.example", "https://product.example", KeySet([]))
    settings = replace(read({}), trust=Trust(provider=provider, product=product, frames=("https://friend.example",)))
    found = set(listed(routes(settings)))

    asked = {each for each in found if each[0] != "FILES" and each[1] not in ELSEWHERE}
    assert asked == set(ROWS)
    assert {path for method, path in found if method == "FILES"} == set(FILES)
    assert set(ELSEWHERE) <= {path for _, path in found}
    assert all((ROOT / "tests" / "web" / name).exists() for name in ELSEWHERE.values())


def path_to(template: str, ids: dict[str, str]) -> str:
    return _PARAMETER.sub(lambda name: "en" if name[1] == "language" else ids.get(name[1], "x"), template)


def form_for(method: str, template: str, ids: Mapping[str, str]) -> dict[str, str] | None:
    """Return what a form sends besides its token; an order names the review that was seen."""
    if method != "POST":
        return None
    return {"agreed": ids["agreed"]} if template.endswith("/order") else {}


@pytest.mark.parametrize(("method", "template"), ROWS)
def test_everybody_is_answered_by_the_policy_for_their_own_space(world: World, method: str, template: str) -> None:
    others = world.rows_of_others()
    told = {}
    for who in PEOPLE:
        ids = dict(world.ids["own"])
        told[who] = answer(world.ask(who, method, path_to(template, ids), form_for(method, template, ids)))
        if method == "POST":
            assert world.rows_of_others() == others
            world.put_back()

    assert told == ROWS[method, template]


@pytest.mark.parametrize("template", [path for method, path in ROWS if method == "GET"])
def test_every_page_for_who_is_signed_in_has_the_way_out(world: World, template: str) -> None:
    answers = ROWS["GET", template]
    for who in ("user", "administrator", "support", "team"):
        if answers["anonymous"] == "in" and answers[who] == "200":
            told = world.ask(who, "GET", path_to(template, dict(world.ids["own"])))
            if told.headers["content-type"].startswith("text/html"):
                assert told.text.count('action="/widget/signout"') == 1, who


#: What the page of one's own subscription asks for, by the mark of its form: without a session of a member it is no
#: question about the example, which anybody else's is, whose rows above are 200.
MARKED = {
    ("GET", "/widget/{language}/change/result"): "in  200 200 in  in  in  in",
    ("GET", "/widget/{language}/change/calendar.ics"): "in  200 200 in  in  in  in",
    ("POST", "/widget/{language}/change"): "in  403 422 in  in  in  in",
}


@pytest.mark.parametrize(("method", "template"), MARKED)
def test_what_ones_own_page_asks_for_is_never_answered_by_the_example(world: World, method: str, template: str) -> None:
    wish, path = {"plan": "premium", "users": "8", "zoom_licenses": "0", "own": "1"}, path_to(template, {})
    asked = {"form": wish} if method == "POST" else {"query": f"?{urlencode(wish)}"}
    told = {who: answer(world.ask(who, method, path, **asked)) for who in PEOPLE}
    world.put_back()

    assert told == dict(zip(PEOPLE, MARKED[method, template].split(), strict=True))


#: What a request that only reads may write: when a session was used, who looked, the one file of a quote, counts.
NOTED = {"session", "audit_event", "subscription", "quote_pdf", "rate_limit"}


@pytest.mark.parametrize("template", [path for method, path in ROWS if method == "GET"])
def test_no_request_that_only_reads_changes_anything(world: World, template: str) -> None:
    before = contents(world.engine)

    for who in PEOPLE:
        world.ask(who, "GET", path_to(template, dict(world.ids["own"])))

    after = contents(world.engine)
    assert {name for name, rows in after.items() if rows != before[name]} <= NOTED
    plans = [[(row["plan"], row["users"], row["version"]) for row in each["subscription"]] for each in (before, after)]
    assert plans[0] == plans[1]
    world.put_back()


#: What is told of a request besides a refusal.
NO_REFUSALS = {"signed-in", "signed-out", "state-viewed"}


def refusals(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the security events of refusals since the last call."""
    told = [each.getMessage() for each in caplog.records if each.name == "widget.security"]
    caplog.clear()
    return [each for each in told if each not in NO_REFUSALS]


@pytest.mark.parametrize(("method", "template"), ROWS)
def test_every_refusal_is_told_as_a_security_event_and_nothing_else_is(
    world: World, caplog: pytest.LogCaptureFixture, method: str, template: str
) -> None:
    answers = ROWS[method, template]
    by_person = len(set(answers.values())) > 1
    for who in PEOPLE:
        world.ask(who, method, path_to(template, dict(world.ids["own"])), {} if method == "POST" else None)
        told = refusals(caplog)
        world.put_back()
        if by_person and answers[who] in {"in", "403", "404"}:
            expected = {"anonymous": [], "expired": ["session-over"]}.get(who, ["not-allowed"])
            assert told == expected, who
        elif who in {"expired", "disabled"}:  # read as anybody, and noticed where the route asks who reads
            assert told in ([], ["session-over" if who == "expired" else "not-allowed"], ["sign-in-refused"]), who
        else:
            assert told == (["sign-in-refused"] if (method, template) == ("POST", "/widget/signin") else []), who


@pytest.mark.parametrize(("method", "template"), [each for each in ROWS if each[0] == "POST"])
def test_a_form_without_the_token_of_its_session_is_refused_and_told(
    world: World, caplog: pytest.LogCaptureFixture, method: str, template: str
) -> None:
    asks_who = "in" in ROWS[method, template].values() and ROWS[method, template]["administrator"] != "in"
    rows = contents(world.engine)

    told = world.ask("administrator", method, path_to(template, dict(world.ids["own"])), {"token": "of-another"})

    if asks_who and template != "/widget/{language}/change":  # the first step changes nothing
        assert told.status_code == 403
        assert refusals(caplog) == ["form-refused"]
        assert {name for name, now in contents(world.engine).items() if now != rows[name]} <= {"session"}
    else:
        assert "form-refused" not in refusals(caplog)
    world.put_back()


#: What counts who comes by, or notes that somebody was there.
COUNTED = {"session", "rate_limit", "audit_event"}


@pytest.mark.parametrize("template", [path for method, path in ROWS if method == "GET"])
def test_who_asks_for_the_head_of_a_page_alone_has_it_and_changes_nothing(world: World, template: str) -> None:
    path = path_to(template, dict(world.ids["own"]))
    page, rows = world.ask("administrator", "GET", path), contents(world.engine)

    head = world.ask("administrator", "HEAD", path)

    assert (head.status_code, head.content) == (page.status_code, b"")
    assert {name for name, now in contents(world.engine).items() if now != rows[name]} <= COUNTED
    world.put_back()


POSTED = [path for method, path in ROWS if method == "POST"]
#: What no form of ours sends: another's token, a field that is not known, and more than any form holds.
WRONG = [{"token": "of-another"}, {"unknown-field": "1"}, {"unknown-field": "x" * 70_000}]


@pytest.mark.parametrize("template", POSTED)
@pytest.mark.parametrize("form", WRONG, ids=["token", "field", "size"])
def test_whatever_is_said_of_a_form_leads_to_a_page_in_the_other_language(
    world: World, template: str, form: dict[str, str]
) -> None:
    told = world.ask("administrator", "POST", path_to(template, dict(world.ids["own"])), form)
    world.put_back()

    assert told.status_code < 500
    leads_to = {200, 404} if "{feedback}" in template else {200}  # the comment of a click that is over, here as there
    for address in re.findall(r'href="([^"]+)"[^>]* data-language="fr"', told.text):
        assert world.ask("administrator", "GET", html.unescape(address)).status_code in leads_to, address


BY_ID = [
    each
    for each in ROWS
    if set(_PARAMETER.findall(each[1])) & {"draft", "order", "message", "change", "number", "token", "space"}
]


#: Whose ids are tried where: a method, an address, a place.
OF_OTHERS = [(*each, "neighbour") for each in BY_ID if each[1] not in NOT_BY_SPACE]
OF_OTHERS += [(*each, "archived") for each in BY_ID]


@pytest.mark.parametrize(("method", "template", "place"), OF_OTHERS)
def test_what_is_of_another_space_is_unknown(
    world: World, caplog: pytest.LogCaptureFixture, method: str, template: str, place: str
) -> None:
    rows = world.rows_of_others()
    for who in PEOPLE:
        form = form_for(method, template, world.ids[place])
        theirs = world.ask(who, method, path_to(template, dict(world.ids[place])), form)
        told = refusals(caplog)
        unknown = world.ask(who, method, path_to(template, dict(world.ids["unknown"])), form)

        assert theirs.status_code == unknown.status_code, who
        assert without_ids(theirs, world.ids[place]) == without_ids(unknown, world.ids["unknown"]), who
        assert told == refusals(caplog), who
        assert who != "administrator" or theirs.status_code != 404 or told == ["not-allowed"]
        assert world.rows_of_others() == rows, who


@pytest.mark.parametrize("place", ["neighbour", "archived"])
@pytest.mark.parametrize(("method", "template", "name"), SENT)
def test_an_id_of_another_space_in_a_body_or_a_query_is_unknown(
    world: World, method: str, template: str, name: str, place: str
) -> None:
    rows = world.rows_of_others()
    told = []
    for where in (place, "unknown"):
        value = world.ids[where].get(name, f"key-of-{where}")
        form = {name: value} | ({"confirmed": "1", "sure": value} if name == "member" else {})
        query = "" if method == "POST" else f"?{name}={value}"
        response = world.ask(
            "administrator",
            method,
            path_to(template, dict(world.ids["own"])),
            form if method == "POST" else None,
            query,
        )
        text, location = without_ids(response, world.ids[where])
        told.append(
            (
                response.status_code,
                text.replace(value, "ID"),
                re.sub("[0-9a-f]{32}|Q-[0-9-]+|msg_[0-9a-f]+", "NEW", location),
            )
        )
        assert world.rows_of_others() == rows
        world.put_back()

    assert told[0] == told[1]


@pytest.mark.parametrize(("method", "template"), ROWS)
def test_a_cookie_that_is_made_up_is_worth_nothing(world: World, method: str, template: str) -> None:
    told = answer(
        world.ask("forged", method, path_to(template, dict(world.ids["own"])), {} if method == "POST" else None)
    )
    world.put_back()

    assert told == ROWS[method, template]["expired"]


@pytest.fixture(scope="module")
def not_the_demo(world: World) -> Iterator[World]:
    """The same world behind a service that is no demo: what it signs in, somebody vouches for."""
    settings = replace(world.client.app.state.context.settings, demo=False)  # type: ignore[attr-defined]  # a Starlette application
    with TestClient(create_app(settings, world.engine, lambda: NOW), base_url="http://127.0.0.1") as client:
        client.headers["Sec-Fetch-Site"] = "same-origin"
        yield replace(world, client=client)


@pytest.mark.parametrize(("method", "template"), [each for each in ROWS if each[1] not in OF_THE_DEMO])
def test_a_session_of_the_demo_reaches_nothing_outside_a_demo(not_the_demo: World, method: str, template: str) -> None:
    others = not_the_demo.rows_of_others()
    path = path_to(template, dict(not_the_demo.ids["own"]))

    told = answer(not_the_demo.ask("administrator", method, path, {} if method == "POST" else None))

    assert told == ROWS[method, template]["expired"]
    assert not_the_demo.rows_of_others() == others
    not_the_demo.put_back()


@pytest.mark.parametrize(("method", "template"), ROWS)
def test_the_session_of_an_archived_space_reaches_nothing(world: World, method: str, template: str) -> None:
    path = path_to(template, dict(world.ids["archived"]))
    told = answer(world.ask("of-archived", method, path, {} if method == "POST" else None))
    world.put_back()

    opened_to_all = set(ROWS[method, template].values()) == {ROWS[method, template]["anonymous"]}
    expected = {ROWS[method, template]["disabled"]} | ({"404"} if opened_to_all else set())
    assert told in expected


def test_the_matrix_is_as_large_as_it_says() -> None:
    own, foreign = len(ROWS) * len(PEOPLE), len(OF_OTHERS) * len(PEOPLE) * 2
    assert own + foreign + len(SENT) * 4 + len(ROWS) * 2 >= 1_000
    assert SPACES == ("own", "neighbour", "archived")


#: Pages that answer everybody, and who is signed in with what is theirs.
THEIRS = ["/widget/{language}/change", "/widget/{language}/change/result", "/widget/{language}/yours"]
FOR_SOME = [path for (method, path), told in ROWS.items() if method == "GET" and told["anonymous"] == "in"]


@pytest.mark.parametrize("template", FOR_SOME + THEIRS)
def test_no_personal_page_is_kept_on_the_way(world: World, template: str) -> None:
    shown = [who for who in PEOPLE if ROWS["GET", template][who] in {"200", "204"} and who != "anonymous"]
    assert shown

    for who in shown:
        told = world.ask(who, "GET", path_to(template, dict(world.ids["own"])))
        assert told.headers["cache-control"] == "no-store", who


def facts_of(world: World) -> dict[str, str]:
    """Return what there is of one's own space, as SECURITY.md names it, and by which text it is known on a page."""
    ids = world.ids["own"]
    return {
        "its name": "Space own",
        "who administers it": "Olivia own",
        "an administrator's address": "olivia@own.example",
        "names of members": "Tom own",
        "addresses of members": "tom@own.example",
        "fees": "€",
        "orders": ids["order"],
        "quotes": ids["number"],
        "who wrote what in the survey": "comment of own",
    }


def test_what_of_a_space_is_on_any_page_is_for_those_whom_the_security_page_names(world: World) -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8").partition("| of a space | ")[2].partition("\n\n")[0]
    roles, _, *lines = [[cell.strip() for cell in line.strip("| ").split("|")] for line in page.splitlines()]
    written = {line[0]: dict(zip(roles, line[1:], strict=True)) for line in lines}
    facts = facts_of(world)
    seen: dict[str, dict[str, list[str]]] = {fact: {role: [] for role in roles} for fact in facts}
    for method, template in ROWS:
        path = path_to(template, dict(world.ids["own"]) | {"space": "own"})
        if method == "GET" and template != "/widget/{language}/sessions":  # which names who asks
            anybody = html.unescape(world.ask("anonymous", "GET", path).text)
            for role in roles:
                shown = world.ask(role, "GET", path)
                told = html.unescape(shown.text)
                if shown.status_code == 403:  # the same page in the other language: what was asked, and nothing told
                    told = re.sub(r"<a [^>]* data-language=[^>]*>", "", told)
                for fact, text in facts.items():
                    if text in told and text not in anybody:
                        seen[fact][role].append(template)
    world.put_back()

    assert seen.keys() == written.keys()
    for fact, role in ((fact, role) for fact in facts for role in roles):
        expected = {"yes": True, "–": False, "in the outbox": True}[written[fact][role]]
        assert bool(seen[fact][role]) is expected, (fact, role, seen[fact][role])
    assert seen["an administrator's address"]["team"] == ["/widget/{language}/team/outbox"]
