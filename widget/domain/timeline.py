"""What is billed when: a step function per line, and the one formula that changes it.

    b'(t) = b(t)            for t <  s
    b'(t) = max(b(t), N)    for s <= t < P
    b'(t) = N               for t >= P

Source: rules.md, "Up and down in one change". It covers a plain downgrade or upgrade, a mixed change, a second change
while one is pending, and raising again what is still paid.
"""

from collections.abc import Callable, Iterator
from datetime import date
from itertools import pairwise

from widget.domain.plan import Level
from widget.domain.subscription import Step

Rank = Callable[[str], int]


def step_at(steps: tuple[Step, ...], day: date) -> Step:
    """Return the step in force on `day`. Raises ValueError for a day before the first step."""
    for step in reversed(steps):  # there are one to four
        if step.starts_on <= day:
            return step
    raise ValueError(f"nothing is billed on {day}: the first step starts on {steps[0].starts_on}")


def highest(one: Level, other: Level, rank: Rank) -> Level:
    """Return, line by line, the higher of two levels; plans compare by rank."""
    return Level(
        plan=one.plan if rank(one.plan) >= rank(other.plan) else other.plan,
        users=max(one.users, other.users),
        zoom_licenses=max(one.zoom_licenses, other.zoom_licenses),
    )


def merged(steps: list[Step]) -> tuple[Step, ...]:
    """Return the steps without those that change neither the level nor its price book."""
    kept: list[Step] = []
    for step in steps:
        if not kept or (kept[-1].level, kept[-1].price_book) != (step.level, step.price_book):
            kept.append(step)
    return tuple(kept)


def levels(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return what is billed when, whatever the price books."""
    return merged([Step(step.starts_on, step.level) for step in steps])


def changed(
    billed: tuple[Step, ...], wish: Level, *, up_from: date, down_from: date, price_book: str | None, rank: Rank
) -> tuple[Step, ...]:
    """Return b': what is billed once `wish` is ordered; `up_from` is s and `down_from` is P, never before s.

    A stretch that the wish leaves as it was keeps the price book that an earlier order froze for it. What the wish
    sets, and what no order had frozen yet, is priced by `price_book`: the order tells both fees, and a later price book
    touches neither (rule: price-of-the-day).
    """
    starts = {step.starts_on for step in billed} | {up_from, down_from}
    steps = []
    for start in sorted(starts):
        before = step_at(billed, start)
        level = before.level
        if start >= up_from:
            level = wish if start >= down_from else highest(before.level, wish, rank)
        frozen = before.price_book if level == before.level else None
        steps.append(Step(start, level, frozen or price_book))
    return merged(steps)


def undone(billed: tuple[Step, ...], on: date, rank: Rank, before: tuple[Step, ...] | None = None) -> tuple[Step, ...]:
    """Return what is billed once every decrease still to come after `on` is taken back (rule: undo).

    From `on` onwards each line keeps the highest value it has reached: nothing falls any more, and nothing that
    was ordered upwards is lost. `before` is what was billed before the order that is taken back, where that is known:
    an increase of its own month, which the order replaced before it was ever billed, comes back as well.
    """
    steps = [step for step in billed if step.starts_on <= on]
    held = steps[-1]
    for step in _to_come(billed, before or billed, on, rank):
        level = highest(held.level, step.level, rank)
        # Where nothing falls the step stays, with its price book: the same level may be ordered at a later price.
        if level == step.level or level != held.level:
            held = Step(step.starts_on, level, step.price_book)
            steps.append(held)
    return merged(steps)


def _to_come(billed: tuple[Step, ...], before: tuple[Step, ...], on: date, rank: Rank) -> Iterator[Step]:
    """Yield the steps after `on` at the higher of what is billed and what was, line by line."""
    for start in sorted({step.starts_on for step in (*billed, *before) if step.starts_on > on}):
        now, was = step_at(billed, start), step_at(before, start)
        level = highest(now.level, was.level, rank)
        # What the order did not lower keeps the price that the order told; what comes back, the one it had.
        comes_back = level == was.level != now.level
        yield Step(start, level, was.price_book if comes_back else now.price_book)


def days_to_come(billed: tuple[Step, ...], on: date) -> list[date]:
    """Return the days after `on` on which something that was ordered starts.

    A step at the level of the one before it and without a price book is none: from there on, after an undo, the old
    numbers follow the price book again.
    """
    return [
        step.starts_on
        for earlier, step in pairwise(billed)
        if step.starts_on > on and (step.level != earlier.level or step.price_book)
    ]


def highest_from(billed: tuple[Step, ...], on: date, rank: Rank) -> Level:
    """Return, line by line, the highest value billed on or after `on`."""
    level = step_at(billed, on).level
    for step in billed:
        if step.starts_on > on:
            level = highest(level, step.level, rank)
    return level
