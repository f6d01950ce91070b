"""Tables and a plot of what the sets show."""

from collections.abc import Iterator
from html import escape

from futureself_box.evaluation.recall import Figures, Score

_WIDTH, _NAMES, _BAR, _GAP, _TOP = 760, 150, 12, 12, 40
_COLOURS = {"recall": "#2f6f6b", "plain": "#b3672f"}
_LEGEND = {"recall": "recall@5", "plain": "plain rank fusion"}


def table(figures: Figures) -> str:
    """Markdown: both halves, then the kept half by kind of question."""
    lines = [
        f"# Recall, with {figures.model or 'no embedding model'}",
        "",
        "| questions | number | recall@5 | any@5 | plain fusion | abstained | lost |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_row(f"{half} half", score) for half, score in figures.halves.items()]
    lines += [_row(f"kept: {kind}", score) for kind, score in figures.kinds["kept"].items()]
    return "\n".join(
        [*lines, "", f"A question takes {figures.p95_ms} ms (p95), its vector included.", ""]
    )


def plot(figures: Figures) -> str:
    """Bars by kind of question on the kept half, beside plain fusion, as SVG."""
    rows = [(kind, s) for kind, s in figures.kinds["kept"].items() if s.recall_at_5 is not None]
    height = _TOP + len(rows) * (2 * _BAR + _GAP)
    parts = [*_legend()]
    for number, (kind, score) in enumerate(rows):
        parts += _group(kind, score, _TOP + number * (2 * _BAR + _GAP))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12" fill="#222">'
        f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>{"".join(parts)}</svg>\n'
    )


def _row(name: str, score: Score) -> str:
    shown = (
        score.recall_at_5, score.any_at_5, score.plain_recall_at_5, score.abstained, score.lost,
    )  # fmt: skip
    cells = " | ".join("" if value is None else f"{value:.2f}" for value in shown)
    return f"| {name} | {score.questions} | {cells} |"


def _legend() -> Iterator[str]:
    for number, (column, words) in enumerate(_LEGEND.items()):
        x = _NAMES + 140 * number
        yield f'<rect x="{x}" y="12" width="12" height="12" fill="{_COLOURS[column]}"/>'
        yield f'<text x="{x + 18}" y="22">{words}</text>'


def _group(kind: str, score: Score, y: int) -> Iterator[str]:
    yield f'<text x="{_NAMES - 10}" y="{y + 16}" text-anchor="end">{escape(kind)}</text>'
    values = {"recall": score.recall_at_5 or 0.0, "plain": score.plain_recall_at_5 or 0.0}
    for number, (column, value) in enumerate(values.items()):
        top, width = y + number * _BAR, value * (_WIDTH - _NAMES - 60)
        yield (
            f'<rect x="{_NAMES}" y="{top + 1}" width="{width:.1f}" height="{_BAR - 2}" '
            f'fill="{_COLOURS[column]}"/>'
            f'<text x="{_NAMES + width + 6:.1f}" y="{top + 10}" font-size="10">{value:.2f}</text>'
        )
