"""Reads how long ago: "three years ago", "vor drei Jahren", "two summers ago", "hace un año y medio"."""

from datetime import date, timedelta

from futureself_box.futureself.recall.calendar_words import HOLIDAYS, PLURALS, SEASONS
from futureself_box.futureself.recall.spans import Window, around, latest
from futureself_box.futureself.recall.spoken import Spoken

Ago = tuple[Window, int]
"""A window, and the place after its last word."""

_MONTHS_OF = {"halfyear": 6, "yearandhalf": 18}
_LONG_AGO = {"day": (2, 12), "week": (10, 75), "month": (45, 420), "year": (540, 15_000)}
_FIRST = frozenset(["vor", "ilya", "hace", "ha"])
_HOW_MANY = frozenset(
    ["many", "viele", "vielen", "combien", "cuantos", "cuantas", "quanti", "quante", "quantos", "hoeveel"]
)  # fmt: skip


def read(said: Spoken, today: date, at: int) -> Ago | None:
    """The time that begins at a place and says how long ago it was, if one does."""
    for reader in (_counted, _and_a_half, _by_name, _vague):
        if found := reader(said, today, at):
            return found
    return None


def _counted(said: Spoken, today: date, at: int) -> Ago | None:
    """Three years ago; a year ago today."""
    for shape in (("number", "unit", "ago"), ("ago", "number", "unit")):
        if end := _shaped(said, at, shape):
            count, kind = said.count_and_unit(at, end)
            exact = said.means(end) == "today"
            return around(today, count, kind, exact=exact), end + exact
    return None


def _and_a_half(said: Spoken, today: date, at: int) -> Ago | None:
    for shape in (("half", "ago"), ("ago", "half")):
        if end := _shaped(said, at, shape):
            months = next(
                _MONTHS_OF[means] for means in _means(said, at, end) if means in _MONTHS_OF
            )
            return around(today, months, "month"), end
    return None


def _by_name(said: Spoken, today: date, at: int) -> Ago | None:
    """Two summers ago; three Christmases ago."""
    for shape in (("number", "yearly", "ago"), ("ago", "number", "yearly")):
        if end := _shaped(said, at, shape):
            means = _means(said, at, end)
            name = next(word for word in means if word in {*SEASONS, *HOLIDAYS})
            count = next(int(word) for word in means if word.isdecimal())
            # Some count the one just over, some don't.
            late = latest(name, today, past=True, back=count - 1)
            early = latest(name, today, past=True, back=count)
            return Window(early.since, late.until), end
    return None


def _vague(said: Spoken, today: date, at: int) -> Ago | None:
    """Years ago; vor Wochen; hace meses."""
    for shape in (("unit", "ago"), ("ago", "unit")):
        end = _shaped(said, at, shape)
        kind = next((means for means in _means(said, at, end) if means in _LONG_AGO), None)
        plural = any(said.word(place) in PLURALS for place in range(at, end))
        if kind and plural and said.word(at - 1) not in _HOW_MANY:
            first, last = (timedelta(days=days) for days in _LONG_AGO[kind])
            return Window(today - last, today - first), end
    return None


def _shaped(said: Spoken, at: int, shape: tuple[str, ...]) -> int:
    """Where it ends; "drei Jahre vor der Hochzeit" is not three years ago."""
    end = said.shaped(at, shape)
    ago = at if shape[0] == "ago" else end - 1
    return end if (said.word(ago) in _FIRST) == (shape[0] == "ago") else 0


def _means(said: Spoken, start: int, end: int) -> list[str]:
    return [said.means(place) for place in range(start, end)]
