"""Finds which type of weights suits this machine: `models tune`.

On a CPU the 4-bit type is the largest lever there is, and which one is fastest depends on the
processor. So each is measured on two layers like a 7B model's, at three quarters of its width and with
random weights, in a process of its own; speeds of the whole model follow by its size. That is larger
than a processor's caches and still done in less than a minute.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
import psutil

from futureself_box.errors import ModelBroken
from futureself_box.inference import measure, random_weights
from futureself_box.inference.measure import KvType, Speed, Task
from futureself_box.inference.random_weights import MISTRAL_7B, Shape
from futureself_box.settings import Inference

# From the finest to the coarsest.
CANDIDATES = ("Q8_0", "Q5_K_M", "Q4_K_M", "IQ4_NL", "Q4_1", "Q4_0")
SLICE = Shape(width=3072, layers=2, heads=24, kv_heads=6, feed_forward=10752, vocabulary=2048)
_DEPTH = 1024
_TURN_READ, _TURN_WRITTEN = 200, 150  # tokens of an ordinary turn
_WORTH_IT = 1.1  # a coarser type has to be faster than this
_RESERVE_BYTES = 1 << 30  # for the box, its phones and the system
_KV_BYTES: dict[KvType, float] = {"f16": 2.0, "q8_0": 34 / 32}
_PATIENCE_S = 120.0


class Candidate(msgspec.Struct, frozen=True):
    """A type of weights, as it would run a model of 7 billion on this machine.

    Speeds in tokens a second; `turn_s` reads 200 tokens and writes 150.
    """

    file_type: str
    size_bytes: int
    prefill: float
    decode: float
    turn_s: float
    fits: bool


class Cells(msgspec.Struct, frozen=True):
    """A way to keep what was read, behind 1024 tokens: how fast, and how large for a 7B model."""

    flash: bool
    kv_type: KvType
    prefill: float
    decode: float
    bytes_per_token: int


class Advice(msgspec.Struct, frozen=True):
    """What was measured and what follows. `tokens` is the room for all conversations together."""

    candidates: list[Candidate]
    cells: list[Cells]
    file_type: str
    kv_type: KvType
    flash: bool
    tokens: int
    reasons: list[str]


def tune(
    inference: Inference,
    say: Callable[[str], None],
    *,
    shape: Shape = SLICE,
    memory: int | None = None,
) -> Advice:
    """Measure every candidate and advise. `memory` is what is free, in bytes."""
    free = (psutil.virtual_memory().available if memory is None else memory) - _RESERVE_BYTES
    with tempfile.TemporaryDirectory(prefix="futureself-") as folder:
        path = Path(folder) / "weights.gguf"
        candidates = list(_candidates(path, shape, inference, free, say))
        say("attention")
        cells = list(_cells(path, shape, inference))
    return advise(candidates, cells, free)


def advise(candidates: Sequence[Candidate], cells: Sequence[Cells], free: int) -> Advice:
    """What follows from the figures: the finest type that costs little speed, and its room."""
    chosen, why = _best_type(candidates)
    kept, why_kept = _best_cells(cells)
    tokens = max(0, free - chosen.size_bytes) // kept.bytes_per_token
    room = f"{tokens} tokens fit into the memory that is left, for all conversations together."
    return Advice(
        candidates=list(candidates),
        cells=list(cells),
        file_type=chosen.file_type,
        kv_type=kept.kv_type,
        flash=kept.flash,
        tokens=tokens,
        reasons=[why, why_kept, room],
    )


def measured(task: Task) -> Speed:
    """What a process of its own finds. Raises ModelBroken where it fails."""
    command = [sys.executable, "-m", measure.__name__, msgspec.json.encode(task).decode()]
    ran = subprocess.run(  # noqa: S603 - this program's own module
        command, capture_output=True, check=False, timeout=_PATIENCE_S
    )
    if ran.returncode != 0:
        raise ModelBroken(f"llama.cpp could not be measured; it ended with {ran.returncode}.")
    return msgspec.json.decode(ran.stdout, type=Speed)


def _candidates(
    path: Path, shape: Shape, inference: Inference, free: int, say: Callable[[str], None]
) -> Iterator[Candidate]:
    share = shape.parameters / MISTRAL_7B.parameters
    for file_type in CANDIDATES:
        say(file_type)
        random_weights.write(path, shape, file_type)
        speed = measured(_task(path, shape, inference))
        size = random_weights.size_bytes(MISTRAL_7B, file_type)
        prefill, decode = speed.prefill * share, speed.decode * share
        turn_s = _TURN_READ / prefill + _TURN_WRITTEN / decode
        yield Candidate(
            file_type, size, round(prefill, 2), round(decode, 2), round(turn_s, 1), size < free
        )


def _cells(path: Path, shape: Shape, inference: Inference) -> Iterator[Cells]:
    attention = msgspec.structs.replace(shape, feed_forward=512)  # the rest is kept small
    random_weights.write(path, attention, "Q4_0")
    task = _task(path, attention, inference)
    kinds: tuple[tuple[bool, KvType], ...] = ((False, "f16"), (True, "f16"), (True, "q8_0"))
    for flash, kv_type in kinds:
        varied = msgspec.structs.replace(task, flash=flash, kv_type=kv_type, depth=_DEPTH)
        speed = measured(varied)
        size = int(MISTRAL_7B.kv_elements * _KV_BYTES[kv_type])
        yield Cells(flash, kv_type, speed.prefill, speed.decode, size)


def _task(path: Path, shape: Shape, inference: Inference) -> Task:
    threads = inference.threads or len(os.sched_getaffinity(0))
    return Task(str(path), shape.vocabulary, threads, inference.gpu_layers)


def _best_type(candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
    fitting = [c for c in candidates if c.fits] or [min(candidates, key=lambda c: c.size_bytes)]
    fastest = min(fitting, key=lambda c: c.turn_s)
    chosen = next(c for c in fitting if c.turn_s <= fastest.turn_s * _WORTH_IT)
    others = [c for c in fitting if c is not chosen]
    why = f"{chosen.file_type}: an ordinary turn of a 7B model takes about {chosen.turn_s:.0f} s"
    if not others:
        return chosen, f"{why}; nothing else fits."
    second = min(others, key=lambda c: c.turn_s)
    return chosen, f"{why}; {second.file_type} takes {second.turn_s / chosen.turn_s:.2f} of that."


def _best_cells(cells: Sequence[Cells]) -> tuple[Cells, str]:
    """Half precision unless smaller cells are about as fast."""
    fastest = min(cells, key=_turn_s)
    smallest = min(cells, key=lambda c: c.bytes_per_token)
    chosen = smallest if _turn_s(smallest) <= _turn_s(fastest) * _WORTH_IT else fastest
    listed = ", ".join(f"{_name(c)} {_turn_s(chosen) / _turn_s(c):.2f}" for c in cells)
    return chosen, f"{_name(chosen)} for what was read; speed of attention against it: {listed}."


def _turn_s(cells: Cells) -> float:
    return _TURN_READ / cells.prefill + _TURN_WRITTEN / cells.decode


def _name(cells: Cells) -> str:
    return f"{cells.kv_type} {'with' if cells.flash else 'without'} flash attention"
