"""The bench itself, all in one place: starts boxes in a throw-away folder, measures, holds each figure to its bound."""

import asyncio
import os
import platform
import re
import statistics
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import click
import msgspec
import psutil

import futureself_box
from futureself_box.bench import (
    chart,
    engine,
    faults,
    figures,
    household,
    memory,
    records,
    speed,
    talking,
)
from futureself_box.bench.faults import Kept
from futureself_box.bench.figures import Figure, held
from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.settings import Settings

_ROUNDS = 7
_TURNS = 40
# No mode shortens these: a figure needs an answer that goes on for a while.
_AT_LENGTH = {"FUTURESELF_INFERENCE_REPLY_SENTENCES": "100"}
_AS_LLAMA_BENCH = {"FUTURESELF_INFERENCE_REPLY_TOKENS": "128", **_AT_LENGTH}
# Where an answer's speed is not the question, a shorter one will do.
_SHORT = {"FUTURESELF_INFERENCE_REPLY_TOKENS": "96", **_AT_LENGTH}


class Machine(msgspec.Struct, frozen=True):
    """What it was measured on; with the figures' own yardsticks beside them."""

    processor: str
    cores: int
    memory_gb: float
    system: str


class Report(msgspec.Struct, frozen=True):
    """All of it."""

    machine: Machine
    figures: list[Figure]


class Counts(msgspec.Struct, frozen=True):
    """How often each promise is tried."""

    cuts: int = 5
    kills_of_inference: int = 4
    kills_of_box: int = 10
    bad_frames: int = 1000
    joinings: int = 5
    revocations: int = 5
    revisions: int = 5000
    household_minutes: float = 1.0
    engine_rounds: int = 1


FULL = Counts(
    cuts=50,
    kills_of_inference=50,
    kills_of_box=200,
    bad_frames=10_000,
    joinings=20,
    revocations=20,
    revisions=50_000,
    household_minutes=10.0,
    engine_rounds=5,
)


def run(
    settings: Settings,
    *,
    full: bool,
    clone: bool,
    llama_bench: str | None,
    plot: Path | None,
    as_json: bool,
) -> int:
    """Measure and print; the exit status is 1 where a bound is not kept.

    Raises BoxMisbehaved where a promise is broken.
    """
    counts = FULL if full else Counts()
    machine = _machine()
    measured: list[Figure] = []
    if not as_json:
        click.echo(f"{machine.processor}, {machine.cores} cores, {machine.memory_gb} GB")
    with tempfile.TemporaryDirectory(prefix="futureself-") as folder:
        for figure in _figures(Path(folder), settings, counts, llama_bench, clone=clone):
            measured.append(figure)
            if not as_json:
                _print(figure)
    if plot:
        plot.write_text(figures.svg(measured))
    if as_json:
        click.echo(msgspec.json.encode(Report(machine, measured)))
    return int(any(figure.kept is False for figure in measured))


def _machine() -> Machine:
    said = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    named = re.search(r"^model name\s*: (.+)$", said, flags=re.MULTILINE)
    return Machine(
        processor=named[1] if named else platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(psutil.virtual_memory().total / 1e9, 1),
        system=f"{platform.system()} {platform.release()}",
    )


def _figures(
    folder: Path, settings: Settings, counts: Counts, llama_bench: str | None, *, clone: bool
) -> Iterator[Figure]:
    if clone:
        yield from _clean_clone(folder / "fresh")
    yield from _talking(folder / "talking", settings, llama_bench)
    yield from _broken(folder / "broken", settings, counts)
    yield from _killed(folder / "killed", counts)
    yield from _records(folder / "records", counts)
    yield from _remembering(folder / "memory", counts)
    yield from _together(settings, counts)
    yield from _household(settings, counts)
    yield Figure(
        "50 000 revisions out of the cloud", "scripts/soak -k thousands", "2000", kept=None
    )
    yield Figure("page frozen mid-reply", "in Chromium: scripts/soak -k frozen", "1.0 s", kept=None)


def _clean_clone(folder: Path) -> Iterator[Figure]:
    source = Path(futureself_box.__file__).parent.parent
    taken = speed.clean_clone(source, folder)
    yield held("clean clone to the first token", taken, 480, "s")


def _talking(folder: Path, settings: Settings, llama_bench: str | None) -> Iterator[Figure]:
    with RunningBox(folder, settings.models_path, **_AS_LLAMA_BENCH) as box:
        yield from _conversation(folder / "conversation", box)
        owner = box.set_up()
        yield _decode(box, owner, llama_bench)
        yield from _memory(box, owner)
        started = speed.start(box)
        yield held("start again, to ready", started, 5, "s")


def _conversation(folder: Path, box: RunningBox) -> Iterator[Figure]:
    talked = talking.talking(folder, box.data, _TURNS)
    what = f"from a message to the model's start, {_TURNS} turns, p95"
    yield held(what, talked.overhead_p95_ms, 60, "ms")
    what = "tokens before each turn's own that were not read again, all"
    yield held(what, talked.reused, 0.95, at="least", beside=f", the worst turn {talked.worst}")


def _broken(folder: Path, settings: Settings, counts: Counts) -> Iterator[Figure]:
    canary = uuid4().hex
    with RunningBox(folder, settings.models_path, **_SHORT) as box:
        owner = box.set_up(f"Ada {canary}")
        asyncio.run(faults.say(owner, f"My secret is {canary}."))
        yield from _faults(box, owner, counts)
    # The configuration folder is no place for words either, and neither is the log.
    found = faults.search(folder, canary)
    yield held("files that hold a canary's words", len(found), 0)
    yield Figure("whole databases", str(faults.check_databases(box)), "all", kept=True)


def _decode(box: RunningBox, owner: Device, llama_bench: str | None) -> Figure:
    binary = speed.find_llama_bench(llama_bench)
    speeds = speed.decode(owner, (box.data / "models" / "language").resolve(), binary, _ROUNDS)
    what = "decode at the WebSocket, against llama-bench"
    if speeds.ratio is None:
        said = f"{speeds.socket} tok/s, no llama-bench on the path"
        return Figure(what, said, "0.95", None)
    beside = f": {speeds.socket} of {speeds.llama_bench} tok/s"
    return held(what, speeds.ratio, 0.95, at="least", beside=beside)


def _memory(box: RunningBox, owner: Device) -> Iterator[Figure]:
    memory = speed.memory(box, owner)
    yield held("memory of the box, idle", memory.idle, 110, "MiB")
    yield held("memory of the box, 50 phones", memory.fifty_phones, 140, "MiB")


def _faults(box: RunningBox, owner: Device, counts: Counts) -> Iterator[Figure]:
    cuts = asyncio.run(faults.network_cuts(owner, counts.cuts))
    yield _within(f"network cut mid-reply, {cuts.times} times: whole again", cuts, 1.0)
    family = [owner, *(owner.invite(f"Member {number}") for number in range(2))]
    kills = asyncio.run(faults.kills_of_inference(box, family, counts.kills_of_inference))
    yield _within(f"kill -9 of the engine, {kills.times} times: an error frame", kills, 1.0)
    joinings = asyncio.run(faults.joinings(owner, counts.joinings))
    yield _within(f"joining, {joinings.times} times: yes to first frame", joinings, 2.0)
    revocations = asyncio.run(faults.revocations(owner, counts.revocations))
    yield _within(f"removed mid-reply, {revocations.times} times: cut off", revocations, 1.0)
    before = box.memory_mib()
    frames = asyncio.run(faults.bad_frames(box, owner, counts.bad_frames))
    grown = round(box.memory_mib() - before, 1)
    yield _within(f"{frames.times} bad frames, each answered", frames, 1.0)
    yield held("memory grown by them", grown, 8, "MiB")
    yield held("tracebacks", box.log.count("Traceback"), 0)


def _killed(folder: Path, counts: Counts) -> Iterator[Figure]:
    box = RunningBox(folder, None)
    box.start()
    try:
        box.wait_until_up()
        owner = box.set_up()
        family = [owner, *(owner.invite(f"Member {number}") for number in range(3))]
        kills = asyncio.run(faults.kills_of_box(box, family, counts.kills_of_box))
    finally:
        box.stop()
    faults.check_databases(box)
    yield Figure(
        f"kill -9 of the box, {kills.times} times: acknowledged messages lost", "0", "0", kept=True
    )


def _records(folder: Path, counts: Counts) -> Iterator[Figure]:
    folder.mkdir()
    read = records.reading(folder / "reading", counts.revisions)
    what = f"{counts.revisions} revisions: first sync of a new phone, box side"
    yield held(what, read.first_sync, 20_000, "a second", at="least")
    grown = round(read.change_ms / read.change_ms_when_small, 2)
    yield held("one change after them, against one in an empty journal", grown, 1.5)
    yield held("search among them, p95", read.search_p95_ms, 15, "ms")
    pushed = records.pushing(folder / "pushing", 5.0)
    enough = 1500 if pushed.raw_commits > 750 else 2 * pushed.raw_commits
    what = "acknowledged pushes of single entries, 8 members at once"
    beside = f", raw commits {pushed.raw_commits}"
    yield held(what, pushed.pushes, enough, "a second", at="least", beside=beside)


def _remembering(folder: Path, counts: Counts) -> Iterator[Figure]:
    folder.mkdir()
    found = memory.remembering(folder, counts.revisions)
    number = counts.revisions
    for what, value, bound, unit in (
        (f"recall over {number} memories, p95", found.p95_ms, 30, "ms"),
        ("the first time after opening", found.first_ms, 400, "ms"),
        ("index of a memory", found.bytes_each, 2048, "bytes"),
        ("kept in memory for it", found.cached_mib, 200, "MiB"),
        ("left of that once the store is closed", found.left_mib, 0, "MiB"),
    ):
        yield held(what, value, bound, unit)


def _together(settings: Settings, counts: Counts) -> Iterator[Figure]:
    """Answers at once; held to llama-batched-bench, where that is on the path."""
    plan = engine.Plan(rounds=counts.engine_rounds, chosen=("decode", "long prompt"))
    model = (settings.models_path / "language").resolve()
    for row in engine.measure(settings, model, plan).rows:
        if row.against_yardstick is None:
            measured = f"{chart.figure(statistics.median(row.box))} {row.unit}"
            yield Figure(row.what, measured, "bench engine --peer", None)
        else:
            beside = f" of llama.cpp's own: {chart.figure(statistics.median(row.box))} {row.unit}"
            yield held(row.what, row.against_yardstick, 0.9, at="least", beside=beside)


def _household(settings: Settings, counts: Counts) -> Iterator[Figure]:
    minutes = counts.household_minutes
    report, _ = household.measure(settings.models_path, phones=50, minutes=minutes)
    what = f"50 phones for {minutes} minutes: journal write, p99"
    yield held(what, report.write_p99_ms, household.WRITE_P99_MS, "ms")
    yield held("memory grown meanwhile", report.grown_mb, household.GROWN_MB, "MB")
    account = report.account
    what = f"lost or doubled of {account.acknowledged} acknowledged"
    yield held(what, account.lost + account.doubled, 0)


def _within(what: str, kept: Kept, bound_s: float) -> Figure:
    return held(what, kept.worst_s, bound_s, "s")


def _print(figure: Figure) -> None:
    mark = {True: "kept", False: "NOT KEPT", None: "not measured"}[figure.kept]
    click.echo(f"{figure.what:<72} {figure.measured:<56} {figure.bound:>16}  {mark}")
