"""Sealed files: what was written comes back whole, or not at all."""

import secrets
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.errors import StoreDamaged
from futureself_box.store.sealed_file import _OVERHEAD, SealedFolder

KEY = bytes(32)
CHUNKS = st.lists(st.binary(min_size=1, max_size=50), min_size=2, max_size=6)


def append_all(folder: SealedFolder, chunks: list[bytes]) -> list[bytes]:
    """Append them; each sealed chunk as it lies in the file."""
    start = 0
    for index, chunk in enumerate(chunks):
        last = index == len(chunks) - 1
        folder.append("a", chunk, index=index, start=start, last=last)
        start += len(chunk)
    (file,) = folder.files()
    content, cut = file.read_bytes(), []
    for chunk in chunks:
        size = len(chunk) + _OVERHEAD
        cut.append(content[:size])
        content = content[size:]
    return cut


@given(CHUNKS)
def test_what_was_appended_in_any_chunks_is_read(chunks: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as path:
        folder = SealedFolder(Path(path) / "a", KEY)
        append_all(folder, chunks)
        assert folder.read("a") == b"".join(chunks)


@given(CHUNKS, st.data())
def test_a_file_that_was_cut_reordered_or_changed_does_not_open(
    chunks: list[bytes], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as path:
        folder = SealedFolder(Path(path) / "a", KEY)
        sealed = append_all(folder, chunks)
        (file,) = folder.files()
        whole = b"".join(sealed)
        cut = whole[: data.draw(st.integers(0, len(whole) - 1))]
        order = data.draw(st.permutations(sealed))
        flipped = bytearray(whole)
        flipped[data.draw(st.integers(0, len(whole) - 1))] ^= 1
        for forged in (cut, b"".join(order), bytes(flipped), whole + sealed[-1]):
            if forged != whole:
                file.write_bytes(forged)
                with pytest.raises(StoreDamaged):
                    folder.read("a")


@pytest.mark.parametrize("size", [0, 1, 256 * 1024, 256 * 1024 + 1, 1_000_000])
def test_a_whole_file_comes_back(tmp_path: Path, size: int) -> None:
    folder = SealedFolder(tmp_path / "a", KEY)
    content = secrets.token_bytes(size)
    folder.write("a", content)
    assert folder.read("a") == content


def test_a_chunk_that_was_not_acknowledged_is_written_again(tmp_path: Path) -> None:
    folder = SealedFolder(tmp_path / "a", KEY)
    folder.append("a", b"one", index=0, start=0, last=False)
    folder.append("a", b"lost and longer", index=1, start=3, last=False)
    folder.append("a", b"two", index=1, start=3, last=True)
    assert folder.read("a") == b"onetwo"


def test_a_file_under_another_name_or_key_does_not_open(tmp_path: Path) -> None:
    folder = SealedFolder(tmp_path / "a", KEY)
    folder.write("a", b"hello")
    (file,) = folder.files()
    file.rename(file.with_name(folder.name("b")))
    with pytest.raises(StoreDamaged):
        folder.read("b")
    assert SealedFolder(tmp_path / "a", secrets.token_bytes(32)).name("a") != folder.name("a")
