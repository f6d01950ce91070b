"""Measures one file with llama.cpp: `python -m futureself_box.inference.measure TASK`.

TASK is a Task in JSON; the answer is a Speed in JSON on the last line. A process of its own, since a
build may die of a type that it can't do, and because its memory must be gone before the next one.
It uses llama.cpp itself because it varies what the engine holds still.
"""

import sys
import time
from collections.abc import Callable
from typing import Any, Literal

import msgspec
from llama_cpp import llama_cpp as api

from futureself_box.inference.threads import Threads

_SLICE = 64  # of a prompt
_SLICES, _STEPS = 8, 48
_LONGEST_S = 1.0  # of one measurement
_KV_TYPES = {"f16": 1, "q8_0": 8}

KvType = Literal["f16", "q8_0"]


class Task(msgspec.Struct, frozen=True):
    """What to measure, behind `depth` tokens that are there already."""

    path: str
    vocabulary: int
    threads: int
    gpu_layers: int
    flash: bool = True
    kv_type: KvType = "f16"
    depth: int = 0


class Speed(msgspec.Struct, frozen=True):
    """Tokens a second."""

    prefill: float
    decode: float


def main() -> int:
    """Measure and print."""
    task = msgspec.json.decode(sys.argv[1], type=Task)
    api.llama_log_set(_log_nothing, None)
    api.llama_backend_init()
    speed = _measure(_Context(task), task)
    sys.stdout.write(msgspec.json.encode(speed).decode() + "\n")
    return 0


class _Context:
    """A loaded model with cells for one sequence, which grows."""

    def __init__(self, task: Task) -> None:
        model_params = api.llama_model_default_params()
        model_params.n_gpu_layers = task.gpu_layers
        model = api.llama_model_load_from_file(task.path.encode(), model_params)
        params = api.llama_context_default_params()
        params.n_ctx = task.depth + 2048
        params.n_batch = params.n_ubatch = _SLICE
        params.n_threads = params.n_threads_batch = task.threads
        params.type_k = params.type_v = _KV_TYPES[task.kv_type]
        kinds = api.LLAMA_FLASH_ATTN_TYPE_DISABLED, api.LLAMA_FLASH_ATTN_TYPE_ENABLED
        params.flash_attn_type = kinds[task.flash]
        self._context = model and api.llama_init_from_model(model, params)
        if not self._context:
            sys.exit("llama.cpp can't do this here.")
        Threads(self._context).use(task.threads)
        self._batch = api.llama_batch_init(_SLICE, 0, 1)
        self._vocabulary = task.vocabulary
        self._position = 0

    def read(self, tokens: int) -> None:
        """Decode so many tokens in one batch, and wait for the scores of the last."""
        batch = self._batch
        batch.n_tokens = tokens
        for i in range(tokens):
            batch.token[i] = (self._position * 7 + 1) % self._vocabulary
            batch.pos[i] = self._position
            batch.n_seq_id[i] = 1
            batch.seq_id[i][0] = 0
            batch.logits[i] = i == tokens - 1
            self._position += 1
        if api.llama_decode(self._context, batch) != 0:
            sys.exit("llama.cpp could not decode.")
        api.llama_synchronize(self._context)


def _measure(context: _Context, task: Task) -> Speed:
    for _ in range(task.depth // _SLICE):
        context.read(_SLICE)
    context.read(_SLICE)  # the first of each kind reads weights from disk and warms up
    context.read(1)
    clock = _clock(task.threads)
    prefill = _rate(lambda: context.read(_SLICE), _SLICES, clock) * _SLICE
    decode = _rate(lambda: context.read(1), _STEPS, clock)
    return Speed(prefill=round(prefill, 2), decode=round(decode, 2))


def _clock(threads: int) -> Callable[[], float]:
    """Processor time where only processors work, since what else runs disturbs that less."""
    if api.llama_supports_gpu_offload():
        return time.perf_counter
    return lambda: time.process_time() / threads


def _rate(act: Callable[[], None], most: int, clock: Callable[[], float]) -> float:
    """How often a second, within some patience. The best run: others' work only ever slows one."""
    taken: list[float] = []
    started = time.perf_counter()
    while len(taken) < most and time.perf_counter() - started < _LONGEST_S:
        before = clock()
        act()
        taken.append(clock() - before)
    return 1 / min(taken)


@api.llama_log_callback  # type: ignore[untyped-decorator]
def _log_nothing(_level: int, _text: bytes, _data: Any) -> None:
    """Its words are of no use to the caller."""


if __name__ == "__main__":
    sys.exit(main())
