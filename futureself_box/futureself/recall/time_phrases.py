"""Reads one time where it stands: "three years ago", "last spring", "el 3 de marzo", "early 2020".

A time is a window of days. Which year is meant where none is said follows from the day of the question.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from futureself_box.futureself.recall import ago
from futureself_box.futureself.recall.calendar_words import (
    HOLIDAYS,
    MONTHS,
    PLURALS,
    SEASONS,
    UNITS,
    WEEKDAYS,
)
from futureself_box.futureself.recall.spans import (
    Window,
    in_year,
    latest,
    month,
    part,
    unit,
)
from futureself_box.futureself.recall.spoken import YEAR, Spoken

# The verb and the season, the wish and the month: only after one of these.
_DATING = frozenset({"last", "this", "since", "before", "after", "until", "in", "early", "late", "middle",
                     "between", "around", "during", "of", "by", "from", "and", "the", "next"})  # fmt: skip
_MAYBE_OTHERS = frozenset(["march", "may", "fall", "august", "spring", "mars", "segunda", "quarta",
                           "terca", "sexta", "quinta", "reyes", "ascension", "carnival", "advent"])  # fmt: skip
_PIECES = frozenset(["half", "week", "days", "day", "month"])
_SEVERAL = {"day": 10, "week": 35, "month": 150, "year": 1500}  # days of "the last weeks"
_UP_TO_NOW = {"day": 1, "week": 8, "month": 31, "year": 366}
_OF = frozenset(["of", "vom", "von", "des", "du", "del", "della", "do", "da", "van"])
_OVER = frozenset(["in", "over", "during", "for", "within", "throughout"])
_DECADE = re.compile(r"((?:19|20)\d)0(?:s|er|ern)")
_NAMED = frozenset([*MONTHS, *SEASONS, *HOLIDAYS, *WEEKDAYS])
_MOVING = frozenset(["thanksgiving", "mothersday", "fathersday"])
"""Holidays on other days elsewhere: their window is wide, so that their name is searched for too."""
_DAYS_BACK = {"today": 0, "yesterday": 1, "beforeyesterday": 2, "recently": 60}


class Found(msgspec.Struct, frozen=True):
    """A window, and the place after its last word."""

    window: Window
    end: int
    name: str | None = None
    """Of a month, season, holiday or weekday that was said without a year."""
    any_year: bool = False
    """Nothing says that the latest is meant, though it is the likeliest."""
    also: Window | None = None
    """Another that may be meant as well: a winter lies in two years."""
    stays: bool = False
    """Its words are searched for too."""


class TimeReader:
    """Reads the times of one question, which is asked on the day `today`."""

    def __init__(self, said: Spoken, today: date) -> None:
        self._said = said
        self._today = today

    def at(self, at: int) -> Found | None:
        """The time that begins at a place, if one does."""
        for reader in (
            self._ago, self._part, self._week_of, self._stretch, self._relative, self._day_of_month,
            self._named, self._year,
        ):  # fmt: skip
            if found := reader(at):
                return found
        return None

    def _ago(self, at: int) -> Found | None:
        found = ago.read(self._said, self._today, at)
        return Found(*found) if found else None

    def _part(self, at: int) -> Found | None:
        """Early 2020; the end of last year; mid March."""
        said = self._said
        which, second = said.means(at), said.means(at + 1)
        if which in {"first", "second", "last"} and second in _PIECES:
            if said.word(at + 2) not in said.fillers:
                return None
            which, at = {"first": "early", "second": "late", "last": "late"}[which], at + 1
        if which not in {"early", "middle", "late"}:
            return None
        after = said.skip(at + 1)
        if said.means(after) in {"week", "month", "year"}:  # the start of the year
            return Found(part(unit(said.means(after), self._today, 0), which), after + 1)
        found = self.at(after)
        return msgspec.structs.replace(found, window=part(found.window, which)) if found else None

    def _week_of(self, at: int) -> Found | None:
        """The week of 14 March 2022."""
        kind, second = self._said.means(at), self._said.skip(at + 1)
        found = self._day_of_month(second) if kind in {"week", "weekend"} else None
        if found is None or second == at + 1:
            return None
        monday = found.window.since - timedelta(days=found.window.since.weekday())
        return Found(Window(monday, monday + timedelta(days=6)), found.end)

    def _stretch(self, at: int) -> Found | None:
        """The last three months; les trois derniers mois."""
        for shape in (
            ("last", "number", "unit"),
            ("number", "last", "unit"),
            ("number", "unit", "last"),
        ):
            if end := self._said.shaped(at, shape):
                count, kind = self._said.count_and_unit(at, end)
                days = {"day": 1, "week": 7, "weekend": 7, "month": 31, "year": 366}[kind]
                return Found(Window(self._today - timedelta(days=count * days), self._today), end)
        return None

    def _relative(self, at: int) -> Found | None:
        """Yesterday, last week, this spring, la semana pasada, last Christmas, the year before last."""
        means = self._said.means(at)
        if means in _DAYS_BACK:
            begin = self._today - timedelta(days=_DAYS_BACK[means])
            return Found(Window(begin, self._today if means == "recently" else begin), at + 1)
        before_last = [self._said.means(at + n) for n in (1, 2)] == ["before", "last"]
        if before_last and means in {*UNITS, *_NAMED}:
            return self._which("beforelast", means, at + 3)
        for which, thing, end in self._pairs(at):
            if thing in UNITS and self._said.word(end) in _OF:  # the last day of the trip
                return None
            return self._trailing(at, thing, end) or self._which(which, thing, end)
        return None

    def _which(self, which: str, thing: str, end: int) -> Found | None:
        """The last or this one, or the one before the last."""
        if thing in UNITS:
            back = {"beforelast": -2, "last": -1, "this": 0}[which]
            return Found(unit(thing, self._today, back), end)
        if which == "beforelast":
            return Found(latest(thing, self._today, past=True, back=1), end)
        if which == "last" or thing in SEASONS:
            return Found(latest(thing, self._today, past=which == "last"), end, name=thing)
        return None

    def _trailing(self, at: int, thing: str, end: int) -> Found | None:
        """In the last weeks; over the past year; en el último mes."""
        said = self._said
        if thing not in _SEVERAL or "last" not in map(said.means, range(at, end)):
            return None
        several = any(said.word(place) in PLURALS for place in range(at, end))
        if not several and thing != "day" and not self._is_up_to_now(at):
            return None
        days = _SEVERAL[thing] if several else _UP_TO_NOW[thing]
        return Found(Window(self._today - timedelta(days=days), self._today), end)

    def _is_up_to_now(self, at: int) -> bool:
        said = self._said
        if said.word(at) in {"ultimo", "ultima"}:
            return True
        over = said.word(at) == "past" or said.word(at - 2) in _OVER
        return said.word(at) in {"last", "past"} and said.word(at - 1) == "the" and over

    def _pairs(self, at: int) -> Iterator[tuple[str, str, int]]:
        said, things = self._said, {*UNITS, *_NAMED}
        first, end = said.means(at), said.skip(at + 1)
        second = said.means(end)
        if first in {"last", "this", "beforelast"} and second in things:
            yield first, second, end + 1
        elif (
            first in things
            and second in {"last", "beforelast"}
            and said.means(end + 1) not in things
        ):
            yield second, first, end + 1

    def _day_of_month(self, at: int) -> Found | None:
        """3 March 2021; March 3rd; el 3 de marzo."""
        said = self._said
        day, second = said.day(at), said.skip(at + 1)
        if said.means(at) == "first" and (second > at + 1 or said.word(at) != "first"):
            day = 1  # the first of May, am ersten Mai
        if day and said.means(second) in MONTHS:
            return self._exact(said.means(second), day, second + 1)
        day_after = said.day(second)
        if said.means(at) in MONTHS and day_after and self._is_dated(at):
            return self._exact(said.means(at), day_after, second + 1)
        return None

    def _exact(self, name: str, day: int, end: int) -> Found | None:
        year, end = self._said.year_after(end)
        found = month(name, year or self._today.year)
        on = found.since + timedelta(days=day - 1)
        if on > found.until:
            return None
        if year is None and on > self._today:
            on = month(name, self._today.year - 1).since + timedelta(days=day - 1)
        return Found(Window(on, on), end)

    def _named(self, at: int) -> Found | None:
        """March 2021, the summer of 2019, Christmas, on Monday; without a year, the latest there was."""
        name = self._said.means(at)
        if name == "weekend":
            return self._weekend(at)
        if name not in _NAMED or not self._is_dated(at):
            return None
        stays = name in _MOVING
        year, end = self._said.year_after(at + 1)
        if year is None:
            window = latest(name, self._today, past=False)
            return Found(window, at + 1, name, any_year=name not in WEEKDAYS, stays=stays)
        found = in_year(name, year)
        also = in_year(name, year - 1) if name == "winter" else None
        return Found(found, end, also=also, stays=stays) if found else None

    def _weekend(self, at: int) -> Found | None:
        """At the weekend, but not "the weekend of the storm"."""
        said = self._said
        alone = said.is_filler(at - 1) and not said.is_filler(at + 1)
        if not alone or said.word(at) in {"weekends", "wochenenden"}:
            return None
        return Found(unit("weekend", self._today, 0), at + 1)

    def _year(self, at: int) -> Found | None:
        word = self._said.word(at)
        if YEAR.fullmatch(word):
            return Found(Window(date(int(word), 1, 1), date(int(word), 12, 31)), at + 1)
        if decade := _DECADE.fullmatch(word):
            year = int(decade[1]) * 10
            return Found(Window(date(year, 1, 1), date(year + 9, 12, 31)), at + 1)
        return None

    def _is_dated(self, at: int) -> bool:
        """Whether a word that may be another is a time here: march, may and fall are."""
        said = self._said
        if said.word(at) not in _MAYBE_OTHERS:
            return True
        before = said.tokens[at - 1] if at else None
        return bool(
            (before and (before.means in _DATING or before.word in _DATING | said.fillers))
            or YEAR.fullmatch(said.word(at + 1))
            or (at and said.question[said.tokens[at].start].isupper())
        )
