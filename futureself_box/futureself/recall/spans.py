"""Windows of days: what a month, a season, a holiday or "two years ago" stretches over."""

from calendar import monthrange
from datetime import date, timedelta

import msgspec

from futureself_box.futureself.recall.calendar_words import HOLIDAYS, MONTHS, SEASONS, WEEKDAYS

# Of holidays: days after Easter Sunday; or the month and day on which they begin, and days after it.
_BY_EASTER = {
    "carnival": (-52, -45), "easter": (-4, 3), "ascension": (38, 42), "pentecost": (47, 51),
}  # fmt: skip
_FIXED = {
    "epiphany": (1, 5, 2), "valentine": (2, 13, 3), "mothersday": (5, 1, 30), "fathersday": (6, 13, 9),
    "midsummer": (6, 19, 7), "thanksgiving": (10, 7, 54), "halloween": (10, 29, 5), "allsaints": (10, 31, 3),
    "advent": (11, 27, 27), "saintnicholas": (12, 4, 3), "christmas": (12, 20, 9), "newyear": (12, 30, 4),
}  # fmt: skip


class Window(msgspec.Struct, frozen=True):
    """Days from `since` to `until`, both included."""

    since: date
    until: date

    def holds(self, day: date) -> bool:
        """Whether the day is one of them."""
        return self.since <= day <= self.until

    def distance(self, day: date) -> int:
        """Days from the window to a day outside; 0 inside."""
        return max((self.since - day).days, (day - self.until).days, 0)


def month(name: str, year: int) -> Window:
    """A month by its English name."""
    return month_of(year, MONTHS.index(name) + 1)


def month_of(year: int, number: int) -> Window:
    """A month by its number. Raises ValueError where there is none."""
    first = date(year, number, 1)
    return Window(first, first.replace(day=monthrange(year, number)[1]))


def season(name: str, year: int) -> Window:
    """A season of the north, generously: people say summer on the first of June and in September.

    Winter is named after the year in which it begins.
    """
    first = 3 * SEASONS.index(name) + 3
    begin = date(year, first, 1)
    end = date(year + (name == "winter"), first % 12 + 3 if name != "winter" else 3, 10)
    return Window(begin - timedelta(days=5), end)


def holiday(name: str, year: int) -> Window:
    """The days around a holiday; all on which it may fall, where countries keep it on different ones."""
    if name in _BY_EASTER:
        sunday = _easter(year)
        first, last = (timedelta(days=days) for days in _BY_EASTER[name])
        return Window(sunday + first, sunday + last)
    mon, day, days = _FIXED[name]
    begin = date(year, mon, day)
    return Window(begin, begin + timedelta(days=days))


def in_year(name: str, year: int) -> Window | None:
    """A month, a season or a holiday of a year; None for what is no such thing."""
    if name in MONTHS:
        return month(name, year)
    if name in SEASONS:
        return season(name, year)
    return holiday(name, year) if name in HOLIDAYS else None


def latest(name: str, today: date, *, past: bool, back: int = 0) -> Window:
    """The newest one that has begun; with `past`, that is over; `back` of them earlier."""
    if name in WEEKDAYS:
        days = (today.weekday() - WEEKDAYS.index(name)) % 7
        on = today - timedelta(days=days or 7)
        return Window(on, on)
    for year in (today.year, today.year - 1, today.year - 2):
        window = in_year(name, year)
        if window and (window.until if past else window.since) <= today:
            return in_year(name, year - back) or window
    raise LookupError(name)


def next_to(name: str, side: str, day: date) -> Window | None:
    """The first summer that begins after a day, the last Christmas that is over before one."""
    near = (in_year(name, year) for year in range(day.year - 2, day.year + 3))
    found = [window for window in near if window is not None]
    if side == "after":
        return next((window for window in found if window.since > day), None)
    return next((window for window in reversed(found) if window.until < day), None)


def weekdays(name: str, window: Window) -> list[Window]:
    """Every Tuesday of a window."""
    first = window.since + timedelta(days=(WEEKDAYS.index(name) - window.since.weekday()) % 7)
    days = range(0, (window.until - first).days + 1, 7)
    return [Window(on, on) for on in (first + timedelta(days=n) for n in days)]


def unit(kind: str, today: date, back: int) -> Window:
    """This day, week, weekend, month or year (`back` 0), the one before (-1) and so on."""
    if kind == "year":
        return Window(date(today.year + back, 1, 1), date(today.year + back, 12, 31))
    if kind == "month":
        months = today.year * 12 + today.month - 1 + back
        return month(MONTHS[months % 12], months // 12)
    monday = today - timedelta(days=today.weekday())
    if kind == "week":
        begin = monday + timedelta(days=7 * back)
        return Window(begin, begin + timedelta(days=6))
    if kind == "weekend":
        saturday = monday + timedelta(days=5)
        if back and saturday > today:
            back += 1
        begin = saturday + timedelta(days=7 * (back - (saturday > today)))
        return Window(begin, begin + timedelta(days=1))
    begin = today + timedelta(days=back)
    return Window(begin, begin)


def around(today: date, count: int, kind: str, *, exact: bool = False) -> Window:
    """What "three months ago" may mean: the longer ago, the vaguer; "a year ago today" is exact."""
    if exact:
        days = {"day": 1, "weekend": 7, "week": 7, "month": 30.44, "year": 365.25}[kind] * count
        then = today - timedelta(days=round(days))
        return Window(then - timedelta(days=4), then + timedelta(days=4))
    if kind == "year":
        then = date(today.year - count, today.month, min(today.day, 28))
        if count == 1:
            return Window(then - timedelta(days=75), then + timedelta(days=75))
        near = timedelta(days=140)
        return Window(
            min(then - near, date(then.year, 1, 1)), max(then + near, date(then.year, 12, 31))
        )
    days = {"day": 1, "weekend": 7, "week": 7, "month": 30.44}[kind] * count
    then = today - timedelta(days=round(days))
    slack = {"day": 0, "weekend": 4, "week": 5, "month": 25}[kind] + round(days / 12)
    return Window(then - timedelta(days=slack), then + timedelta(days=slack))


def part(window: Window, which: str) -> Window:
    """The early, middle or late part of a window: a good third of it."""
    length = (window.until - window.since).days
    first = {"early": 0.0, "middle": 0.28, "late": 0.58}[which]
    begin = window.since + timedelta(days=round(length * first))
    return Window(begin, min(begin + timedelta(days=round(length * 0.42)), window.until))


def _easter(year: int) -> date:
    """Gauss's rule as Meeus gives it (Astronomical Algorithms, 8), for the Gregorian calendar."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)
