"""How a delivery fails: for now, or for good."""

from datetime import timedelta


class TryAgainError(Exception):
    """It did not arrive this time. `after` is what the receiver asked for; `reached` whether it answered at all."""

    def __init__(self, reason: str, *, after: timedelta | None = None, reached: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.reached = reached


class GiveUpError(Exception):
    """It will never arrive. `gone` where the receiver wants nothing any more."""

    def __init__(self, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.gone = gone
