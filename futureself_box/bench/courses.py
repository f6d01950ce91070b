"""Draws what changed over time as one SVG: a chart with its own scale for each, and its bound dashed."""

from collections.abc import Iterator, Sequence
from html import escape

import msgspec

from futureself_box.bench.chart import figure

_WIDTH, _HEIGHT, _LEFT, _TOP, _GAP = 860, 120, 20, 30, 40
_COLOURS = ("#2f6f6b", "#b3672f", "#8a8a8a")


class Course(msgspec.Struct, frozen=True):
    """One line: values at moments in seconds."""

    name: str
    points: list[tuple[float, float]]


class Chart(msgspec.Struct, frozen=True):
    """Lines of one unit, and how high they may go."""

    title: str
    unit: str
    courses: list[Course]
    bound: float | None = None


def svg(charts: Sequence[Chart], seconds: float) -> str:
    """All charts below each other, over the same time."""
    height = _TOP + len(charts) * (_HEIGHT + _GAP)
    parts = [
        part
        for number, chart in enumerate(charts)
        for part in _chart(chart, _TOP + number * (_HEIGHT + _GAP), max(seconds, 1.0))
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12" fill="#222">'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _chart(chart: Chart, y: int, seconds: float) -> Iterator[str]:
    values = [value for course in chart.courses for _, value in course.points]
    top = max([*values, chart.bound or 0.0]) or 1.0
    yield f'<text x="{_LEFT}" y="{y - 10}">{escape(chart.title)}, up to {figure(top)} {chart.unit}</text>'
    yield (
        f'<rect x="{_LEFT}" y="{y}" width="{_WIDTH - 2 * _LEFT}" height="{_HEIGHT}" '
        f'fill="none" stroke="#ccc"/>'
    )
    if chart.bound is not None:
        height = y + _HEIGHT * (1 - chart.bound / top)
        yield (
            f'<line x1="{_LEFT}" x2="{_WIDTH - _LEFT}" y1="{height:.1f}" y2="{height:.1f}" '
            f'stroke="#222" stroke-dasharray="4 4"/>'
        )
    for number, course in enumerate(chart.courses):
        colour = _COLOURS[number % len(_COLOURS)]
        yield _line(course, y, top, seconds, colour)
        x = _WIDTH - _LEFT - 150 * (len(chart.courses) - number)
        yield f'<text x="{x}" y="{y - 10}" fill="{colour}">{escape(course.name)}</text>'


def _line(course: Course, y: int, top: float, seconds: float, colour: str) -> str:
    points = " ".join(
        f"{_LEFT + (_WIDTH - 2 * _LEFT) * at / seconds:.1f},{y + _HEIGHT * (1 - value / top):.1f}"
        for at, value in course.points
    )
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
