"""The child that is killed: it places orders one after the other and says so: `?` before, `+` after."""

import sys

from bench.orders import _place, _ready
from widget.services import order
from widget.store.engine import open_engine


def main() -> None:
    """Place orders until killed."""
    path, member, number = sys.argv[1:]
    engine = open_engine(f"sqlite:///{path}")
    print("ready", flush=True)
    users = 8 + int(number) % 2
    while True:
        users = 9 if users == 8 else 8 if users == 10 else 10
        draft_id = _ready(engine, member, users)
        print(f"?{draft_id}", flush=True)
        outcome = _place(engine, member, draft_id)
        if isinstance(outcome, order.Placed):
            print(f"+{draft_id}", flush=True)


main()
