"""Print every figure, or those named, with its budget. Ratios are taken in one run, on one machine."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench import crash, finding, lighthouse, orders, outbox, page, quote, reads, server, sign_in, site, start, walls
from bench.databases import kinds

Row = tuple[str, str, str]


def main() -> None:
    """Measure what is named, or everything, and print one row as soon as it is known."""
    chosen = sys.argv[1:] or list(MEASURES)
    print("| what | figure | budget | load before |\n| --- | --- | --- | --- |", flush=True)
    for name in chosen:
        load = f"{os.getloadavg()[0]:.1f}"
        with tempfile.TemporaryDirectory() as folder:
            for what, figure, budget in MEASURES[name](Path(folder)):
                print(f"| {what} | {figure} | {budget} | {load} |", flush=True)
    print(f"\n{os.cpu_count()} processors.")


def _signed_in(home: Path) -> Iterator[Row]:
    yield from sign_in.round_trip(home / "provider")
    yield from sign_in.costs(home / "costs")


def _page(home: Path) -> Iterator[Row]:
    yield from page.sizes()
    yield from page.load(home / "load")
    yield from page.processor(home / "cpu")
    yield from page.keys(home / "keys")


def _server(home: Path) -> Iterator[Row]:
    yield from server.ratios(home / "ratios")
    yield from server.domain()


def _site(home: Path) -> Iterator[Row]:
    yield from site.cold(home / "cold")
    yield from site.builds(home / "builds")


def _orders(home: Path) -> Iterator[Row]:
    with kinds(home) as known:
        for kind in known:
            yield orders.race(kind)
            yield from orders.rate(kind)


def _crash(home: Path) -> Iterator[Row]:
    with kinds(home) as known:
        for kind in known:
            yield crash.row(kind)


def _reads(home: Path) -> Iterator[Row]:
    with kinds(home / "databases") as known:
        yield reads.row(known[0], home)


#: What can be measured, by name, in the order of the table.
MEASURES: dict[str, Callable[[Path], Iterable[Row]]] = {
    "page": _page,
    "server": _server,
    "quote": lambda _: quote.rows(),
    "sign_in": _signed_in,
    "walls": walls.cost,
    "site": _site,
    "finding": finding.rows,
    "lighthouse": lighthouse.rows,
    "orders": _orders,
    "crash": _crash,
    "reads": _reads,
    "start": lambda home: [start.row(home)],
    "outbox": outbox.rows,
}


# Children of the crash run load this module again, under another name.
if __name__ == "__main__":
    main()
