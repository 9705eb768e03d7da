"""The PDF of a quote: the first one of a process, those after it, and how large one is."""

import subprocess
import sys
import time
from datetime import UTC, date, datetime
from statistics import median, quantiles

from widget import catalogue, languages
from widget.domain.plan import Interval, Level
from widget.domain.quote import Customer, Quote, draw_up
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.gateways import pdf
from widget.panels import quote_view

Row = tuple[str, str, str]
TERMS, WORDS = catalogue.load(), languages.load()
AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
#: What prints the milliseconds of the first PDF of a process, without those of starting Python.
COLD = "from bench.quote import cold; cold()"


def rows() -> list[Row]:
    """Return the cold and the warm time and the size."""
    starts = [_cold() for _ in range(5)]
    took, worked, sizes = [], [], []
    for number in range(100):
        quote = a_quote("fr" if number % 2 else "en", users=10 + number)
        began, busy = time.perf_counter(), time.process_time()
        sizes.append(len(made(quote)))
        took.append((time.perf_counter() - began) * 1000)
        worked.append((time.process_time() - busy) * 1000)
    return [
        ("quote PDF, first of a process, ms (median of 5, lowest, highest)", _spread(starts), "500"),
        ("quote PDF, warm, ms (median of 100)", f"{median(took):.1f}", "50"),
        ("quote PDF, warm, ms (95th percentile of 100)", f"{quantiles(took, n=20)[-1]:.1f}", "100"),
        ("quote PDF, warm, CPU ms (median of 100)", f"{median(worked):.1f}", "50"),
        ("quote PDF, size in KB (lowest, highest of 100)", f"{min(sizes) / 1024:.1f}, {max(sizes) / 1024:.1f}", "100"),
    ]


def a_quote(language: str, users: int) -> Quote:
    """Return the quote of an annual change with two windows."""
    in_use = Level("premium", 12, 4)
    subscription = Subscription(Interval.YEAR, date(2026, 5, 8), in_use, (Step(SINCE_EVER, in_use),))
    return draw_up(
        subscription,
        Level("premium", users, 2),
        on=date(2027, 3, 25),
        terms=TERMS,
        number="Q-2027-000123",
        language=language,
        time_zone="Europe/Paris",
        asked_by="Claire Martin",
        customer=Customer(
            space_id="atelier-nord",
            space="Atelier Nord",
            name="Atelier Nord SARL",
            address=("12 quai de la Fosse", "44000 Nantes"),
            country="FR",
            siren=None,
            vat_number=None,
            vat_number_valid=False,
        ),
    )


def made(quote: Quote) -> bytes:
    """Return its PDF, view included, as the service makes it."""
    view = quote_view(quote, WORDS[quote.language], TERMS, "https://help.example.org")
    return pdf.render("quote", view, author=quote.seller.name, language=quote.language, at=AT)


def cold() -> None:
    """Print the milliseconds of the first PDF of this process."""
    quote = a_quote("fr", users=10)
    began = time.perf_counter()
    made(quote)
    print((time.perf_counter() - began) * 1000)


def _cold() -> float:
    done = subprocess.run([sys.executable, "-c", COLD], capture_output=True, text=True, check=True)
    return float(done.stdout)


def _spread(values: list[float]) -> str:
    return f"{median(values):.0f}, {min(values):.0f}, {max(values):.0f}"
