"""The search of the site, in Python, for support tools: the same ranking as overrides/assets/search.js.

Both read the index that the build wrote. Scores are MiniSearch's: BM25+ by field, prefixes, slips of a letter or two.
"""

import json
import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

BOOSTS = {"title": 4, "synonyms": 3, "headings": 2, "summary": 2, "text": 1}
K, B, D = 1.2, 0.7, 0.5
PREFIX, FUZZY, SYNONYM = 0.375, 0.45, 0.5
#: What is read of a query.
LONGEST = 200
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Section:
    """A section of an article as the search reads it; the first has neither anchor nor heading."""

    anchor: str
    heading: frozenset[str]
    text: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """An article that was found, and the section that matches best, or "" for the article as a whole."""

    path: str
    section: str
    score: float


@dataclass
class Search:
    """The search of one language."""

    language: str
    index: Mapping[str, Any]
    _stop: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        self._stop = frozenset(map(_plain, self.index["stop"]))

    def find(self, text: str) -> list[Found]:
        """Return the articles that match any of the words, the best first."""
        wanted = self.meaning(text[:LONGEST])
        scores: dict[int, float] = defaultdict(float)
        matched: dict[int, set[str]] = defaultdict(set)
        for term, boost in wanted.items():
            for known, weight in self._near(term, boost == 1):
                for number, score in self._scores(known):
                    scores[number] += score * weight * boost
                    if boost == 1:
                        matched[number].add(term)
        found = []
        for number, score in scores.items():
            article = self._articles[number]
            titled = any(_begins(term, self.words(article["title"])) for term in wanted if wanted[term] == 1)
            whole = (1 if titled else article["weight"]) * score * max(1, len(matched[number]))
            found.append(Found(article["id"], self._section(number, wanted), whole))
        return sorted(found, key=lambda each: -each.score)

    def words(self, text: str) -> list[str]:
        """Return the words of a text as the index has them: folded, in the singular, without those that say nothing."""
        return [self._singular(word) for word in map(_plain, _split(text)) if len(word) > 1 and word not in self._stop]

    def _singular(self, plain: str) -> str:
        if len(plain) < 4:
            return plain
        if self.language == "en" and plain.endswith("ies"):
            return f"{plain[:-3]}y"
        return plain[:-1] if plain.endswith("s" if self.language == "en" else ("s", "x")) else plain

    def meaning(self, text: str) -> dict[str, float]:
        """Return the words asked for, with weight 1, and those that mean the same, with less."""
        asked = self.words(text) or [self._singular(_plain(word)) for word in _split(text)]
        asked = [self._meant(word) for word in asked]
        wanted = dict.fromkeys(asked, 1.0)
        for group in self._synonyms:
            if any(_within(phrase, asked) for phrase in group):
                for phrase in group:
                    for word in phrase:
                        wanted.setdefault(word, SYNONYM)
        return wanted

    def _meant(self, word: str) -> str:
        """Return the word; or, where nobody wrote it, the one that somebody did with two neighbours exchanged."""
        if word in self._postings:
            return word
        swapped = (word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :] for at in range(len(word)))
        return next((each for each in swapped if each in self._postings), word)

    @cached_property
    def _articles(self) -> list[dict[str, Any]]:
        return list(self.index["articles"])

    @cached_property
    def _synonyms(self) -> list[list[list[str]]]:
        return [[self.words(phrase) for phrase in group] for group in self.index["synonyms"]]

    @cached_property
    def _fields(self) -> dict[str, list[list[str]]]:
        """The words of each field of each article, in the order of the articles; all count for the length."""
        texts = {name: [each[name] for each in self._articles] for name in ("title", "synonyms", "summary")} | {
            "headings": [" ".join(heading for _, heading, _ in each["sections"]) for each in self._articles],
            "text": [" ".join(text for _, _, text in each["sections"]) for each in self._articles],
        }
        return {name: [_split(text) for text in texts[name]] for name in BOOSTS}

    @cached_property
    def _postings(self) -> dict[str, dict[str, Counter[int]]]:
        """How often each word is in each field of each article."""
        postings: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        for name, articles in self._fields.items():
            for number, words in enumerate(articles):
                for word in self.words(" ".join(words)):
                    postings[word][name][number] += 1
        return postings

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        return {name: [len(set(words)) for words in articles] for name, articles in self._fields.items()}

    @cached_property
    def _sections(self) -> list[list[Section]]:
        return [
            [
                Section(anchor, frozenset(self.words(heading)), frozenset(self.words(text)))
                for anchor, heading, text in each
            ]
            for each in (article["sections"] for article in self._articles)
        ]

    def _near(self, term: str, loose: bool) -> Iterator[tuple[str, float]]:
        """Yield the words of the index that a term stands for: itself, those it begins, those a slip away."""
        slips = 0 if len(term) < 4 or not loose else 1 if len(term) < 8 else 2
        for known in self._postings:
            longer = len(known) - len(term)
            if known == term:
                yield known, 1.0
            elif loose and len(term) > 2 and known.startswith(term):
                yield known, PREFIX * len(known) / (len(known) + 0.3 * longer)
            elif slips and abs(longer) <= slips:
                distance = _distance(term, known, slips)
                if distance <= slips:
                    yield known, FUZZY * len(known) / (len(known) + distance)

    def _scores(self, word: str) -> Iterator[tuple[int, float]]:
        total = len(self._articles)
        for name, counts in self._postings[word].items():
            lengths = self._lengths[name]
            average = sum(lengths) / total
            rare = math.log(1 + (total - len(counts) + 0.5) / (len(counts) + 0.5))
            for number, count in counts.items():
                often = count * (K + 1) / (count + K * (1 - B + B * lengths[number] / average))
                yield number, BOOSTS[name] * rare * (D + often)

    def _section(self, number: int, wanted: Mapping[str, float]) -> str:
        """Return the anchor of the section whose heading, or else whose text alone, has the words; "" for none."""
        title = self.words(self._articles[number]["title"])
        scores: Counter[str] = Counter()
        sections = self._sections[number]
        for term, weight in wanted.items():
            if weight < 1 or _begins(term, title):
                continue
            headed = [each for each in sections if _begins(term, each.heading)]
            told = [each for each in sections if _begins(term, each.text)]
            for each in headed or (told if len(told) == 1 else []):
                scores[each.anchor] += 2 if headed else 1
        return max(sections, key=lambda each: scores[each.anchor]).anchor if any(scores.values()) else ""


def _split(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFC", text))


def _plain(word: str) -> str:
    """Return a word without case and accents."""
    plain = "".join(each for each in unicodedata.normalize("NFD", word.lower()) if not unicodedata.combining(each))
    return plain.replace("œ", "oe").replace("æ", "ae")


def _begins(term: str, words: Any) -> bool:
    return any(word == term or (len(term) > 2 and word.startswith(term)) for word in words)


def _within(phrase: list[str], words: list[str]) -> bool:
    """Whether the words of a phrase follow each other in the words, with a slip of one letter in a long one."""
    return bool(phrase) and any(
        all(map(_same, words[start : start + len(phrase)], phrase)) for start in range(len(words) - len(phrase) + 1)
    )


def _same(typed: str, meant: str) -> bool:
    return typed == meant or (len(meant) > 4 and abs(len(typed) - len(meant)) < 2 and _distance(typed, meant, 1) <= 1)


def _distance(one: str, other: str, most: int) -> int:
    """Return how many letters differ (Levenshtein), or more than `most`."""
    row = list(range(len(other) + 1))
    for index, letter in enumerate(one, start=1):
        above, row = row, [index]
        for position, each in enumerate(other, start=1):
            row.append(min(row[-1] + 1, above[position] + 1, above[position - 1] + (letter != each)))
        if min(row) > most:
            return most + 1
    return row[-1]


def load(site: Path, language: str) -> Search:
    """Return the search of a language from the built site. Raises OSError or ValueError where it has no index."""
    return Search(language, json.loads((site / language / "search-index.json").read_text(encoding="utf-8")))
