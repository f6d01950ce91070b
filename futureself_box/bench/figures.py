"""The lines of `bench`: what was measured, the bound that it is held to, and both in one picture.

Figures have units of their own, so the picture shows how much of its bound each one uses: all that stays
left of the line is kept.
"""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Literal

import msgspec

_WIDTH, _NAMES, _NUMBERS, _ROW, _TOP = 960, 430, 170, 22, 40
_KEPT, _BROKEN = "#2f6f6b", "#a12b2b"
_MOST = 2.0  # bounds; what uses more is drawn as that


class Figure(msgspec.Struct, frozen=True):
    """One line of the table. `kept` is None where the machine lacks the yardstick.

    `used` is the share of its bound, 1 being all of it.
    """

    what: str
    measured: str
    bound: str
    kept: bool | None
    used: float | None = None


def held(
    what: str,
    value: float,
    bound: float,
    unit: str = "",
    *,
    at: Literal["most", "least"] = "most",
    beside: str = "",
) -> Figure:
    """A figure that is to be at most, or at least, its bound; `beside` is said after it.

    >>> held("search", 3.0, 15.0, "ms")
    Figure(what='search', measured='3.0 ms', bound='15.0 ms', kept=True, used=0.2)
    """
    used = _used(value, bound) if at == "most" else _used(bound, value)
    return Figure(
        what,
        measured=f"{value} {unit}".strip() + beside,
        bound=f"{bound} {unit}".strip(),
        kept=used <= 1,
        used=round(used, 3),
    )


def svg(figures: Sequence[Figure]) -> str:
    """The picture of those that have a number."""
    rows = [figure for figure in figures if figure.used is not None]
    height = _TOP + len(rows) * _ROW + 10
    parts = [part for number, row in enumerate(rows) for part in _bar(row, _TOP + number * _ROW)]
    line = _NAMES + _scale(1.0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12" fill="#222">'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}'
        f'<line x1="{line}" x2="{line}" y1="{_TOP - 8}" y2="{height - 6}" stroke="#222"/>'
        f'<text x="{line}" y="{_TOP - 14}" text-anchor="middle">bound</text></svg>\n'
    )


def _used(value: float, bound: float) -> float:
    if bound:
        return value / bound
    return _MOST if value else 0.0


def _bar(figure: Figure, y: int) -> Iterator[str]:
    width = _scale(figure.used or 0.0)
    colour = _BROKEN if figure.kept is False else _KEPT
    yield f'<text x="{_NAMES - 8}" y="{y + 13}" text-anchor="end">{escape(figure.what)}</text>'
    yield f'<rect x="{_NAMES}" y="{y + 3}" width="{width:.1f}" height="13" fill="{colour}"/>'
    yield (
        f'<text x="{_WIDTH - 8}" y="{y + 13}" text-anchor="end" fill="#777">'
        f"{escape(figure.measured[:26])} of {escape(figure.bound)}</text>"
    )


def _scale(used: float) -> float:
    return (_WIDTH - _NAMES - _NUMBERS) * min(used, _MOST) / _MOST
