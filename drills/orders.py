"""R3 and R4: many at once, and the same again. One order for a state, one for a key."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from drills.ground import NOW, TERMS, Administrator, Drill, child, contents, instead, people, started
from tests.services.conftest import at_once
from tests.services.postgres import running
from tests.web import world
from widget.domain.plan import Level
from widget.services import order, privacy
from widget.services.keys import KeyReused
from widget.services.order import Placed
from widget.store import order as orders
from widget.store.engine import open_engine

CLIENTS, ROUNDS, SHARED_ROUNDS = 50, 40, 10
REPLAYS, TWINS, TWIN_ROUNDS = 1000, 100, 20
#: When the two processes of a shared round begin, in seconds after they were made.
TOGETHER = 0.3
MALFORMED = (
    *("k" * length for length in range(201, 221)),
    *(f"key{chr(number)}" for number in (*range(19), 0x7F)),
    *(f"key{letter}" for letter in "éñüß‑\u00a0\u202e\u200d中ΩЖא١\U0001f511\ufeff\u2028\ufffdªⅣ＝"),
)


def drill(folder: Path) -> Iterator[Drill]:
    """Race and replay on both engines; then keys that no form of ours has made."""
    yield from _drills(folder, f"sqlite:///{folder}/orders.sqlite3", "SQLite")
    with running() as postgres:
        yield from _drills(folder, postgres.url(postgres.create()), "PostgreSQL")
    yield _malformed(folder)


def _drills(folder: Path, url: str, name: str) -> Iterator[Drill]:
    engine = started(url)
    racer, replayer, stranger = people(engine, folder, 3)
    rounds = [_race(racer, number) for number in range(ROUNDS)]
    shared = [_race_of_two(url, racer, number) for number in range(SHARED_ROUNDS)]
    with instead(order, "reviewed", lambda *_: {}):
        blind = _race(racer, ROUNDS)["Placed"]
    fair = [each == {"Placed": 1, "Stale": CLIENTS - 1} for each in (*rounds, *shared)]
    yield Drill(
        f"R3 simultaneous orders, {name}",
        f"{CLIENTS} clients x {ROUNDS} rounds, and {SHARED_ROUNDS} from two processes: one placed and "
        f"{CLIENTS - 1} stale in {sum(fair)} of {len(fair)}",
        all(fair),
        f"review not compared: {blind} placed in a round",
        blind > 1,
    )
    wrong, forgotten = _replays(replayer, stranger)
    yield Drill(
        f"R4 replays, {name}",
        f"{REPLAYS} replays, {TWINS} at once x {TWIN_ROUNDS}, after a restart, after 29 d 23 h and 30 d 1 h, another "
        f"body, another space: {len(wrong)} answers differ {', '.join(wrong)}".strip(),
        not wrong,
        f"key not kept: {forgotten} answers differ",
        forgotten > 0,
    )
    engine.dispose()


def _wishes(who: Administrator, number: int) -> list[str]:
    """Return reviewed drafts of two levels, neither of which is what is ordered already."""
    licenses = (1, 2) if number % 2 else (3, 4)
    return [who.reviewed(Level("premium", 11, licenses[turn % 2])) for turn in range(CLIENTS)]


def _race(who: Administrator, number: int) -> Counter[str]:
    drafts = _wishes(who, number)
    return Counter(type(each).__name__ for each in at_once([partial(who.place, each, key=each) for each in drafts]))


def _race_of_two(url: str, who: Administrator, number: int) -> Counter[str]:
    """The same from two processes, each with half of the clients."""
    drafts, begins = _wishes(who, number), time.monotonic() + TOGETHER

    def half(tell: Callable[[str], None], own: list[str]) -> None:
        engine = open_engine(url)
        there = replace(who, engine=engine)
        time.sleep(max(0.0, begins - time.monotonic()))
        for each in at_once([partial(there.place, draft, key=draft) for draft in own]):
            tell(type(each).__name__)

    who.engine.dispose()
    halves = [child(partial(half, own=own)) for own in (drafts[::2], drafts[1::2])]
    return Counter(line for each in halves for line in each.wait())


def _replays(who: Administrator, stranger: Administrator) -> tuple[list[str], int]:
    """Return what was answered otherwise than by the same order, and how often the control was."""
    first = who.reviewed(Level("premium", 12, 2))
    placed = who.place(first, key="the-key")
    assert isinstance(placed, Placed)
    same = Placed(placed.order_id, replayed=True)
    found = {f"replay {number}": who.place(first, key="the-key") == same for number in range(REPLAYS)}
    for number in range(TWIN_ROUNDS):
        found[f"twins {number}"] = _twins(who, number)
    who.engine.dispose()
    found["restart"] = who.place(first, key="the-key") == same
    found["29 d 23 h"] = who.place(first, key="the-key", now=NOW + timedelta(days=29, hours=23)) == same
    found["another body"] = who.place(first, key="the-key", late_ack="2027-05-08") == KeyReused()
    others = stranger.place(stranger.reviewed(Level("premium", 12, 2)), key="the-key")
    found["another space"] = isinstance(others, Placed) and not others.replayed and others != placed
    found["30 d 1 h"] = _forgotten_and_not_doubled(who, first)
    with instead(orders, "remember", lambda *_: None):
        lost = who.reviewed(Level("premium", 11, 3))
        who.place(lost, key="another-key")
        forgotten = sum(not isinstance(who.place(lost, key="another-key"), Placed) for _ in range(5))
    return [name for name, right in found.items() if not right], forgotten


def _twins(who: Administrator, number: int) -> bool:
    """Return whether many with one key at once are one order, made once."""
    draft_id = who.reviewed(Level("premium", 11, 1 + number % 2))
    answers = at_once([partial(who.place, draft_id, key=draft_id)] * TWINS)
    ids = {each.order_id for each in answers if isinstance(each, Placed)}
    replayed = sum(isinstance(each, Placed) and each.replayed for each in answers)
    return len(ids) == 1 and replayed == TWINS - 1


def _forgotten_and_not_doubled(who: Administrator, draft_id: str) -> bool:
    """Return whether a key is forgotten after its days, and its draft even then no second order."""
    later = NOW + timedelta(days=30, hours=1)
    before = len(contents(who.engine)["placed_order"])
    removed = privacy.retain(who.engine, TERMS.policy(later.date()), later)["idempotency keys"]
    again = who.place(draft_id, key="the-key", now=later)
    return removed > 0 and not isinstance(again, Placed) and len(contents(who.engine)["placed_order"]) == before


def _malformed(folder: Path) -> Drill:
    """Send an order with keys that are none, as a form of the pages."""
    inner = folder / "malformed"
    inner.mkdir()
    there = world.make(inner)
    own = there.ids["own"]
    path, seen = f"/widget/en/change/{own['draft']}/order", {"agreed": own["agreed"], "late_ack": ""}

    def sent(key: str) -> tuple[int, int]:
        there.put_back()
        status = there.ask("administrator", "POST", path, seen | {"key": key}).status_code
        return status, len(contents(there.engine)["placed_order"])

    before = len(contents(there.engine)["placed_order"])
    wrong = sum(sent(key) != (422, before) for key in MALFORMED)
    sound = sent("a-sound-key")
    return Drill(
        "R4 malformed keys",
        f"{len(MALFORMED)} malformed keys: {wrong} not refused with 422, or with an order",
        wrong == 0 and len(MALFORMED) >= 60,
        f"a sound key: {sound[0]}, {sound[1] - before} order",
        sound == (303, before + 1),
    )
