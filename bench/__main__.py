"""Print every figure with its budget. Ratios are taken in one run, on one machine."""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from bench import crash, finding, lighthouse, orders, outbox, page, quote, reads, server, sign_in, site, walls
from bench.databases import kinds

Row = tuple[str, str, str]


def main() -> None:
    """Measure and print, one row as soon as it is known."""
    print("| what | figure | budget |\n| --- | --- | --- |", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for what, figure, budget in rows(Path(folder)):
            print(f"| {what} | {figure} | {budget} |", flush=True)
    print(f"\n{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f} at the end.")


def rows(home: Path) -> Iterator[Row]:
    """Yield every row."""
    measures: list[Callable[[], Iterable[Row]]] = [
        page.sizes,
        lambda: page.load(home / "load"),
        lambda: page.keys(home / "keys"),
        lambda: server.ratios(home / "ratios"),
        server.domain,
        quote.rows,
        lambda: sign_in.round_trip(home / "provider"),
        lambda: sign_in.costs(home / "costs"),
        lambda: walls.cost(home / "walls"),
        lambda: site.cold(home / "cold"),
        lambda: site.builds(home / "builds"),
        lambda: finding.rows(home / "finding"),
        lambda: lighthouse.rows(home / "lighthouse"),
    ]
    for measure in measures:
        yield from measure()
    with kinds(home / "databases") as known:
        for kind in known:
            yield orders.race(kind)
            yield from orders.rate(kind)
            yield crash.row(kind)
        yield reads.row(known[0], home / "reads")
    (home / "outbox").mkdir()
    yield from outbox.rows(home / "outbox")


# Children of the crash run load this module again, under another name.
if __name__ == "__main__":
    main()
