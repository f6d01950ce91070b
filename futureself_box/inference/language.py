"""The child that decodes: `python -m futureself_box.inference.language FD`.

The main thread reads commands, one thread decodes, and nothing else runs in this process: a busy
Python thread beside the decode loop cut it from 130 to 20 tokens a second.
"""

import contextvars
import hashlib
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import structlog
from llama_cpp import __version__ as llama_version

from futureself_box.errors import BoxError, ContextLengthExceeded, RequestInvalid
from futureself_box.inference import grammar
from futureself_box.inference.batch import Tokens
from futureself_box.inference.cores import Cores
from futureself_box.inference.decoder import Decoder
from futureself_box.inference.line import Job, Line, Stop
from futureself_box.inference.llama import Llama, cell_bytes
from futureself_box.inference.pace import SLICE_TOKENS
from futureself_box.inference.parking import Parking
from futureself_box.inference.pipe import (
    Accepted,
    Cancel,
    ChildEnd,
    Command,
    Erase,
    Failed,
    Generate,
    Load,
    Ready,
    Refused,
)
from futureself_box.inference.prefix_cache import PrefixCache
from futureself_box.inference.prompt_tokens import PromptTokens
from futureself_box.inference.sequence import Wish
from futureself_box.ops import log

_SEQUENCES = 32  # conversations in a pool of cells, running or at rest
_MEMORY_SHARE = 8
_HEAD_BYTES = 1 << 20
_log = structlog.get_logger()


class Reception:
    """The main thread's part: takes commands, tokenises, and hands jobs to the decoding thread."""

    def __init__(self, model: Llama, tokens: PromptTokens, send: Callable[..., None]) -> None:
        self.line = Line(model)
        self._model = model
        self._tokens = tokens
        self._send = send

    def take(self, command: Command) -> None:
        """One command."""
        match command:
            case Cancel(request):
                self.line.cancel(request)
            case Erase():
                self.line.put(command)
            case Generate():
                try:
                    self.line.add(self._job(command))
                except BoxError as error:
                    self._send(Failed(command.id, error.code, error.message))
            case _:
                pass

    def _job(self, request: Generate) -> Job:
        prompt = self._read(request.parts)
        window = self._model.context_tokens
        room = window - len(prompt)
        if not len(prompt):
            raise RequestInvalid("The prompt is empty.")
        if (request.max_tokens or 1) > room:
            raise ContextLengthExceeded(_does_not_fit(len(prompt), request.max_tokens, window))
        wish = Wish(
            prompt=prompt,
            room=request.max_tokens or room,
            key=request.cache_key,
            parking_key=request.parking_key,
            shared=self._shared(request, prompt),
        )
        seed = request.sampling.seed
        sampler = self._model.make_sampler(
            request.sampling,
            secrets.randbits(32) if seed is None else seed,
            grammar.from_schema(request.schema) if request.schema else "",
        )
        after = np.array(self._tokens.inside([request.after]), np.int32)
        self._send(Accepted(request.id, len(prompt)))
        return Job(request, wish, sampler, after)

    def _read(self, parts: tuple[str, ...]) -> Tokens:
        return np.array(self._tokens.of(parts), np.int32)

    def _shared(self, request: Generate, prompt: Tokens) -> int:
        """How many of the prompt's tokens stand for the box's own words alone."""
        if not request.shared_parts:
            return 0
        own = self._read(request.parts[: request.shared_parts])
        longest = min(len(own), len(prompt))
        differ = np.flatnonzero(own[:longest] != prompt[:longest])
        return int(differ[0]) if len(differ) else longest


def main() -> None:
    """Answer until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    pipe = ChildEnd(socket.socket(fileno=int(sys.argv[1])))
    load = pipe.receive()
    if not isinstance(load, Load):
        return
    log.configure(load.log, "language")
    loading: Future[Reception] = Future()
    context = contextvars.copy_context()  # the log's
    decoding = threading.Thread(target=context.run, args=(_decode, load, loading, pipe))
    decoding.daemon = True
    decoding.start()
    while (command := pipe.receive()) is not None:
        loading.result().take(command)
    if loading.done():
        loading.result().line.put(Stop())
        decoding.join()
    os._exit(0)  # the decoding thread may be deep in native code


def _decode(load: Load, loading: "Future[Reception]", pipe: ChildEnd) -> None:
    """The decoding thread. Its end is the end of the process."""
    try:
        model = _load(load)
        tokens = PromptTokens(model)
        reception = Reception(model, tokens, pipe.send)
        parking = _parking(load, model)
        cache = PrefixCache(model, parking)
        cores = Cores(model.threads)
        decoder = Decoder(model, cache, cores, reception.line, pipe.send, load.inference.streams)
        loading.set_result(reception)
        pipe.send(_ready(model, tokens))
        decoder.run()
        parking.close()
    except BoxError as error:
        pipe.send(Refused(error.message, error.hint))
    except OSError:
        _log.info("parent_gone")
    except BaseException:
        _log.exception("decoding_thread_failed")
        raise
    finally:
        os._exit(1)


def _ready(model: Llama, tokens: PromptTokens) -> Ready:
    return Ready(
        model.context_tokens,
        model.template,
        model.bos,
        model.eos,
        tokens.controls,
        model.layers,
        model.gpu_layers,
        model.parameters,
    )


def _load(load: Load) -> Llama:
    settings = load.inference
    return Llama(
        Path(load.path),
        context_tokens=settings.context_tokens,
        threads=settings.threads,
        gpu_layers=settings.gpu_layers,
        batch_tokens=SLICE_TOKENS,
        sequences=_SEQUENCES,
        streams=settings.streams,
        cells=settings.kept_tokens or partial(_cells, settings.streams),
    )


def _cells(streams: int, model: Any, window: int) -> int:
    """A whole window for each stream, as far as they fit into an eighth of the memory."""
    fit: int = psutil.virtual_memory().total // _MEMORY_SHARE // cell_bytes(model)
    return max(window, min(streams * window, fit))


def _parking(load: Load, model: Llama) -> Parking:
    folder, most = Path(load.parked), load.inference.parked_mb * 1_000_000
    return Parking(folder, _engine(Path(load.path), model), most)


def _engine(path: Path, model: Llama) -> str:
    """A name for everything that parked cells depend on."""
    status = path.stat()
    shape = f"{llama_version}|{status.st_size}|{status.st_mtime_ns}|{model.context_tokens}|f16"
    with path.open("rb") as file:
        digest = hashlib.sha256(shape.encode() + file.read(_HEAD_BYTES))
    return digest.hexdigest()[:32]


def _does_not_fit(prompt: int, answer: int | None, window: int) -> str:
    return (
        f"The prompt has {prompt} tokens and the answer may have {answer or 1}, "
        f"but the model's window holds {window}."
    )


if __name__ == "__main__":
    main()
