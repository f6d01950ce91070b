"""The child that embeds: `python -m futureself_box.inference.embeddings FD`.

all-MiniLM-L6-v2 on onnxruntime, with one thread, so that it never takes more than a core from a
running answer. Sentence-transformers' recipe: mean over the tokens, then length 1.
"""

import signal
import socket
import sys

import numpy as np
import numpy.typing as npt
import onnxruntime  # type: ignore[import-untyped]
import structlog

from futureself_box.inference import wordpiece
from futureself_box.inference.pipe import ChildEnd, Embed, Load, Ready, Refused, Vectors
from futureself_box.ops import log

MAX_TOKENS = 256
_log = structlog.get_logger()


def main() -> None:
    """Answer until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the parent, which ends us
    pipe = ChildEnd(socket.socket(fileno=int(sys.argv[1])))
    load = pipe.receive()
    if not isinstance(load, Load):
        return
    log.configure(load.log, "embeddings")
    try:
        model = Embedder(load.path)
    except Exception as error:  # noqa: BLE001 - onnxruntime has no error of its own to name
        _log.exception("embeddings_not_loaded", kind=type(error).__name__)
        hint = "On the box, run: futureself-box models verify all-minilm-l6-v2"
        pipe.send(Refused("The embedding model's file is damaged.", hint))
        return
    pipe.send(Ready(MAX_TOKENS))
    while (command := pipe.receive()) is not None:
        if isinstance(command, Embed):
            pipe.send(model.answer(command))


class Embedder:
    """The loaded model.

    It takes one text at a time: in a batch, the int8 model's vector of a text would depend on the
    other texts (measured gain of a batch of 32: 1.4).
    """

    def __init__(self, path: str) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self._session = onnxruntime.InferenceSession(path, options, providers=providers)

    def answer(self, request: Embed) -> Vectors:
        """One vector for each text, in their order."""
        texts = [wordpiece.encode(text, MAX_TOKENS) for text in request.texts]
        vectors = np.stack([self._embed(tokens) for tokens in texts])
        count = sum(map(len, texts))
        return Vectors(request.id, vectors.shape[1], vectors.astype("<f4").tobytes(), count)

    def _embed(self, tokens: list[int]) -> npt.NDArray[np.float32]:
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
