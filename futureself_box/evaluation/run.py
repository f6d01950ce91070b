"""Runs the sets that were chosen, prints their tables, and writes a report with plots."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from futureself_box.errors import RequestInvalid
from futureself_box.evaluation import (
    care,
    consistency,
    farewells,
    flattery,
    honesty,
    journal,
    lives,
    losses,
    modes,
    recall,
)
from futureself_box.evaluation import report as reports
from futureself_box.evaluation.report import Table
from futureself_box.evaluation.talk import Ground
from futureself_box.futureself.care.watch import Watch
from futureself_box.settings import Settings


class Set(msgspec.Struct, frozen=True):
    """How a set is run, how its figures are told, and whether the language model answers in it."""

    run: Callable[[Ground], Awaitable[Any]]
    table: Callable[[Any], Table]
    speaks: bool = True


SETS: Mapping[str, Set] = {
    "recall": Set(recall.run, recall.table, speaks=False),
    "care": Set(care.run, care.table, speaks=False),
    "farewells": Set(farewells.run, farewells.table),
    "honesty": Set(honesty.run, honesty.table),
    "modes": Set(modes.run, modes.table),
    "flattery": Set(flattery.run, flattery.table),
    "losses": Set(losses.run, losses.table),
    "consistency": Set(consistency.run, consistency.table),
    "lives": Set(lives.run, lives.table),
}


def run(
    settings: Settings,
    chosen: Sequence[str],
    *,
    report: str | None,
    as_json: bool,
    sample: int | None = None,
) -> int:
    """Run the sets of these names, or all. Raises RequestInvalid for another name."""
    unknown = set(chosen) - set(SETS)
    if unknown:
        raise RequestInvalid(
            f"There is no set {', '.join(sorted(unknown))}. There is: {', '.join(SETS)}."
        )
    folder = Path(report) if report else None
    with journal.apart(settings) as alone:
        results = asyncio.run(_run(settings, alone, chosen or tuple(SETS), sample, folder))
    if as_json:
        click.echo(msgspec.json.encode(results))
    return 0


async def _run(
    settings: Settings,
    alone: Settings,
    chosen: Sequence[str],
    sample: int | None,
    folder: Path | None,
) -> dict[str, Any]:
    results = {}
    async with journal.models(alone) as inference:
        watch = Watch(inference, settings.data_path)
        ground = Ground(alone, inference, watch, sample)
        if set(chosen) - {"recall", "lives"}:
            await watch.try_to_prepare()
        if any(SETS[name].speaks for name in chosen):
            await journal.speaks(inference)
        for name in dict.fromkeys(chosen):
            results[name] = await SETS[name].run(ground)
            await asyncio.to_thread(_tell, name, SETS[name].table(results[name]), folder)
    return results


def _tell(name: str, table: Table, folder: Path | None) -> None:
    click.echo(reports.markdown(table))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.md").write_text(f"{reports.markdown(table)}\n![{name}]({name}.svg)\n")
        (folder / f"{name}.svg").write_text(reports.plot(table))
