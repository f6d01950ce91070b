"""Speed and memory as a member and a machine see them, with the machine's own yardstick beside."""

import asyncio
import json
import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

import msgspec

from futureself_box.api.frames import BoxFrame, ChatDelta, ChatDone, ChatStatus
from futureself_box.bench.running_box import BoxMisbehaved, Device, RunningBox, eventually

_QUESTION = "Tell me a very long story of how we got from here to you."
_LEAST_TOKENS = 100
_ATTEMPTS = 20


class Decode(msgspec.Struct, frozen=True):
    """Tokens a second at the WebSocket, and what llama-bench (tg128) makes of the same weights.

    Medians; `ratio` is that of the pairs, which a machine that changes its speed disturbs less.
    """

    socket: float
    llama_bench: float | None
    ratio: float | None


class Memory(msgspec.Struct, frozen=True):
    """Resident memory of the box process, in MiB."""

    idle: float
    fifty_phones: float


def find_llama_bench(given: str | None) -> str | None:
    """The yardstick's binary: the one that is named, or the one on the path."""
    return given or shutil.which("llama-bench")


def decode(device: Device, model: Path, llama_bench: str | None, rounds: int) -> Decode:
    """Both in turn, several times, on a box whose answers are as long as llama-bench's."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(_rate(device))
        if llama_bench is not None:
            theirs.append(_llama_bench_rate(llama_bench, model))
    ratios = [one / other for one, other in zip(ours, theirs, strict=False)]
    return Decode(
        socket=round(statistics.median(ours), 1),
        llama_bench=round(statistics.median(theirs), 1) if theirs else None,
        ratio=round(statistics.median(ratios), 3) if ratios else None,
    )


def memory(box: RunningBox, device: Device) -> Memory:
    """Idle, and with fifty phones that have said hello."""
    idle = box.memory_mib()
    devices = [device.invite() for _ in range(50)]
    connected = asyncio.run(_with_phones(devices, box.memory_mib))
    return Memory(idle=round(idle, 1), fifty_phones=round(connected, 1))


def start(box: RunningBox) -> float:
    """Seconds from starting a box that has run before until it is ready."""
    box.stop()
    started = time.monotonic()
    box.start()
    box.wait_until_ready()
    return round(time.monotonic() - started, 2)


def clean_clone(source: Path, folder: Path) -> float:
    """Seconds from an empty folder to the first streamed token, the native build included."""
    environment = RunningBox(folder, None)
    started = time.monotonic()
    subprocess.run(["git", "clone", "--quiet", source, folder / "clone"], check=True)
    variables = {**environment.environment, "XDG_CACHE_HOME": str(folder / "cache")}
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(
            [folder / "clone" / "scripts" / "run"], env=variables, stdout=log, stderr=log
        )
    try:
        eventually(environment.is_ready, within_s=1800)
        asyncio.run(_first_delta(environment.set_up()))
        return round(time.monotonic() - started, 1)
    finally:
        process.terminate()
        process.wait(timeout=15)


def _rate(device: Device) -> float:
    # Somebody new each time: a conversation that grows is read more slowly.
    for number in range(_ATTEMPTS):
        rate = asyncio.run(_rate_of_one(device.invite(f"Newcomer {number}")))
        if rate is not None:
            return rate
    raise BoxMisbehaved(f"No answer of {_ATTEMPTS} was {_LEAST_TOKENS} tokens long.")


async def _rate_of_one(device: Device) -> float | None:
    arrivals: list[float] = []
    async with device.phone() as phone:
        await phone.say(_QUESTION)
        while True:
            frame = await phone.receive()
            if isinstance(frame, ChatDelta) or _begins(frame):
                arrivals.append(time.perf_counter())
            if isinstance(frame, ChatDone):
                break
    if frame.tokens < _LEAST_TOKENS:
        return None
    return (frame.tokens - 1) / (arrivals[-1] - arrivals[0])


def _begins(frame: BoxFrame) -> bool:
    """Whether the first token is there, though its sentence is not whole yet."""
    return isinstance(frame, ChatStatus) and frame.state == "writing"


async def _first_delta(device: Device) -> None:
    async with device.phone() as phone:
        await phone.say(_QUESTION)
        await phone.receive_a(ChatDelta)


async def _with_phones(devices: list[Device], look: Callable[[], float]) -> float:
    async with AsyncExitStack() as stack:
        for device in devices:
            await stack.enter_async_context(device.phone())
        return look()


def _llama_bench_rate(binary: str, model: Path) -> float:
    command = [binary, "-m", str(model), "-p", "0", "-n", "128", "-r", "1", "-o", "json"]
    command += ["-t", str(os.cpu_count())]
    ran = subprocess.run(command, capture_output=True, check=False)
    if ran.returncode != 0:
        raise BoxMisbehaved(f"{binary} ended with {ran.returncode}.")
    return float(json.loads(ran.stdout)[0]["avg_ts"])
