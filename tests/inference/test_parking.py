"""What is parked comes back as it was, or not at all."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from futureself_box.inference import parking
from futureself_box.inference.parking import Parking

KEY = b"k" * 32
TOKENS = np.arange(100, dtype=np.int32)
STATE = bytearray(bytes(range(256)) * 12_000)  # three chunks


@pytest.fixture
def lot(tmp_path: Path) -> Iterator[Parking]:
    opened = Parking(tmp_path, "engine", 10_000_000)
    yield opened
    opened.close()


def test_a_conversation_comes_back_also_after_a_restart(lot: Parking, tmp_path: Path) -> None:
    lot.save(KEY, "ada", TOKENS, STATE)
    assert list(lot.tokens(KEY, "ada")) == list(TOKENS)
    again = Parking(tmp_path, "engine", 10_000_000)
    loaded = again.load(KEY, "ada")
    assert loaded is not None
    assert loaded[1] == STATE
    again.close()


def test_nobody_else_finds_it_and_the_disk_tells_nothing(lot: Parking, tmp_path: Path) -> None:
    lot.save(KEY, "ada", TOKENS, STATE)
    assert not len(lot.tokens(b"x" * 32, "ada"))
    assert not len(lot.tokens(KEY, "bea"))
    lot.settle()
    (file,) = tmp_path.glob("*/*")
    assert "ada" not in file.name
    assert bytes(STATE[:64]) not in file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("at", [0, 3, 20, 500, 1_500_000, -1])
def test_a_file_that_was_changed_is_dropped(lot: Parking, tmp_path: Path, at: int) -> None:
    lot.save(KEY, "ada", TOKENS, STATE)
    lot.settle()
    (file,) = tmp_path.glob("*/*")
    data = bytearray(file.read_bytes())
    data[at] ^= 1
    file.write_bytes(data)
    assert lot.load(KEY, "ada") is None
    assert not file.exists()


@pytest.mark.parametrize("kept", [0, 10, 430, 1_048_620, 3_000_000])
def test_a_torn_file_is_dropped(lot: Parking, tmp_path: Path, kept: int) -> None:
    lot.save(KEY, "ada", TOKENS, STATE)
    lot.settle()
    (file,) = tmp_path.glob("*/*")
    file.write_bytes(file.read_bytes()[:kept])
    assert lot.load(KEY, "ada") is None
    assert not file.exists()


def test_files_of_other_weights_and_half_written_ones_go(tmp_path: Path) -> None:
    for name in ("other/file", "engine/file.part"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    Parking(tmp_path, "engine", 1000).close()
    assert not list(tmp_path.glob("*/*"))


def test_a_file_is_bound_to_its_engine(lot: Parking, tmp_path: Path) -> None:
    lot.save(KEY, "ada", TOKENS, STATE)
    lot.settle()
    (tmp_path / "engine").rename(tmp_path / "moved")
    kept = {file.name: file.read_bytes() for file in (tmp_path / "moved").iterdir()}
    other = Parking(tmp_path, "other", 10_000_000)
    (tmp_path / "other").mkdir()
    for name, data in kept.items():
        (tmp_path / "other" / name).write_bytes(data)
    assert other.load(KEY, "ada") is None
    other.close()


def test_the_one_used_longest_ago_makes_room(lot: Parking, tmp_path: Path) -> None:
    for name in ("ada", "bea", "cem"):
        lot.save(KEY, name, TOKENS, STATE)
        lot.settle()
    assert len(lot.tokens(KEY, "ada"))
    lot.save(KEY, "dan", TOKENS, STATE)
    assert lot.load(KEY, "dan") is not None
    assert not len(lot.tokens(KEY, "bea"))
    assert len(lot.tokens(KEY, "ada"))
    assert sum(file.stat().st_size for file in tmp_path.glob("*/*")) <= 10_000_000


def test_a_disk_that_takes_nothing_costs_the_file_and_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "full"
    folder.symlink_to("/dev/full")
    lot = Parking(folder, "engine", 10_000_000)
    lot.save(KEY, "ada", TOKENS, STATE)
    assert not len(lot.tokens(KEY, "ada"))
    lot.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small disk needs root")
def test_what_finds_the_disk_full_is_not_kept_and_nothing_else_goes(tmp_path: Path) -> None:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", tmp_path], check=True)
    try:
        lot = Parking(tmp_path, "engine", 100_000_000)
        lot.save(KEY, "ada", TOKENS, STATE)
        lot.save(KEY, "bea", TOKENS, STATE)
        assert not len(lot.tokens(KEY, "bea"))
        kept = lot.load(KEY, "ada")
        assert kept is not None
        assert kept[1] == STATE
        assert len(list(tmp_path.glob("*/*"))) == 1
        lot.remove(KEY, "ada")
        lot.save(KEY, "bea", TOKENS, STATE)
        assert lot.load(KEY, "bea") is not None
        lot.close()
    finally:
        subprocess.run(["umount", tmp_path], check=True)


def test_erasing_takes_the_files_of_every_engine(lot: Parking, tmp_path: Path) -> None:
    lot.save(KEY, "ada", TOKENS, STATE)
    lot.save(KEY, "bea", TOKENS, STATE)
    lot.settle()
    parking.erase(tmp_path, KEY, "ada")
    assert lot.load(KEY, "ada") is None
    assert lot.load(KEY, "bea") is not None
