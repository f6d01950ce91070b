"""Understands the times in a question: "last spring", "two years ago", "vor drei Wochen", "before the move".

In code and not by a model, so that it is right on any. A time is a window of days, the words that
made it are taken out of what is searched for. What is no date but an event ("before the move") is
handed back as words, to be looked up in what the member wrote.
"""

import re
from datetime import date, timedelta
from typing import Literal, TypeAlias

import msgspec

from futureself_box.futureself.recall import ages, joining, numeric_dates, words
from futureself_box.futureself.recall.calendar_words import GONE_BY, UNITS, WEEKDAYS
from futureself_box.futureself.recall.joining import Timed
from futureself_box.futureself.recall.spans import Window, in_year, next_to
from futureself_box.futureself.recall.spoken import Spoken, is_count
from futureself_box.futureself.recall.time_phrases import Found, TimeReader

Order: TypeAlias = Literal["first", "last", "now"]
Side: TypeAlias = Literal["before", "after", "during"]


class Event(msgspec.Struct, frozen=True):
    """Something in the member's life that a question is dated by, in its words."""

    side: Side
    words: str
    within: timedelta | None = None
    """How far from it, where that is said: "the week after the wedding"."""
    season: str | None = None
    """Or a season, month or holiday beside it: "the summer after the wedding"."""


class _Beside(msgspec.Struct, frozen=True):
    """A season that is told by what it was before or after, and the places of its words."""

    name: str
    side: str
    at: int
    end: int


class Times(msgspec.Struct, frozen=True):
    """When a question is about: windows (one of them), an event, an order; and the question without."""

    topic: str
    windows: tuple[Window, ...] = ()
    maybe: tuple[Window, ...] = ()
    """The same times of earlier years, which are less likely meant: "at Christmas"."""
    event: Event | None = None
    order: Order | None = None
    loosely: bool = False
    """The windows are a guess, around something else that was then."""


_EARLIER_YEARS = 12
_SIDES: dict[str, Side] = {
    "before": "before", "until": "before", "after": "after", "since": "after", "during": "during",
    "while": "during", "als": "during", "toen": "during", "lorsque": "during", "mentre": "during",
    "mientras": "during", "enquanto": "during", "wahrend": "during",
}  # fmt: skip
_SUBJECTS = frozenset(["i", "we", "he", "she", "they", "my", "our", "the", "j", "je", "ich", "wir", "ik", "yo", "era",
                       "vivia", "trabajaba", "vivevo", "ero", "morava"])  # fmt: skip
# "Nach Berlin" is no time, "nach der Hochzeit" is; and "vor" is a place more often than not.
_ARTICLES = frozenset(["der", "dem", "den", "meiner", "meinem", "unserer", "unserem", "seiner", "seinem", "ihrer",
                       "ihrem", "einer", "einem", "diesem", "dieser"])  # fmt: skip
_HAPPENINGS = re.compile(
    r"(?:umzug|hochzeit|heirat|trennung|scheidung|geburt|tod|begrabnis|beerdigung|operation|prufung|abitur"
    r"|unfall|reise|urlaub|ferien|studium|ausbildung|kundigung|pandemie|krieg|rente|schwangerschaft|krankheit"
    r"|infarkt|schlaganfall|einschulung|wechsel|konzert|auftritt|fest|feier|ernte)\w{0,2}"
)
_LATEST = re.compile(
    r"\b(?:the )?(?:last time|most recent(?:ly)?|zum letzten mal|letztes mal|la derniere fois|derniere fois"
    r"|la ultima vez|ultima vez|de laatste keer|laatste keer|l ultima volta|ultima volta|por ultimo)\b"
)
_NOW = re.compile(
    r"\b(?:these days|at the moment|right now|at present|any ?more|im moment|zur zeit|en ce moment"
    r"|en este momento|op dit moment|in questo momento|neste momento|hoje em dia|up to date)\b"
)


def read(question: str, today: date, born: int | None = None) -> Times:
    """What a question says about time; `today` is the day on which it is asked.

    Ages are understood where it is known in which year the member was born.
    """
    found = _Reading(question, today, born)
    return Times(found.topic(), tuple(found.windows), tuple(found.maybe), found.event, found.order)


class _Reading:
    """A walk along the words of one question."""

    def __init__(self, question: str, today: date, born: int | None) -> None:
        self.event: Event | None = None
        self.order: Order | None = None
        self.maybe: list[Window] = []
        self._question = question
        self._today = today
        self._used: list[tuple[int, int]] = []
        self._timed: list[Timed] = []
        self._also: list[Window] = []
        self._beside: _Beside | None = None
        self._said = Spoken(question)
        self._times = TimeReader(self._said, today)
        self._numeric(born)
        self._phrases()
        self._dates()
        self.windows = joining.together(self._said, self._timed) + self._also
        if len(self._timed) > 1:  # something else says which year
            self.maybe = []
        self._orders()
        if not self.windows or self._beside:
            self._events()

    def topic(self) -> str:
        """The question without the words that were read as times."""
        letters = list(self._question)
        for start, end in self._used:
            letters[start:end] = " " * (end - start)
        return " ".join("".join(letters).split())

    def _numeric(self, born: int | None) -> None:
        found = (*numeric_dates.find(self._question), *ages.find(self._question, born))
        for window, start, end in found:
            inside = [n for n, token in enumerate(self._said.tokens) if start <= token.start < end]
            self._timed.append(Timed(window, inside[0], inside[-1] + 1, None))
            self._used.append((start, end))

    def _phrases(self) -> None:
        plain = self._said.plain
        if _LATEST.search(plain):
            self.order = "last"
        elif _NOW.search(plain):
            self.order = "now"

    def _dates(self) -> None:
        at = 0
        while at < len(self._said.tokens):
            found = None if self._is_used(at) else self._times.at(at)
            if found is None:
                at += 1
                continue
            self._take(found, at)
            at = found.end

    def _take(self, found: Found, at: int) -> None:
        start = at
        while start and self._said.is_filler(start - 1):
            start -= 1
        if self._beside is not None:
            beside, self._beside = self._beside, None
            window = next_to(beside.name, beside.side, found.window.since) or found.window
            self._timed = [Timed(window, beside.at, found.end, None)]
            self._use(beside.at, found.end)
            return
        window, start = self._bounded(found.window, start)
        name = found.name if window == found.window else None
        self._timed.append(Timed(window, start, found.end, name))
        if found.also:
            self._also.append(found.also)
        if not found.stays:
            self._use(start, found.end)
        if found.name and found.name not in WEEKDAYS and found.window == window:
            self._without_year(found, start)

    def _without_year(self, found: Found, start: int) -> None:
        """The summer may be the one after an event; and at Christmas may be of any year."""
        name = found.name or ""
        side = self._side(found.end)
        is_ago = self._times.at(found.end) is not None  # "Weihnachten vor zwei Jahren"
        if side in {"before", "after"} and not is_ago and not self._timed[:-1]:
            start -= self._said.means(start - 1) == "first"  # "the first Christmas after the move"
            self._beside = _Beside(name, side, start, found.end)
            self._use(start, found.end)
        elif found.any_year:
            years = range(found.window.since.year - _EARLIER_YEARS, found.window.since.year)
            self.maybe = [one for one in (in_year(name, year) for year in years) if one]

    def _side(self, at: int) -> str:
        means = self._said.means(at)
        return "before" if means == "ago" and self._said.word(at) == "vor" else means

    def _bounded(self, window: Window, start: int) -> tuple[Window, int]:
        """Since 2020; two weeks before Christmas; until March."""
        side, before = self._side(start - 1), start - 1
        if side == "since":
            return Window(window.since, max(self._today, window.since)), before
        if side == "until":
            return Window(date.min, window.until), before
        if side in {"before", "after"}:
            return self._off(window, side, before)
        return window, before if side in {"during", "around", "between"} else start

    def _off(self, window: Window, side: str, at: int) -> tuple[Window, int]:
        kind, number = self._said.means(at - 1), self._said.means(at - 2)
        if kind in UNITS:
            count = int(number) if is_count(number) else 1
            days = {"day": 1, "week": 7, "weekend": 7, "month": 30, "year": 365}[kind] * count
            off = timedelta(days if side == "after" else -days)
            slack = timedelta(max(1, days // 3))
            start = at - 2 if is_count(number) else at - 1
            return Window(window.since + off - slack, window.until + off + slack), start
        if side == "before":
            return Window(date.min, window.since - timedelta(days=1)), at
        since = window.until + timedelta(days=1)
        return Window(since, max(self._today, since)), at

    def _orders(self) -> None:
        left = [token for n, token in enumerate(self._said.tokens) if not self._is_used(n)]
        means = {token.means for token in left if token.word not in GONE_BY}
        if self.order is None and "first" in means:
            self.order = "first"
        elif self.order is None and means & {"last", "newest", "lasttime"}:
            self.order = "last"
        elif self.order is None and means & {"now", "still"} and not self.windows:
            self.order = "now"

    def _events(self) -> None:
        for at, token in enumerate(self._said.tokens):
            side = self._side_of_event(at)
            beside = self._beside if self._beside and at == self._beside.end else None
            if (
                side is None
                or at + 1 >= len(self._said.tokens)
                or bool(beside) != bool(self._beside)
            ):
                continue
            end = self._clause_end(at)
            clause = self._question[token.end : self._said.tokens[end - 1].end]
            if words.telling(clause) and (beside or self._leaves_topic(at, end)):
                season = beside.name if beside else None
                self.event = Event(side, clause.strip(), self._within(at), season)
                if side != "during":  # what was then may stand in the entry that tells of it
                    self._use(at, end)
                return

    def _side_of_event(self, at: int) -> Side | None:
        """Whether an event may begin after this word, and on which side of it the question is."""
        token, next_word = self._said.tokens[at], self._said.word(at + 1)
        if token.word in {"nach", "vor"} and not self._is_of_time(at):
            return None
        if token.word in {"when", "quand", "cuando", "quando"} and next_word in _SUBJECTS:
            return "during"
        return _SIDES.get(self._side(at)) or _SIDES.get(token.word)

    def _is_of_time(self, at: int) -> bool:
        said = self._said
        if said.word(at) == "nach":
            genitive = said.word(at + 1).endswith("s") and at + 2 < len(said.tokens)
            return said.word(at + 1) in _ARTICLES or genitive
        after = range(at + 1, min(at + 4, len(said.tokens)))
        return any(_HAPPENINGS.search(said.word(place)) for place in after)

    def _within(self, at: int) -> timedelta | None:
        kind = self._said.means(at - 1) if at else ""
        count = self._said.means(at - 2) if at > 1 else ""
        days = {"day": 2, "week": 10, "weekend": 10, "month": 45, "year": 400}.get(kind)
        return None if days is None else timedelta(days * (int(count) if is_count(count) else 1))

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

    def _use(self, start: int, end: int) -> None:
        tokens = self._said.tokens
        self._used.append((tokens[start].start, tokens[end - 1].end))
