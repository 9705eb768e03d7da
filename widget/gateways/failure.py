"""How a delivery fails: for now, or for good."""

from datetime import timedelta


class TryAgainError(Exception):
    """It did not arrive this time. `after` is what the receiver asked for; `reached` whether it answered at all.

    `kind` is a status or the name of what was raised: unlike the reason it holds no word of anybody, and may be logged.
    """

    def __init__(self, reason: str, *, kind: str, after: timedelta | None = None, reached: bool = False) -> None:
        super().__init__(reason)
        self.kind = kind
        self.after = after
        self.reached = reached


def kind_of(error: BaseException) -> str:
    """Return the name of what went wrong at the bottom of an error: a certificate, not only a connection."""
    while below := error.__cause__ or error.__context__:
        error = below
    return type(error).__name__


class GiveUpError(Exception):
    """It will never arrive. `gone` where the receiver wants nothing any more."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone
