"""Reads an age as a time: "when I was thirty", "mit 25 Jahren", "in my twenties"; by the year of birth."""

import re
from collections.abc import Iterator
from datetime import date

from futureself_box.futureself.recall.spans import Window

_AGES = re.compile(
    r"\b(?:when i (?:was|turned)|at the age of|at age) (?P<en>\d{1,3})(?: years old)?\b"
    r"(?! (?:%|minutes?|hours?|days?|weeks?|months?|km|miles?|kilos?|pounds?))"
    r"|\bals ich (?P<de>\d{1,3})(?: jahre alt)? (?:war|wurde)\b|\bmit (?P<de_years>\d{1,3}) jahren\b"
    r"|\b(?:(?:quand|lorsque) j['\u2019]avais|à|à l['\u2019]âge de) (?P<fr>\d{1,3}) ans\b"
    r"|\b(?:cuando tenía|a los) (?P<es>\d{1,3}) años\b"
    r"|\b(?:quando avevo|a|all['\u2019]età di) (?P<it>\d{1,3}) anni\b"
    r"|\bin my (?P<tens>teens|twenties|thirties|forties|fifties|sixties|seventies|eighties)\b",
    re.IGNORECASE,
)
_TENS = ("teens", "twenties", "thirties", "forties", "fifties", "sixties", "seventies", "eighties")
_OLDEST = 120


def mentioned(question: str) -> bool:
    """Whether a question speaks of an age at all."""
    return _AGES.search(question) is not None


def find(question: str, born: int | None) -> Iterator[tuple[Window, int, int]]:
    """The years of these ages, each with where its words begin and end; none without a year of birth."""
    if born is None:
        return
    for match in _AGES.finditer(question):
        first, years = _years(match)
        if first <= _OLDEST:
            # Who is born in December is thirty in the year after that of the sum.
            since, until = date(born + first, 1, 1), date(born + first + years, 12, 31)
            yield Window(since, until), match.start(), match.end()


def _years(match: re.Match[str]) -> tuple[int, int]:
    if tens := match["tens"]:
        return 10 * _TENS.index(tens.casefold()) + 10, 10
    return int(match[match.lastgroup or 0]), 1
