"""Print every figure with its budget. Ratios are taken in one run, on one machine."""

import tempfile
from pathlib import Path

from bench import browser, orders, quote, server


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for measure in (
            browser.sizes,
            lambda: server.ratios(home),
            lambda: browser.page(home),
            lambda: orders.rows(home),
            quote.rows,
        ):
            for what, figure, budget in measure():
                print(f"| {what} | {figure} | {budget} |", flush=True)


main()
