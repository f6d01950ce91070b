"""Runs the sets that were chosen, prints their tables, and writes a report with plots."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

import click
import msgspec

from futureself_box.errors import RequestInvalid
from futureself_box.evaluation import care, journal, recall, report
from futureself_box.evaluation.care import Figures as CareFigures
from futureself_box.evaluation.journal import Journal
from futureself_box.evaluation.recall import Figures
from futureself_box.settings import Settings

SETS = ("recall", "care")


class Results(msgspec.Struct, frozen=True, omit_defaults=True):
    """The figures of every set that ran."""

    recall: Figures | None = None
    care: CareFigures | None = None


def run(settings: Settings, chosen: Sequence[str], *, report: str | None, as_json: bool) -> int:
    """Run the sets of these names, or all. Raises RequestInvalid for another name."""
    unknown = set(chosen) - set(SETS)
    if unknown:
        raise RequestInvalid(
            f"There is no set {', '.join(sorted(unknown))}. There is: {', '.join(SETS)}."
        )
    with journal.apart(settings) as alone, recall.journals() as written:
        results = asyncio.run(_run(settings, alone, written, chosen or SETS))
    if results.recall is not None:
        _show(results.recall, Path(report) if report else None)
    if results.care is not None:
        found = results.care
        click.echo(
            f"Care: recall {found.recall}, urgent {found.urgent_recall}, "
            f"false alarms {found.false_alarms}, of {found.messages} messages"
        )
    if as_json:
        click.echo(msgspec.json.encode(results))
    return 0


async def _run(
    settings: Settings, alone: Settings, written: Mapping[str, Journal], chosen: Sequence[str]
) -> Results:
    async with journal.models(alone) as inference:
        return Results(
            recall=await recall.run(written, inference) if "recall" in chosen else None,
            care=await care.run(settings, inference) if "care" in chosen else None,
        )


def _show(figures: Figures, folder: Path | None) -> None:
    click.echo(report.table(figures))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "recall.md").write_text(report.table(figures) + "\n![recall](recall.svg)\n")
        (folder / "recall.svg").write_text(report.plot(figures))
