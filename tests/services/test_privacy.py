"""What is held about a person can be shown and forgotten: in every table, in the files, with the audit log intact."""

import json
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Date, Engine, Integer, LargeBinary, Table, event, insert, select

from tests.services.conftest import NOW, TERMS, Administrator, administrator, bring_in, contents, demo_space
from widget.domain.plan import Level
from widget.services import feedback, members, privacy, quote, quote_accept, quote_due, quote_pdf, quote_send, receipt
from widget.services.limits import Limit, Limits
from widget.services.order import Placed
from widget.services.privacy import PrivacyError
from widget.services.quote import Requested
from widget.store import audit
from widget.store.engine import reading, transaction
from widget.store.privacy import Person, belongs
from widget.store.tables import FIRST_HASH, member, metadata, placed_order, subscription

POLICY = TERMS.policies[-1]
COLUMNS = [column for table in metadata.sorted_tables for column in table.columns]
PERSONAL = [column for column in COLUMNS if column.info["holds"] == "personal"]
#: What a table asks for beyond types: its checks.
SPECIAL: dict[str, dict[str, Any]] = {
    "member": {"state": "active", "role": "administrator"},
    "subscription": {"interval": "year", "plan": "premium"},
    "session": {"staff_id": None},
    "quote": {"state": "open", "settled_at": None, "order_id": None, "sequence": 1, "previous": None},
    "outbox": {"at": "2026-11-24T09:00:00.000000+00:00"},
    "delivery": {"channel": "mail", "state": "delivered"},
}
#: Not planted: the audit log has its own way in, and these know no person.
LEFT_OUT = ("audit_event", "staff")


def canary(who: str, column: Column[Any]) -> str:
    return f"{who}-canary-{column.table.name}-{column.name}"


def plant(connection: Connection, who: str, number: int) -> None:
    """Put one row about a person into every table, with a word of its own in each personal column."""
    made: dict[str, dict[str, Any]] = {}
    for table in metadata.sorted_tables:
        if table.name in LEFT_OUT:
            continue
        row = {column.name: value_of(column, who, number, made) for column in table.columns}
        made[table.name] = row | SPECIAL.get(table.name, {})
        connection.execute(insert(table).values(made[table.name]))


def value_of(column: Column[Any], who: str, number: int, made: dict[str, dict[str, Any]]) -> Any:
    for key in (each for each in column.foreign_keys if each.column.table is not column.table):
        target = key.column.table.name
        return made[target][key.column.name] if target in made else None
    if isinstance(column.type, Date):
        return date(2026, 11, 24)
    if isinstance(column.type, LargeBinary):
        return canary(who, column).encode()
    if isinstance(column.type, Integer):
        return 2020 + number if column.name == "year" else number
    if column.info.get("names") == "member.email" or str(column) == "member.email":
        return f"{canary(who, member.c.email)}@example.org"
    if str(column) in {"outbox.private", "quote.document"}:
        return json.dumps({"asked_by": canary(who, member.c.name), "space": "Atelier Nord"})
    if str(column) == "outbox.facts":
        return "{}"
    if column.info["holds"] == "personal":
        return canary(who, column)
    return False if str(column.type) == "BOOLEAN" else f"{who}-{column.name}"


@pytest.fixture
def two(engine: Engine) -> Engine:
    """Anne and Bruno, each with a row in every table; Anne's space has a second administrator."""
    with transaction(engine) as connection:
        for number, who in enumerate(("anne", "bruno"), start=1):
            plant(connection, who, number)
        connection.execute(
            insert(member).values(
                id="carla",
                space_id="anne-id",
                name="Carla",
                email="carla@example.org",
                role="administrator",
                state="active",
            )
        )
        connection.execute(subscription.update().values(audit_sequence=0, audit_hash=FIRST_HASH))
        audit.append(connection, "anne-id", at=NOW, actor="anne-id", kind="order.placed", data={"order": "x"})
    return engine


ANNE = "anne-canary-member-email@example.org"


def text_of(rows: object) -> str:
    return json.dumps(rows, default=str, ensure_ascii=False)


@pytest.mark.parametrize("column", PERSONAL, ids=str)
def test_every_personal_column_leads_to_its_person(column: Column[Any]) -> None:
    somebody = Person(("m",), ("s",), ("x",), frozenset({"n"}), frozenset({"e"}))

    assert belongs(column.table, somebody) is not None, f"nobody can be found in {column.table}: see store/privacy.py"


def test_an_export_holds_all_of_one_person_and_nothing_of_another(two: Engine) -> None:
    held = text_of(privacy.export(two, ANNE.upper()))

    about_members = [column for column in PERSONAL if column.table.name != "staff"]
    words = {canary("anne", each) for each in about_members if each.type.python_type is str}
    addresses = {canary("anne", member.c.email)} | {canary("anne", member.c.name)}
    documents = {canary("anne", each) for each in about_members if str(each) in {"outbox.private", "quote.document"}}
    targets = {canary("anne", each) for each in about_members if each.info.get("names")}
    assert {word for word in words - documents - targets | addresses if word not in held} == set()
    assert "bruno" not in held


def test_erasing_takes_one_person_out_of_every_table_and_leaves_the_other(two: Engine) -> None:
    before = contents(two)

    assert privacy.erase(two, ANNE, now=NOW) == ["anne-id"]

    after = contents(two)
    assert "anne-canary" not in text_of(after)
    assert text_of(after).count("bruno-canary") == text_of(before).count("bruno-canary")
    assert {name: len(rows) for name, rows in after.items() if len(rows) != len(before[name])} == {
        "audit_event": 2,
        "session": 1,
        "identity": 1,
        "calendar_feed": 1,
        "delivery": 1,
        "quote_pdf": 1,
    }
    with reading(two) as connection:
        assert audit.first_altered(connection, "anne-id") is None


def test_nothing_of_the_person_is_left_in_the_files(two: Engine) -> None:
    if two.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's files are its own: VACUUM there is the operator's")
    file = Path(str(two.url.database))
    assert b"anne-canary" in b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))

    privacy.erase(two, ANNE, now=NOW)

    left = b"".join(each.read_bytes() for each in file.parent.glob(f"{file.name}*"))
    assert left.count(b"anne-canary") == 0
    assert left.count(b"bruno-canary") > 0


def test_the_only_administrator_is_not_erased_before_there_is_another(two: Engine) -> None:
    before = contents(two)

    with pytest.raises(PrivacyError, match="the only administrator of bruno-id"):
        privacy.erase(two, "bruno-canary-member-email@example.org", now=NOW)

    assert contents(two) == before


@pytest.mark.parametrize("act", ["export", "erase"])
def test_nobody_is_said_to_be_nobody(two: Engine, act: str) -> None:
    ask = privacy.export if act == "export" else partial(privacy.erase, now=NOW)

    with pytest.raises(PrivacyError, match="nobody here"):
        ask(two, "nobody@example.org")


def test_a_comment_is_erased_and_the_reason_still_counts(claire: Administrator) -> None:
    claire.orders(Level("premium", 12, 2), comment="confidential words")
    with transaction(claire.engine) as connection:
        connection.execute(
            insert(member).values(
                id="next",
                space_id=claire.space_id,
                name="Next",
                email="n@example.org",
                role="administrator",
                state="active",
            )
        )

    privacy.erase(claire.engine, claire.member_id, now=NOW)

    (answer,) = contents(claire.engine)["survey_answer"]
    assert (answer["reason"], answer["comment"]) == ("other", "")
    assert "confidential" not in text_of(contents(claire.engine))
    assert "Claire" not in text_of(contents(claire.engine))
    with reading(claire.engine) as connection:
        assert audit.first_altered(connection, claire.space_id) is None


def test_the_same_person_is_somebody_new_after_being_erased(claire: Administrator, tmp_path: Path) -> None:
    before = {row["id"] for row in contents(claire.engine)["member"]}

    bring_in(claire.engine, tmp_path, demo_space("solo"))
    bring_in(claire.engine, tmp_path, demo_space("atelier-nord", name="Atelier Nord 2"))

    after = {row["id"] for row in contents(claire.engine)["member"] if row["space_id"] == "atelier-nord"}
    assert after == before


RETAINED = {
    "drafts": POLICY.retention.drafts,
    "survey comments": POLICY.retention.survey_comments,
    "comments on articles": POLICY.retention.feedback_comments,
    "searches in vain": POLICY.retention.search_misses,
    "messages": POLICY.retention.messages,
    "quotes": POLICY.retention.quotes,
    "idempotency keys": POLICY.retention.idempotency_keys,
}


@pytest.mark.parametrize(("kind", "days"), RETAINED.items())
def test_what_the_policy_keeps_is_gone_the_day_after_and_not_the_day_before(
    claire: Administrator, kind: str, days: int
) -> None:
    claire.orders(Level("premium", 12, 2), comment="words of Claire")
    claire.begin(Level("premium", 12, 3))
    writes(claire.engine, "a reader wrote this", "searched in vain")
    with transaction(claire.engine) as connection:
        plant_old_quote(connection, claire)
        connection.execute(metadata.tables["delivery"].update().values(state="delivered"))
    began = NOW - timedelta(hours=1)

    on_its_last_day = privacy.retain(claire.engine, POLICY, began + timedelta(days))
    after = privacy.retain(claire.engine, POLICY, NOW + timedelta(days + 1))

    assert (on_its_last_day[kind], after[kind] > 0) == (0, True)
    assert privacy.retain(claire.engine, POLICY, NOW + timedelta(days + 1))[kind] == 0
    assert len(contents(claire.engine)["placed_order"]) == 1


def writes(engine: Engine, comment: str, searched: str) -> None:
    """Somebody whom nobody knows comments on an article, and searches in vain."""
    said = feedback.say(engine, article=1001, section="", language="en", version="0a1b2c3d", helpful=False, now=NOW)
    feedback.comment(engine, said, comment)
    feedback.missed(engine, language="en", text=searched, now=NOW)


def test_the_policy_says_how_long_each_free_text_is_kept(engine: Engine) -> None:
    free = {str(column) for column in COLUMNS if column.info["holds"] == "free text"}
    writes(engine, "a reader wrote this", "searched in vain")

    privacy.retain(engine, POLICY, NOW + timedelta(3_650))

    assert free == {"feedback.comment", "search_miss.words"}
    left = contents(engine)
    assert [(row["helpful"], row["comment"]) for row in left["feedback"]] == [(False, "")]
    assert left["search_miss"] == []


def test_a_comment_that_names_its_writer_is_shown_to_them_and_forgotten(two: Engine) -> None:
    writes(two, f"Call me: {ANNE.upper()}. Anne-canary-member-name. Bruno and Joanne-canary-member-name stay.", "xyz")
    writes(two, "bruno-canary-member-name writes, too", "anne canary")

    shown = privacy.export(two, ANNE)["feedback"]
    privacy.erase(two, ANNE, now=NOW)

    assert [row["comment"][:7] for row in shown] == ["Call me"]
    assert sorted(row["comment"] for row in contents(two)["feedback"] if row["article"] == 1001) == [
        "Call me: –. –. Bruno and Joanne-canary-member-name stay.",
        "bruno-canary-member-name writes, too",
    ]


@pytest.mark.parametrize("name", ["A.B (C) [D] | E+", ".*", "(", "x{9}", "\\w", "^$"])
def test_a_name_full_of_signs_is_taken_literally(two: Engine, name: str) -> None:
    with transaction(two) as connection:
        connection.execute(member.update().where(member.c.email == ANNE).values(name=name))
    writes(two, f"It is {name} who writes, not AxB C D E.", "xyz")

    privacy.erase(two, ANNE, now=NOW)

    kept = [row["comment"] for row in contents(two)["feedback"] if row["article"] == 1001]
    assert kept == ["It is – who writes, not AxB C D E."]


def test_who_searched_for_themselves_in_vain_is_forgotten_there_too(claire: Administrator) -> None:
    writes(claire.engine, "", "Claire Martin")
    writes(claire.engine, "", "clairement")
    with transaction(claire.engine) as connection:
        connection.execute(member.update().values(role="administrator", state="active"))

    privacy.erase(claire.engine, claire.member_id, now=NOW)

    assert [row["words"] for row in contents(claire.engine)["search_miss"]] == ["clairement"]


def test_who_is_erased_twice_is_erased_as_before(two: Engine) -> None:
    privacy.erase(two, ANNE, now=NOW)
    before = contents(two)

    assert privacy.erase(two, "anne-id", now=NOW) == ["anne-id"]

    after = contents(two)
    assert {name for name, rows in after.items() if rows != before[name]} == {"audit_event", "subscription"}


def test_an_accepted_quote_is_a_contract_that_no_erasure_and_no_time_takes_away(claire: Administrator) -> None:
    billing = {"billing_name": "Claire Martin", "billing_address": "c/o Claire Martin\n75000 Paris"}
    with transaction(claire.engine) as connection:
        connection.execute(metadata.tables["space"].update().values(**billing))
        connection.execute(member.update().where(member.c.name == "Paul Moreau").values(role="administrator"))
    own = {"space_id": claire.space_id, "member_id": claire.member_id, "number": quoted(claire)}
    quote_pdf.read(claire.engine, TERMS, **own, address="https://help.example", now=NOW)
    form = {"key": "yes", "agreed": "", "late_ack": "", "language": "fr"}
    accepted = quote_accept.accept(claire.engine, TERMS, **own, **form, now=NOW)
    assert isinstance(accepted, Placed), accepted
    before = contents(claire.engine)

    privacy.erase(claire.engine, claire.member_id, now=NOW)
    privacy.retain(claire.engine, POLICY, NOW + timedelta(3650))

    after = contents(claire.engine)
    assert (after["quote"], after["quote_pdf"]) == (before["quote"], before["quote_pdf"])
    assert "Claire Martin" in text_of(after["quote"])
    assert len(after["quote_pdf"]) == 1


def plant_old_quote(connection: Connection, claire: Administrator) -> None:
    draft_id = connection.execute(select(placed_order.c.draft_id)).scalar_one()
    made = {"space": {"id": claire.space_id}, "member": {"id": claire.member_id}, "draft": {"id": draft_id}}
    for name in ("quote", "quote_pdf"):
        table: Table = metadata.tables[name]
        row = {column.name: value_of(column, "old", 1, made) for column in table.columns}
        made[name] = row | SPECIAL.get(name, {}) | ({"valid_until": NOW.date()} if name == "quote" else {})
        connection.execute(insert(table).values(made[name]))


def test_how_often_something_was_done_is_forgotten_once_it_limits_nothing_any_more(claire: Administrator) -> None:
    Limits(claire.engine, lambda: NOW).hit(Limit.SIGN_IN, "203.0.113.9")

    left = []
    for seconds in (59, 60):
        privacy.retain(claire.engine, POLICY, NOW + timedelta(seconds=seconds))
        left.append(len(contents(claire.engine)["rate_limit"]))

    assert left == [1, 0]


def test_what_was_never_delivered_waits_for_as_long_as_it_takes(claire: Administrator) -> None:
    claire.orders(Level("premium", 12, 2))
    before = contents(claire.engine)["delivery"]

    privacy.retain(claire.engine, POLICY, NOW + timedelta(3650))

    assert contents(claire.engine)["delivery"] == before
    assert before != []


def test_a_member_of_two_spaces_is_shown_and_erased_in_both(engine: Engine, tmp_path: Path) -> None:
    for space_id in ("atelier-nord", "harbour-studio"):
        found = demo_space(space_id)
        found["members"].append({"name": "Zoé Twice", "email": "zoe@example.org", "role": "user", "state": "inactive"})
        bring_in(engine, tmp_path, found)

    assert len(privacy.export(engine, "zoe@example.org")["member"]) == 2
    assert privacy.erase(engine, "zoe@example.org", now=NOW) == ["atelier-nord", "harbour-studio"]
    assert "Twice" not in text_of(contents(engine))
    assert administrator(engine, "atelier-nord", "Claire Martin").seen() is not None


def quoted(claire: Administrator) -> str:
    """Return the number of a quote that Claire asked for and sent to Karim."""
    asked = claire.request(claire.begin(Level("premium", 20, 4)))
    assert isinstance(asked, Requested)
    own = {"space_id": claire.space_id, "member_id": claire.member_id}
    karim = "karim.benali@atelier-nord.example"
    quote_send.send(claire.engine, TERMS, **own, number=asked.number, key="to-karim", email=karim, now=NOW)
    return asked.number


def renamed(engine: Engine, before: str, after: str) -> None:
    with transaction(engine) as connection:
        connection.execute(member.update().where(member.c.name == before).values(name=after))


def test_a_person_called_like_a_town_takes_no_town_out_of_a_quote(claire: Administrator) -> None:
    renamed(claire.engine, "Hugo Petit", "Paris")
    quoted(claire)
    before = contents(claire.engine)

    privacy.erase(claire.engine, "hugo.petit@atelier-nord.example", now=NOW)

    after = contents(claire.engine)
    assert (after["quote"], after["outbox"]) == (before["quote"], before["outbox"])
    assert quote.of_space(claire.engine, space_id=claire.space_id)[0].quote.time_zone == "Europe/Paris"
    assert quote_due.expire_due(claire.engine, NOW + timedelta(60)) == 1


def test_a_person_called_like_the_space_leaves_the_space_its_name(claire: Administrator) -> None:
    renamed(claire.engine, "Hugo Petit", "Atelier Nord")
    claire.orders(Level("premium", 12, 2))
    before = contents(claire.engine)

    privacy.erase(claire.engine, "hugo.petit@atelier-nord.example", now=NOW)

    assert contents(claire.engine)["outbox"] == before["outbox"]
    assert "Atelier Nord" in [json.loads(row["private"]).get("space") for row in before["outbox"]]


def test_somebody_whose_name_is_part_of_anothers_leaves_the_other_their_name(claire: Administrator) -> None:
    renamed(claire.engine, "Hugo Petit", "Martin")
    quoted(claire)
    claire.orders(Level("premium", 12, 2))
    before = contents(claire.engine)

    privacy.erase(claire.engine, "hugo.petit@atelier-nord.example", now=NOW)

    after = contents(claire.engine)
    assert (after["quote"], after["outbox"]) == (before["quote"], before["outbox"])


def test_a_customer_who_is_the_person_is_taken_out_of_the_quote_and_the_address_of_a_town_is_not(
    claire: Administrator,
) -> None:
    billing = {"billing_name": "Hugo Petit", "billing_address": "c/o Hugo Petit\n75000 Paris"}
    with transaction(claire.engine) as connection:
        connection.execute(metadata.tables["space"].update().values(**billing))
    quoted(claire)

    privacy.erase(claire.engine, "hugo.petit@atelier-nord.example", now=NOW)

    (kept,) = quote.of_space(claire.engine, space_id=claire.space_id)
    assert (kept.quote.customer.name, kept.quote.customer.address) == ("–", ("c/o –", "75000 Paris"))


def test_whoever_was_renamed_is_erased_under_every_name_they_had(claire: Administrator) -> None:
    quoted(claire)
    claire.orders(Level("premium", 12, 2))
    (karim, hugo) = claire.member_ids("Karim Benali", "Hugo Petit")
    space_id, actor_id = claire.space_id, claire.member_id
    members.set_active(claire.engine, space_id=space_id, actor_id=actor_id, member_ids=[hugo], active=False, now=NOW)
    writes(claire.engine, "Claire Martin wrote this", "hugo petit")
    renamed(claire.engine, "Claire Martin", "Claire Duval")
    renamed(claire.engine, "Karim Benali", "Karim Zidi")
    renamed(claire.engine, "Hugo Petit", "Hugo Grand")
    held = text_of(contents(claire.engine))
    assert all(name in held for name in ("Claire Martin", "Karim Benali", "Hugo Petit"))
    with transaction(claire.engine) as connection:
        connection.execute(member.update().where(member.c.name == "Paul Moreau").values(role="administrator"))

    for each in (hugo, karim, claire.member_id):
        privacy.erase(claire.engine, each, now=NOW)

    left = text_of(contents(claire.engine))
    assert [name for name in ("Claire", "Karim", "Hugo Petit", "hugo petit", "Hugo Grand") if name in left] == []


def test_who_only_sent_the_quote_of_somebody_else_is_erased_under_the_name_they_had_then(claire: Administrator) -> None:
    with transaction(claire.engine) as connection:
        connection.execute(member.update().where(member.c.name == "Paul Moreau").values(role="administrator"))
    asked = claire.request(claire.begin(Level("premium", 20, 4)))
    assert isinstance(asked, Requested)
    (paul,) = claire.member_ids("Paul Moreau")
    by_paul = {"space_id": claire.space_id, "member_id": paul, "number": asked.number, "key": "to-karim"}
    quote_send.send(claire.engine, TERMS, **by_paul, email="karim.benali@atelier-nord.example", now=NOW)
    renamed(claire.engine, "Paul Moreau", "Paul Grand")
    assert "Paul Moreau" in text_of(contents(claire.engine))

    privacy.erase(claire.engine, paul, now=NOW)

    assert "Paul" not in text_of(contents(claire.engine))


def test_the_comment_of_a_quote_is_kept_no_longer_than_that_of_an_order(claire: Administrator) -> None:
    asked = claire.request(claire.begin(Level("premium", 20, 4), comment="somebody of mine is ill"))
    days = POLICY.retention.survey_comments
    assert isinstance(asked, Requested)

    privacy.retain(claire.engine, POLICY, NOW + timedelta(days))
    on_its_last_day = [row["comment"] for row in contents(claire.engine)["draft"]]
    privacy.retain(claire.engine, POLICY, NOW + timedelta(days, seconds=1))

    assert on_its_last_day == ["somebody of mine is ill"]
    assert [row["comment"] for row in contents(claire.engine)["draft"]] == [""]


def test_the_keys_of_a_quote_and_of_sending_it_are_forgotten_and_not_while_they_are_needed(
    claire: Administrator,
) -> None:
    quoted(claire)
    kept, valid = timedelta(POLICY.retention.idempotency_keys), timedelta(POLICY.quote_valid_days)
    moments = (kept, kept + timedelta(seconds=1), valid + kept, valid + kept + timedelta(1))

    left = []
    for each in moments:
        privacy.retain(claire.engine, POLICY, NOW + each)
        left.append([row["operation"] for row in contents(claire.engine)["idempotency"]])

    assert left == [["quote", "quote.send"], ["quote.send"], ["quote.send"], []]


def test_a_receipt_says_who_ordered_until_they_are_erased_and_other_messages_forget_it(claire: Administrator) -> None:
    order_id = claire.orders(Level("premium", 12, 2))
    quoted(claire)
    with transaction(claire.engine) as connection:
        connection.execute(metadata.tables["delivery"].update().values(state="delivered"))
    before = receipt.of_order(claire.engine, TERMS, space_id=claire.space_id, order_id=order_id)

    privacy.retain(claire.engine, POLICY, NOW + timedelta(3650))

    assert before is not None
    assert before.private == {"actor": "Claire Martin", "space": "Atelier Nord"}
    assert receipt.of_order(claire.engine, TERMS, space_id=claire.space_id, order_id=order_id) == before
    others = [row["private"] for row in contents(claire.engine)["outbox"] if row["kind"] not in receipt.KINDS]
    assert others == ["{}"] * len(others)
    assert others != []


def test_what_was_forgotten_is_not_written_again_each_minute(claire: Administrator) -> None:
    claire.orders(Level("premium", 12, 2))
    quoted(claire)
    with transaction(claire.engine) as connection:
        connection.execute(metadata.tables["delivery"].update().values(state="delivered"))
    privacy.retain(claire.engine, POLICY, NOW + timedelta(3650))
    statements: list[tuple[str, int]] = []

    def count(_c: object, cursor: Any, statement: str, _p: object, _x: object, _m: object) -> None:
        statements.append((statement, cursor.rowcount))

    event.listen(claire.engine, "after_cursor_execute", count)
    privacy.retain(claire.engine, POLICY, NOW + timedelta(3650))

    changed = [each for each, number in statements if number > 0 and each.startswith(("UPDATE", "DELETE"))]
    assert changed == []
    assert [each for each, _ in statements if each.startswith("SELECT outbox.")] == []


@pytest.mark.parametrize("name", ["Jean-Pierre Dupont", "Maëlle O’Neil", "D'Arcy"])
def test_a_name_with_a_hyphen_or_an_apostrophe_is_found_in_searches(claire: Administrator, name: str) -> None:
    renamed(claire.engine, "Hugo Petit", name)
    writes(claire.engine, f"{name} wrote this", f"{name} mot de passe")
    writes(claire.engine, "", "jean pierre darcy neil")

    shown = privacy.export(claire.engine, "hugo.petit@atelier-nord.example")
    privacy.erase(claire.engine, "hugo.petit@atelier-nord.example", now=NOW)

    assert (len(shown["feedback"]), len(shown["search_miss"])) == (1, 1)
    assert [row["words"] for row in contents(claire.engine)["search_miss"]] == ["jean pierre darcy neil"]


def test_an_export_tells_what_messages_and_quotes_of_others_say_of_the_person_and_no_more(
    claire: Administrator,
) -> None:
    number = quoted(claire)
    (karim, hugo, sophie) = claire.member_ids("Karim Benali", "Hugo Petit", "Sophie Leroy")
    space_id, actor_id = claire.space_id, claire.member_id
    gone = [hugo, sophie]
    members.set_active(claire.engine, space_id=space_id, actor_id=actor_id, member_ids=gone, active=False, now=NOW)
    with transaction(claire.engine) as connection:
        by_karim = connection.execute(select(metadata.tables["quote"].c.document)).scalar_one()
        by_karim = json.dumps(json.loads(by_karim) | {"asked_by": "Karim Benali"}, ensure_ascii=False)
        connection.execute(metadata.tables["quote"].update().values(document=by_karim))

    of_karim, of_hugo = privacy.export(claire.engine, karim), privacy.export(claire.engine, hugo)

    assert [json.loads(row["private"]) for row in of_karim["outbox"]] == [{"recipient": "Karim Benali"}]
    assert of_karim["quote"] == [{"number": number, "document": '{"asked_by": "Karim Benali"}'}]
    assert [json.loads(row["private"]) for row in of_hugo["outbox"]] == [{"members": ["Hugo Petit"]}]
    assert "Sophie" not in text_of(of_hugo)


def test_an_address_in_other_capitals_beyond_ascii_is_the_same_person(claire: Administrator) -> None:
    with transaction(claire.engine) as connection:
        connection.execute(member.update().where(member.c.name == "Éric Blanc").values(email="Éric@x.example"))

    assert privacy.export(claire.engine, "éRIC@X.example")["member"][0]["name"] == "Éric Blanc"
    assert privacy.erase(claire.engine, "éric@x.example", now=NOW) == ["atelier-nord"]
