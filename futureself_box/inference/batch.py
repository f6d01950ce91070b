"""The rows of one llama_decode, in buffers that are used again for every step.

ctypes costs a microsecond for each element that it touches, so prompts are copied as arrays.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from llama_cpp import llama_cpp as api

Tokens = npt.NDArray[np.int32]
NO_TOKENS: Tokens = np.zeros(0, np.int32)


class Batch:
    """Up to `size` tokens, each with a position in a sequence. `rows` counts them."""

    def __init__(self, size: int) -> None:
        self.rows = 0
        self.size = size
        self._token = np.zeros(size, np.int32)
        self._position = np.zeros(size, np.int32)
        self._sequence = np.zeros(size, np.int32)
        self._wanted = np.zeros(size, np.int8)
        self._ones = np.ones(size, np.int32)
        self._count = np.arange(size, dtype=np.int32)
        # llama.cpp takes a list of sequences for each token: here each points at its one number.
        offsets = self._sequence.itemsize * np.arange(size, dtype=np.uintp)
        self._pointers = self._sequence.ctypes.data + offsets
        self._native = api.llama_batch(
            n_tokens=0,
            token=_pointer(self._token, api.llama_batch, "token"),
            pos=_pointer(self._position, api.llama_batch, "pos"),
            n_seq_id=_pointer(self._ones, api.llama_batch, "n_seq_id"),
            seq_id=_pointer(self._pointers, api.llama_batch, "seq_id"),
            logits=_pointer(self._wanted, api.llama_batch, "logits"),
        )

    def clear(self) -> None:
        """Start anew."""
        self.rows = 0

    def add(self, token: int, position: int, sequence: int) -> int:
        """One token whose scores are wanted; its row."""
        row = self.rows
        self._token[row] = token
        self._position[row] = position
        self._sequence[row] = sequence
        self._wanted[row] = 1
        self.rows += 1
        return row

    def extend(self, tokens: Tokens, position: int, sequence: int, *, last: bool) -> int:
        """A slice of a prompt; `last` wants the scores after it. The row of its last token."""
        start, end = self.rows, self.rows + len(tokens)
        self._token[start:end] = tokens
        self._position[start:end] = self._count[: len(tokens)]
        self._position[start:end] += position
        self._sequence[start:end] = sequence
        self._wanted[start:end] = 0
        self._wanted[end - 1] = last
        self.rows = end
        return end - 1

    @property
    def native(self) -> Any:
        """The llama_batch."""
        self._native.n_tokens = self.rows
        return self._native


def _pointer(array: npt.NDArray[Any], struct: Any, field: str) -> Any:
    kind = dict(struct._fields_)[field]
    return array.ctypes.data_as(kind)
