"""Print every figure with its budget. Ratios are taken in one run, on one machine."""

import tempfile
from pathlib import Path

from bench import browser, orders, server


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        rows = [*browser.sizes(), *server.ratios(Path(folder)), *browser.page(Path(folder)), *orders.rows(Path(folder))]
    for what, figure, budget in rows:
        print(f"| {what} | {figure} | {budget} |")


main()
