"""Import and export: everything or nothing, the same file twice is once, every wrong record named."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from tests.services.conftest import DEMO, NOW, TERMS, Administrator, NewEngine, administrator, bring_in, contents
from tests.services.conftest import demo_space as space
from widget.domain.plan import Level
from widget.services import account, calendar, sign_in, undo
from widget.services.apply_due import apply_due
from widget.services.audit import verify
from widget.services.members import set_active
from widget.services.transfer import (
    CSV_COLUMNS,
    Report,
    export_file,
    export_members,
    import_file,
    import_members,
)
from widget.services.transfer_file import TransferError
from widget.store import space as spaces
from widget.store import subscription as subscriptions
from widget.store.engine import transaction

AUDIT = ("audit_sequence", "audit_hash")
HEADER = ",".join(CSV_COLUMNS)


def without(values: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def with_member(**facts: Any) -> dict[str, Any]:
    """Return the space Solo, whose only member differs in these facts."""
    found = space("solo")
    return found | {"members": [found["members"][0] | facts]}


def with_subscription(**facts: Any) -> dict[str, Any]:
    found = space("solo")
    return found | {"subscription": found["subscription"] | facts}


def test_the_demo_file_comes_in_and_again_changes_nothing(engine: Engine) -> None:
    first = import_file(engine, TERMS, DEMO, now=NOW)
    once = contents(engine)

    again = import_file(engine, TERMS, DEMO, now=NOW.replace(year=2027))

    assert first.added >= 12
    assert (first.changed, first.unchanged) == (0, 0)
    assert again == Report(added=0, changed=0, unchanged=first.added)
    assert contents(engine) == once


def test_what_is_exported_comes_in_elsewhere_and_is_exported_the_same(new_engine: NewEngine, tmp_path: Path) -> None:
    here, there = new_engine(), new_engine()
    import_file(here, TERMS, DEMO, now=NOW)
    administrator(here, "atelier-nord", "Claire Martin").orders(Level("essential", 12, 2))

    spaces = export_file(here, tmp_path / "first.json")
    report = import_file(there, TERMS, tmp_path / "first.json", now=NOW)
    export_file(there, tmp_path / "second.json")

    assert report == Report(added=spaces, changed=0, unchanged=0)
    assert import_file(here, TERMS, tmp_path / "first.json", now=NOW).added == 0
    assert (tmp_path / "second.json").read_bytes() == (tmp_path / "first.json").read_bytes()
    claire, copied = (administrator(each, "atelier-nord", "Claire Martin").seen() for each in (here, there))
    assert copied.subscription == claire.subscription
    people = [
        [replace(each, id="") for each in (*account_seen.occupants, *account_seen.inactive)]
        for account_seen in (copied, claire)
    ]
    assert people[0] == people[1]  # an id is new wherever a member comes in


def test_a_pending_change_and_its_prices_come_along(new_engine: NewEngine, tmp_path: Path) -> None:
    here, there = new_engine(), new_engine()
    bring_in(here, tmp_path, space("atelier-nord"))
    claire = administrator(here, "atelier-nord", "Claire Martin")
    claire.orders(Level("essential", 12, 2))

    export_file(here, tmp_path / "spaces.json")
    import_file(there, TERMS, tmp_path / "spaces.json", now=NOW)

    copied = administrator(there, "atelier-nord", "Claire Martin")
    assert copied.pending().due_on == claire.pending().due_on
    assert [step.price_book for step in copied.seen().subscription.billed] == ["2026-11", "2026-11"]
    assert copied.seen().can_undo
    apply_due(there, TERMS, now=NOW.replace(year=2028))
    assert contents(there)["subscription"][0]["plan"] == "essential"


def test_what_was_undone_comes_along_without_a_pending_change(new_engine: NewEngine, tmp_path: Path) -> None:
    here, there = new_engine(), new_engine()
    bring_in(here, tmp_path, space("atelier-nord"))
    claire = administrator(here, "atelier-nord", "Claire Martin")
    claire.orders(Level("essential", 12, 2))
    undo.undo(here, TERMS, space_id=claire.space_id, member_id=claire.member_id, change_id=claire.pending().id, now=NOW)

    export_file(here, tmp_path / "spaces.json")
    import_file(there, TERMS, tmp_path / "spaces.json", now=NOW)

    copied = administrator(there, "atelier-nord", "Claire Martin").seen()
    assert copied.subscription == claire.seen().subscription
    assert (claire.seen().pending, copied.pending) == (None, None)


def test_steps_of_the_past_are_no_pending_change(engine: Engine, tmp_path: Path) -> None:
    past = [{"from": f"2026-{month}-01", "plan": "essential", "users": 1, "zoom_licenses": 0} for month in ("05", "09")]
    bring_in(engine, tmp_path, with_subscription(billed=past))

    assert contents(engine)["pending_change"] == []
    assert len(contents(engine)["billed_step"]) == 2


def test_a_file_that_comes_in_again_keeps_what_was_ordered_meanwhile(claire: Administrator, tmp_path: Path) -> None:
    claire.orders(Level("premium", 12, 2))

    report = bring_in(claire.engine, tmp_path, space("atelier-nord", name="Atelier Sud"))

    assert report == Report(added=0, changed=1, unchanged=0)
    assert claire.seen().space.name == "Atelier Sud"
    assert claire.seen().subscription.in_use == Level("premium", 12, 2)


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a missing name": (without(space("solo"), "name"), "line 5: spaces.1: 'name' is a required property"),
    "an unknown role": (
        with_member(role="owner"),
        "line 17: spaces.1.members.0.role: 'owner' is not one of ['administrator', 'user']",
    ),
    "users below one": (
        with_subscription(users=0),
        "line 10: spaces.1.subscription.users: 0 is less than the minimum of 1",
    ),
    "an unknown zone": (
        space("solo", time_zone="Mars/Olympus"),
        "line 5: time_zone: 'Mars/Olympus' is not a time zone such as Europe/Paris",
    ),
    "an unknown plan": (
        with_subscription(plan="gold"),
        "line 10: plan: no plan 'gold' in the price book 2026-11",
    ),
    "annual without a term": (
        with_subscription(interval="year"),
        "line 10: term_start: needed with annual payment, and only there",
    ),
    "a term still to come": (
        with_subscription(interval="year", term_start="2026-11-25"),
        "line 10: term_start: 2026-11-25 is after the day of the import",
    ),
    "a day that is none": (
        with_subscription(interval="year", term_start="2026-02-30"),
        "line 10: term_start: '2026-02-30': day is out of range for month",
    ),
    "a member's day that is none": (
        with_member(last_seen="2026-02-30"),
        "line 17: last_seen: '2026-02-30': day is out of range for month",
    ),
    "a price book that is none": (
        with_subscription(
            billed=[{"from": "today", "plan": "essential", "users": 1, "zoom_licenses": 0, "price_book": "1999"}]
        ),
        "line 16: price_book: no price book '1999'",
    ),
    "a folder of the zones": (
        space("solo", time_zone="Europe"),
        "line 5: time_zone: 'Europe' is not a time zone such as Europe/Paris",
    ),
    "a zone outside the zones": (
        space("solo", time_zone="../../etc/passwd"),
        "line 5: time_zone: '../../etc/passwd' is not a time zone such as Europe/Paris",
    ),
    "more users than the plan takes": (
        with_subscription(plan="free", users=6),
        "line 10: users: the plan 'free' takes 1 to 3 users, found 6",
    ),
    "more Zoom licenses than the plan takes": (
        with_subscription(plan="free", zoom_licenses=1),
        "line 10: zoom_licenses: the plan 'free' takes at most 0 Zoom licenses, found 1",
    ),
    "a level to come that its plan does not take": (
        with_subscription(
            billed=[
                {"from": "today", "plan": "essential", "users": 9, "zoom_licenses": 0},
                {"from": "today+9d", "plan": "free", "users": 9, "zoom_licenses": 0},
            ]
        ),
        "line 22: users: the plan 'free' takes 1 to 3 users, found 9",
    ),
    "a day before the calendar": (
        with_subscription(interval="year", term_start="1999-12-31"),
        "line 10: term_start: '1999-12-31': not between 2000-01-01 and 2100-12-31",
    ),
    "a step after the calendar": (
        with_subscription(
            billed=[
                {"from": "today", "plan": "essential", "users": 1, "zoom_licenses": 0},
                {"from": "9999-12-31", "plan": "free", "users": 1, "zoom_licenses": 0},
            ]
        ),
        "line 22: from: '9999-12-31': not between 2000-01-01 and 2100-12-31",
    ),
    "a generated member who is there already": (
        with_member(email="USER1@solo.example") | {"generated_members": 1},
        "line 17: email: 'USER1@solo.example' is used twice",
    ),
    "nobody to order": (
        with_member(role="user"),
        "line 5: members: expected at least one active administrator",
    ),
    "more people than users": (
        space("solo", generated_members=1),
        "line 5: members: 2 active or invited, more than the users of the subscription",
    ),
    "a VAT number with a wrong check digit": (
        space("solo", billing={"country": "FR", "vat_number": "FR44111111119"}),
        "line 25: vat_number: 'FR44111111119' is not a VAT number of FR",
    ),
    "a VAT number of another country": (
        space("solo", billing={"country": "BE", "vat_number": "FR44111111118"}),
        "line 25: vat_number: 'FR44111111118' is not a VAT number of BE",
    ),
    "a VAT number without a country": (
        space("solo", billing={"vat_number": "FR44111111118"}),
        "line 25: country: needed with a VAT number",
    ),
    "a SIREN with a wrong check digit": (
        space("solo", billing={"siren": "111111119"}),
        "line 25: siren: '111111119' is not a SIREN: nine digits, the last one a check digit",
    ),
    "a name that turns the direction of writing": (
        space("solo", billing={"name": "Solo \u202e00,001"}),
        r"line 25: spaces.1.billing.name: 'Solo \u202e00,001' does not match "
        r"'^[^\\u0000-\\u001f\\u007f-\\u009f\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]*$'",
    ),
    "an id used twice": (space("pago-pago"), "line 5: id: 'pago-pago' is used twice"),
}


@pytest.mark.parametrize(("wrong", "reason"), WRONG.values(), ids=WRONG)
def test_a_wrong_record_is_named_and_nothing_comes_in(
    engine: Engine, tmp_path: Path, wrong: dict[str, Any], reason: str
) -> None:
    path = tmp_path / "spaces.json"
    right = json.dumps(space("pago-pago"))
    path.write_text(f'{{"format": 1,\n"spaces": [\n{right},\n\n{json.dumps(wrong, indent=1)}\n]}}', "utf-8")

    with pytest.raises(TransferError) as caught:
        import_file(engine, TERMS, path, now=NOW)

    assert reason in str(caught.value).splitlines()
    assert contents(engine)["space"] == []


def test_every_wrong_record_is_named_not_only_the_first(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(TransferError) as caught:
        bring_in(engine, tmp_path, with_member(role="user"), space("pago-pago", time_zone="Mars/Olympus"))

    assert [line.split(": ")[1] for line in str(caught.value).splitlines()] == ["members", "time_zone"]


def test_a_slip_in_one_space_hides_no_wrong_fact_of_another(engine: Engine, tmp_path: Path) -> None:
    slip = space("pago-pago") | {"locked": "yes"}

    with pytest.raises(TransferError) as caught:
        bring_in(engine, tmp_path, slip, with_member(role="user"))

    told = [line.split(": ")[1] for line in str(caught.value).splitlines()]
    assert told == ["spaces.0.locked", "members"]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (Path.mkdir, "cannot be read: Is a directory"),
        (lambda path: path.write_text("{", "utf-8"), "not JSON: "),
        (lambda path: path.write_bytes(b'"\xff"'), "line 1: not UTF-8; save the file as UTF-8"),
        (lambda path: path.write_text("[]", "utf-8"), "line 1: record: [] is not of type 'object'"),
    ],
    ids=["a folder", "broken", "not UTF-8", "not an object"],
)
def test_a_file_that_is_none_is_refused(
    engine: Engine, tmp_path: Path, spoil: Callable[[Path], object], reason: str
) -> None:
    spoil(tmp_path / "spaces.json")

    with pytest.raises(TransferError) as caught:
        import_file(engine, TERMS, tmp_path / "spaces.json", now=NOW)

    assert reason in str(caught.value)


def members_file(folder: Path, *lines: str, header: str = HEADER) -> Path:
    path = folder / "members.csv"
    path.write_text("\n".join((header, *lines)) + "\n", "utf-8-sig")
    return path


def test_members_come_in_from_csv_and_again_change_nothing(claire: Administrator, tmp_path: Path) -> None:
    path = members_file(
        tmp_path,
        "atelier-nord,Zoé Perrin,zoe.perrin@atelier-nord.example,administrator,inactive,2025-07-12",
        'atelier-nord,"Ndiaye, Awa",awa@atelier-nord.example,user,inactive,',
    )

    first = import_members(claire.engine, path, now=NOW)
    once = contents(claire.engine)
    again = import_members(claire.engine, path, now=NOW)

    assert first == Report(added=1, changed=1, unchanged=0)
    assert again == Report(added=0, changed=0, unchanged=2)
    assert contents(claire.engine) == once
    assert [each.name for each in claire.seen().inactive] == ["Ndiaye, Awa", "Zoé Perrin"]


@pytest.mark.parametrize("now", ["user,active", "administrator,inactive"])
def test_the_secret_calendar_of_who_administers_no_more_opens_nothing(
    claire: Administrator, tmp_path: Path, now: str
) -> None:
    calendar.create(claire.engine, space_id=claire.space_id, member_id=claire.member_id, now=NOW)
    karim = "atelier-nord,Karim Benali,karim.benali@atelier-nord.example,administrator,active,"
    import_members(claire.engine, members_file(tmp_path, karim), now=NOW)
    kept = calendar.since(claire.engine, space_id=claire.space_id)

    line = f"atelier-nord,Claire Martin,claire.martin@atelier-nord.example,{now},"
    import_members(claire.engine, members_file(tmp_path, line), now=NOW)

    assert (kept, calendar.since(claire.engine, space_id=claire.space_id)) == (NOW, None)


def test_an_address_in_capitals_is_the_same_person(claire: Administrator, tmp_path: Path) -> None:
    line = "atelier-nord,Claire Martin,Claire.Martin@Atelier-Nord.example,administrator,active,2026-11-24"

    report = import_members(claire.engine, members_file(tmp_path, line), now=NOW)

    assert report == Report(added=0, changed=1, unchanged=0)
    assert claire.seen().member.email == "Claire.Martin@Atelier-Nord.example"


def test_exported_members_come_in_again_and_nothing_changes(new_engine: NewEngine, tmp_path: Path) -> None:
    engine, file = new_engine(), tmp_path / "members.csv"
    import_file(engine, TERMS, DEMO, now=NOW)
    import_members(engine, members_file(tmp_path, "solo,=1+1,sum@solo.example,user,inactive,"), now=NOW)

    count = export_members(engine, file)
    lines = file.read_text("utf-8").splitlines()

    assert lines[0] == HEADER
    assert len(lines) == count + 1
    assert "solo,'=1+1,sum@solo.example,user,inactive," in lines  # no formula to a spreadsheet
    assert import_members(engine, file, now=NOW) == Report(added=0, changed=0, unchanged=count)


def test_capitals_beyond_ascii_make_no_second_person_and_the_export_comes_in_again(
    new_engine: NewEngine, tmp_path: Path
) -> None:
    engine = new_engine()
    bring_in(engine, tmp_path, space("leap-day"))  # whose administrator is alice.noël@leap-day.example
    line = "leap-day,Alice Noël,Alice.NOËL@leap-day.example,administrator,active,2026-11-24"

    report = import_members(engine, members_file(tmp_path, line), now=NOW)
    export_file(engine, tmp_path / "all.json")

    assert report == Report(added=0, changed=1, unchanged=0)
    assert import_file(new_engine(), TERMS, tmp_path / "all.json", now=NOW).added == 1
    with transaction(engine) as connection:
        found = spaces.member_by_email(connection, "leap-day", "alice.noël@LEAP-day.example")
    assert found is not None


def test_an_import_is_in_the_audit_log_without_what_is_personal(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, tmp_path, space("atelier-nord"))
    bring_in(engine, tmp_path, space("atelier-nord", name="Atelier Sud", locked=True))
    line = "atelier-nord,Karim Benali,karim.benali@atelier-nord.example,administrator,inactive,2026-11-24"
    import_members(engine, members_file(tmp_path, line), now=NOW)

    rows = contents(engine)["audit_event"]
    assert [(row["actor"], row["kind"]) for row in rows] == [
        ("import", "space.imported"),
        ("import", "space.changed"),
        ("import", "member.changed"),
    ]
    assert json.loads(rows[1]["data"]) == {"fields": ["locked", "name"]}
    (karim,) = (row["id"] for row in contents(engine)["member"] if row["name"] == "Karim Benali")
    assert json.loads(rows[2]["data"]) == {
        "member": karim,
        "before": {"role": "user", "state": "active"},
        "after": {"role": "administrator", "state": "inactive"},
        "fields": ["last_seen", "role", "state"],
    }
    assert verify(engine).events == 3
    assert "Benali" not in str(rows)
    assert "@" not in str(rows)


def csv_problems(person: Administrator, folder: Path, *lines: str) -> list[str]:
    """Bring these lines in, which must be refused and change nothing; return what is said about them."""
    before = contents(person.engine)
    with pytest.raises(TransferError) as caught:
        import_members(person.engine, members_file(folder, *lines), now=NOW)
    assert contents(person.engine) == before
    return str(caught.value).splitlines()


@pytest.mark.parametrize("fate", ["user,active", "administrator,inactive"])
def test_a_space_keeps_an_administrator(claire: Administrator, tmp_path: Path, fate: str) -> None:
    lines = (
        "atelier-nord,Awa,awa@atelier-nord.example,user,inactive,",
        f"atelier-nord,Claire Martin,claire.martin@atelier-nord.example,{fate},",
        "atelier-nord,Bea,bea@atelier-nord.example,user,inactive,",
    )

    assert csv_problems(claire, tmp_path, *lines) == [
        "line 3: role: atelier-nord would have no active administrator left"
    ]


def test_an_administrator_can_be_replaced_by_another(claire: Administrator, tmp_path: Path) -> None:
    path = members_file(
        tmp_path,
        "atelier-nord,Claire Martin,claire.martin@atelier-nord.example,user,active,",
        "atelier-nord,Karim Benali,karim.benali@atelier-nord.example,administrator,active,",
    )

    assert import_members(claire.engine, path, now=NOW) == Report(added=0, changed=2, unchanged=0)


@pytest.mark.parametrize("state", ["active", "invited"])
def test_no_more_people_come_in_than_the_space_has_users(claire: Administrator, tmp_path: Path, state: str) -> None:
    lines = (
        f"atelier-nord,Awa,awa@atelier-nord.example,user,{state},",
        "atelier-nord,Bea,bea@atelier-nord.example,user,inactive,",
    )

    assert csv_problems(claire, tmp_path, *lines) == [
        "line 2: state: 13 active or invited in atelier-nord, more than its 12 users"
    ]


def test_one_may_come_where_another_goes_whatever_the_order_of_the_lines(claire: Administrator, tmp_path: Path) -> None:
    path = members_file(
        tmp_path,
        "atelier-nord,Awa,awa@atelier-nord.example,user,active,",
        "atelier-nord,Karim Benali,karim.benali@atelier-nord.example,user,inactive,2026-11-24",
    )

    assert import_members(claire.engine, path, now=NOW) == Report(added=1, changed=1, unchanged=0)


def test_the_same_person_twice_in_a_file_is_refused(claire: Administrator, tmp_path: Path) -> None:
    lines = (
        "atelier-nord,Awa,awa@atelier-nord.example,user,inactive,",
        "atelier-nord,Awa N.,AWA@atelier-nord.example,user,inactive,",
    )

    assert csv_problems(claire, tmp_path, *lines) == ["line 3: email: 'AWA@atelier-nord.example' is in line 2 already"]


def test_a_control_character_is_refused(claire: Administrator, tmp_path: Path) -> None:
    line = "atelier-nord,A\0wa,awa@atelier-nord.example,user,inactive,"

    assert "line 2: name: a control character in 'A\\x00wa'" in csv_problems(claire, tmp_path, line)


def test_a_changed_file_gives_a_space_no_more_people_than_it_has_users_by_now(
    claire: Administrator, tmp_path: Path
) -> None:
    set_active(
        claire.engine,
        space_id=claire.space_id,
        actor_id=claire.member_id,
        member_ids=claire.member_ids("Karim Benali"),
        active=False,
        now=NOW,
    )
    claire.orders(Level("premium", 11, 4))
    before = contents(claire.engine)

    with pytest.raises(TransferError) as caught:
        bring_in(claire.engine, tmp_path, space("atelier-nord", name="Atelier Sud"))

    assert str(caught.value) == ("line 1: members: state: 12 active or invited in atelier-nord, more than its 11 users")
    assert contents(claire.engine) == before


def test_an_import_waits_for_an_order_that_is_being_placed(claire: Administrator, tmp_path: Path) -> None:
    line = "atelier-nord,Awa,awa@atelier-nord.example,user,inactive,"
    path = members_file(tmp_path, line)

    with ThreadPoolExecutor(1) as pool:
        with transaction(claire.engine) as connection:
            subscriptions.load(connection, claire.space_id, lock=True)
            coming = pool.submit(import_members, claire.engine, path, now=NOW)
            waited = wait([coming], timeout=0.5).not_done
        assert waited == {coming}
        assert coming.result(20).added == 1


def test_wrong_lines_of_a_csv_are_named_and_nothing_comes_in(claire: Administrator, tmp_path: Path) -> None:
    before = contents(claire.engine)
    path = members_file(
        tmp_path,
        "atelier-nord,Awa,awa@atelier-nord.example,user,inactive,",
        "elsewhere,Ali,ali@elsewhere.example,user,inactive,",
        "atelier-nord,Bea,bea@atelier-nord.example,owner,inactive,",
        "atelier-nord,Cleo,cleo@atelier-nord.example,user,inactive,2026-02-30",
        "atelier-nord,Dora,dora@atelier-nord.example,user,inactive,today-3d",
        "atelier-nord,Eli,eli@atelier-nord.example,user,inactive,,more",
        "atelier-nord,Fay",
    )

    with pytest.raises(TransferError) as caught:
        import_members(claire.engine, path, now=NOW)

    assert str(caught.value).splitlines() == [
        "line 3: space: no space 'elsewhere'",
        "line 4: role: 'owner' is not one of ['administrator', 'user']",
        "line 5: last_seen: '2026-02-30' is not a date such as 2026-11-24",
        "line 6: last_seen: 'today-3d' is not a date such as 2026-11-24",
        "line 7: record: more fields than the header",
        "line 8: record: 'email' is a required property",
        "line 8: record: 'role' is a required property",
        "line 8: record: 'state' is a required property",
    ]
    assert contents(claire.engine) == before


def test_a_csv_with_another_header_is_refused(claire: Administrator, tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="line 1: header: expected space,name,email,role,state,last_seen"):
        import_members(claire.engine, members_file(tmp_path, header="name,email"), now=NOW)


def test_a_csv_that_cannot_be_read_is_refused(claire: Administrator, tmp_path: Path) -> None:
    with pytest.raises(TransferError, match="cannot be read: No such file or directory"):
        import_members(claire.engine, tmp_path / "members.csv", now=NOW)


def test_an_archived_space_is_seen_by_nobody_and_keeps_its_rows(engine: Engine, tmp_path: Path) -> None:
    bring_in(engine, tmp_path, space("atelier-nord"))
    claire = administrator(engine, "atelier-nord", "Claire Martin")
    subscriptions = [without(each, *AUDIT) for each in contents(engine)["subscription"]]

    bring_in(engine, tmp_path, space("atelier-nord", archived=True))

    space_id, member_id = claire.space_id, claire.member_id
    assert account.load(engine, TERMS, space_id=space_id, member_id=member_id, now=NOW) is None
    assert sign_in.begin(engine, space_id=space_id, member_id=member_id, now=NOW) is None
    assert [without(each, *AUDIT) for each in contents(engine)["subscription"]] == subscriptions
