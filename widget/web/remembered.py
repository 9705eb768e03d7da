"""Answers of the public calculator, remembered: they depend on nothing but the question, and many readers ask the same.

Only what anybody may ask is kept here, never what belongs to a space. Only the event loop's thread comes here.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date

#: Answers at most (about 16 MB), and characters or bytes of a question that is worth it: those of people are short.
MOST, LONGEST = 2_048, 2_048


@dataclass(frozen=True, slots=True)
class Question:
    """All that an answer depends on; the terms and the articles are those of the process."""

    asked: str | bytes
    language: str
    #: What else it depends on: today, or into what it goes.
    otherwise: date | str


@dataclass(frozen=True, slots=True)
class Answer:
    """The body of an answer that was a success, and its language."""

    body: bytes
    language: str


class Remembered:
    """The answers asked for last."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._answers: OrderedDict[Question, Answer] = OrderedDict()

    def get(self, question: Question) -> Answer | None:
        """Return the answer given before, or None."""
        found = self._answers.get(question)
        if found:
            self._answers.move_to_end(question)
        return found

    def keep(self, question: Question, answer: Answer) -> None:
        """Remember a new answer; the one that nobody has asked for longest goes."""
        if len(question.asked) > LONGEST:
            return
        self._answers[question] = answer
        if len(self._answers) > self._most:
            self._answers.popitem(last=False)
