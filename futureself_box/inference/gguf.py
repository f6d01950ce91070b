"""Reads a GGUF file's header, so that a broken file is refused with a sentence.

The bytes may be hostile: every count and length has a limit, nothing is allocated on their word, and
whatever is wrong becomes ModelBroken. Format: github.com/ggml-org/ggml, docs/gguf.md (versions 2, 3).
"""

import os
import struct
from pathlib import Path
from typing import Any

import msgspec

from futureself_box.errors import ModelBroken, ModelUnknown

_MAGIC = b"GGUF"
_LONGEST_HEADER = 64 * 1024 * 1024
_MOST_ENTRIES = 65_536
_MOST_TENSORS = 65_536
_MOST_ELEMENTS = 4_194_304  # of an array; vocabularies have some 260 thousand
_LONGEST_TEXT = 4_194_304
_SCALARS = dict(enumerate(("B", "b", "H", "h", "I", "i", "f", "?"))) | {10: "Q", 11: "q", 12: "d"}
_TEXT, _ARRAY = 8, 9
_DEFAULT_ALIGNMENT = 32
_LARGEST_ALIGNMENT = 1 << 20

# ggml_type: elements and bytes of a block (ggml.c, type_traits).
BLOCKS = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34),
    9: (32, 36), 10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210),
    15: (256, 292), 16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18),
    21: (256, 110), 22: (256, 82), 23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8),
    28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54), 35: (256, 66), 39: (32, 17),
    40: (64, 36), 41: (128, 18), 42: (64, 18),
}  # fmt: skip
# llama_ftype, as llama.cpp prints it.
FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S", 29: "IQ2_M",
    30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4", 39: "NVFP4", 40: "Q1_0",
    41: "Q2_0",
}  # fmt: skip


class Header(msgspec.Struct, frozen=True):
    """What a GGUF file says about itself."""

    architecture: str
    name: str
    file_type: str
    context_tokens: int
    template: str
    size_bytes: int


def read(path: Path) -> Header:
    """Read and check the header. Raises ModelBroken, or ModelUnknown where there is no file."""
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            return _read(_Cursor(file.read(_LONGEST_HEADER)), size)
    except OSError as error:
        raise ModelUnknown(f"{path.name} can't be read: {error.strerror}.") from error
    except _Damage as damage:
        raise ModelBroken(f"{path.name} is not a whole GGUF file: {damage}.") from damage


class _Damage(Exception):
    """Something that no sound file holds."""


class _Cursor:
    """A place in the header that never leaves it."""

    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data

    def skip(self, length: int) -> int:
        """Go past `length` bytes; where they began."""
        if length > len(self._data) - self.at:
            raise _Damage("it ends too early")
        start, self.at = self.at, self.at + length
        return start

    def take(self, length: int) -> bytes:
        """The next `length` bytes."""
        start = self.skip(length)
        return self._data[start : self.at]

    def number(self, code: str) -> Any:
        """One number in struct's notation."""
        layout = "<" + code
        return struct.unpack_from(layout, self._data, self.skip(struct.calcsize(layout)))[0]

    def count(self, most: int, what: str) -> int:
        """A count within its limit."""
        number = int(self.number("Q"))
        if number > most:
            raise _Damage(f"it claims {number} {what}")
        return number

    def text(self) -> str:
        """A string; bytes that are no UTF-8 are replaced."""
        return self.take(self.count(_LONGEST_TEXT, "bytes of text")).decode(errors="replace")

    def skip_text(self) -> None:
        """Go past a string."""
        self.skip(self.count(_LONGEST_TEXT, "bytes of text"))


def _read(cursor: _Cursor, size: int) -> Header:
    if cursor.take(len(_MAGIC)) != _MAGIC:
        raise _Damage("it doesn't begin like one")
    version = cursor.number("I")
    if version not in {2, 3}:
        raise _Damage(f"its version is {version}")
    tensors = cursor.count(_MOST_TENSORS, "tensors")
    entries = cursor.count(_MOST_ENTRIES, "entries")
    values = dict(_entry(cursor) for _ in range(entries))
    alignment = _number(values, "general.alignment", _DEFAULT_ALIGNMENT)
    missing = _tensors_end(cursor, tensors, alignment) - size
    if missing > 0:
        raise _Damage(f"{missing} bytes are missing at its end")
    return _header(values, size)


def _header(values: dict[str, Any], size: int) -> Header:
    architecture = _text(values, "general.architecture")
    if not architecture:
        raise _Damage("it names no architecture")
    file_type = _number(values, "general.file_type", -1)
    return Header(
        architecture=architecture,
        name=_text(values, "general.name"),
        file_type=FILE_TYPES.get(file_type, "unknown"),
        context_tokens=_number(values, f"{architecture}.context_length", 0),
        template=_text(values, "tokenizer.chat_template"),
        size_bytes=size,
    )


def _entry(cursor: _Cursor) -> tuple[str, Any]:
    key = cursor.text()
    return key, _value(cursor, cursor.number("I"))


def _value(cursor: _Cursor, kind: int) -> Any:
    """The entry's value. Arrays are only walked over: nothing here needs one."""
    if kind == _TEXT:
        return cursor.text()
    if kind == _ARRAY:
        return _skip_array(cursor)
    return cursor.number(_scalar(kind))


def _skip_array(cursor: _Cursor) -> None:
    kind = cursor.number("I")
    count = cursor.count(_MOST_ELEMENTS, "elements")
    if kind != _TEXT:
        cursor.skip(count * struct.calcsize("<" + _scalar(kind)))
        return
    for _ in range(count):
        cursor.skip_text()


def _scalar(kind: int) -> str:
    if kind not in _SCALARS:
        raise _Damage(f"it holds a value of the unknown kind {kind}")
    return _SCALARS[kind]


def _tensors_end(cursor: _Cursor, count: int, alignment: int) -> int:
    """Where the last tensor ends; a broken-off download ends before that."""
    if not 0 < alignment <= _LARGEST_ALIGNMENT:
        raise _Damage(f"its alignment is {alignment}")
    if count == 0:
        raise _Damage("it holds no tensors")
    end = max(_tensor_end(cursor) for _ in range(count))
    start = -(-cursor.at // alignment) * alignment
    return start + end


def _tensor_end(cursor: _Cursor) -> int:
    cursor.skip_text()
    dimensions = cursor.number("I")
    if not 0 < dimensions <= 4:
        raise _Damage(f"a tensor has {dimensions} dimensions")
    elements = 1
    for _ in range(dimensions):
        elements *= int(cursor.number("Q"))
    kind = cursor.number("I")
    if kind not in BLOCKS:
        raise _Damage(f"a tensor has the unknown type {kind}")
    per_block, block_bytes = BLOCKS[kind]
    return int(cursor.number("Q")) + elements // per_block * block_bytes


def _text(values: dict[str, Any], key: str) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else ""


def _number(values: dict[str, Any], key: str, default: int) -> int:
    value = values.get(key, default)
    return value if isinstance(value, int) else default
