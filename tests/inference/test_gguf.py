"""Headers of GGUF files, sound and hostile."""

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from llama_cpp import llama_cpp

from futureself_box.errors import ModelBroken, ModelUnknown
from futureself_box.inference import gguf


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def entry(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


ENTRIES = [
    entry("general.architecture", 8, text("llama")),
    entry("general.name", 8, text("Tiny")),
    entry("general.file_type", 4, struct.pack("<I", 15)),
    entry("llama.context_length", 4, struct.pack("<I", 2048)),
    entry("tokenizer.chat_template", 8, text("{{ messages }}")),
    entry("tokenizer.ggml.tokens", 9, struct.pack("<IQ", 8, 2) + text("a") + text("b")),
    entry("tokenizer.ggml.scores", 9, struct.pack("<IQff", 6, 2, 0.0, 1.0)),
]
TENSOR = text("output.weight") + struct.pack("<IQQIQ", 2, 256, 2, 12, 0)
HEADER = b"GGUF" + struct.pack("<IQQ", 3, 1, len(ENTRIES)) + b"".join(ENTRIES) + TENSOR
DATA = bytes(-len(HEADER) % 32) + bytes(2 * 144)


def read(folder: Path, data: bytes) -> gguf.Header:
    path = folder / "model.gguf"
    path.write_bytes(data)
    return gguf.read(path)


def test_a_header_tells_what_the_file_is(tmp_path: Path) -> None:
    header = read(tmp_path, HEADER + DATA)
    assert (header.architecture, header.name, header.file_type) == ("llama", "Tiny", "Q4_K_M")
    assert (header.context_tokens, header.template) == (2048, "{{ messages }}")
    assert header.size_bytes == len(HEADER + DATA)


def test_the_starter_model_is_sound(models: Path) -> None:
    header = gguf.read(models / "language")
    assert (header.architecture, header.file_type) == ("llama", "Q4_1")
    assert header.context_tokens == 8192
    assert "<|im_start|>" in header.template


def test_one_byte_less_is_half_a_file(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="1 bytes are missing"):
        read(tmp_path, (HEADER + DATA)[:-1])


def test_a_file_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(ModelUnknown):
        gguf.read(tmp_path / "nothing.gguf")


@pytest.mark.parametrize("at", [8, 16, 24])
def test_absurd_counts_are_refused(tmp_path: Path, at: int) -> None:
    data = HEADER[:at] + b"\xff" * 8 + HEADER[at + 8 :] + DATA
    with pytest.raises(ModelBroken, match="it claims"):
        read(tmp_path, data)


@given(at=st.integers(0, len(HEADER) - 1), flipped=st.integers(1, 255), kept=st.none() | st.just(0))
def test_a_flipped_byte_is_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, at: int, flipped: int, kept: int | None
) -> None:
    data = bytearray(HEADER + DATA)
    data[at] ^= flipped
    damaged(tmp_path_factory.getbasetemp(), bytes(data if kept is None else data[:at]))


@given(st.binary(max_size=200))
def test_any_bytes_after_the_magic_are_refused_or_harmless(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    damaged(tmp_path_factory.getbasetemp(), b"GGUF\x03\0\0\0" + data)


def damaged(folder: Path, data: bytes) -> None:
    try:
        header = read(folder, data)
    except ModelBroken:
        return
    assert header.size_bytes == len(data)


def test_the_tensor_types_are_those_of_llama_cpp() -> None:
    library = llama_cpp._lib
    sizes = {
        kind: (library.ggml_blck_size(kind), library.ggml_type_size(kind)) for kind in range(43)
    }
    assert {kind: size for kind, size in sizes.items() if size[0]} == gguf.BLOCKS
