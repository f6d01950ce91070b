"""Reads one time where it stands: "three years ago", "last spring", "el 3 de marzo", "early 2020".

A time is a window of days. Which year is meant where none is said follows from the day of the question.
"""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from futureself_box.futureself.recall.calendar_words import (
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
from futureself_box.futureself.recall.spoken import YEAR, Spoken

# The verb and the season, the wish and the month: only after one of these.
_DATING = frozenset({"last", "this", "since", "before", "after", "until", "in", "early", "late", "middle",
                     "between", "around", "during", "of", "by", "from", "and", "the", "next"})  # fmt: skip
_MAYBE_OTHERS = frozenset(["march", "may", "fall", "august", "spring", "mars", "segunda", "quarta",
                           "terca", "sexta", "quinta"])  # fmt: skip
_PIECES = frozenset(["half", "week", "days", "day", "month"])
_DAYS_BACK = {"today": 0, "yesterday": 1, "beforeyesterday": 2, "recently": 60}


class Found(msgspec.Struct, frozen=True):
    """A window, and the place after its last word. `yearless` names what was said without a year."""

    window: Window
    end: int
    yearless: tuple[str, Window] | None = None


class TimeReader:
    """Reads the times of one question, which is asked on the day `today`."""

    def __init__(self, said: Spoken, today: date) -> None:
        self._said = said
        self._today = today

    def at(self, at: int) -> Found | None:
        """The time that begins at a place, if one does."""
        for reader in (
            self._ago, self._part, self._stretch, self._relative, self._day_of_month, self._named,
            self._year,
        ):  # fmt: skip
            if found := reader(at):
                return found
        return None

    def _ago(self, at: int) -> Found | None:
        """Three years ago; vor drei Jahren; il y a trois ans."""
        said = self._said
        for shape in (("number", "unit", "ago"), ("ago", "number", "unit")):
            if end := said.shaped(at, shape):
                count, kind = said.count_and_unit(at, end)
                if said.means(end) == "today":
                    return Found(around(self._today, count, kind, exact=True), end + 1)
                return Found(around(self._today, count, kind), end)
        for shape in (("number", "season", "ago"), ("ago", "number", "season")):
            if end := said.shaped(at, shape):
                means = [said.means(place) for place in range(at, end)]
                name = next(word for word in means if word in SEASONS)
                count = next(int(word) for word in means if word.isdigit())
                # Some count the one just over, some don't.
                late = self._latest(name, past=True, back=count - 1)
                early = self._latest(name, past=True, back=count)
                return Found(Window(early.since, late.until), end)
        return None

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
        found = self.at(said.skip(at + 1))
        return Found(part(found.window, which), found.end, found.yearless) if found else None

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
        if [self._said.means(at + n) for n in (1, 2)] == ["before", "last"]:
            if means in UNITS:
                return Found(unit(means, self._today, -2), at + 3)
            if means in {*SEASONS, *HOLIDAYS, *MONTHS}:
                return Found(self._latest(means, past=True, back=1), at + 3)
        for which, thing, end in self._pairs(at):
            if thing in UNITS:
                return Found(unit(thing, self._today, -1 if which == "last" else 0), end)
            if which == "last" or thing in SEASONS:
                return Found(self._latest(thing, past=which == "last"), end)
        return None

    def _pairs(self, at: int) -> Iterator[tuple[str, str, int]]:
        said, things = self._said, {*UNITS, *SEASONS, *MONTHS, *WEEKDAYS, *HOLIDAYS}
        first, end = said.means(at), said.skip(at + 1)
        second = said.means(end)
        if first in {"last", "this"} and second in things:
            yield first, second, end + 1
        elif first in things and second == "last" and said.means(end + 1) not in things:
            yield "last", first, end + 1

    def _day_of_month(self, at: int) -> Found | None:
        """3 March 2021; March 3rd; el 3 de marzo."""
        said = self._said
        day, second = said.day(at), said.skip(at + 1)
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
        if name not in {*MONTHS, *SEASONS, *HOLIDAYS, *WEEKDAYS} or not self._is_dated(at):
            return None
        year, end = self._said.year_after(at + 1)
        if year is None:
            window = self._latest(name, past=False)
            return Found(window, at + 1, (name, window))
        found = in_year(name, year)
        return Found(found, end) if found else None

    def _year(self, at: int) -> Found | None:
        if YEAR.fullmatch(self._said.word(at)):
            year = int(self._said.word(at))
            return Found(Window(date(year, 1, 1), date(year, 12, 31)), at + 1)
        return None

    def _latest(self, name: str, *, past: bool, back: int = 0) -> Window:
        """The newest one that has begun; with `past`, that is over; `back` of them earlier."""
        if name in WEEKDAYS:
            days = (self._today.weekday() - WEEKDAYS.index(name)) % 7
            on = self._today - timedelta(days=days or 7)
            return Window(on, on)
        for year in (self._today.year, self._today.year - 1, self._today.year - 2):
            window = in_year(name, year)
            if window and (window.until if past else window.since) <= self._today:
                return in_year(name, year - back) or window
        raise LookupError(name)

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


def in_year(name: str, year: int) -> Window | None:
    """A month, a season or a holiday of a year; None for what is no such thing."""
    if name in MONTHS:
        return month(name, year)
    if name in SEASONS:
        return season(name, year)
    return holiday(name, year) if name in HOLIDAYS else None
