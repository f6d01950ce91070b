"""Writes GGUF files of any shape with random weights, for measuring and for tests.

A model's speed depends on its shape and its types, not on its values, so nothing has to be fetched
to know how fast a 7B model would be. Format: github.com/ggml-org/ggml, docs/gguf.md; which tensor gets
which type in a mixture: llama.cpp, src/llama-quant.cpp.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import msgspec
import numpy as np

from futureself_box.inference.gguf import BLOCKS, FILE_TYPES

Value = str | bool | int | float | Sequence[str] | Sequence[int] | Sequence[float]

_ALIGNMENT = 32
_SPREAD = 0.02  # of the weights around nothing, as in a model before its training
_F32, _F16, _Q6_K = 0, 1, 14
_UNSIGNED, _SIGNED, _TEXT, _ARRAY = 4, 5, 8, 9

# Of each type: where in a block the half-precision factors lie, and what they must be for weights of
# that spread. All other bytes of a block may be anything.
_FACTORS = {
    2: ((0, _SPREAD / 4.6),),  # Q4_0
    3: ((0, _SPREAD / 4.6), (2, -1.6 * _SPREAD)),  # Q4_1
    8: ((0, _SPREAD / 74),),  # Q8_0
    12: ((0, _SPREAD / 140), (2, _SPREAD / 19)),  # Q4_K
    13: ((0, _SPREAD / 290), (2, _SPREAD / 19)),  # Q5_K
    14: ((208, _SPREAD / 1300),),  # Q6_K
    20: ((0, _SPREAD / 70),),  # IQ4_NL
}
# Of each mixture: the type of most tensors, and of those that are kept finer.
_MIXTURES = {
    "F16": (1, 1),
    "Q4_0": (2, 2),
    "Q4_1": (3, 3),
    "Q8_0": (8, 8),
    "IQ4_NL": (20, 13),
    "Q4_K_M": (12, _Q6_K),
    "Q5_K_M": (13, _Q6_K),
}
TYPES = tuple(_MIXTURES)


class Shape(msgspec.Struct, frozen=True):
    """How large a model of the llama architecture is; Mistral's are of it."""

    width: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    vocabulary: int
    context_tokens: int = 32768

    @property
    def parameters(self) -> int:
        """How many weights it has."""
        return sum(tensor.elements for tensor in _tensors(self, "F16"))

    @property
    def kv_elements(self) -> int:
        """How many numbers it keeps of each token that it has read."""
        return 2 * self.layers * self.width // self.heads * self.kv_heads


MISTRAL_7B = Shape(
    width=4096, layers=32, heads=32, kv_heads=8, feed_forward=14336, vocabulary=32768
)
# A vocabulary without words: enough for numbers in and numbers out.
NO_WORDS: Mapping[str, Value] = MappingProxyType({"tokenizer.ggml.model": "none"})


class _Tensor(msgspec.Struct, frozen=True):
    name: str
    rows: int  # 0 for a vector
    columns: int
    kind: int

    @property
    def elements(self) -> int:
        return max(self.rows, 1) * self.columns

    @property
    def size_bytes(self) -> int:
        per_block, block_bytes = BLOCKS[self.kind]
        return self.elements // per_block * block_bytes


def write(
    path: Path,
    shape: Shape,
    file_type: str,
    words: Mapping[str, Value] = NO_WORDS,
    *,
    seed: int = 0,
) -> None:
    """Write the file. `file_type` is one of TYPES; `words` is the tokenizer, as GGUF entries.

    K-quants need widths that are multiples of 256.
    """
    tensors = list(_tensors(shape, file_type))
    numbers = np.random.default_rng(seed)
    with path.open("wb") as file:
        file.write(_padded(_header(tensors, {**_entries(shape, file_type), **words})))
        for tensor in tensors:
            file.write(_padded(_data(tensor, numbers)))


def size_bytes(shape: Shape, file_type: str) -> int:
    """How large the weights of a file of that type are."""
    return sum(_aligned(tensor.size_bytes) for tensor in _tensors(shape, file_type))


def _entries(shape: Shape, file_type: str) -> dict[str, Value]:
    return {
        "general.architecture": "llama",
        "general.name": "Random weights",
        "general.file_type": next(n for n, name in FILE_TYPES.items() if name == file_type),
        "llama.block_count": shape.layers,
        "llama.context_length": shape.context_tokens,
        "llama.embedding_length": shape.width,
        "llama.feed_forward_length": shape.feed_forward,
        "llama.attention.head_count": shape.heads,
        "llama.attention.head_count_kv": shape.kv_heads,
        "llama.attention.layer_norm_rms_epsilon": 1e-5,
        "llama.rope.freq_base": 1_000_000.0,
        "llama.rope.dimension_count": shape.width // shape.heads,
        "llama.vocab_size": shape.vocabulary,
    }


def _tensors(shape: Shape, file_type: str) -> Iterator[_Tensor]:
    most, finer = _MIXTURES[file_type]
    kv_width = shape.width // shape.heads * shape.kv_heads
    # llama.cpp's own mixtures keep the last matrix in 6 bits, except of 8-bit and larger types.
    last = most if file_type in {"F16", "Q8_0"} else _Q6_K
    yield _Tensor("token_embd.weight", shape.vocabulary, shape.width, most)
    for layer in range(shape.layers):
        better = finer if _is_kept_finer(layer, shape.layers) else most
        for name, rows, columns, kind in (
            ("attn_norm", 0, shape.width, _F32),
            ("attn_q", shape.width, shape.width, most),
            ("attn_k", kv_width, shape.width, most),
            ("attn_v", kv_width, shape.width, better),
            ("attn_output", shape.width, shape.width, most),
            ("ffn_norm", 0, shape.width, _F32),
            ("ffn_gate", shape.feed_forward, shape.width, most),
            ("ffn_up", shape.feed_forward, shape.width, most),
            ("ffn_down", shape.width, shape.feed_forward, better),
        ):
            yield _Tensor(f"blk.{layer}.{name}.weight", rows, columns, kind)
    yield _Tensor("output_norm.weight", 0, shape.width, _F32)
    yield _Tensor("output.weight", shape.vocabulary, shape.width, last)


def _is_kept_finer(layer: int, layers: int) -> bool:
    eighth = layers // 8
    return layer < eighth or layer >= 7 * layers // 8 or (layer - eighth) % 3 == 2


def _header(tensors: Sequence[_Tensor], entries: Mapping[str, Value]) -> bytes:
    parts = [b"GGUF", struct.pack("<IQQ", 3, len(tensors), len(entries))]
    parts += [_text(key) + _tagged(value) for key, value in entries.items()]
    offset = 0
    for tensor in tensors:
        sides = (tensor.columns, tensor.rows) if tensor.rows else (tensor.columns,)
        parts.append(_text(tensor.name) + struct.pack(f"<I{len(sides)}Q", len(sides), *sides))
        parts.append(struct.pack("<IQ", tensor.kind, offset))
        offset += _aligned(tensor.size_bytes)
    return b"".join(parts)


def _data(tensor: _Tensor, numbers: np.random.Generator) -> bytes:
    if tensor.kind == _F32:
        return np.ones(tensor.elements, np.float32).tobytes()
    if tensor.kind == _F16:
        values = numbers.standard_normal(tensor.elements, np.float32) * _SPREAD
        return values.astype(np.float16).tobytes()
    blocks = np.frombuffer(bytearray(numbers.bytes(tensor.size_bytes)), np.uint8)
    blocks = blocks.reshape(-1, BLOCKS[tensor.kind][1])
    for at, factor in _FACTORS[tensor.kind]:
        blocks[:, at : at + 2] = np.frombuffer(np.float16(factor).tobytes(), np.uint8)
    return blocks.tobytes()


def _tagged(value: Value) -> bytes:
    """A value behind the number of its kind."""
    if not isinstance(value, str) and isinstance(value, Sequence):
        kind, _ = _scalar(value[0])
        items = b"".join(_scalar(item)[1] for item in value)
        # llama.cpp wants plain numbers without a sign and those of lists with one.
        listed = _SIGNED if kind == _UNSIGNED else kind
        return struct.pack("<IIQ", _ARRAY, listed, len(value)) + items
    kind, data = _scalar(value)
    return struct.pack("<I", kind) + data


def _scalar(value: str | float) -> tuple[int, bytes]:
    match value:
        case str():
            return _TEXT, _text(value)
        case bool():
            return 7, struct.pack("<?", value)
        case int():
            return _UNSIGNED, struct.pack("<I", value)
        case float():
            return 6, struct.pack("<f", value)


def _text(value: str) -> bytes:
    data = value.encode()
    return struct.pack("<Q", len(data)) + data


def _padded(data: bytes) -> bytes:
    return data + bytes(_aligned(len(data)) - len(data))


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
