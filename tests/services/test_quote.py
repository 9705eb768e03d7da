"""Quotes: they promise and change nothing; accepted once, as promised, or decided again."""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from tests.services.conftest import (
    NOW,
    TERMS,
    Administrator,
    administrator,
    at_once,
    bring_in,
    contents,
    decided,
    demo_space,
    events,
)
from widget.domain.amounts import fee_periods
from widget.domain.plan import Level, PriceBook
from widget.domain.quote import QuoteState
from widget.domain.refusal import Rule
from widget.domain.terms import Terms
from widget.domain.vat import Treatment
from widget.services import members, quote, quote_accept, quote_due, quote_pdf, undo
from widget.services.alone import LeftError
from widget.services.keys import KeyReused
from widget.services.order import Incomplete, Ordered, Placed, Refused, Unknown
from widget.services.quote import Asked, Over, Requested
from widget.services.quote_accept import Accepted, Differs, Look
from widget.services.quote_pdf import DamagedPdfError
from widget.store import quote as quotes
from widget.store import tables
from widget.store.engine import transaction

FEWER_ZOOM = Level("premium", 12, 2)
MORE_USERS = Level("premium", 20, 4)
#: What a quote may never touch: all but its own tables and what tells of it.
SUBSCRIPTION = ("space", "subscription", "billed_step", "member", "pending_change", "placed_order", "survey_answer")
LAST_MOMENT = datetime(2026, 12, 24, 22, 59, 59, 999_999, UTC)  # 23:59:59.999999 in Paris, where it is a day valid
FIRST_MOMENT_AFTER = LAST_MOMENT + timedelta(microseconds=1)


def ask(
    who: Administrator, wish: Level = FEWER_ZOOM, *, key: str = "a-quote-key", now: datetime = NOW, terms: Terms = TERMS
) -> str:
    outcome = who.request(who.begin(wish, now=now), key=key, now=now, terms=terms)
    assert isinstance(outcome, Requested), outcome
    return outcome.number


def accept(
    who: Administrator,
    number: str,
    *,
    key: str = "an-acceptance",
    agreed: str = "",
    late_ack: str = "",
    now: datetime = NOW,
    terms: Terms = TERMS,
) -> Accepted:
    return quote_accept.accept(
        who.engine,
        terms,
        space_id=who.space_id,
        member_id=who.member_id,
        number=number,
        key=key,
        agreed=agreed,
        late_ack=late_ack,
        language="fr",
        now=now,
    )


def look(who: Administrator, number: str, *, now: datetime = NOW, terms: Terms = TERMS) -> Look:
    found = quote_accept.look(who.engine, terms, space_id=who.space_id, member_id=who.member_id, number=number, now=now)
    assert found is not None
    return found


def withdraw(who: Administrator, number: str, *, now: datetime = NOW) -> Over | Unknown:
    return quote.withdraw(who.engine, TERMS, space_id=who.space_id, member_id=who.member_id, number=number, now=now)


def projection(who: Administrator) -> dict[str, Any]:
    """Return every row that a quote may not touch; the head of the audit log stands in one of them and grows."""
    rows = contents(who.engine)
    kept = {name: rows[name] for name in SUBSCRIPTION}
    audit_head = ("audit_sequence", "audit_hash")
    kept["subscription"] = [
        {name: value for name, value in row.items() if name not in audit_head} for row in kept["subscription"]
    ]
    return kept


def states(who: Administrator) -> dict[str, str]:
    return {row["number"]: row["state"] for row in contents(who.engine)["quote"]}


def dearer(on: date) -> Terms:
    """Return the shipped terms with one more price book from a day on: everything costs twice as much."""
    last = TERMS.price_books[-1]
    plans = tuple(
        replace(plan, prices={each: replace(p, user=2 * p.user) for each, p in plan.prices.items()})
        for plan in last.plans
    )
    return replace(TERMS, price_books=(*TERMS.price_books, PriceBook("dearer", on, last.currency, True, plans)))


def test_a_draft_that_has_become_an_order_gets_no_quote_that_nobody_could_accept(claire: Administrator) -> None:
    draft_id = claire.reviewed(FEWER_ZOOM)
    placed = claire.place(draft_id)
    assert isinstance(placed, Placed)
    undo.undo(
        claire.engine,
        TERMS,
        space_id=claire.space_id,
        member_id=claire.member_id,
        change_id=claire.pending().id,
        now=NOW,
    )
    before = contents(claire.engine)

    assert claire.request(draft_id) == Ordered(placed.order_id)
    assert contents(claire.engine) == before


def test_a_quote_is_numbered_and_keeps_what_it_promises(claire: Administrator) -> None:
    number = ask(claire)

    kept = look(claire, number).kept
    assert number == "Q-2026-000001"
    assert (kept.quote.number, kept.quote.language, kept.quote.asked_by) == (number, "fr", "Claire Martin")
    assert (kept.quote.issued_on, kept.quote.valid_until) == (date(2026, 11, 24), date(2026, 12, 24))
    assert (kept.quote.price_book, kept.quote.policy) == ("2026-11", "2026-11")
    # 12 users at 160 and 2 Zoom licenses at 300, a year.
    assert (kept.quote.vat.net, kept.quote.vat.amount, kept.quote.vat.gross) == (252_000, 50_400, 302_400)
    assert kept.quote.customer.name == "Atelier Nord SARL"
    assert [row["kind"] for row in contents(claire.engine)["outbox"]] == ["quote.created"]


def test_asking_viewing_expiring_and_withdrawing_change_nothing_in_the_subscription(claire: Administrator) -> None:
    claire.orders(Level("premium", 12, 3))
    before = projection(claire)

    first, second = ask(claire, key="one"), ask(claire, key="two")
    look(claire, first)
    withdraw(claire, first)
    quote_due.remind(claire.engine, TERMS, NOW + timedelta(25))
    quote_due.expire_due(claire.engine, NOW + timedelta(60))

    assert states(claire) == {first: "withdrawn", second: "expired"}
    assert projection(claire) == before


def test_the_quotes_of_an_archived_space_neither_expire_nor_remind(claire: Administrator, tmp_path: Path) -> None:
    number = ask(claire)
    bring_in(claire.engine, tmp_path, demo_space("atelier-nord", archived=True))

    reminded = quote_due.remind(claire.engine, TERMS, NOW + timedelta(25))
    expired = quote_due.expire_due(claire.engine, NOW + timedelta(60))

    assert (reminded, expired, [row["state"] for row in contents(claire.engine)["quote"]]) == (0, 0, ["open"]), number


def test_the_same_key_is_the_same_quote_and_with_another_draft_refused(claire: Administrator) -> None:
    draft_id = claire.begin(FEWER_ZOOM)
    first = claire.request(draft_id)
    before = contents(claire.engine)

    again = claire.request(draft_id)

    assert isinstance(first, Requested)
    assert again == Requested(first.number, replayed=True)
    assert claire.request(claire.begin(FEWER_ZOOM)) == KeyReused()
    assert contents(claire.engine)["quote"] == before["quote"]


def test_what_the_rules_refuse_gets_no_quote(claire: Administrator) -> None:
    outcome = claire.request(claire.begin(Level("premium", 10, 4)))

    assert isinstance(outcome, Refused)
    assert [each.rule for each in outcome.preview.blockers] == [Rule.ACTIVE_USER_FLOOR]
    assert claire.request(claire.begin(FEWER_ZOOM, reason=None)) == Incomplete("survey")
    assert contents(claire.engine)["quote"] == contents(claire.engine)["quote_counter"] == []


def test_a_user_gets_no_quote_and_sees_none(claire: Administrator) -> None:
    number, draft_id = ask(claire), claire.begin(FEWER_ZOOM)
    (karim,) = claire.member_ids("Karim Benali")
    him = replace(claire, member_id=karim)

    assert him.request(draft_id, key="another") == Unknown()
    assert accept(him, number) == Unknown()
    assert withdraw(him, number) == Unknown()
    assert quote_accept.look(him.engine, TERMS, space_id=him.space_id, member_id=karim, number=number, now=NOW) is None


def test_the_quote_of_another_space_is_unknown(claire: Administrator, tmp_path: Path) -> None:
    bring_in(claire.engine, tmp_path, demo_space("harbour-studio"))
    olivia = administrator(claire.engine, "harbour-studio", "Olivia Hughes")
    number = ask(claire)
    before = contents(claire.engine)

    assert accept(olivia, number) == accept(olivia, "Q-2026-999999") == Unknown()
    assert withdraw(olivia, number) == withdraw(olivia, "Q-2026-999999") == Unknown()
    assert quote.of_space(olivia.engine, space_id=olivia.space_id) == []
    assert contents(claire.engine) == before


def test_accepted_it_is_an_order_at_its_prices_that_points_back_to_it(claire: Administrator) -> None:
    number = ask(claire)

    placed = accept(claire, number)

    assert isinstance(placed, Placed)
    rows = contents(claire.engine)
    assert [(row["state"], row["order_id"]) for row in rows["quote"]] == [("accepted", placed.order_id)]
    assert claire.seen().subscription.in_use == FEWER_ZOOM
    assert [row["order_id"] for row in rows["survey_answer"]] == [placed.order_id]
    assert decided(claire.engine) == ["quote.created", "order.placed", "quote.accepted"]
    assert {row["kind"] for row in rows["outbox"]} >= {"quote.created", "order.placed", "quote.accepted"}


def test_accepting_twice_is_accepting_once(claire: Administrator) -> None:
    number = ask(claire)
    placed = accept(claire, number)
    before = contents(claire.engine)

    assert isinstance(placed, Placed)
    assert accept(claire, number) == Placed(placed.order_id, replayed=True)
    assert accept(claire, number, agreed="something else") == KeyReused()
    assert accept(claire, number, key="another") == Over(QuoteState.ACCEPTED, placed.order_id)
    assert contents(claire.engine) == before


def test_of_fifty_acceptances_at_once_one_is_an_order(claire: Administrator) -> None:
    number = ask(claire)
    acts: list[Callable[[], Accepted]] = [partial(accept, claire, number, key=f"key-{each}") for each in range(50)]

    outcomes = at_once(acts)

    assert Counter(type(each) for each in outcomes) == {Placed: 1, Over: 49}
    (placed,) = (each for each in outcomes if isinstance(each, Placed))
    rows = contents(claire.engine)
    assert [row["id"] for row in rows["placed_order"]] == [placed.order_id]
    assert {each for each in outcomes if isinstance(each, Over)} == {Over(QuoteState.ACCEPTED, placed.order_id)}
    assert [row["version"] for row in rows["subscription"]] == [2]


def test_of_different_quotes_at_once_one_is_accepted_and_the_others_are_superseded(claire: Administrator) -> None:
    numbers = [ask(claire, Level("premium", 12 + each, 2), key=f"quote-{each}") for each in range(12)]
    acts: list[Callable[[], Accepted]] = [partial(accept, claire, each, key=each) for each in numbers]

    outcomes = at_once(acts)

    assert Counter(type(each) for each in outcomes) == {Placed: 1, Over: 11}
    assert Counter(states(claire).values()) == {"accepted": 1, "superseded": 11}


def test_numbers_asked_for_at_once_have_no_gap_and_no_double(claire: Administrator, tmp_path: Path) -> None:
    bring_in(claire.engine, tmp_path, demo_space("harbour-studio"), demo_space("solo"))
    olivia = administrator(claire.engine, "harbour-studio", "Olivia Hughes")
    remi = administrator(claire.engine, "solo", "Rémi Solo")
    wishes = {claire.space_id: MORE_USERS, olivia.space_id: MORE_USERS, remi.space_id: Level("essential", 3, 1)}
    drafts = [(who, who.begin(wishes[who.space_id])) for who in (claire, olivia, remi) for _ in range(8)]
    refused = [(claire, claire.begin(Level("premium", 1, 1))) for _ in range(6)]
    acts: list[Callable[[], Asked]] = [
        partial(who.request, draft_id, key=draft_id) for who, draft_id in [*drafts, *refused]
    ]

    outcomes = at_once(acts)

    assert Counter(type(each) for each in outcomes) == {Requested: 24, Refused: 6}
    expected = [f"Q-2026-{each:06d}" for each in range(1, 25)]
    assert sorted(each.number for each in outcomes if isinstance(each, Requested)) == expected


def break_off(claire: Administrator) -> None:
    with transaction(claire.engine) as connection:
        assert quotes.next_number(connection, 2026) == (2, "Q-2026-000002")
        raise ConnectionResetError


def test_a_number_whose_transaction_breaks_off_is_given_again(claire: Administrator) -> None:
    ask(claire, key="one")

    with pytest.raises(ConnectionResetError):
        break_off(claire)

    assert ask(claire, key="two") == "Q-2026-000002"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"number": "Q-2026-000003", "sequence": 3, "previous": 2}, id="a gap"),
        pytest.param({"number": "Q-2026-000003", "sequence": 3, "previous": None}, id="a gap without saying so"),
        pytest.param({"number": "Q-2026-000002", "sequence": 1, "previous": None}, id="a double"),
        pytest.param({"number": "Q-2026-000002", "state": "paid"}, id="a state that is none"),
        pytest.param({"number": "Q-2026-000002", "state": "accepted", "settled_at": "x"}, id="accepted, no order"),
        pytest.param({"number": "Q-2026-000002", "state": "expired"}, id="ended, no instant"),
    ],
)
def test_the_database_refuses(claire: Administrator, change: dict[str, Any]) -> None:
    ask(claire)
    (row,) = contents(claire.engine)["quote"]
    right = row | {"number": "Q-2026-000002", "sequence": 2, "previous": 1}

    with pytest.raises(IntegrityError), transaction(claire.engine) as connection:
        connection.execute(insert(tables.quote).values(right | change))

    with transaction(claire.engine) as connection:  # the control: only that was wrong
        connection.execute(insert(tables.quote).values(right))


def test_one_order_accepts_one_quote(claire: Administrator) -> None:
    first, second = ask(claire, key="one"), ask(claire, key="two")
    placed = accept(claire, first)
    assert isinstance(placed, Placed)

    with pytest.raises(IntegrityError), transaction(claire.engine) as connection:
        connection.execute(
            update(tables.quote)
            .where(tables.quote.c.number == second)
            .values(state="accepted", order_id=placed.order_id, settled_at="x")
        )


def test_what_was_accepted_keeps_every_fee_that_its_window_promised(claire: Administrator) -> None:
    asked, accepted = (datetime(2026, 10, 20, 9, 0, tzinfo=UTC), datetime(2026, 11, 10, 9, 0, tzinfo=UTC))
    number = ask(claire, now=asked)

    assert isinstance(accept(claire, number, now=accepted), Placed)

    seen = claire.seen(accepted)
    promised = look(claire, number, now=accepted).kept.quote.promise(seen.on)
    fees = fee_periods(seen.subscription.billed, seen.on, seen.subscription.interval, TERMS)
    assert promised is not None
    assert [fee.amount for fee in fees] == [fee.amount for fee in promised.effect.fees]


def test_its_prices_hold_until_its_last_day_though_the_price_book_changed(claire: Administrator) -> None:
    terms = dearer(date(2026, 12, 1))
    number = ask(claire, MORE_USERS)
    later = datetime(2026, 12, 20, 9, tzinfo=UTC)

    seen = look(claire, number, now=later, terms=terms)
    placed = accept(claire, number, now=later, terms=terms)

    assert seen.as_promised
    assert isinstance(placed, Placed)
    billed = claire.seen(later).subscription.billed
    assert [(step.level.users, step.price_book) for step in billed][-1] == (20, "2026-11")


def test_in_its_other_window_it_is_placed_as_that_window_says(claire: Administrator, tmp_path: Path) -> None:
    bring_in(claire.engine, tmp_path, demo_space("harbour-studio"))
    olivia = administrator(claire.engine, "harbour-studio", "Olivia Hughes")
    number = ask(olivia, Level("premium", 6, 2))

    placed = accept(olivia, number, now=datetime(2026, 12, 5, 9, tzinfo=UTC))

    assert isinstance(placed, Placed)
    assert [row["due_on"] for row in contents(olivia.engine)["pending_change"]] == [date(2027, 1, 1)]


def test_what_was_seen_in_the_window_before_is_shown_again_in_the_next(claire: Administrator, tmp_path: Path) -> None:
    bring_in(claire.engine, tmp_path, demo_space("harbour-studio"))
    olivia = administrator(claire.engine, "harbour-studio", "Olivia Hughes")
    number = ask(olivia, Level("premium", 6, 2))
    seen = look(olivia, number).agreed
    before = contents(olivia.engine)

    december = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)  # midnight in London: the confirmation was open before it
    outcome = accept(olivia, number, agreed=seen, now=december)

    assert isinstance(outcome, Differs)
    assert outcome.look.as_promised
    assert contents(olivia.engine) == before
    assert isinstance(accept(olivia, number, agreed=outcome.look.agreed, now=december), Placed)


def test_what_the_quote_does_not_say_is_decided_again(claire: Administrator, tmp_path: Path) -> None:
    number = ask(claire)
    moved = demo_space("atelier-nord", billing={"name": "Nord BV", "country": "BE", "vat_number": "BE0000000196"})
    bring_in(claire.engine, tmp_path, moved)
    before = contents(claire.engine)

    outcome = accept(claire, number)

    assert isinstance(outcome, Differs)
    assert not outcome.look.as_promised
    promised, offered = outcome.look.promised, outcome.look.offered
    assert promised is not None
    assert (promised.vat.treatment, offered.vat.treatment) == (Treatment.DOMESTIC, Treatment.REVERSE_CHARGE)
    assert promised.effect == offered.effect
    assert contents(claire.engine) == before
    assert isinstance(accept(claire, number, agreed=outcome.look.agreed), Placed)


def test_the_floor_of_active_users_is_checked_again_when_accepting(claire: Administrator) -> None:
    (anne,) = claire.member_ids("Anne Faure")
    set_anne = partial(
        members.set_active,
        claire.engine,
        space_id=claire.space_id,
        actor_id=claire.member_id,
        member_ids=[anne],
        now=NOW,
    )
    set_anne(active=False)
    number = ask(claire, Level("premium", 11, 4))
    set_anne(active=True)
    before = contents(claire.engine)

    outcome = accept(claire, number)

    assert isinstance(outcome, Refused)
    assert [dict(each.facts)["to_deactivate"] for each in outcome.preview.blockers] == [1]
    assert contents(claire.engine) == before


def test_a_quote_asked_for_in_time_and_accepted_late_needs_its_own_tick(claire: Administrator) -> None:
    asked = datetime(2027, 4, 1, 9, tzinfo=UTC)  # the renewal is on 8 May 2027, the deadline on 8 April
    number = ask(claire, now=asked)
    late = datetime(2027, 4, 9, 9, tzinfo=UTC)
    before = contents(claire.engine)

    assert accept(claire, number, now=late) == Incomplete("late")
    assert accept(claire, number, late_ack="2027-05-08", now=late) == Incomplete("late")
    assert contents(claire.engine) == before
    assert isinstance(accept(claire, number, late_ack="2028-05-08", now=late), Placed)


def test_it_holds_until_the_last_microsecond_of_its_last_day_in_the_spaces_zone(claire: Administrator) -> None:
    number = ask(claire)

    assert look(claire, number, now=LAST_MOMENT).state is QuoteState.OPEN
    assert accept(claire, number, now=FIRST_MOMENT_AFTER) == Over(QuoteState.EXPIRED, None)
    assert isinstance(accept(claire, number, now=LAST_MOMENT), Placed)


def test_moving_the_space_to_another_zone_does_not_move_its_last_moment(claire: Administrator, tmp_path: Path) -> None:
    number = ask(claire)
    bring_in(claire.engine, tmp_path, demo_space("atelier-nord", time_zone="Pacific/Kiritimati"))

    assert look(claire, number, now=LAST_MOMENT).state is QuoteState.OPEN
    assert look(claire, number, now=FIRST_MOMENT_AFTER).state is QuoteState.EXPIRED


def test_expiring_twice_changes_nothing(claire: Administrator) -> None:
    number = ask(claire)

    assert quote_due.expire_due(claire.engine, LAST_MOMENT) == 0
    assert quote_due.expire_due(claire.engine, FIRST_MOMENT_AFTER) == 1
    once = contents(claire.engine)
    assert quote_due.expire_due(claire.engine, FIRST_MOMENT_AFTER) == 0

    assert states(claire) == {number: "expired"}
    assert contents(claire.engine) == once
    assert len(events(claire.engine, "quote.expired")) == 1
    assert accept(claire, number, now=FIRST_MOMENT_AFTER) == Over(QuoteState.EXPIRED, None)


def test_four_that_expire_at_once_expire_each_quote_once(claire: Administrator) -> None:
    for each in range(5):
        ask(claire, key=f"key-{each}")

    counts = at_once([partial(quote_due.expire_due, claire.engine, FIRST_MOMENT_AFTER)] * 4)

    assert sum(counts) == 5
    assert len(events(claire.engine, "quote.expired")) == 5


def test_one_quote_that_cannot_expire_is_named_and_holds_up_no_other(claire: Administrator, tmp_path: Path) -> None:
    bring_in(claire.engine, tmp_path, demo_space("harbour-studio"))
    broken = ask(administrator(claire.engine, "harbour-studio", "Olivia Hughes"), MORE_USERS)
    whole = ask(claire)
    with transaction(claire.engine) as connection:
        for table in (tables.billed_step, tables.subscription):
            connection.execute(delete(table).where(table.c.space_id == "harbour-studio"))

    with pytest.raises(LeftError, match=f"^quotes not expired, to be tried again: {broken}: KeyError$"):
        quote_due.expire_due(claire.engine, FIRST_MOMENT_AFTER + timedelta(1))

    assert states(claire) == {broken: "open", whole: "expired"}


def test_a_quote_whose_document_is_damaged_is_named_and_holds_up_no_other(claire: Administrator) -> None:
    broken, whole = ask(claire, key="one"), ask(claire, key="two")
    with transaction(claire.engine) as connection:
        connection.execute(update(tables.quote).where(tables.quote.c.number == broken).values(document="Claire Martin"))

    with pytest.raises(LeftError, match=f"^quotes not reminded of, .*: {broken}: ValidationError$"):
        quote_due.remind(claire.engine, TERMS, LAST_MOMENT)
    with pytest.raises(LeftError, match=f"^quotes not expired, .*: {broken}: ValidationError$"):
        quote_due.expire_due(claire.engine, FIRST_MOMENT_AFTER)

    assert states(claire) == {broken: "open", whole: "expired"}
    assert Counter(row["kind"] for row in contents(claire.engine)["outbox"])["quote.expiring"] == 1


def test_the_reminder_is_due_in_the_last_week_and_put_into_the_outbox_once(claire: Administrator) -> None:
    ask(claire)

    def due(day: int) -> int:
        return quote_due.remind(claire.engine, TERMS, datetime(2026, 12, day, 9, tzinfo=UTC))

    assert [due(day) for day in (16, 17, 18, 24, 25)] == [0, 1, 1, 1, 0]
    kinds = Counter(row["kind"] for row in contents(claire.engine)["outbox"])
    assert kinds["quote.expiring"] == 1


def test_a_newer_order_supersedes_every_open_quote(claire: Administrator) -> None:
    first, second = ask(claire, key="one"), ask(claire, MORE_USERS, key="two")
    withdraw(claire, first)

    claire.orders(Level("premium", 12, 3))

    assert states(claire) == {first: "withdrawn", second: "superseded"}
    assert accept(claire, second) == Over(QuoteState.SUPERSEDED, None)


def test_taking_an_order_back_supersedes_the_quotes_computed_on_it(claire: Administrator) -> None:
    claire.orders(Level("premium", 12, 3))
    number = ask(claire, MORE_USERS)

    assert undo.undo(
        claire.engine,
        TERMS,
        space_id=claire.space_id,
        member_id=claire.member_id,
        change_id=claire.pending().id,
        now=NOW,
    )

    assert states(claire) == {number: "superseded"}


def test_withdrawn_it_cannot_be_accepted_and_withdrawing_twice_is_once(claire: Administrator) -> None:
    number = ask(claire)

    assert withdraw(claire, number) == Over(QuoteState.WITHDRAWN, None)
    once = contents(claire.engine)
    assert withdraw(claire, number) == Over(QuoteState.WITHDRAWN, None)
    assert accept(claire, number) == Over(QuoteState.WITHDRAWN, None)
    assert contents(claire.engine) == once


def test_a_change_that_comes_due_meanwhile_neither_ends_nor_changes_a_quote(
    claire: Administrator, tmp_path: Path
) -> None:
    bring_in(claire.engine, tmp_path, demo_space("harbour-studio"))
    olivia = administrator(claire.engine, "harbour-studio", "Olivia Hughes")
    olivia.orders(Level("essential", 8, 2))
    number = ask(olivia, Level("essential", 6, 2))

    placed = accept(olivia, number, now=datetime(2026, 12, 2, 9, tzinfo=UTC))

    assert isinstance(placed, Placed)
    assert [each["kind"] for each in contents(olivia.engine)["audit_event"]][-3:] == [
        "change.applied",
        "order.placed",
        "quote.accepted",
    ]


def test_another_administrator_of_the_space_may_accept_and_is_named_in_the_audit_log(claire: Administrator) -> None:
    number = ask(claire)
    (karim,) = claire.member_ids("Karim Benali")
    with transaction(claire.engine) as connection:
        connection.execute(update(tables.member).where(tables.member.c.id == karim).values(role="administrator"))

    placed = accept(replace(claire, member_id=karim), number)

    assert isinstance(placed, Placed)
    with transaction(claire.engine) as connection:
        by = connection.execute(select(tables.placed_order.c.member_id)).scalar_one()
    assert by == karim
    assert [event["actor"] for event in events(claire.engine, "quote.accepted")] == [karim]


ADDRESS = "https://help.example.org"


def pdf(who: Administrator, number: str) -> bytes | None:
    return quote_pdf.read(
        who.engine,
        TERMS,
        space_id=who.space_id,
        member_id=who.member_id,
        number=number,
        address=ADDRESS,
        now=NOW,
    )


def test_its_pdf_is_made_once_and_served_again_as_it_was(claire: Administrator, tmp_path: Path) -> None:
    number = ask(claire)

    first = pdf(claire, number)
    moved = demo_space("atelier-nord", billing={"name": "Another name"})
    bring_in(claire.engine, tmp_path, moved)

    assert first is not None
    assert first.startswith(b"%PDF-1.7")
    assert pdf(claire, number) == first
    (row,) = contents(claire.engine)["quote_pdf"]
    assert row["sha256"] == hashlib.sha256(first).hexdigest()


def test_ten_that_ask_for_its_pdf_at_once_get_the_same_bytes(claire: Administrator) -> None:
    number = ask(claire)

    served = at_once([partial(pdf, claire, number)] * 10)

    assert len({*served}) == 1
    assert len(contents(claire.engine)["quote_pdf"]) == 1


def test_a_pdf_that_was_altered_is_served_to_nobody(claire: Administrator) -> None:
    number = ask(claire)
    pdf(claire, number)
    with transaction(claire.engine) as connection:
        connection.execute(update(tables.quote_pdf).values(content=b"%PDF-1.7 something else"))

    with pytest.raises(DamagedPdfError, match=f"^{number}: its kept PDF does not have its SHA-256$"):
        pdf(claire, number)


def test_the_pdf_of_another_space_is_unknown(claire: Administrator, tmp_path: Path) -> None:
    bring_in(claire.engine, tmp_path, demo_space("harbour-studio"))
    number = ask(claire)

    assert pdf(administrator(claire.engine, "harbour-studio", "Olivia Hughes"), number) is None
    assert pdf(claire, "Q-2026-000002") is None


@pytest.mark.parametrize(
    ("space", "name", "ends"),
    [
        pytest.param("kiritimati", "Teretia Ioane", datetime(2026, 12, 24, 10, tzinfo=UTC), id="14 hours ahead"),
        pytest.param("pago-pago", "Sina Tuala", datetime(2026, 12, 25, 11, tzinfo=UTC), id="11 hours behind"),
        pytest.param("harbour-studio", "Olivia Hughes", datetime(2026, 12, 25, 0, tzinfo=UTC), id="in London"),
    ],
)
def test_it_expires_at_the_midnight_of_its_own_zone_and_not_before(
    claire: Administrator, tmp_path: Path, space: str, name: str, ends: datetime
) -> None:
    bring_in(claire.engine, tmp_path, demo_space(space))
    asked = datetime(2026, 11, 24, 20 if space == "pago-pago" else 9, tzinfo=UTC)
    number = ask(administrator(claire.engine, space, name), Level("premium", 20, 3), now=asked)

    assert quote_due.expire_due(claire.engine, ends - timedelta(microseconds=1)) == 0
    assert quote_due.expire_due(claire.engine, ends) == 1
    assert states(claire) == {number: "expired"}
