"""What people type and who they are never reaches a log line, at any route."""

import logging
import re
from urllib.parse import quote

import pytest

from tests.web.test_matrix import PEOPLE, ROWS, path_to
from tests.web.world import World
from widget.logs import Event, JsonLines, tell

ADDRESS = re.compile(r"""(?:href|action|src|data-live)="([^"]*)\"""")
CANARIES = {
    "name": "Canary-Person",
    "email": "canary@person.example",
    "comment": "canary-words-of-a-comment",
    "token": "canary-token-4f1d",
    "iban": "DE89370400440532013000",
    "vat": "FR83404833048",
}


def test_no_route_logs_what_it_was_sent_nor_by_whom(
    world: World, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.INFO)
    secrets = [
        *CANARIES.values(),
        *(each for each in world.cookies.values() if each),
        "Olivia",
        "Tom own",
        "own.example",
    ]
    secrets += [world.token(who) for who in ("administrator", "user")]
    query = "?" + "&".join(f"{name}={value}" for name, value in CANARIES.items())
    world.client.headers |= {"User-Agent": CANARIES["name"], "Referer": f"https://x.example/{CANARIES['email']}"}
    for method, template in ROWS:
        for who in PEOPLE:
            form = CANARIES if method == "POST" else None
            world.ask(who, method, path_to(template, dict(world.ids["own"])), form, query)
        if method == "POST":
            world.put_back()
    world.ask("anonymous", "GET", f"/{CANARIES['email']}/")

    lines = [JsonLines().format(each) for each in caplog.records if not each.name.startswith("http")]
    told = "\n".join(lines) + "".join(capfd.readouterr())
    assert [secret for secret in secrets if secret in told] == []
    assert len(lines) > len(ROWS) * len(PEOPLE)


def test_no_address_holds_who_somebody_is_or_what_they_wrote(world: World) -> None:
    found: set[str] = set()
    for method, template in ROWS:
        for who in PEOPLE:
            form = CANARIES | {"q": CANARIES["name"], "find": CANARIES["name"]} if method == "POST" else None
            answer = world.ask(who, method, path_to(template, dict(world.ids["own"])), form)
            found |= {answer.headers.get("location", "")} | set(ADDRESS.findall(answer.text))
        if method == "POST":
            world.put_back()
    personal = (*CANARIES.values(), *(quote(each) for each in CANARIES.values()), "Olivia", "own.example", "comment of")

    held = [(address, each) for address in found for each in personal if each in address]

    # Whoever may not order is told whom to write to: an address of their mail program, which is sent nowhere.
    assert held == [("mailto:olivia@own.example", "own.example")]
    assert len(found) > 100


@pytest.mark.parametrize("event", list(Event))
def test_every_security_event_is_one_line_with_its_name(event: Event, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    tell(event, member="m\n1")

    (line,) = [JsonLines().format(each) for each in caplog.records]
    assert line.count("\n") == 0
    assert f'"event": "{event.value}"' in line
