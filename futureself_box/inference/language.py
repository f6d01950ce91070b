"""The child that decodes: `python -m futureself_box.inference.language FD`.

The main thread reads commands, one thread decodes, and nothing else runs in this process: a busy
Python thread beside the decode loop cut it from 130 to 20 tokens a second.
"""

import contextvars
import os
import signal
import socket
import sys
import threading
from concurrent.futures import Future
from pathlib import Path

import structlog

from futureself_box.errors import BoxError, ContextLengthExceeded
from futureself_box.inference.decoder import SLICE_TOKENS, Decoder
from futureself_box.inference.line import Job, Line
from futureself_box.inference.llama import Llama
from futureself_box.inference.pipe import (
    Accepted,
    Cancel,
    ChildEnd,
    Command,
    Failed,
    Generate,
    Load,
    Ready,
    Refused,
)
from futureself_box.ops import log

_log = structlog.get_logger()


def main() -> None:
    """Answer until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    pipe = ChildEnd(socket.socket(fileno=int(sys.argv[1])))
    load = pipe.receive()
    if not isinstance(load, Load):
        return
    log.configure(load.log, "language")
    loading: Future[tuple[Llama, Line]] = Future()
    context = contextvars.copy_context()  # the log's
    arguments = (_decode, load, loading, pipe)
    threading.Thread(target=context.run, args=arguments, daemon=True).start()
    while (command := pipe.receive()) is not None:
        _take(command, *loading.result(), pipe)
    os._exit(0)  # the decoding thread may be deep in native code


def _decode(load: Load, loading: "Future[tuple[Llama, Line]]", pipe: ChildEnd) -> None:
    """The decoding thread. Its end is the end of the process."""
    try:
        model = _load(load)
        line = Line(model)
        loading.set_result((model, line))
        pipe.send(Ready(model.context_tokens, model.template, model.bos, model.eos))
        decoder = Decoder(model, pipe)
        while True:
            decoder.answer(line.next())
    except BoxError as error:
        pipe.send(Refused(error.message, error.hint))
    except OSError:
        _log.info("parent_gone")
    except BaseException:
        _log.exception("decoding_thread_failed")
        raise
    finally:
        os._exit(1)


def _load(load: Load) -> Llama:
    return Llama(
        Path(load.path),
        context_tokens=load.inference.context_tokens,
        threads=load.inference.threads,
        gpu_layers=load.inference.gpu_layers,
        batch_tokens=SLICE_TOKENS,
    )


def _take(command: Command, model: Llama, line: Line, pipe: ChildEnd) -> None:
    if isinstance(command, Cancel):
        line.cancel(command.id)
    elif isinstance(command, Generate):
        prompt = model.tokenize(command.prompt)
        room = model.context_tokens - len(prompt)
        if (command.max_tokens or 1) > room:
            message = _does_not_fit(len(prompt), command.max_tokens, model.context_tokens)
            pipe.send(Failed(command.id, ContextLengthExceeded.code, message))
            return
        pipe.send(Accepted(command.id, len(prompt)))
        line.add(Job(command, prompt, room))


def _does_not_fit(prompt: int, answer: int | None, window: int) -> str:
    return (
        f"The prompt has {prompt} tokens and the answer may have {answer or 1}, "
        f"but the model's window holds {window}."
    )


if __name__ == "__main__":
    main()
