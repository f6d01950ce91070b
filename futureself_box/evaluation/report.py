"""What a set shows, as a table and a drawing of bars: the same form for every set."""

import math
import statistics
from collections.abc import Iterator, Sequence
from html import escape
from typing import TypeAlias

import msgspec

Cell: TypeAlias = str | float | None

_WIDTH, _NAMES, _NUMBERS, _BAR, _GAP, _TOP, _LEGEND = 760, 190, 50, 12, 12, 40, 140
_COLOURS = ("#2f6f6b", "#b3672f", "#5b4a8a", "#8a8a8a")


class Table(msgspec.Struct, frozen=True):
    """Rows under columns, the first of which names the row; what has no value is None.

    `bars` are the columns that are drawn, of all rows or of `drawn`.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    bars: tuple[str, ...]
    note: str = ""
    drawn: slice | None = None


def mean(values: Sequence[float]) -> float:
    """To three places; 0 of none."""
    return round(statistics.fmean(values), 3) if values else 0.0


def interval(hits: int, of: int) -> tuple[float, float]:
    """Between what a part lies, with 95 % (Wilson 1927).

    >>> interval(0, 2000)
    (0.0, 0.0019)
    """
    if not of:
        return 0.0, 1.0
    part, z = hits / of, 1.96
    middle = part + z * z / (2 * of)
    spread = z * math.sqrt(part * (1 - part) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return round(max(0.0, middle - spread) / whole, 4), round((middle + spread) / whole, 4)


def markdown(table: Table) -> str:
    """The table with its title and note."""
    lines = [
        f"# {table.title}",
        "",
        _row(table.columns),
        _row(["---"] * len(table.columns)),
        *map(_row, table.rows),
        "",
    ]
    return "\n".join([*lines, table.note, ""] if table.note else lines)


def plot(table: Table) -> str:
    """The bars as SVG. Each column has its own scale; its numbers stand beside the bars."""
    rows = [row for row in table.rows[table.drawn or slice(None)] if any(_values(table, row))]
    step = len(table.bars) * _BAR + _GAP
    most = [max([1.0, *(_values(table, row)[n] for row in rows)]) for n in range(len(table.bars))]
    height = _TOP + len(rows) * step
    parts = [*_legend(table.bars)]
    for number, row in enumerate(rows):
        shares = [value / top for value, top in zip(_values(table, row), most, strict=True)]
        parts += _group(str(row[0]), _values(table, row), shares, _TOP + number * step)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12" fill="#222">'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _values(table: Table, row: Sequence[Cell]) -> list[float]:
    cells = dict(zip(table.columns, row, strict=True))
    return [float(cells[name] or 0.0) for name in table.bars]


def _row(cells: Sequence[Cell]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case float():
            return f"{cell:.2f}"
        case _:
            return str(cell).replace("|", "/").replace("\n", " ")


def _legend(bars: Sequence[str]) -> Iterator[str]:
    for number, words in enumerate(bars):
        x = _NAMES + _LEGEND * number
        yield f'<rect x="{x}" y="12" width="12" height="12" fill="{_COLOURS[number]}"/>'
        yield f'<text x="{x + 18}" y="22">{escape(words)}</text>'


def _group(name: str, values: Sequence[float], shares: Sequence[float], y: int) -> Iterator[str]:
    yield f'<text x="{_NAMES - 10}" y="{y + 16}" text-anchor="end">{escape(name)}</text>'
    for number, (value, share) in enumerate(zip(values, shares, strict=True)):
        top, width = y + number * _BAR, share * (_WIDTH - _NAMES - _NUMBERS)
        yield (
            f'<rect x="{_NAMES}" y="{top + 1}" width="{width:.1f}" height="{_BAR - 2}" '
            f'fill="{_COLOURS[number]}"/>'
            f'<text x="{_NAMES + width + 6:.1f}" y="{top + 10}" font-size="10">{value:.2f}</text>'
        )
