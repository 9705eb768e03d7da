"""What is sent reaches the database as a value beside the statement, never inside it: at every route, by everybody."""

from typing import Any

import pytest
from sqlalchemy import event

from tests.web.test_matrix import PEOPLE, ROWS, path_to
from tests.web.world import World

CANARY = "x' OR 1=1 --canary"


@pytest.fixture
def statements(world: World) -> Any:
    """Every statement from now on, with its values."""
    found: list[tuple[str, str]] = []

    def note(_: Any, __: Any, statement: str, values: Any, *___: Any) -> None:
        found.append((statement, repr(values)))

    event.listen(world.engine, "before_cursor_execute", note)
    yield found
    event.remove(world.engine, "before_cursor_execute", note)


def test_whatever_is_sent_is_a_value_and_never_part_of_a_statement(
    world: World, statements: list[tuple[str, str]]
) -> None:
    fields = (
        "q",
        "find",
        "comment",
        "reason",
        "person",
        "email",
        "number",
        "section",
        "lang",
        "key",
        "users",
        "member",
    )
    form = dict.fromkeys(fields, CANARY)
    query = "?" + "&".join(f"{name}={CANARY.replace(' ', '%20').replace('=', '%3D')}" for name in fields)
    for method, template in ROWS:
        for who in PEOPLE:
            world.ask(who, method, path_to(template, dict(world.ids["own"])), form if method == "POST" else None, query)
            world.ask(who, method, path_to(template, dict.fromkeys(world.ids["own"], CANARY.replace("/", ""))))
        if method == "POST":
            world.put_back()

    assert [statement for statement, _ in statements if "canary" in statement] == []
    assert [values for _, values in statements if "canary" in values]  # it did come as far as the database


def test_a_statement_that_holds_what_was_sent_would_be_seen(world: World, statements: list[tuple[str, str]]) -> None:
    with world.engine.connect() as connection:
        connection.exec_driver_sql(f"SELECT '{CANARY.replace(chr(39), '')}'")

    assert [statement for statement, _ in statements if "canary" in statement]
