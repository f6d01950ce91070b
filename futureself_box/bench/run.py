"""The bench itself: starts boxes in a throw-away folder, measures, holds each figure to its bound."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import click
import msgspec

import futureself_box
from futureself_box.bench import faults, memory, records, speed, talking
from futureself_box.bench.faults import Kept
from futureself_box.bench.running_box import Device, RunningBox
from futureself_box.settings import Settings

_ROUNDS = 7
_TURNS = 40
# No mode shortens these: a figure needs an answer that goes on for a while.
_AT_LENGTH = {"FUTURESELF_INFERENCE_REPLY_SENTENCES": "100"}
_AS_LLAMA_BENCH = {"FUTURESELF_INFERENCE_REPLY_TOKENS": "128", **_AT_LENGTH}
# Where an answer's speed is not the question, a shorter one will do.
_SHORT = {"FUTURESELF_INFERENCE_REPLY_TOKENS": "96", **_AT_LENGTH}


class Figure(msgspec.Struct, frozen=True):
    """One line of the table. `kept` is None where the machine lacks the yardstick."""

    what: str
    measured: str
    bound: str
    kept: bool | None


class Counts(msgspec.Struct, frozen=True):
    """How often each promise is tried."""

    cuts: int = 5
    kills_of_inference: int = 4
    kills_of_box: int = 10
    bad_frames: int = 1000
    joinings: int = 5
    revocations: int = 5
    revisions: int = 5000


FULL = Counts(
    cuts=50,
    kills_of_inference=50,
    kills_of_box=200,
    bad_frames=10_000,
    joinings=20,
    revocations=20,
    revisions=50_000,
)


def run(
    settings: Settings, *, full: bool, clone: bool, llama_bench: str | None, as_json: bool
) -> int:
    """Measure and print; the exit status is 1 where a bound is not kept.

    Raises BoxMisbehaved where a promise is broken.
    """
    counts = FULL if full else Counts()
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="futureself-") as folder:
        for figure in _figures(Path(folder), settings, counts, llama_bench, clone=clone):
            figures.append(figure)
            if not as_json:
                _print(figure)
    if as_json:
        click.echo(msgspec.json.encode(figures))
    return int(any(figure.kept is False for figure in figures))


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
    yield Figure(
        "50 000 revisions out of the cloud", "scripts/soak -k thousands", "2000", kept=None
    )
    yield Figure("page frozen mid-reply", "in Chromium: scripts/soak -k frozen", "1.0 s", kept=None)


def _clean_clone(folder: Path) -> Iterator[Figure]:
    source = Path(futureself_box.__file__).parent.parent
    taken = speed.clean_clone(source, folder)
    yield Figure("clean clone to the first token", f"{taken} s", "480 s", taken <= 480)


def _talking(folder: Path, settings: Settings, llama_bench: str | None) -> Iterator[Figure]:
    with RunningBox(folder, settings.models_path, **_AS_LLAMA_BENCH) as box:
        yield from _conversation(folder / "conversation", box)
        owner = box.set_up()
        yield _decode(box, owner, llama_bench)
        yield from _memory(box, owner)
        started = speed.start(box)
        yield Figure("start again, to ready", f"{started} s", "5 s", started <= 5)


def _conversation(folder: Path, box: RunningBox) -> Iterator[Figure]:
    talked = talking.talking(folder, box.data / "run" / "inference.sock", _TURNS)
    overhead = talked.overhead_p95_ms
    yield Figure(
        f"from a message to the model's start, {_TURNS} turns, p95",
        f"{overhead} ms",
        "60 ms",
        overhead <= 60,
    )
    yield Figure(
        "tokens before each turn's own that were not read again, all / worst",
        f"{talked.reused} / {talked.worst}",
        "0.95",
        talked.reused >= 0.95,
    )


def _broken(folder: Path, settings: Settings, counts: Counts) -> Iterator[Figure]:
    canary = uuid4().hex
    with RunningBox(folder, settings.models_path, **_SHORT) as box:
        owner = box.set_up(f"Ada {canary}")
        asyncio.run(faults.say(owner, f"My secret is {canary}."))
        yield from _faults(box, owner, counts)
    # The configuration folder is no place for words either, and neither is the log.
    found = faults.search(folder, canary)
    yield Figure("files that hold a canary's words", str(len(found)), "0", not found)
    yield Figure("whole databases", str(faults.check_databases(box)), "all", kept=True)


def _decode(box: RunningBox, owner: Device, llama_bench: str | None) -> Figure:
    binary = speed.find_llama_bench(llama_bench)
    speeds = speed.decode(owner, (box.data / "models" / "language").resolve(), binary, _ROUNDS)
    beside = "no llama-bench on the path" if binary is None else f"{speeds.llama_bench} tok/s"
    return Figure(
        "decode at the WebSocket, against llama-bench",
        f"{speeds.socket} tok/s, {beside}: {speeds.ratio}",
        "0.95",
        None if speeds.ratio is None else speeds.ratio >= 0.95,
    )


def _memory(box: RunningBox, owner: Device) -> Iterator[Figure]:
    memory = speed.memory(box, owner)
    yield Figure("memory of the box, idle", f"{memory.idle} MiB", "110 MiB", memory.idle <= 110)
    yield Figure(
        "memory of the box, 50 phones",
        f"{memory.fifty_phones} MiB",
        "140 MiB",
        memory.fifty_phones <= 140,
    )


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
    yield Figure("memory grown by them", f"{grown} MiB", "8 MiB", grown <= 8)
    yield Figure("tracebacks", str(box.log.count("Traceback")), "0", "Traceback" not in box.log)


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
    yield Figure(
        f"{counts.revisions} revisions: first sync of a new phone, box side",
        f"{read.first_sync} a second",
        "20000",
        read.first_sync >= 20_000,
    )
    grown = round(read.change_ms / read.change_ms_when_small, 2)
    yield Figure(
        "one change after them, against one in an empty journal", f"{grown}", "1.5", grown <= 1.5
    )
    search = read.search_p95_ms
    yield Figure("search among them, p95", f"{search} ms", "15 ms", search <= 15)
    pushed = records.pushing(folder / "pushing", 5.0)
    enough = 1500 if pushed.raw_commits > 750 else 2 * pushed.raw_commits
    yield Figure(
        "acknowledged pushes of single entries, 8 members at once",
        f"{pushed.pushes} a second, raw commits {pushed.raw_commits}",
        f"{enough}",
        pushed.pushes >= enough,
    )


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
        yield Figure(what, f"{value} {unit}", f"{bound} {unit}", value <= bound)


def _within(what: str, kept: Kept, bound_s: float) -> Figure:
    return Figure(what, f"{kept.worst_s} s", f"{bound_s} s", kept.worst_s <= bound_s)


def _print(figure: Figure) -> None:
    mark = {True: "kept", False: "NOT KEPT", None: "not measured"}[figure.kept]
    click.echo(f"{figure.what:<72} {figure.measured:<56} {figure.bound:>8}  {mark}")
