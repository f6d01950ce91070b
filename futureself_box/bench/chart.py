"""Draws the figures of `bench engine` as one SVG: a group of bars for each, with its spread.

Each group has its own scale, since its unit is its own; the numbers are written beside the bars.
"""

import statistics
from collections.abc import Iterator, Sequence
from html import escape
from typing import Protocol

_WIDTH, _NAMES, _NUMBERS = 860, 330, 110
_BAR, _GAP, _TOP = 14, 12, 44
_COLOURS = {"box": "#2f6f6b", "peer": "#b3672f", "yardstick": "#8a8a8a"}
_LEGEND = {"box": "this box", "peer": "the other server", "yardstick": "llama-bench"}


class Figures(Protocol):
    """What a group of bars shows."""

    @property
    def what(self) -> str:
        """Its name."""

    @property
    def unit(self) -> str:
        """The unit of all its values."""

    @property
    def better(self) -> str:
        """`more` or `less`."""

    @property
    def box(self) -> list[float]:
        """A value for each round."""

    @property
    def peer(self) -> list[float]:
        """The same of the other server; may be empty."""

    @property
    def yardstick(self) -> list[float]:
        """The same of llama-bench; may be empty."""


def svg(rows: Sequence[Figures]) -> str:
    """The whole picture."""
    parts, y = list(_legend()), _TOP
    for row in rows:
        parts += _group(row, y)
        y += _height(row)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {y}" '
        f'font-family="sans-serif" font-size="12" fill="#222">'
        f'<rect width="{_WIDTH}" height="{y}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def figure(value: float) -> str:
    """Three digits that count, and no exponent.

    >>> figure(0.01234), figure(12.34), figure(1234.5)
    ('0.0123', '12.3', '1234')
    """
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def _legend() -> Iterator[str]:
    for number, (column, words) in enumerate(_LEGEND.items()):
        x = _NAMES + 160 * number
        yield f'<rect x="{x}" y="14" width="12" height="12" fill="{_COLOURS[column]}"/>'
        yield f'<text x="{x + 18}" y="24">{words}</text>'


def _group(row: Figures, y: int) -> Iterator[str]:
    columns = list(_columns(row))
    most = max((max(values) for _, values in columns), default=0) or 1
    yield f'<text x="{_NAMES - 10}" y="{y + 11}" text-anchor="end">{escape(row.what)}</text>'
    hint = f"{row.unit}, {row.better} is better"
    yield (
        f'<text x="{_NAMES - 10}" y="{y + 24}" text-anchor="end" fill="#777" font-size="10">'
        f"{hint}</text>"
    )
    scale = (_WIDTH - _NAMES - _NUMBERS) / most
    for number, (column, values) in enumerate(columns):
        yield from _bar(values, scale, y + number * _BAR, _COLOURS[column])


def _bar(values: Sequence[float], scale: float, y: int, colour: str) -> Iterator[str]:
    middle, low, high = statistics.median(values), min(values) * scale, max(values) * scale
    centre = y + _BAR / 2
    yield (
        f'<rect x="{_NAMES}" y="{y + 1}" width="{middle * scale:.1f}" height="{_BAR - 2}" '
        f'fill="{colour}"/>'
    )
    yield (
        f'<line x1="{_NAMES + low:.1f}" x2="{_NAMES + high:.1f}" y1="{centre}" y2="{centre}" '
        f'stroke="#222"/>'
    )
    yield f'<text x="{_NAMES + high + 6:.1f}" y="{y + 11}">{figure(middle)}</text>'


def _columns(row: Figures) -> Iterator[tuple[str, list[float]]]:
    for column in _COLOURS:
        if values := getattr(row, column):
            yield column, values


def _height(row: Figures) -> int:
    return max(2, len(list(_columns(row)))) * _BAR + _GAP
