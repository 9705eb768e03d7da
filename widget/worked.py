"""Worked cases: one line of inputs each, and what the rules answer. Articles show them; the service checks them.

    interval=year term_start=2026-07-01 on=2027-03-15 from=premium/20/4 to=premium/15/4    a change
    interval=month on=2027-08-03                                                           a cancellation
    interval=month on=2027-03-20 from=premium/15/4 billed=2027-04-01:premium/15/4 undo=yes a change taken back

Levels are plan/users/Zoom licenses. `active`, `invited` and `locked` may follow. `billed` names what is billed from
which day on; before its first day, `paid` (by default `from`) is. `refused` names the rules that block the case, and
only they may.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from widget import catalogue
from widget.catalogue import DATA, CatalogueError
from widget.domain.cancellation import CancellationPreview, cancel_preview
from widget.domain.change import ChangePreview, preview
from widget.domain.plan import Interval, Level
from widget.domain.refusal import Rule
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.domain.terms import Terms
from widget.domain.undo import can_undo, undo

NEEDED = ("interval", "on")
OPTIONAL = ("term_start", "from", "to", "active", "invited", "locked", "paid", "billed", "undo", "refused")


@dataclass(frozen=True, slots=True)
class Case:
    """The inputs of a case. `wish` is None for a cancellation and for a change taken back."""

    subscription: Subscription
    on: date
    wish: Level | None = None
    undo: bool = False
    refused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Undone:
    """The answer to a change taken back: the subscription before and after."""

    on: date
    before: Subscription
    after: Subscription
    possible: bool


Answer = ChangePreview | CancellationPreview | Undone


def read(text: str) -> Case:
    """Return the case that one line describes. Raises ValueError that says what is wrong with it."""
    values = dict(pair.split("=", 1) for pair in text.split() if "=" in pair)
    wrong = set(NEEDED) - values.keys() | values.keys() - {*NEEDED, *OPTIONAL}
    if wrong or len(values) != len(text.split()):
        raise ValueError(f"write each of {', '.join(NEEDED)} once, as name=value; {', '.join(OPTIONAL)} may follow")
    interval, on = Interval(values["interval"]), _day(values["on"])
    if (interval is Interval.YEAR) != ("term_start" in values):
        raise ValueError("term_start goes with interval=year, and only with it")
    start = _day(values["term_start"]) if "term_start" in values else None
    if start and start > on:
        raise ValueError("term_start is after the day of the order")
    if "to" in values and "from" not in values:
        raise ValueError("a change has both from and to; a cancellation may leave out both")
    in_use = _level(values.get("from", "premium/20/4"))
    subscription = Subscription(
        interval=interval,
        term_start=start,
        in_use=in_use,
        billed=_billed(values, in_use),
        active_users=int(values.get("active", "0")),
        pending_invitations=int(values.get("invited", "0")),
        locked=_yes(values, "locked"),
    )
    wish = _level(values["to"]) if "to" in values else None
    refused = frozenset(values.get("refused", "").split(",")) - {""}
    return Case(subscription, on, wish, _yes(values, "undo"), refused)


def _yes(values: Mapping[str, str], name: str) -> bool:
    text = values.get(name, "no")
    if text not in ("yes", "no"):
        raise ValueError(f"{name}={text}: write yes, or leave it out")
    return text == "yes"


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{text}: write a day that there is, such as 2027-03-15 ({error})") from None


def _level(text: str) -> Level:
    parts = text.split("/")
    if len(parts) != 3 or not all(part.isdecimal() for part in parts[1:]):
        raise ValueError(f"{text}: write a level as plan/users/licenses, such as premium/20/4")
    return Level(parts[0], int(parts[1]), int(parts[2]))


def _billed(values: Mapping[str, str], in_use: Level) -> tuple[Step, ...]:
    first = Step(SINCE_EVER, _level(values["paid"]) if "paid" in values else in_use)
    later = [step.partition(":") for step in values["billed"].split(",")] if "billed" in values else []
    return (first, *(Step(_day(day), _level(level)) for day, _, level in later))


def answer(case: Case, terms: Terms) -> Answer:
    """Return what the rules say to a case.

    Raises ValueError for a plan that is not sold that day, and where what blocks the case is not what `refused` names.
    """
    result = _decide(case, terms)
    blocked = frozenset() if isinstance(result, Undone) else frozenset(str(each.rule) for each in result.blockers)
    if blocked != case.refused:
        found, declared = (", ".join(sorted(rules)) or "nothing" for rules in (blocked, case.refused))
        raise ValueError(
            f"refused by {found}, declared: {declared}; correct the inputs, or write what blocks it as refused=rule"
        )
    return result


def _decide(case: Case, terms: Terms) -> Answer:
    try:
        if case.undo:
            after = undo(case.subscription, on=case.on, terms=terms)
            return Undone(case.on, case.subscription, after, can_undo(case.subscription, on=case.on, terms=terms))
        if case.wish is None:
            return cancel_preview(case.subscription, on=case.on, terms=terms)
        return preview(case.subscription, case.wish, on=case.on, terms=terms)
    except KeyError as error:
        raise ValueError(f"the price book of that day has no plan {error}") from None


@lru_cache
def cases(folder: Path = DATA) -> Mapping[Rule, tuple[str, ...]]:
    """Return the lines of each rule that decides a date, an amount or a number; `worked` reads them.

    Raises CatalogueError for a file that says something else, or names a rule that there is not.
    """
    file = catalogue.read(folder / "cases.toml")
    found = {rule: file.texts(rule) for rule in Rule if rule in file}
    file.done()
    return found


def worked(rule: Rule, terms: Terms, folder: Path = DATA) -> list[tuple[Case, Answer]]:
    """Return the worked cases of a rule, each with what the rules answer.

    Raises CatalogueError, naming the line, for a case that cannot be.
    """
    found = []
    for line in cases(folder).get(rule, ()):
        try:
            case = read(line)
            found.append((case, answer(case, terms)))
        except ValueError as error:
            raise CatalogueError(f"cases.toml.{rule}: {line}: {error}") from None
    return found


def fingerprint(terms: Terms, on: date) -> str:
    """Return what identifies the figures of the articles: the terms in force on a day, and the answer to every case.

    Two builds with the same fingerprint show the same figures. Raises CatalogueError for a case that cannot be.
    """
    told = [repr(terms.policy(on)), repr(terms.price_book(on))]
    told += [repr(result) for rule in cases() for _, result in worked(rule, terms)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]
