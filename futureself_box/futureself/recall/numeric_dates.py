"""Reads dates in figures: 2021-03-05, 5.3.2021, 5/3/21, 2021-03, 03/2021.

The day stands before the month where both could be, as in most countries; an American date is known
only by a day above 12.
"""

import re
from collections.abc import Iterator
from datetime import date

from futureself_box.futureself.recall.spans import Window, month_of

_FIGURES = re.compile(
    r"\b(?P<y>\d{4})-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?\b"
    r"|\b(?P<day>\d{1,2})[./](?P<month>\d{1,2})[./](?P<year>\d{4}|\d{2})\b"
    r"|\b(?P<only_month>\d{1,2})/(?P<its_year>\d{4})\b"
)
_MONTHS, _CENTURY = 12, 100


def find(question: str) -> Iterator[tuple[Window, int, int]]:
    """The dates of a question, each with where it begins and ends."""
    for match in _FIGURES.finditer(question):
        window = _window(match)
        if window is not None:
            yield window, match.start(), match.end()


def _window(match: re.Match[str]) -> Window | None:
    year = int(match["y"] or match["year"] or match["its_year"])
    month = int(match["m"] or match["month"] or match["only_month"])
    day = match["d"] or match["day"]
    if year < _CENTURY:
        year += 2000
    try:
        if day is None:
            return month_of(year, month)
        on = date(year, int(day), month) if month > _MONTHS else date(year, month, int(day))
    except ValueError:
        return None
    return Window(on, on)
