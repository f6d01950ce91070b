"""The child that embeds: `python -m futureself_box.inference.embeddings FD`.

Two kinds of files: multilingual-e5-small in four bits (e5.py), and all-MiniLM-L6-v2 for onnxruntime.
With one thread, so that it never takes more than a core from a running answer.
"""

import os
import signal
import socket
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # noqa: TID251 - read once, as numpy is imported

import numpy as np
import numpy.typing as npt
import structlog

from futureself_box.inference import wordpiece
from futureself_box.inference.e5 import E5, MAGIC, MAX_TOKENS
from futureself_box.inference.pipe import ChildEnd, Embed, Load, Ready, Refused, Vectors
from futureself_box.ops import log

_MINILM_TOKENS = 256
_TOGETHER_TOKENS = 512  # more at once are no faster, and take memory
_log = structlog.get_logger()


class Model(Protocol):
    """What turns texts into vectors of length 1."""

    def encode(self, text: str, *, query: bool) -> list[int]:
        """The tokens of a text."""

    def embed(self, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """A vector for the tokens of each text; one must not change another's by more than rounding."""


def main() -> None:
    """Answer until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    pipe = ChildEnd(socket.socket(fileno=int(sys.argv[1])))
    load = pipe.receive()
    if not isinstance(load, Load):
        return
    log.configure(load.log, "embeddings")
    try:
        model = open_model(Path(load.path))
    except Exception as error:  # noqa: BLE001 - onnxruntime has no error of its own to name
        _log.exception("embeddings_not_loaded", kind=type(error).__name__)
        hint = "On the box, run: futureself-box models verify"
        pipe.send(Refused("The embedding model's file is damaged.", hint))
        return
    try:
        pipe.send(Ready(MAX_TOKENS))
        while (command := pipe.receive()) is not None:
            if isinstance(command, Embed):
                pipe.send(answer(model, command))
    except ConnectionError:
        _log.info("parent_gone")


def open_model(path: Path) -> Model:
    """The model in a file, whichever kind it is."""
    with path.open("rb") as file:
        kind = file.read(len(MAGIC))
    return E5(path) if kind == MAGIC else MiniLm(path)


def answer(model: Model, request: Embed) -> Vectors:
    """One vector for each text, in their order."""
    texts = [model.encode(text, query=request.query) for text in request.texts]
    vectors = np.concatenate([model.embed(some) for some in _together(texts)])
    count = sum(map(len, texts))
    return Vectors(request.id, vectors.shape[1], vectors.astype("<f4").tobytes(), count)


def _together(texts: list[list[int]]) -> Iterator[list[list[int]]]:
    group: list[list[int]] = []
    for text in texts:
        if group and sum(map(len, group)) + len(text) > _TOGETHER_TOKENS:
            yield group
            group = []
        group.append(text)
    yield group


class MiniLm:
    """all-MiniLM-L6-v2, for English. Sentence-transformers' recipe: mean over the tokens, length 1."""

    def __init__(self, path: Path) -> None:
        # Only where it is used: the library takes 100 MB and half a second.
        import onnxruntime  # type: ignore[import-untyped]  # noqa: PLC0415

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(str(path), options, providers=providers)

    def encode(self, text: str, *, query: bool) -> list[int]:
        """The tokens of a text."""
        return wordpiece.encode(text, _MINILM_TOKENS)

    def embed(self, texts: Sequence[Sequence[int]]) -> npt.NDArray[np.float32]:
        """One at a time: in a batch, the int8 model's vector of a text would depend on the others."""
        return np.stack([self._embed(tokens) for tokens in texts])

    def _embed(self, tokens: Sequence[int]) -> npt.NDArray[np.float32]:
        ids = np.array([tokens], dtype=np.int64)
        given = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.zeros_like(ids),
        }
        (hidden,) = self._session.run(["last_hidden_state"], given)
        mean = np.asarray(hidden, dtype=np.float32)[0].mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)


if __name__ == "__main__":
    main()
