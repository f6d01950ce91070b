"""Looks at the models, the native build and the GPU, for the doctor.

The build is tried in a process of its own, since one for another processor dies of it.
"""

import subprocess
import sys
from collections.abc import Iterator

import psutil

from futureself_box.errors import BoxError, ModelMissing
from futureself_box.inference import hardware, weights
from futureself_box.inference.connection import Trouble
from futureself_box.settings import Settings

_BUILD = "from llama_cpp import llama_cpp; llama_cpp.llama_backend_init()"
_PATIENCE_S = 30.0


def look(
    settings: Settings, trouble: BoxError | None = None, layers: int = 0, gpu_layers: int = 0
) -> tuple[Trouble, ...]:
    """Everything that is wrong. `trouble` is what keeps the running engine from answering."""
    found = [*_of_build(), *_of_weights(settings), *_of_gpu(settings, layers, gpu_layers)]
    if trouble is not None and not any(one.stops for one in found):
        found.append(Trouble(trouble.message, trouble.hint))
    return tuple(found)


def build_works(command: str = _BUILD) -> bool:
    """Whether llama.cpp can be loaded on this processor."""
    try:
        ran = subprocess.run(  # noqa: S603 - this program's own Python
            [sys.executable, "-c", command], capture_output=True, check=False, timeout=_PATIENCE_S
        )
    except subprocess.TimeoutExpired:
        return False
    return ran.returncode == 0


def _of_build() -> Iterator[Trouble]:
    if not build_works():
        said = "llama.cpp can't be loaded; it was most likely built for another processor."
        yield Trouble(said, "Build it again: scripts/run")


def _of_weights(settings: Settings) -> Iterator[Trouble]:
    if settings.inference.url:
        return
    try:
        used = weights.in_use(settings, "language")
        weights.check_chat(used.path, used.name)
    except BoxError as error:
        yield Trouble(error.message, error.hint)
        return
    needed, there = hardware.needed_bytes(used.size_bytes), psutil.virtual_memory().total
    if needed > there and not hardware.has_cuda_card():
        said = f"{used.name} needs {needed / 1e9:.1f} GB, and the machine has {there / 1e9:.1f} GB."
        yield Trouble(said, "Choose one that fits: futureself-box hardware", stops=False)
    if weights.is_starter(used):
        said = "The starter model answers. It is small, and there for trying the box."
        hint = "See what fits: futureself-box hardware, then futureself-box models pull"
        yield Trouble(said, hint, stops=False)
    try:
        weights.in_use(settings, "embeddings")
    except ModelMissing as error:
        yield Trouble(error.message, "Run: futureself-box models pull starter", stops=False)


def _of_gpu(settings: Settings, layers: int, gpu_layers: int) -> Iterator[Trouble]:
    wanted = settings.inference.gpu_layers
    if not layers or wanted == 0 or not hardware.has_cuda_card():
        return
    if gpu_layers < (layers if wanted < 0 else min(wanted, layers)):
        said = f"{gpu_layers} of the model's {layers} layers are on the GPU; the others are slow."
        hint = "futureself-box hardware says why, or choose a smaller model."
        yield Trouble(said, hint, stops=False)
