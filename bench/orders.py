"""Orders under load: one placed of eighty, and how many a second."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from bench.buyer import Buyer, buyer
from bench.databases import Kind
from widget.domain.plan import Level
from widget.services import order
from widget.store.engine import open_engine

Row = tuple[str, str, str]
ROUNDS, AT_ONCE, ORDERS = 20, 80, 120
#: Spaces of the demo whose administrator may order one user more or one less, without a late notice.
SPACES = ("harbour-studio", "last-of-february", "leap-day", "month-end", "kiritimati", "pago-pago")


def race(kind: Kind) -> Row:
    """Return how many of 80 orders sent at once for one subscription were placed, in each of 20 rounds."""
    outcomes: Counter[tuple[tuple[str, int], ...]] = Counter()
    for _ in range(ROUNDS):
        engine = open_engine(kind.fresh())
        claire = buyer(engine)
        drafts = [claire.ready(Level("premium", 5 + number % 3, 2)) for number in range(AT_ONCE)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            counts = Counter(type(each).__name__ for each in pool.map(claire.send, drafts))
        outcomes[tuple(sorted(counts.items()))] += 1
        engine.dispose()
    told = "; ".join(
        f"{times} rounds: " + ", ".join(f"{count} {name.lower()}" for name, count in counts)
        for counts, times in outcomes.items()
    )
    return (f"{AT_ONCE} orders at once on one subscription, {kind.name}", told, "1 placed, 79 stale (409), 20 rounds")


def rate(kind: Kind) -> list[Row]:
    """Return the orders a second of one process: one after the other, and six buyers at once."""
    engine = open_engine(kind.fresh())
    buyers = [buyer(engine, space_id) for space_id in SPACES]
    spent_alone, cpu = _orders(buyers[0], ORDERS)
    with ThreadPoolExecutor(len(buyers)) as pool:
        began = time.perf_counter()
        together = list(pool.map(lambda each: _orders(each, ORDERS // 4), buyers))
        spent = time.perf_counter() - began
    engine.dispose()
    count = len(together) * (ORDERS // 4)
    what = f"order rate of one process, {kind.name}"
    return [
        (
            f"{what}, one after the other",
            f"{ORDERS / spent_alone:.0f} orders/s ({cpu / ORDERS * 1000:.1f} ms CPU each)",
            "-",
        ),
        (f"{what}, {len(buyers)} spaces at once, each draft, review and order", f"{count / spent:.0f} orders/s", "-"),
    ]


def _orders(who: Buyer, count: int) -> tuple[float, float]:
    """Place so many orders; return the seconds and the CPU seconds of placing alone, without drafts and reviews."""
    spent = cpu = 0.0
    for _ in range(count):
        draft_id = who.ready()
        began, began_cpu = time.perf_counter(), time.process_time()
        outcome = who.send(draft_id)
        spent, cpu = spent + time.perf_counter() - began, cpu + time.process_time() - began_cpu
        assert isinstance(outcome, order.Placed), outcome
    return spent, cpu
