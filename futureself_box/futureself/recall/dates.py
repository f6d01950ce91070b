"""Understands the times in a question: "last spring", "two years ago", "vor drei Wochen", "before the move".

In code and not by a model, so that it is right on any. A time is a window of days, the words that
made it are taken out of what is searched for. What is no date but an event ("before the move") is
handed back as words, to be looked up in what the member wrote.
"""

import re
from datetime import date, timedelta
from typing import Literal, TypeAlias

import msgspec

from futureself_box.futureself.recall import words
from futureself_box.futureself.recall.spans import Window
from futureself_box.futureself.recall.spoken import Spoken
from futureself_box.futureself.recall.time_phrases import TimeReader, in_year

Order: TypeAlias = Literal["first", "last", "now"]
Side: TypeAlias = Literal["before", "after", "during"]


class Event(msgspec.Struct, frozen=True):
    """Something in the member's life that a question is dated by, in its words."""

    side: Side
    words: str
    within: timedelta | None = None
    """How far from it, where that is said: "the week after the wedding"."""


class Times(msgspec.Struct, frozen=True):
    """When a question is about: windows (one of them), an event, an order; and the question without."""

    topic: str
    windows: tuple[Window, ...] = ()
    event: Event | None = None
    order: Order | None = None


_NUMERIC = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_FROM_TO = re.compile(
    r"\b(?:between|from|von|desde|de)\b.*\b(?:and|to|und|bis|until|et|y|en|e|a)\b"
)
_SIDES: dict[str, Side] = {
    "before": "before", "until": "before", "after": "after", "since": "after", "during": "during",
    "while": "during", "als": "during", "toen": "during", "lorsque": "during", "mentre": "during",
    "mientras": "during", "enquanto": "during", "wahrend": "during",
}  # fmt: skip
_SUBJECTS = frozenset(
    [
        "i",
        "we",
        "he",
        "she",
        "they",
        "my",
        "our",
        "the",
        "j",
        "je",
        "ich",
        "wir",
        "ik",
        "we",
        "yo",
        "era",
        "vivia",
        "trabajaba",
        "vivevo",
        "ero",
        "morava",
    ]
)
_LATEST = re.compile(
    r"\b(?:the )?(?:last time|most recent(?:ly)?|zum letzten mal|letztes mal|la derniere fois|derniere fois"
    r"|la ultima vez|ultima vez|de laatste keer|laatste keer|l ultima volta|ultima volta|por ultimo)\b"
)
_NOW = re.compile(
    r"\b(?:these days|at the moment|right now|at present|any ?more|im moment|zur zeit|en ce moment"
    r"|en este momento|op dit moment|in questo momento|neste momento|hoje em dia|up to date)\b"
)


def read(question: str, today: date) -> Times:
    """What a question says about time; `today` is the day on which it is asked."""
    found = _Reading(question, today)
    return Times(found.topic(), tuple(found.windows), found.event, found.order)


class _Reading:
    """A walk along the words of one question."""

    def __init__(self, question: str, today: date) -> None:
        self.windows: list[Window] = []
        self.event: Event | None = None
        self.order: Order | None = None
        self._question = question
        self._today = today
        self._used: list[tuple[int, int]] = []
        self._yearless: list[tuple[str, Window]] = []
        self._numeric()
        self._said = Spoken(question)
        self._phrases()
        self._dates()
        self._orders()
        if not self.windows:
            self._events()

    def topic(self) -> str:
        """The question without the words that were read as times."""
        letters = list(self._question)
        for start, end in self._used:
            letters[start:end] = " " * (end - start)
        return " ".join("".join(letters).split())

    def _numeric(self) -> None:
        for match in _NUMERIC.finditer(self._question):
            numbers = [int(group) for group in match.groups() if group]
            year, mon, day = numbers if match[1] else reversed(numbers)
            if mon > 12:
                mon, day = day, mon
            try:
                on = date(year, mon, day)
            except ValueError:
                continue
            self._take(Window(on, on), match.start(), match.end())

    def _phrases(self) -> None:
        plain = self._said.plain
        if _LATEST.search(plain):
            self.order = "last"
        elif _NOW.search(plain):
            self.order = "now"

    def _dates(self) -> None:
        at, times = 0, TimeReader(self._said, self._today)
        while at < len(self._said.tokens):
            found = None if self._is_used(at) else times.at(at)
            if found is None:
                at += 1
                continue
            if found.yearless:
                self._yearless.append(found.yearless)
            start = at
            while start and self._said.tokens[start - 1].word in self._said.fillers:
                start -= 1
            sides = self._said.tokens[start - 1].means if start else ""
            window, start = self._bounded(found.window, sides, start)
            self._take(window, self._said.tokens[start].start, self._said.tokens[found.end - 1].end)
            at = found.end
        if len(self.windows) == 2:
            self._join()

    def _bounded(self, window: Window, side: str, start: int) -> tuple[Window, int]:
        if side == "since":
            return Window(window.since, self._today), start - 1
        if side in {"before", "until"}:
            return Window(date.min, window.since - timedelta(days=1)), start - 1
        if side == "after":
            return Window(window.until + timedelta(days=1), self._today), start - 1
        return window, start - 1 if side in {"during", "around", "between"} else start

    def _join(self) -> None:
        """From May to July 2021; but in autumn, two years ago."""
        first, last = self.windows
        if _FROM_TO.search(self._said.meaning):
            if first.since > last.until:  # between May and July 2021
                first = Window(first.since.replace(year=last.since.year), last.until)
            if first.since <= last.until:
                self.windows = [Window(first.since, last.until)]
        elif self._yearless:
            name, latest = self._yearless[0]
            other = last if latest == first else first
            every = (in_year(name, year) for year in range(other.since.year, other.until.year + 1))
            inside = [window for window in every if window and other.holds(window.since)]
            self.windows = inside[:1] or self.windows

    def _orders(self) -> None:
        left = [t for n, t in enumerate(self._said.tokens) if not self._is_used(n)]
        means = {token.means for token in left}
        if self.order is None and "first" in means:
            self.order = "first"
        elif self.order is None and means & {"last", "newest", "lasttime"}:
            self.order = "last"
        elif self.order is None and means & {"now", "still"} and not self.windows:
            self.order = "now"

    def _events(self) -> None:
        for at, token in enumerate(self._said.tokens):
            side = _SIDES.get(token.means) or _SIDES.get(token.word)
            asked = at + 1 < len(self._said.tokens) and self._said.word(at + 1) in _SUBJECTS
            if side is None and token.word in {"when", "quand", "cuando", "quando"} and asked:
                side = "during"
            if side is None or at + 1 >= len(self._said.tokens):
                continue
            end = self._clause_end(at)
            clause = self._question[token.end : self._said.tokens[end - 1].end]
            if words.telling(clause) and self._leaves_topic(at, end):
                self.event = Event(side, clause.strip(), self._within(at))
                self._used.append((token.start, self._said.tokens[end - 1].end))
                return

    def _within(self, at: int) -> timedelta | None:
        kind = self._said.means(at - 1) if at else ""
        count = self._said.means(at - 2) if at > 1 else ""
        days = {"day": 2, "week": 10, "weekend": 10, "month": 45, "year": 400}.get(kind)
        return None if days is None else timedelta(days * (int(count) if count.isdigit() else 1))

    def _leaves_topic(self, start: int, end: int) -> bool:
        rest = self._question[: self._said.tokens[start].start]
        rest += self._question[self._said.tokens[end - 1].end :]
        return bool(words.telling(rest)) or start > 1

    def _clause_end(self, at: int) -> int:
        for number in range(at + 1, len(self._said.tokens) - 1):
            between = self._question[
                self._said.tokens[number].end : self._said.tokens[number + 1].start
            ]
            if set(between) & set(",;?!."):
                return number + 1
        return len(self._said.tokens)

    def _is_used(self, at: int) -> bool:
        start = self._said.tokens[at].start
        return any(first <= start < last for first, last in self._used)

    def _take(self, window: Window, start: int, end: int) -> None:
        self.windows.append(window)
        self._used.append((start, end))
