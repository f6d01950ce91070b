"""What several times in one question mean together: "in autumn, two years ago", "from May to July"."""

import re
from collections.abc import Sequence
from datetime import date

import msgspec

from futureself_box.futureself.recall.calendar_words import WEEKDAYS
from futureself_box.futureself.recall.spans import Window, in_year, weekdays
from futureself_box.futureself.recall.spoken import Spoken

_FROM_TO = re.compile(
    r"\b(?:between|from|since|von|desde|de)\b.*\b(?:and|to|und|bis|until|et|y|en|e|a)\b"
)
_AND_OR = frozenset(["and", "or", "und", "oder", "et", "ou", "y", "o", "of", "en", "e", "ed"])
_LONGEST_OF_WEEKDAYS = 62


class Timed(msgspec.Struct, frozen=True):
    """A window and the places of its words; `name` is of what was said without its year."""

    window: Window
    start: int
    end: int
    name: str | None


def together(said: Spoken, timed: Sequence[Timed]) -> list[Window]:
    """The windows that are meant, of which any will do."""
    if len(timed) != 2:
        return [one.window for one in timed]
    first, second = sorted(timed, key=lambda one: one.start)
    if _FROM_TO.search(said.meaning):
        return _stretch(first.window, second.window)
    if _are_listed(said, first, second):
        return [_in_the_year_of(first, second.window), second.window]
    return _narrowed(first, second)


def _stretch(first: Window, last: Window) -> list[Window]:
    """From May to July 2021."""
    if first.since > last.until:
        begin = date(last.until.year, first.since.month, min(first.since.day, 28))
        first = Window(begin, last.until)
    return [Window(first.since, last.until)] if first.since <= last.until else [first, last]


def _are_listed(said: Spoken, first: Timed, second: Timed) -> bool:
    between = range(first.end, second.start)
    some = [said.word(at) for at in between if said.word(at) in _AND_OR]
    return bool(some) and all(said.word(at) in _AND_OR or said.is_filler(at) for at in between)


def _in_the_year_of(named: Timed, other: Window) -> Window:
    """January, of "in January or February 2023"."""
    return (named.name and in_year(named.name, other.since.year)) or named.window


def _narrowed(first: Timed, second: Timed) -> list[Window]:
    """Two years ago in autumn; Tuesday last week; July last summer."""
    named, other = (first, second.window) if first.name else (second, first.window)
    name = named.name
    if name is None or (first.name and second.name):
        return _overlap(first.window, second.window)
    if name in WEEKDAYS:
        short = (other.until - other.since).days <= _LONGEST_OF_WEEKDAYS
        return (short and weekdays(name, other)) or [other]
    if other.since == date.min:  # in summer, before 2020
        return [in_year(name, other.until.year) or named.window]
    every = (in_year(name, year) for year in range(other.since.year, other.until.year + 1))
    inside = [window for window in every if window and other.holds(window.since)]
    middle = other.since + (other.until - other.since) / 2
    return inside[:1] or [in_year(name, middle.year) or named.window]


def _overlap(first: Window, second: Window) -> list[Window]:
    since, until = max(first.since, second.since), min(first.until, second.until)
    return [Window(since, until)] if since <= until else [first, second]
