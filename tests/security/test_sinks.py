"""What somebody typed as a name stays text in a mail, on paper, in a calendar, and is in no header and no webhook."""

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pypdf
import pytest
from icalendar import Calendar
from sqlalchemy import Engine

from tests.security.corpora import XSS
from tests.services.conftest import TERMS, administrator, bring_in, demo_space
from widget import languages
from widget.domain.plan import Level
from widget.services import calendar, mail, receipt
from widget.services.deliver import payload
from widget.services.mail import Sender
from widget.store import delivery, outbox
from widget.store.delivery import Delivery
from widget.store.engine import migrate, open_engine, reading
from widget.store.outbox import Message

FRENCH, HERE = languages.load()["fr"], Sender("help@workspace.example", "https://help.example")
COMMENT = "said in confidence"


@pytest.fixture(scope="module")
def announced(tmp_path_factory: pytest.TempPathFactory) -> tuple[Message, Delivery]:
    """Return the message of a real order, with its mail."""
    folder: Path = tmp_path_factory.mktemp("sinks")
    engine: Engine = open_engine(f"sqlite:///{folder}/sinks.sqlite3")
    migrate(engine)
    bring_in(engine, folder, demo_space("atelier-nord"))
    administrator(engine, "atelier-nord", "Claire Martin").orders(Level("premium", 12, 2), comment=COMMENT)
    with reading(engine) as connection:
        held = next(each for each in delivery.listed(connection, "waiting") if each.channel == "mail")
        message = outbox.load(connection, held.outbox_id)
    engine.dispose()
    assert message is not None
    return message, held


def named(message: Message, name: str) -> Message:
    return replace(message, private={"space": name, "actor": name})


class Tags(HTMLParser):
    """Notes the elements of a page with the names of their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(name for name, _ in attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("name", XSS)
def test_a_name_is_text_in_the_mail_and_in_no_header_of_it(announced: tuple[Message, Delivery], name: str) -> None:
    message, held = announced
    letters = [
        mail.compose(named(message, each), held, terms=TERMS, language=FRENCH, sender=HERE) for each in (name, "x")
    ]
    (plain, rich), (_, harmless) = ([str(part.get_content()) for part in each.iter_parts()] for each in letters)

    assert letters[0].items() == letters[1].items()
    assert plain.count(name) == 2
    assert Tags(rich).tags == Tags(harmless).tags
    assert squeezed(Tags(rich).text).count(squeezed(name)) == 2


@pytest.mark.parametrize("name", XSS)
def test_a_name_is_text_in_the_calendar_and_leaves_by_no_webhook(
    announced: tuple[Message, Delivery], name: str
) -> None:
    message, _ = announced
    files = [calendar.of_receipt(named(message, each), FRENCH, TERMS, "https://help.example/") for each in (name, "x")]
    there, harmless = (Calendar.from_ical(each).walk("VEVENT") for each in files)

    assert [list(each) for each in there] == [list(each) for each in harmless]
    assert all(str(each["SUMMARY"]).startswith(f"{name}\u00a0: ") for each in there)
    assert payload(named(message, name)) == payload(message)
    assert COMMENT not in payload(message)


def test_names_are_text_on_paper(announced: tuple[Message, Delivery]) -> None:
    message, _ = announced
    for start in range(0, len(XSS), 20):
        names = XSS[start : start + 20]
        told = replace(message, private={"space": names[0], "actor": names[1], "members": list(names)})
        paper = pypdf.PdfReader(io.BytesIO(receipt.paper(told, FRENCH, TERMS)))
        text = squeezed("".join(page.extract_text() for page in paper.pages))

        assert [each for each in names if squeezed(each) not in text] == []
