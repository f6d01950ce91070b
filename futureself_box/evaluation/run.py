"""Runs the sets that were chosen, prints their tables, and writes a report with plots."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec

from futureself_box.errors import RequestInvalid
from futureself_box.evaluation import journal, recall, report
from futureself_box.evaluation.journal import Journal
from futureself_box.evaluation.recall import Figures
from futureself_box.settings import Settings

SETS = ("recall",)


class Results(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of every set that ran."""

    recall: Figures | None = None


def run(settings: Settings, chosen: Sequence[str], *, report: str | None, as_json: bool) -> int:
    """Run the sets of these names, or all. Raises RequestInvalid for another name."""
    unknown = set(chosen) - set(SETS)
    if unknown:
        raise RequestInvalid(f"There is no set {', '.join(sorted(unknown))}. There is: {SETS[0]}.")
    with journal.apart(settings) as alone, recall.journals() as written:
        results = asyncio.run(_run(alone, written))
    if results.recall is not None:
        _show(results.recall, Path(report) if report else None)
    if as_json:
        click.echo(msgspec.json.encode(results))
    return 0


async def _run(settings: Settings, written: Mapping[str, Journal]) -> Results:
    async with journal.models(settings) as inference:
        return Results(recall=await recall.run(written, inference))


def _show(figures: Figures, folder: Path | None) -> None:
    click.echo(report.table(figures))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "recall.md").write_text(report.table(figures) + "\n![recall](recall.svg)\n")
        (folder / "recall.svg").write_text(report.plot(figures))
