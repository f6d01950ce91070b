"""`bench household`: a whole household at once on a real box whose model is busy all the time.

The phones run in a process of their own (load.py). Afterwards every revision that the box acknowledged
is looked for on its disk.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import click
import msgspec
import psutil

from futureself_box.bench import courses, ledger
from futureself_box.bench.courses import Chart, Course
from futureself_box.bench.ledger import Account, Ledger, Taken
from futureself_box.bench.load import Plan
from futureself_box.bench.running_box import BoxMisbehaved, Device, RunningBox
from futureself_box.errors import RequestInvalid
from futureself_box.settings import Settings
from futureself_box.store.vault import Vault

WRITE_P99_MS, GROWN_MB = 100.0, 20.0
_PHONES_EACH = 5
_TALKERS = 5  # one phone in so many talks all the time
_LOOK_S = 2.0
_SETTLED_S = 60.0
_WINDOW_S = 10.0
_MOST_PHONES = 50
_ANSWERS = {"FUTURESELF_INFERENCE_REPLY_TOKENS": "96"}
_WATCHED = ("box", "worker")
_KINDS = ("journal write", "message", "sync", "photo", "first words")


class Latency(msgspec.Struct, frozen=True):
    """How often something was done and how long it took, in milliseconds."""

    what: str
    times: int
    median_ms: float
    p95_ms: float
    p99_ms: float
    most_ms: float


class Memory(msgspec.Struct, frozen=True):
    """Resident memory of a process in MB: after the first minute, and the most after that."""

    process: str
    settled_mb: float
    most_mb: float

    @property
    def grown_mb(self) -> float:
        """How much it grew after the first minute."""
        return round(self.most_mb - self.settled_mb, 1)


class Report(msgspec.Struct, frozen=True):
    """All that was measured. `failures` counts by what and an error's code."""

    phones: int
    minutes: float
    cores: int
    latencies: list[Latency]
    memory: list[Memory]
    account: Account
    answers: int
    answer_tokens_a_second: float
    cuts: int
    failures: dict[str, int]

    @property
    def write_p99_ms(self) -> float:
        """The figure that is promised."""
        return next(one.p99_ms for one in self.latencies if one.what == _KINDS[0])

    @property
    def grown_mb(self) -> float:
        """Of the process that grew most."""
        return max(one.grown_mb for one in self.memory)


class Played(msgspec.Struct, frozen=True):
    """The raw material: the ledger, and memory in MB at moments of the load, by process."""

    ledger: Ledger
    memory: dict[str, list[tuple[float, float]]]


def run(
    settings: Settings, *, phones: int, minutes: float, plot: Path | None, as_json: bool
) -> int:
    """Measure and print; the exit status is 1 where a bound is not kept. Raises RequestInvalid."""
    report, played = measure(settings.models_path, phones=phones, minutes=minutes)
    if plot:
        plot.write_text(draw(played, minutes * 60))
    if as_json:
        click.echo(msgspec.json.encode(report))
    else:
        _print(report)
    sound = not (report.account.lost or report.account.doubled)
    return int(not (sound and report.write_p99_ms <= WRITE_P99_MS and report.grown_mb <= GROWN_MB))


def measure(models: Path, *, phones: int, minutes: float) -> tuple[Report, Played]:
    """Play the load on a box in a throw-away folder, and settle the account."""
    if not (1 <= phones <= _MOST_PHONES and minutes > 0):
        raise RequestInvalid(f"There are 1 to {_MOST_PHONES} phones, and more than no minutes.")
    with tempfile.TemporaryDirectory(prefix="futureself-") as folder:
        box = RunningBox(Path(folder), models, **_ANSWERS)
        with box:
            devices = _devices(box, phones)
            plan = Plan(
                url=box.url,
                devices=[(device.joined.member, device.token) for device in devices],
                talkers=max(1, phones // _TALKERS),
                seconds=minutes * 60,
            )
            played = _play(box, plan)
        if "Traceback" in box.log:
            raise BoxMisbehaved("Something broke inside the box: see its log.")
        with closing(Vault(box.data, box.config)) as vault:
            account = ledger.settle(vault, played.ledger)
    return _report(played, account, phones, minutes), played


def draw(played: Played, seconds: float) -> str:
    """Latencies and memory over time."""
    kinds = {kind: _of(played.ledger.times, kind) for kind in _KINDS}
    slow = [
        Chart(f"{kind}, p99 of {_WINDOW_S:.0f} s", "ms", [Course("", _by_window(taken))], bound)
        for kind, taken in kinds.items()
        for bound in [WRITE_P99_MS if kind == _KINDS[0] else None]
    ]
    memory = [Course(process, points) for process, points in played.memory.items()]
    return courses.svg([*slow, Chart("memory", "MB", memory)], seconds)


def _devices(box: RunningBox, phones: int) -> list[Device]:
    """Five phones for each adult; those who talk come first and are of different people."""
    owner = box.set_up()
    people = [owner]
    while len(people) * _PHONES_EACH < phones:
        people.append(owner.invite(f"Member {len(people)}"))
    devices = list(people)
    while len(devices) < phones:
        devices.append(people[len(devices) % len(people)].invite())
    return devices


def _play(box: RunningBox, plan: Plan) -> Played:
    watched = {name: process for name in _WATCHED for process in box.processes(name)}
    memory: dict[str, list[tuple[float, float]]] = {name: [] for name in watched}
    with tempfile.TemporaryFile() as said:
        load = subprocess.Popen(
            [sys.executable, "-m", "futureself_box.bench.load"], stdin=subprocess.PIPE, stdout=said
        )
        begun = time.monotonic()
        try:
            _tell(load, plan)
            while load.poll() is None:
                for name, process in watched.items():
                    memory[name].append((time.monotonic() - begun, _mb(process)))
                time.sleep(_LOOK_S)
        finally:
            load.kill()
            load.wait()
        if load.returncode != 0:
            raise BoxMisbehaved("The phones gave up: see the lines above.")
        said.seek(0)
        return Played(msgspec.json.decode(said.read(), type=Ledger), memory)


def _tell(load: "subprocess.Popen[bytes]", plan: Plan) -> None:
    if load.stdin is not None:
        with load.stdin as stdin:
            stdin.write(msgspec.json.encode(plan))


def _mb(process: psutil.Process) -> float:
    return round(float(process.memory_info().rss) / 1e6, 1)


def _report(played: Played, account: Account, phones: int, minutes: float) -> Report:
    book = played.ledger
    return Report(
        phones=phones,
        minutes=minutes,
        cores=os.cpu_count() or 1,
        latencies=[
            latency_of(kind, [one.seconds for one in taken])
            for kind in _KINDS
            if (taken := _of(book.times, kind))
        ],
        memory=[_memory(name, points, minutes * 60) for name, points in played.memory.items()],
        account=account,
        answers=book.answers,
        answer_tokens_a_second=round(book.tokens / (minutes * 60), 1),
        cuts=book.cuts,
        failures=book.failures,
    )


def _of(times: Sequence[Taken], kind: str) -> list[Taken]:
    return [taken for taken in times if taken.what == kind]


def latency_of(what: str, seconds: Sequence[float]) -> Latency:
    """The figures of at least one time."""
    ms = sorted(1000 * one for one in seconds)
    return Latency(
        what=what,
        times=len(ms),
        median_ms=round(statistics.median(ms), 1),
        p95_ms=_share(ms, 0.95),
        p99_ms=_share(ms, 0.99),
        most_ms=round(ms[-1], 1),
    )


def _share(ordered: Sequence[float], share: float) -> float:
    """The value that this share of all stays at or below (the nearest rank)."""
    return round(ordered[max(0, -int(-share * len(ordered) // 1) - 1)], 1)


def _memory(process: str, points: Sequence[tuple[float, float]], seconds: float) -> Memory:
    # A short sample settles in half of its time.
    settled = min(_SETTLED_S, seconds / 2)
    before = [mb for at, mb in points if at <= settled]
    after = [mb for at, mb in points if at >= settled]
    return Memory(process, before[-1], max([*after, before[-1]]))


def _by_window(taken: Sequence[Taken]) -> list[tuple[float, float]]:
    windows: dict[int, list[float]] = {}
    for one in taken:
        windows.setdefault(int(one.at // _WINDOW_S), []).append(1000 * one.seconds)
    return [
        ((number + 0.5) * _WINDOW_S, _share(sorted(ms), 0.99))
        for number, ms in sorted(windows.items())
    ]


def _print(report: Report) -> None:
    click.echo(f"{report.phones} phones, {report.minutes} minutes, {report.cores} cores")
    click.echo(f"{'ms':<16} {'times':>7} {'median':>9} {'p95':>9} {'p99':>9} {'most':>9}")
    for one in report.latencies:
        click.echo(
            f"{one.what:<16} {one.times:>7} {one.median_ms:>9} {one.p95_ms:>9} {one.p99_ms:>9} "
            f"{one.most_ms:>9}"
        )
    for line in _lines(report):
        click.echo(line)


def _lines(report: Report) -> Iterator[str]:
    for one in report.memory:
        yield f"memory of {one.process}: {one.settled_mb} MB, grown by {one.grown_mb} MB"
    account = report.account
    yield (
        f"acknowledged {account.acknowledged}, lost {account.lost}, doubled {account.doubled}; "
        f"{report.cuts} connections cut"
    )
    yield f"{report.answers} answers, {report.answer_tokens_a_second} tokens a second"
    for what, times in report.failures.items():
        yield f"failed: {what}, {times} times"
