"""Tells of the moment when a database's log is being written: inside a commit, before its fsync."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIBC = ctypes.CDLL(None, use_errno=True)
_IN_MODIFY = 2
_HEADER_BYTES = 16


class Commits:
    """Changes of the files in a folder (inotify(7))."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def wait_for_one(self) -> None:
        """Return when a write-ahead log has just got bytes, which are then not yet on the disk."""
        os.set_blocking(self._descriptor, False)
        while self._read():
            pass
        os.set_blocking(self._descriptor, True)
        while not any(name.endswith(b"-wal") for name in self._read()):
            pass

    def _read(self) -> list[bytes]:
        try:
            events = os.read(self._descriptor, 4096)
        except BlockingIOError:
            return []
        names = []
        while events:
            length = int.from_bytes(events[12:_HEADER_BYTES], "little")
            names.append(events[_HEADER_BYTES : _HEADER_BYTES + length].rstrip(b"\0"))
            events = events[_HEADER_BYTES + length :]
        return names


@contextmanager
def watched(folder: Path) -> Iterator[Commits]:
    """Watch a folder."""
    descriptor = _LIBC.inotify_init1(os.O_CLOEXEC)
    assert descriptor >= 0
    try:
        assert _LIBC.inotify_add_watch(descriptor, os.fsencode(folder), _IN_MODIFY) >= 0
        yield Commits(descriptor)
    finally:
        os.close(descriptor)
