"""Conversations that left the memory, as sealed files, so that they need not be read again.

KV cells are a member's words in another form: a file is AES-256-GCM in chunks, under a key that
comes with the member's request and is kept nowhere. Its name is an HMAC, and it lies in a folder for
the exact weights and context settings, to which it is bound: a file may be missing, stale or torn
and then counts as not there, but is never wrong. Nothing is synced; a power cut costs a second reading.
"""

import contextlib
import hmac
import itertools
import os
import secrets
import shutil
import struct
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from io import BufferedReader
from pathlib import Path
from typing import TypeVar

import numpy as np
import structlog
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from futureself_box.inference.batch import NO_TOKENS, Tokens

_T = TypeVar("_T")
_CHUNK_BYTES = 1 << 20
_HEAD = struct.Struct("<I12s")  # the length of a sealed chunk, and its nonce
_TAG_BYTES = 16
_log = structlog.get_logger()


class Parking:
    """The files of one engine, in `folder/engine`; those of other engines are stale and go.

    One thread decodes and asks; a thread of this class's own writes.
    """

    def __init__(self, folder: Path, engine: str, most_bytes: int) -> None:
        self._folder = folder / engine
        self._engine = engine
        self._most_bytes = most_bytes
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="parking")
        self._writing: dict[str, Future[None]] = {}
        with contextlib.suppress(OSError):
            _remove_stale(folder, engine)

    def save(self, key: bytes, label: str, tokens: Tokens, state: bytearray) -> None:
        """Write a conversation in the background, instead of the one under the same label.

        A full disk costs the file and nothing else.
        """
        if len(state) <= self._most_bytes:
            name = file_name(key, label)
            self._settle(name)
            self._writing[name] = self._writer.submit(self._write, name, key, tokens, state)

    def tokens(self, key: bytes, label: str) -> Tokens:
        """The tokens of a parked conversation; none where there is no good file."""
        if not (key and label):
            return NO_TOKENS
        tokens = self._read(key, label, _tokens)
        return NO_TOKENS if tokens is None else tokens

    def load(self, key: bytes, label: str) -> tuple[Tokens, bytearray] | None:
        """The tokens and the state of their cells, if there is a whole file."""
        return self._read(key, label, _tokens_and_state)

    def remove(self, key: bytes, label: str) -> None:
        """Take a conversation's file away."""
        name = file_name(key, label)
        self._settle(name)
        self._remove(name)

    def settle(self) -> None:
        """Wait until everything is written."""
        for name in tuple(self._writing):
            self._settle(name)

    def close(self) -> None:
        """Wait until everything is written, and end the thread."""
        self.settle()
        self._writer.shutdown()

    def _settle(self, name: str) -> None:
        writing = self._writing.pop(name, None)
        if writing is not None:
            writing.result()

    def _write(self, name: str, key: bytes, tokens: Tokens, state: bytearray) -> None:
        part = self._folder / f"{name}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._make_room(len(state))
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                for chunk in _seal(key, self._bound(name), tokens.tobytes(), state):
                    file.write(chunk)
            part.replace(self._folder / name)
        except OSError as error:
            _log.warning("conversation_not_parked", errno=error.errno)
            self._remove(part.name)

    def _make_room(self, size: int) -> None:
        """Take away those that were used longest ago."""
        files = [(file, file.stat()) for file in self._folder.iterdir()]
        files.sort(key=lambda entry: entry[1].st_mtime_ns)
        used = sum(status.st_size for _, status in files)
        for file, status in files:
            if used + size <= self._most_bytes:
                return
            file.unlink()
            used -= status.st_size

    def _read(self, key: bytes, label: str, take: Callable[["_Opened"], _T]) -> _T | None:
        """What `take` makes of a file. What is torn or was changed is taken away."""
        name = file_name(key, label)
        self._settle(name)
        try:
            with (self._folder / name).open("rb") as file:
                taken = take(_Opened(key, self._bound(name), file))
            os.utime(self._folder / name)
        except FileNotFoundError:
            return None
        except (InvalidTag, OSError) as error:
            _log.warning("parked_conversation_dropped", cause=type(error).__name__)
            self._remove(name)
            return None
        return taken

    def _remove(self, name: str) -> None:
        with contextlib.suppress(OSError):
            (self._folder / name).unlink(missing_ok=True)

    def _bound(self, name: str) -> bytes:
        return f"futureself-box/parked/v1|{self._engine}|{name}|".encode()


def file_name(key: bytes, label: str) -> str:
    """What the file of a label is called under a key."""
    return hmac.digest(_derive(key, b"names"), label.encode(), "sha256").hex()


def erase(folder: Path, key: bytes, label: str) -> None:
    """Take away the files of a label, of whatever engine."""
    name = file_name(key, label)
    for file in itertools.chain(folder.glob(f"*/{name}"), folder.glob(f"*/{name}.part")):
        file.unlink(missing_ok=True)


def _remove_stale(folder: Path, engine: str) -> None:
    for other in folder.iterdir():
        if other.name != engine:
            shutil.rmtree(other, ignore_errors=True)
    for part in folder.glob("*/*.part"):
        part.unlink()


def _tokens(opened: "_Opened") -> Tokens:
    return np.frombuffer(opened.chunk(), np.int32)


def _tokens_and_state(opened: "_Opened") -> tuple[Tokens, bytearray]:
    # Memory is dear in a step: a new page costs as much as decrypting it, so each is touched once.
    tokens, state, end = _tokens(opened), bytearray(opened.left_bytes), 0
    with memoryview(state) as room:
        while not opened.at_end:
            end += opened.chunk_into(room[end:])
    del state[end:]
    return tokens, state


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"futureself-box/parked/v1|" + purpose, "sha256")


def _seal(key: bytes, bound: bytes, tokens: bytes, state: bytearray) -> Iterator[bytes]:
    cipher, view = AESGCM(_derive(key, b"contents")), memoryview(state)
    starts = range(0, len(state), _CHUNK_BYTES)
    plain = itertools.chain([memoryview(tokens)], (view[at : at + _CHUNK_BYTES] for at in starts))
    for index, chunk in enumerate(plain):
        nonce = secrets.token_bytes(12)
        sealed = cipher.encrypt(nonce, chunk, _place(bound, index, last=index == len(starts)))
        yield _HEAD.pack(len(sealed), nonce) + sealed


class _Opened:
    """The chunks of a sealed file, one after the other. They raise InvalidTag."""

    def __init__(self, key: bytes, bound: bytes, file: BufferedReader) -> None:
        self.at_end = False
        self._cipher = AESGCM(_derive(key, b"contents"))
        self._bound = bound
        self._file = file
        self._index = 0
        self._sealed = memoryview(bytearray(_CHUNK_BYTES + _TAG_BYTES))

    @property
    def left_bytes(self) -> int:
        """How long the rest of the file is, and so the most that its chunks hold."""
        return os.fstat(self._file.fileno()).st_size - self._file.tell()

    def chunk(self) -> bytearray:
        """The next one."""
        room = bytearray(_CHUNK_BYTES)
        with memoryview(room) as view:
            length = self.chunk_into(view)
        return room[:length]

    def chunk_into(self, room: memoryview) -> int:
        """The next one's length."""
        nonce, sealed = self._next()
        length = len(sealed) - _TAG_BYTES
        place = _place(self._bound, self._index, last=self.at_end)
        self._cipher.decrypt_into(nonce, sealed, place, room[:length])
        self._index += 1
        return length

    def _next(self) -> tuple[bytes, memoryview]:
        head = self._file.read(_HEAD.size)
        if len(head) < _HEAD.size:
            raise InvalidTag
        length, nonce = _HEAD.unpack(head)
        sealed = self._sealed[:length]
        if not _TAG_BYTES <= length <= len(self._sealed) or self._file.readinto(sealed) < length:
            raise InvalidTag
        self.at_end = not self._file.peek(1)
        return nonce, sealed


def _place(bound: bytes, index: int, *, last: bool) -> bytes:
    return bound + b"%d|%s" % (index, b"last" if last else b"more")
