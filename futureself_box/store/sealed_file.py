"""Files too large for a database, sealed chunk by chunk in one folder.

A file is named by the HMAC of its label, so that the folder tells neither what it holds nor whether
two members have the same photo. Each chunk is AES-256-GCM, bound to the file's name, its place and
whether it is the last: a file that was cut, reordered, mixed or renamed does not open.
What `write` and `append` have taken survives a killed process and a power cut.
"""

import hmac
import os
import secrets
import struct
import threading
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from futureself_box.errors import StoreDamaged
from futureself_box.store import keys
from futureself_box.store.files import (
    full_disk_told,
    private_folder,
    sync_file,
    write_atomically,
)

_CHUNK_BYTES = 256 * 1024
_LENGTH = struct.Struct(">I")
_NONCE_BYTES = 12
_TAG_BYTES = 16
# What a chunk takes on the disk beyond its plain bytes.
_OVERHEAD = _LENGTH.size + _NONCE_BYTES + _TAG_BYTES


class SealedFolder:
    """The sealed files of one member, each under a label.

    Whoever changes a file holds `lock`. The folder is made with its first file.
    """

    def __init__(self, path: Path, key: bytes) -> None:
        self.lock = threading.Lock()
        self._path = path
        self._names = keys.derive(key, "names")
        self._cipher = AESGCM(keys.derive(key, "contents"))

    def write(self, label: str, content: bytes) -> None:
        """Keep a whole file; there is the old or the new one. Raises DiskFull."""
        self._make()
        name = self.name(label)
        starts = range(0, max(len(content), 1), _CHUNK_BYTES)
        sealed = (
            self._seal(name, index, content[at : at + _CHUNK_BYTES], last=at == starts[-1])
            for index, at in enumerate(starts)
        )
        write_atomically(self._path / name, b"".join(sealed))

    def append(self, label: str, chunk: bytes, *, index: int, start: int, last: bool) -> None:
        """Add chunk number `index` behind `start` plain bytes; what lies after them is cut off.

        So a chunk that was written and never acknowledged is written again. Raises DiskFull.
        """
        self._make()
        name = self.name(label)
        with full_disk_told():
            descriptor = os.open(self._path / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                file.truncate(_sealed_bytes(start, index))
                file.seek(0, os.SEEK_END)
                file.write(self._seal(name, index, chunk, last=last))
                file.flush()
                os.fsync(file.fileno())
            if index == 0:
                sync_file(self._path)

    def read(self, label: str) -> bytes:
        """A whole file. Raises StoreDamaged where it is not what was written, to its end."""
        name = self.name(label)
        try:
            with (self._path / name).open("rb") as file:
                return b"".join(self._open_chunks(name, file))
        except (FileNotFoundError, InvalidTag) as error:
            raise StoreDamaged("An attachment on this box is missing or damaged.") from error

    def holds(self, label: str, *, chunks: int, received: int) -> bool:
        """Whether a file of at least so many chunks and plain bytes is there."""
        path = self._path / self.name(label)
        return path.exists() and path.stat().st_size >= _sealed_bytes(received, chunks)

    def remove(self, label: str) -> None:
        """Delete a file, where there is one."""
        if self._path.exists():
            (self._path / self.name(label)).unlink(missing_ok=True)
            sync_file(self._path)

    def files(self) -> set[Path]:
        """Everything in the folder."""
        return set(self._path.iterdir()) if self._path.exists() else set()

    def name(self, label: str) -> str:
        """What the file of a label is called on the disk."""
        return hmac.digest(self._names, label.encode(), "sha256").hex()

    def _make(self) -> None:
        with full_disk_told():
            private_folder(self._path)

    def _seal(self, name: str, index: int, chunk: bytes, *, last: bool) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, chunk, _bound(name, index, last))
        return _LENGTH.pack(len(sealed)) + nonce + sealed

    def _open_chunks(self, name: str, file: BufferedReader) -> Iterator[bytes]:
        index, last = 0, False
        while not last:
            header = file.read(_LENGTH.size + _NONCE_BYTES)
            if len(header) < _LENGTH.size + _NONCE_BYTES:
                raise InvalidTag
            (length,) = _LENGTH.unpack_from(header)
            sealed = file.read(length)
            if len(sealed) < length:
                raise InvalidTag
            last = not file.peek(1)
            yield self._cipher.decrypt(header[_LENGTH.size :], sealed, _bound(name, index, last))
            index += 1


def _sealed_bytes(plain: int, chunks: int) -> int:
    return plain + chunks * _OVERHEAD


def _bound(name: str, index: int, last: bool) -> bytes:
    return f"futureself-box/sealed/v1|{name}|{index}|{'last' if last else 'more'}".encode()
