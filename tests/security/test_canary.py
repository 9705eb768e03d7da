"""What people type and who they are never reaches a log line, at any route."""

import logging

import pytest

from tests.web.test_matrix import PEOPLE, ROWS, path_to
from tests.web.world import World
from widget.logs import Event, JsonLines, tell

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


@pytest.mark.parametrize("event", list(Event))
def test_every_security_event_is_one_line_with_its_name(event: Event, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    tell(event, member="m\n1")

    (line,) = [JsonLines().format(each) for each in caplog.records]
    assert line.count("\n") == 0
    assert f'"event": "{event.value}"' in line
