"""`bench engine`: our own inference API beside any other OpenAI-compatible server's.

All get the same prompts, greedy, several rounds; every round's prompts are new, so that no cache
flatters anybody. Each part of a round is done to all of them before the next one. Medians, and the
medians of the rounds' ratios, which a machine that changes its speed disturbs less.
"""

import asyncio
import os
import random
import statistics
import tempfile
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Literal

import click
import msgspec

from futureself_box.bench import cases, chart, yardstick
from futureself_box.bench.answering import Server
from futureself_box.bench.cases import Part, Side
from futureself_box.bench.own_engine import OwnEngine
from futureself_box.errors import RequestInvalid
from futureself_box.settings import Settings

Better = Literal["more", "less"]


def _say_nothing(_: str) -> None:
    """For those who want the report only."""


class Plan(msgspec.Struct, frozen=True):
    """What is measured. `chosen` are names of `cases.CASES`."""

    streams: tuple[int, ...] = (1, 2, 4, 8)
    rounds: int = 5
    peer: str | None = None
    chosen: tuple[str, ...] = cases.CASES


def plan(streams: str, chosen: Sequence[str], *, rounds: int, peer: str | None) -> Plan:
    """The plan that a command line asks for. Raises RequestInvalid."""
    counts = streams.split(",")
    if not all(count.strip().isdigit() and int(count) for count in counts) or rounds < 1:
        raise RequestInvalid("Streams are numbers such as 1,2,4,8; there is at least one round.")
    if unknown := set(chosen) - set(cases.CASES):
        raise RequestInvalid(
            f"There is no case {unknown.pop()}; there are {', '.join(cases.CASES)}."
        )
    return Plan(tuple(map(int, counts)), rounds, peer, tuple(chosen) or cases.CASES)


class Row(msgspec.Struct, frozen=True):
    """One figure of each side, a value for each round.

    `yardstick` is llama-bench's or llama-batched-bench's. Where a side can't be measured, its rounds
    are missing.
    """

    what: str
    unit: str
    better: Better
    box: list[float]
    peer: list[float]
    yardstick: list[float]

    @property
    def against_peer(self) -> float | None:
        """The median of box / peer, round by round."""
        return _ratio(self.box, self.peer)

    @property
    def against_yardstick(self) -> float | None:
        """The median of box / yardstick, round by round."""
        return _ratio(self.box, self.yardstick)


class Report(msgspec.Struct, frozen=True):
    """All that was measured."""

    model: str
    cores: int
    rounds: int
    memory_mib: float
    rows: list[Row]


def run(
    settings: Settings,
    model: Path,
    plan: Plan,
    *,
    plot: Path | None = None,
    as_json: bool = False,
) -> int:
    """Measure and print. Raises BoxMisbehaved where a server doesn't answer as it should."""
    report = measure(settings, model, plan, _say_nothing if as_json else click.echo)
    if plot:
        plot.write_text(chart.svg(report.rows))
    if as_json:
        click.echo(msgspec.json.encode(_for_machines(report)))
    else:
        _print(report)
    return 0


def measure(
    settings: Settings, model: Path, plan: Plan, say: Callable[[str], None] = _say_nothing
) -> Report:
    """Run an engine of our own in a throw-away folder, and measure it beside the plan's peer."""
    with (
        tempfile.TemporaryDirectory(prefix="futureself-") as folder,
        OwnEngine(Path(folder), settings.inference, model) as own,
    ):
        return asyncio.run(_measure(own, model, plan, say))


async def _measure(own: OwnEngine, model: Path, plan: Plan, say: Callable[[str], None]) -> Report:
    sheet = _Sheet()
    for number in range(plan.rounds):
        say(f"round {number + 1} of {plan.rounds}")
        async with AsyncExitStack() as stack:
            sides = {
                column: await stack.enter_async_context(side)
                for column, side in _sides(own, plan).items()
            }
            for side in sides.values():
                await cases.wake(side)
            for at, part in enumerate(cases.parts(plan.chosen, plan.streams)):
                await _measure_part(sides, part, sheet, flip=(number + at) % 2 == 1)
                for name, value in _yardsticks(model, part, own.threads, sides["box"]).items():
                    sheet.note(name, "yardstick", value)
    memory = round(own.memory_mib(), 1)
    return Report(model.name, os.cpu_count() or 1, plan.rounds, memory, sheet.rows())


def _sides(own: OwnEngine, plan: Plan) -> dict[str, Side]:
    sides = {"box": Side(lambda: Server.on_socket(str(own.socket)), own.restart)}
    if plan.peer:
        url = plan.peer
        sides["peer"] = Side(lambda: Server.at(url), None)
    return sides


async def _measure_part(sides: dict[str, Side], part: Part, sheet: "_Sheet", *, flip: bool) -> None:
    """One part of everybody, with the same prompts; who goes first changes."""
    seed = random.randbytes(8).hex()
    for column in reversed(sides) if flip else sides:
        sides[column].use(random.Random(seed))
        async for name, value in cases.measure(sides[column], part):
            sheet.note(name, column, value)


def _yardsticks(model: Path, part: Part, threads: int, own: Side) -> dict[str, float]:
    """What llama.cpp does alone, right after.

    Beside a busy process with the cores that are left; who comes back, with the new tokens alone.
    """
    found: dict[str, float | None] = {}
    match part.case:
        case "decode":
            speed = yardstick.decode(model, part.streams, threads)
            found[cases.decode_name(part.streams)] = speed
        case "busy core":
            left = max(threads - 1, 1)
            found[cases.BUSY] = yardstick.alone(model, left, depth=cases.BUSY_DEPTH)
        case "returning":
            for name, (tokens, depth) in own.read.items():
                found[name] = yardstick.prefill_s(model, tokens, depth, threads)
        case _:
            pass
    return {name: value for name, value in found.items() if value is not None}


class _Sheet:
    """Values as they come, by what was measured and by side."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, list[float]]] = {}

    def note(self, name: str, column: str, value: float) -> None:
        columns = self._values.setdefault(name, {"box": [], "peer": [], "yardstick": []})
        columns[column].append(round(value, 4))

    def rows(self) -> list[Row]:
        return [
            Row(name, *cases.unit_of(name), columns["box"], columns["peer"], columns["yardstick"])
            for name, columns in sorted(self._values.items(), key=_decoding_first)
        ]


def _decoding_first(item: tuple[str, object]) -> bool:
    return not item[0].startswith("decode,")


def _ratio(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    ratios = [one / other for one, other in zip(ours, theirs, strict=False) if other]
    return round(statistics.median(ratios), 3) if ratios else None


def _for_machines(report: Report) -> dict[str, object]:
    rows = [
        {
            **msgspec.structs.asdict(row),
            "against_peer": row.against_peer,
            "against_yardstick": row.against_yardstick,
        }
        for row in report.rows
    ]
    return {**msgspec.structs.asdict(report), "rows": rows}


def _print(report: Report) -> None:
    click.echo(f"\n{report.model}, {report.cores} cores, medians of {report.rounds} rounds")
    click.echo(f"{'':<52} {'box':>9} {'peer':>9} {'ratio':>6} {'bench':>9} {'ratio':>6}")
    for row in report.rows:
        click.echo(
            f"{row.what + ', ' + row.unit:<52} {_median(row.box)} {_median(row.peer)} "
            f"{_figure(row.against_peer, 6)} {_median(row.yardstick)} "
            f"{_figure(row.against_yardstick, 6)}"
        )
    click.echo(f"memory of the process that decodes: {report.memory_mib} MiB")


def _median(values: Sequence[float]) -> str:
    return _figure(statistics.median(values) if values else None, 9)


def _figure(value: float | None, width: int) -> str:
    return f"{'-' if value is None else chart.figure(value):>{width}}"
