"""Understands the times in a question: "last spring", "two years ago", "vor drei Wochen", "before the move".

In code and not by a model, so that it is right on any. A time is a window of days, the words that
made it are taken out of what is searched for. What is no date but an event ("before the move") is
handed back as words, to be looked up in what the member wrote.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Literal, TypeAlias

import msgspec

from futureself_box.futureself.recall import stopwords, words
from futureself_box.futureself.recall.calendar_words import (
    CALENDAR,
    HOLIDAYS,
    MONTHS,
    SEASONS,
    UNITS,
    WEEKDAYS,
)
from futureself_box.futureself.recall.spans import (
    Window,
    around,
    holiday,
    month,
    part,
    season,
    unit,
)

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


class _Token(msgspec.Struct, frozen=True):
    word: str
    means: str
    start: int
    end: int


# Between the words of a date: "the spring of 2021", "el 3 de marzo", "im letzten Jahr", "l'été 2020".
_FILLERS = {
    "en": frozenset(["the", "of", "in", "on", "at", "back", "a", "s"]),
    "de": frozenset(["dem", "den", "der", "die", "das", "des", "im", "am", "um", "in", "zu"]),
    "fr": frozenset(["de", "du", "le", "la", "les", "l", "en", "d", "a", "au"]),
    "es": frozenset(["de", "del", "el", "la", "los", "las", "en", "a", "y"]),
    "nl": frozenset(["de", "het", "van", "in", "op", "om"]),
    "it": frozenset(
        [
            "di",
            "del",
            "della",
            "dello",
            "dell",
            "il",
            "la",
            "lo",
            "l",
            "le",
            "nel",
            "nella",
            "nell",
            "a",
            "in",
            "gli",
            "i",
        ]
    ),
    "pt": frozenset(
        ["de", "do", "da", "dos", "das", "o", "a", "os", "as", "em", "no", "na", "nos", "nas"]
    ),
}
_YEAR = re.compile(r"(?:19|20)\d\d")
_NUMERIC = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b|\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
# The words of a question; some things are said in several and are read as one.
_SPOKEN = re.compile(
    r"(?P<ago>\bil y a\b)|(?P<newyear>\bnew year(?:[\u2019']?s)?(?: eve| day)?\b)|(?P<valentine>\bvalentine[\u2019']?s(?: day)?\b)"
    r"|(?P<yesterday>\blast night\b|\bgestern abend\b|\banoche\b)|(?P<recently>\bthe other day\b)"
    r"|(?P<before_yesterday>\bthe day before yesterday\b|\bvorgestern\b|\bavant-hier\b|\banteayer\b|\beergisteren\b)"
    r"|[^\W_]+",
    re.IGNORECASE,
)
_ONE_WORD = {
    "ago": "ilya", "newyear": "newyear", "valentine": "valentine", "yesterday": "yesterday",
    "recently": "recently", "before_yesterday": "beforeyesterday",
}  # fmt: skip
_FROM_TO = re.compile(
    r"\b(?:between|from|von|desde|de)\b.*\b(?:and|to|und|bis|until|et|y|en|e|a)\b"
)
_ORDINAL = re.compile(r"(\d{1,2})(?:st|nd|rd|th|er|e)?")
# The verb and the season, the wish and the month: only after one of these.
_DATING = frozenset({"last", "this", "since", "before", "after", "until", "in", "early", "late", "middle",
                     "between", "around", "during", "of", "by", "from", "and", "the", "next"})  # fmt: skip
_KINDS: dict[str, tuple[str, ...]] = {"unit": UNITS, "season": SEASONS}
_DAYS_BACK = {"today": 0, "yesterday": 1, "beforeyesterday": 2, "recently": 60}
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
        self._tokens, self._fillers = _tokens(question)
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
        plain = " ".join(token.word for token in self._tokens)
        if _LATEST.search(plain):
            self.order = "last"
        elif _NOW.search(plain):
            self.order = "now"

    def _dates(self) -> None:
        at = 0
        while at < len(self._tokens):
            found = None if self._is_used(at) else self._date_at(at)
            if found is None:
                at += 1
                continue
            window, end = found
            start = at
            while start and self._tokens[start - 1].word in self._fillers:
                start -= 1
            sides = self._tokens[start - 1].means if start else ""
            window, start = self._bounded(window, sides, start)
            self._take(window, self._tokens[start].start, self._tokens[end - 1].end)
            at = end
        if len(self.windows) == 2:
            self._join()

    def _join(self) -> None:
        """From May to July 2021; but in autumn, two years ago."""
        first, last = self.windows
        plain = " ".join(token.means for token in self._tokens)
        if _FROM_TO.search(plain):
            if first.since > last.until:  # between May and July 2021
                first = Window(first.since.replace(year=last.since.year), last.until)
            if first.since <= last.until:
                self.windows = [Window(first.since, last.until)]
        elif self._yearless:
            name, latest = self._yearless[0]
            other = last if latest == first else first
            every = (_in_year(name, year) for year in range(other.since.year, other.until.year + 1))
            inside = [window for window in every if window and other.holds(window.since)]
            self.windows = inside[:1] or self.windows

    def _bounded(self, window: Window, side: str, start: int) -> tuple[Window, int]:
        if side == "since":
            return Window(window.since, self._today), start - 1
        if side in {"before", "until"}:
            return Window(date.min, window.since - timedelta(days=1)), start - 1
        if side == "after":
            return Window(window.until + timedelta(days=1), self._today), start - 1
        return window, start - 1 if side in {"during", "around", "between"} else start

    def _date_at(self, at: int) -> tuple[Window, int] | None:
        for reader in (
            self._ago, self._part, self._stretch, self._relative, self._day_of_month, self._named,
            self._year,
        ):  # fmt: skip
            if found := reader(at):
                return found
        return None

    def _ago(self, at: int) -> tuple[Window, int] | None:
        """Three years ago; vor drei Jahren; il y a trois ans."""
        for shape in (("number", "unit", "ago"), ("ago", "number", "unit")):
            if end := self._shaped(at, shape):
                count, kind = self._count_and_unit(at, end)
                if self._means(end) == "today":
                    exact = around(self._today, count, kind, exact=True)
                    return exact, end + 1
                return around(self._today, count, kind), end
        for shape in (("number", "season", "ago"), ("ago", "number", "season")):
            if end := self._shaped(at, shape):
                means = [self._means(place) for place in range(at, end)]
                name = next(word for word in means if word in SEASONS)
                count = next(int(word) for word in means if word.isdigit())
                # Some count the one just over, some don't.
                late = self._latest(name, past=True, back=count - 1)
                return Window(self._latest(name, past=True, back=count).since, late.until), end
        return None

    def _stretch(self, at: int) -> tuple[Window, int] | None:
        """The last three months; les trois derniers mois."""
        for shape in (
            ("last", "number", "unit"),
            ("number", "last", "unit"),
            ("number", "unit", "last"),
        ):
            if end := self._shaped(at, shape):
                count, kind = self._count_and_unit(at, end)
                days = {"day": 1, "week": 7, "weekend": 7, "month": 31, "year": 366}[kind]
                return Window(self._today - timedelta(days=count * days), self._today), end
        return None

    def _relative(self, at: int) -> tuple[Window, int] | None:
        """Yesterday, last week, this spring, la semana pasada, last Christmas, the year before last."""
        means = self._means(at)
        if means in _DAYS_BACK:
            begin = self._today - timedelta(days=_DAYS_BACK[means])
            return Window(begin, self._today if means == "recently" else begin), at + 1
        if [self._means(at + n) for n in (1, 2)] == ["before", "last"]:
            if means in UNITS:
                return unit(means, self._today, -2), at + 3
            if means in {*SEASONS, *HOLIDAYS, *MONTHS}:
                return self._latest(means, past=True, back=1), at + 3
        for which, thing, end in self._pairs(at):
            back = -1 if which == "last" else 0
            if thing in UNITS:
                return unit(thing, self._today, back), end
            if which == "last" or thing in SEASONS:
                return self._latest(thing, past=which == "last"), end
        return None

    def _pairs(self, at: int) -> Iterator[tuple[str, str, int]]:
        things = {*UNITS, *SEASONS, *MONTHS, *WEEKDAYS, *HOLIDAYS}
        first, end = self._means(at), self._skip(at + 1)
        second = self._means(end)
        if first in {"last", "this"} and second in things:
            yield first, second, end + 1
        elif first in things and second == "last" and self._means(end + 1) not in things:
            yield "last", first, end + 1

    def _day_of_month(self, at: int) -> tuple[Window, int] | None:
        """3 March 2021; March 3rd; el 3 de marzo."""
        day, second = self._day(at), self._skip(at + 1)
        if day and self._means(second) in MONTHS:
            return self._exact(self._means(second), day, second + 1)
        day_after = self._day(second)
        if self._means(at) in MONTHS and day_after and self._is_dated(at):
            return self._exact(self._means(at), day_after, second + 1)
        return None

    def _exact(self, name: str, day: int, end: int) -> tuple[Window, int] | None:
        year, end = self._year_after(end)
        found = month(name, year or self._today.year)
        on = found.since + timedelta(days=day - 1)
        if on > found.until:
            return None
        if year is None and on > self._today:
            on = month(name, self._today.year - 1).since + timedelta(days=day - 1)
        return Window(on, on), end

    def _part(self, at: int) -> tuple[Window, int] | None:
        """Early 2020; the end of last year; mid March."""
        which, second = self._means(at), self._means(at + 1)
        if which in {"first", "second", "last"} and second in {
            "half",
            "week",
            "days",
            "day",
            "month",
        }:
            if self._word(at + 2) not in self._fillers:
                return None
            which, at = {"first": "early", "second": "late", "last": "late"}[which], at + 1
        if which not in {"early", "middle", "late"}:
            return None
        found = self._date_at(self._skip(at + 1))
        return (part(found[0], which), found[1]) if found else None

    def _named(self, at: int) -> tuple[Window, int] | None:
        """March 2021, the summer of 2019, Christmas, on Monday; without a year, the latest there was."""
        name = self._means(at)
        if name not in {*MONTHS, *SEASONS, *HOLIDAYS, *WEEKDAYS} or not self._is_dated(at):
            return None
        year, end = self._year_after(at + 1)
        if year is None:
            window = self._latest(name, past=False)
            self._yearless.append((name, window))
            return window, at + 1
        found = _in_year(name, year)
        return (found, end) if found else None

    def _year(self, at: int) -> tuple[Window, int] | None:
        if _YEAR.fullmatch(self._word(at)):
            year = int(self._word(at))
            return Window(date(year, 1, 1), date(year, 12, 31)), at + 1
        return None

    def _latest(self, name: str, *, past: bool, back: int = 0) -> Window:
        """The newest one that has begun; with `past`, that is over; `back` of them earlier."""
        if name in WEEKDAYS:
            days = (self._today.weekday() - WEEKDAYS.index(name)) % 7
            on = self._today - timedelta(days=days or 7)
            return Window(on, on)
        for year in (self._today.year, self._today.year - 1, self._today.year - 2):
            window = _in_year(name, year)
            if window and (window.until if past else window.since) <= self._today:
                return _in_year(name, year - back) or window
        raise LookupError(name)

    def _is_dated(self, at: int) -> bool:
        """Whether a word that may be another is a time here: march, may and fall are."""
        if self._tokens[at].word not in {"march", "may", "fall", "august", "spring", "mars", "segunda",
                                         "quarta", "terca", "sexta", "quinta"}:  # fmt: skip
            return True
        before = self._tokens[at - 1] if at else None
        after = self._word(at + 1)
        return bool(
            (before and (before.means in _DATING or before.word in _DATING | self._fillers))
            or _YEAR.fullmatch(after)
            or (at and self._question[self._tokens[at].start].isupper())
        )

    def _orders(self) -> None:
        left = [t for n, t in enumerate(self._tokens) if not self._is_used(n)]
        means = {token.means for token in left}
        if self.order is None and "first" in means:
            self.order = "first"
        elif self.order is None and means & {"last", "newest", "lasttime"}:
            self.order = "last"
        elif self.order is None and means & {"now", "still"} and not self.windows:
            self.order = "now"

    def _events(self) -> None:
        for at, token in enumerate(self._tokens):
            side = _SIDES.get(token.means) or _SIDES.get(token.word)
            asked = at + 1 < len(self._tokens) and self._word(at + 1) in _SUBJECTS
            if side is None and token.word in {"when", "quand", "cuando", "quando"} and asked:
                side = "during"
            if side is None or at + 1 >= len(self._tokens):
                continue
            end = self._clause_end(at)
            clause = self._question[token.end : self._tokens[end - 1].end]
            if words.telling(clause) and self._leaves_topic(at, end):
                self.event = Event(side, clause.strip(), self._within(at))
                self._used.append((token.start, self._tokens[end - 1].end))
                return

    def _within(self, at: int) -> timedelta | None:
        kind = self._means(at - 1) if at else ""
        count = self._means(at - 2) if at > 1 else ""
        days = {"day": 2, "week": 10, "weekend": 10, "month": 45, "year": 400}.get(kind)
        return None if days is None else timedelta(days * (int(count) if count.isdigit() else 1))

    def _leaves_topic(self, start: int, end: int) -> bool:
        rest = self._question[: self._tokens[start].start]
        rest += self._question[self._tokens[end - 1].end :]
        return bool(words.telling(rest)) or start > 1

    def _clause_end(self, at: int) -> int:
        for number in range(at + 1, len(self._tokens) - 1):
            between = self._question[self._tokens[number].end : self._tokens[number + 1].start]
            if set(between) & set(",;?!."):
                return number + 1
        return len(self._tokens)

    def _shaped(self, at: int, shape: Sequence[str]) -> int:
        """Where tokens of this shape end; 0 where they don't begin at `at`."""
        for number, kind in enumerate(shape):
            if number and self._is_filler(at):
                at += 1
            means = self._means(at)
            fits = means.isdigit() if kind == "number" else means in _KINDS.get(kind, (kind,))
            if not fits:
                return 0
            at += 1
        return at

    def _count_and_unit(self, start: int, end: int) -> tuple[int, str]:
        means = [self._means(at) for at in range(start, end)]
        return next(int(m) for m in means if m.isdigit()), next(m for m in means if m in UNITS)

    def _year_after(self, at: int) -> tuple[int | None, int]:
        at = self._skip(at)
        return (int(self._word(at)), at + 1) if _YEAR.fullmatch(self._word(at)) else (None, at)

    def _day(self, at: int) -> int | None:
        match = _ORDINAL.fullmatch(self._word(at))
        return int(match[1]) if match and 1 <= int(match[1]) <= 31 else None

    def _skip(self, at: int) -> int:
        while self._is_filler(at):
            at += 1
        return at

    def _is_filler(self, at: int) -> bool:
        return self._word(at) in self._fillers and not self._means(at).isdigit()

    def _means(self, at: int) -> str:
        return self._tokens[at].means if at < len(self._tokens) else ""

    def _word(self, at: int) -> str:
        return self._tokens[at].word if at < len(self._tokens) else ""

    def _is_used(self, at: int) -> bool:
        start = self._tokens[at].start
        return any(first <= start < last for first, last in self._used)

    def _take(self, window: Window, start: int, end: int) -> None:
        self.windows.append(window)
        self._used.append((start, end))


def _in_year(name: str, year: int) -> Window | None:
    if name in MONTHS:
        return month(name, year)
    if name in SEASONS:
        return season(name, year)
    return holiday(name, year) if name in HOLIDAYS else None


def _tokens(question: str) -> tuple[list[_Token], frozenset[str]]:
    """The words, each with what it means in the question's language, and that language's fillers."""
    found = []
    for match in _SPOKEN.finditer(question):
        word = _ONE_WORD[match.lastgroup] if match.lastgroup else words.fold(match[0])
        found.append((word, *match.span()))
    language = stopwords.language([word for word, _, _ in found])
    known = CALENDAR[language]
    tokens = [_Token(word, known.get(word, word), start, end) for word, start, end in found]
    return tokens, _FILLERS[language]
