"""Each of many alone: what fails holds up no other, is logged with its place, and is named when all had their turn."""

import logging
from collections.abc import Callable, Mapping

log = logging.getLogger("widget")


class LeftError(Exception):
    """Some could not be done; all others were. The message names each by its id, with the class of what went wrong."""


def each_alone(acts: Mapping[str, Callable[[], int]], what: str) -> int:
    """Do each act, under the id of what it is about, and return the sum of what they return.

    Raises LeftError at the end where any failed. What an exception says may hold what somebody typed: its class is
    told, and its place is in the log.
    """
    done, failed = 0, []
    for name, act in acts.items():
        try:
            done += act()
        except Exception as error:
            log.exception("%s: %s is to be tried again", what, name)
            failed.append(f"{name}: {type(error).__name__}")
    if failed:
        raise LeftError(f"{what}, to be tried again: {'; '.join(failed)}")
    return done
