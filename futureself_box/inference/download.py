"""Brings a blob onto the disk over a connection that breaks, stalls and lies.

What came stays: the next connection, in this run or a later one, asks for what is missing. Where the
registry names the sum of each piece, a piece with other bytes is read again alone; in the end the
whole must have the sum of the manifest, or it is dropped. Memory is one buffer; the disk is written in
order.
"""

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import structlog

from futureself_box.errors import DownloadFailed, RegistryUnreachable
from futureself_box.inference.ollama import Layer
from futureself_box.inference.registry import Piece, Registry, Source

_MOST_FAILURES = 8  # one after the other, with nothing new in between
_MOST_LIES = 3  # about one piece
_FIRST_PAUSE_S = 0.5
_LONGEST_PAUSE_S = 30.0
_BUFFER = 1 << 20
_log = structlog.get_logger()

Progress = Callable[[int, int], None]


def fetch(
    registry: Registry,
    source: Source,
    layer: Layer,
    path: Path,
    *,
    progress: Progress = lambda _done, _total: None,
    pause: Callable[[float], None] = time.sleep,
) -> int:
    """Fill `path` with the blob; how many bytes came over the network for it.

    Raises DownloadFailed, or RegistryUnreachable with what came kept.
    """
    with path.open("a+b") as file:
        growing = _Growing(file, source.pieces)
        failures = 0
        while growing.done < layer.size:
            before = growing.done
            try:
                _read_on(registry, source, growing, layer.size, progress)
            except (RegistryUnreachable, _Lied) as trouble:
                _log.info("download_broke_off", at=growing.done, reason=type(trouble).__name__)
            failures = 0 if growing.done > before else failures + 1
            if failures >= _MOST_FAILURES:
                raise RegistryUnreachable
            if failures:
                pause(min(_FIRST_PAUSE_S * 2**failures, _LONGEST_PAUSE_S))
        file.flush()
        os.fsync(file.fileno())
    if growing.sum != layer.sha256:
        path.unlink()
        raise DownloadFailed("What came is not what the registry promised, so it was dropped.")
    return growing.received


def _read_on(
    registry: Registry, source: Source, growing: "_Growing", size: int, progress: Progress
) -> None:
    """Take what one connection brings."""
    with registry.bytes_from(source.url, growing.done, size) as data:
        for part in data:
            growing.received += len(part)
            growing.take(part)
            progress(growing.done, size)


class _Lied(Exception):
    """A piece came with other bytes than its sum says."""


class _Growing:
    """A file that grows piece by piece. `done` counts the bytes that are there and not known false."""

    def __init__(self, file: BinaryIO, pieces: tuple[Piece, ...]) -> None:
        self._file = file
        self._pieces = pieces
        self._index = 0
        self._lies = 0
        self.done = 0
        self.received = 0
        self._whole = self._whole_before = hashlib.sha256()
        self._piece = hashlib.sha256()
        self._take_up()

    @property
    def sum(self) -> str:
        """The SHA-256 of all of it."""
        return self._whole.hexdigest()

    def take(self, data: bytes) -> None:
        """Put the next bytes at the end. Raises _Lied at the end of a piece that isn't right."""
        while data and self._index < len(self._pieces):
            part, data = data[: self._room], data[self._room :]
            self._file.write(part)
            self._count(part)

    @property
    def _room(self) -> int:
        return self._pieces[self._index].end - self.done

    def _count(self, part: bytes) -> None:
        self._piece.update(part)
        self._whole.update(part)
        self.done += len(part)
        piece = self._pieces[self._index]
        if self.done < piece.end:
            return
        if len(self._pieces) > 1 and self._piece.hexdigest() != piece.sha256:
            self._drop(piece)
        self._index, self._lies = self._index + 1, 0
        self._piece, self._whole_before = hashlib.sha256(), self._whole.copy()

    def _drop(self, piece: Piece) -> None:
        self._cut(piece.start)
        self._lies += 1
        if self._lies >= _MOST_LIES:
            raise DownloadFailed("The registry sends other bytes than its own sums promise.")
        raise _Lied

    def _cut(self, at: int) -> None:
        self._file.truncate(at)
        self.done = at
        self._piece, self._whole = hashlib.sha256(), self._whole_before.copy()

    def _take_up(self) -> None:
        """Go on behind what an earlier run left; a piece that is false on the disk goes."""
        end = self._pieces[-1].end
        self._file.truncate(min(self._file.seek(0, os.SEEK_END), end))
        self._file.seek(0)
        while self._index < len(self._pieces):
            part = self._file.read(min(_BUFFER, self._room))
            if not part:
                break
            try:
                self._count(part)
            except _Lied:
                break
        self._lies = 0
