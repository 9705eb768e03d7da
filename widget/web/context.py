"""What every endpoint may need, put together once by app.py."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from math import isfinite

from anyio import CapacityLimiter
from sqlalchemy import Engine
from starlette.requests import Request

from widget.domain.terms import Terms
from widget.gateways.openid import OpenIdProvider
from widget.languages import ORIGINAL, Language
from widget.services.limits import Limits
from widget.settings import HOME_ZONE, Settings
from widget.web.articles import Articles
from widget.web.remembered import Remembered

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Context:
    """The parts of the running service. `clock` returns an aware instant in UTC."""

    settings: Settings
    terms: Terms
    languages: dict[str, Language]
    articles: Articles
    engine: Engine
    clock: Clock
    limits: Limits
    #: The day whose terms the articles show: that of the start, when they were checked.
    articles_of: date
    #: The security headers that the site's build computed for its pages.
    site_headers: dict[str, str]
    remembered: Remembered = field(default_factory=Remembered)
    provider: OpenIdProvider | None = None
    #: Threads of their own for what may wait, so that the articles always have some: for the database and documents,
    #: and for the provider.
    working: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(40))
    asking: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(8))

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return self.clock().astimezone(UTC)

    def today(self) -> date:
        """Return the civil date in the vendor's zone."""
        return self.clock().astimezone(HOME_ZONE).date()

    def has_current_articles(self) -> bool:
        """Return whether the articles, checked at the start, still show the policy and the price book in force."""
        today, shown = self.today(), self.articles_of
        return all(of(today) is of(shown) for of in (self.terms.policy, self.terms.price_book))


def context_of(request: Request) -> Context:
    """Return the parts of the service that answers this request."""
    context: Context = request.app.state.context
    return context


def query_of(request: Request) -> str:
    """Return the query as it was sent; `request.url` puts the whole address together first."""
    query: bytes = request.scope["query_string"]
    return query.decode("latin-1")


def accepted_language(request: Request) -> Language:
    """Return the language chosen before (cookie), else the browser's first that we speak, else the original."""
    languages = context_of(request).languages
    # Over https its name has a prefix; a choice made before it had one still counts.
    chosen = request.cookies.get("__Secure-language") or request.cookies.get("language", "")
    if chosen in languages:
        return languages[chosen]
    weighted = []
    for position, part in enumerate(request.headers.get("accept-language", "").split(",")[:20]):
        name, *parameters = part.split(";")
        code, weight = name.strip().lower().partition("-")[0], _weight(parameters)
        if code in languages and weight > 0:
            weighted.append((-weight, position, code))
    return languages[min(weighted)[2]] if weighted else languages[ORIGINAL]


def _weight(parameters: list[str]) -> float:
    """Return the `q` of a language, 1 at most and where there is none; 0 for one that is no weight."""
    for name, _, value in (each.partition("=") for each in parameters):
        if name.strip().lower() == "q":
            try:
                weight = float(value)
            except ValueError:
                return 0.0
            return min(weight, 1.0) if isfinite(weight) and weight > 0 else 0.0
    return 1.0
