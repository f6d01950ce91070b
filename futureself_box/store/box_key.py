"""The box's own key, in the configuration folder: what lets it open everything with nobody there.

It is made once, at the first start, and is in no backup. Without it the data folder is closed.
"""

import base64
import binascii
from pathlib import Path

from futureself_box.errors import BoxKeyLost, KeyWrong
from futureself_box.store.files import private_folder, sync_file, write_atomically
from futureself_box.store.keys import KEY_BYTES, new_key

FILE_NAME = "box.key"
_NEXT = "box.key.next"
_HEADER = "futureself-box key v1"


def load_or_create(config: Path, *, household_exists: bool) -> bytes:
    """The 32-byte key. Raises BoxKeyLost where there is data but no key, KeyWrong if it is damaged."""
    path = config / FILE_NAME
    if path.exists():
        return _read(path)
    if household_exists:
        raise BoxKeyLost(
            f"The box's key is missing from {config}, and without it the household's data "
            "can't be opened."
        )
    key = new_key()
    write(config, key)
    return key


def exists(config: Path) -> bool:
    """Whether there is a key, whole or damaged."""
    return (config / FILE_NAME).exists()


def write(config: Path, key: bytes) -> None:
    """Keep a new key."""
    _write(private_folder(config) / FILE_NAME, key)


def write_next(config: Path, key: bytes) -> None:
    """Keep the key that comes next, beside the one in use."""
    _write(config / _NEXT, key)


def read_next(config: Path) -> bytes | None:
    """The key that comes next; None where no change is under way."""
    path = config / _NEXT
    return _read(path) if path.exists() else None


def take_next(config: Path) -> None:
    """Put the next key in the place of the one in use."""
    (config / _NEXT).replace(config / FILE_NAME)
    sync_file(config)


def _write(path: Path, key: bytes) -> None:
    content = f"{_HEADER}\n{base64.b64encode(key).decode()}\n"
    write_atomically(path, content.encode())


def _read(path: Path) -> bytes:
    header, _, body = path.read_text(encoding="ascii", errors="replace").partition("\n")
    try:
        key = base64.b64decode(body.strip(), validate=True)
    except binascii.Error as error:
        raise KeyWrong(f"{path} is damaged.") from error
    if header != _HEADER or len(key) != KEY_BYTES:
        raise KeyWrong(f"{path} is damaged.")
    return key
