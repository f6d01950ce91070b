"""Small files that are either the old or the new one, whatever happens.

A write returns once the bytes and the name are on the disk. Files are readable by the box's user only.
"""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from futureself_box.errors import DiskFull

_BLOCK_BYTES = 1 << 20


def write_atomically(path: Path, content: bytes) -> None:
    """Replace the file at `path` by `content`. Raises DiskFull, leaving the old file."""
    part = path.with_name(f"{path.name}.part")
    try:
        with full_disk_told():
            _replace(part, path, content)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


@contextmanager
def full_disk_told() -> Iterator[None]:
    """Turn the system's word for a full disk into DiskFull."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFull from error
        raise


def copy_hashed(source: Path, target: Path) -> str:
    """Copy a file to the disk and return the SHA-256 of what was written, in hex."""
    digest = hashlib.sha256()
    # The mode is given at creation: the file system of a USB disk may refuse to change it.
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as written, source.open("rb") as read:
        while block := read.read(_BLOCK_BYTES):
            digest.update(block)
            written.write(block)
        written.flush()
        os.fsync(written.fileno())
    return digest.hexdigest()


def sync_tree(folder: Path) -> None:
    """Flush every file and folder below, and the folder itself."""
    for path in folder.rglob("*"):
        sync_file(path)
    sync_file(folder)


def sync_file(path: Path) -> None:
    """Flush a file or folder to the disk (fsync(2) wants the folder, too, after a rename)."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def private_folder(path: Path) -> Path:
    """Make a folder that only its user can enter, and return it once its name is on the disk."""
    new = [folder for folder in (path, *path.parents) if not folder.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for folder in new:
        sync_file(folder.parent)
    return path


def _replace(part: Path, path: Path, content: bytes) -> None:
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync_file(path.parent)
