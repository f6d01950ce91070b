"""The keys of one member, or of the household, and everything that can open them.

A random 32-byte key is never stored as it is. The plain JSON file `<name>.keys` beside a database
holds it wrapped (AES-256-GCM) once for each holder: the box, each device of the member, and the
recovery sheet. So a copy of the data can be opened by any one of them, and taking one away is
removing its wrap.
Keys for single purposes are derived (HKDF-SHA256, RFC 5869), one label each.

A compromised key is replaced, and the new one keeps it wrapped under itself. So whoever opens the
newest file has the ring of all keys before it, found by their ids, and with it every old backup.
"""

import base64
import secrets
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from futureself_box.errors import KeyWrong, SheetUnknown, StoreDamaged
from futureself_box.store import sheet
from futureself_box.store.files import write_atomically

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = 1

Purpose = Literal["database", "attachments", "names", "contents", "parking", "cloud"]
SheetHalf: TypeAlias = tuple[str, bytes]
"""A sheet's id and public key."""
Base64 = Annotated[str, msgspec.Meta(max_length=256)]


class Wrap(msgspec.Struct, frozen=True):
    """One key as one holder can open it.

    `holder` is "box", "device:<id>", "sheet:<id>" or, for a key that was replaced, "key:<key_id>".
    """

    key_id: str
    holder: str
    nonce: Base64
    sealed: Base64


class KeyFile(msgspec.Struct, frozen=True):
    """The file's content. `subject` is "household" or "member:<id>"; `current` names the key in use.

    `version` is the format; a reader refuses one that it does not know.
    """

    version: int
    subject: str
    current: str
    wraps: tuple[Wrap, ...]


Opener: TypeAlias = Callable[[KeyFile], bytes]
"""Opens the key in use of a file. Raises KeyWrong or SheetUnknown."""


def new_key() -> bytes:
    """32 random bytes."""
    return secrets.token_bytes(KEY_BYTES)


def derive(key: bytes, purpose: Purpose) -> bytes:
    """The 32-byte key for one purpose."""
    return _hkdf(key, f"futureself-box/{purpose}/v1")


def create(path: Path, subject: str, key: bytes, holder: str, secret: bytes) -> None:
    """Write a key file with the first wrap."""
    key_id = secrets.token_hex(8)
    wraps = (_wrap(subject, key_id, key, holder, secret),)
    write(path, KeyFile(version=_VERSION, subject=subject, current=key_id, wraps=wraps))


def open_key(path: Path, holder: str, secret: bytes) -> bytes:
    """The key in use, opened by a holder's secret. Raises KeyWrong, StoreDamaged."""
    return open_file(read(path), holder, secret)


def open_file(file: KeyFile, holder: str, secret: bytes) -> bytes:
    """The key in use of a file that was read. Raises KeyWrong."""
    for wrap in file.wraps:
        if wrap.key_id == file.current and wrap.holder == holder:
            return _unwrap(file.subject, wrap, secret)
    raise KeyWrong(f"The keys of {file.subject} have no wrap for {holder.partition(':')[0]}.")


def add_holder(path: Path, key: bytes, holder: str, secret: bytes) -> None:
    """Let another holder open the key in use; a wrap that it had is replaced."""
    file = read(path)
    others = tuple(wrap for wrap in file.wraps if wrap.holder != holder)
    wrap = _wrap(file.subject, file.current, key, holder, secret)
    write(path, msgspec.structs.replace(file, wraps=(*others, wrap)))


def add_sheet(path: Path, key: bytes, sheet_id: str, public_key: bytes) -> None:
    """Let the recovery sheet open the key in use, without having the sheet."""
    file = read(path)
    wrap = _wrap_for_sheet(file.subject, file.current, key, sheet_id, public_key)
    others = tuple(other for other in file.wraps if other.holder != wrap.holder)
    write(path, msgspec.structs.replace(file, wraps=(*others, wrap)))


def open_with_sheet(path: Path, secret: bytes) -> bytes:
    """The key in use, opened by what stands on the sheet. Raises SheetUnknown, StoreDamaged."""
    return open_file_with_sheet(read(path), secret)


def open_file_with_sheet(file: KeyFile, secret: bytes) -> bytes:
    """The key in use of a file that was read, opened by the sheet. Raises SheetUnknown."""
    for wrap in file.wraps:
        if wrap.key_id == file.current and wrap.holder.startswith("sheet:"):
            bound = _bound(file.subject, wrap.key_id, wrap.holder)
            return sheet.unseal(secret, base64.b64decode(wrap.sealed), bound)
    raise SheetUnknown


def unlock(file: KeyFile, opens: Opener, known: Iterable[KeyFile] = ()) -> bytes:
    """The key in use of an old file: by its own wraps, or from the ring of a newer file in `known`.

    Raises KeyWrong or SheetUnknown where neither opens it.
    """
    try:
        return opens(file)
    except (KeyWrong, SheetUnknown):
        for newer in known:
            found = _from_ring(file, newer, opens)
            if found is not None:
                return found
        raise


def ring(file: KeyFile, key: bytes) -> Iterator[tuple[str, bytes]]:
    """The key in use and every key before it, by their ids; `key` is the one in use."""
    known = {file.current: key}
    yield file.current, key
    # The wraps lie oldest first, and each key opens the one before it.
    for wrap in reversed(file.wraps):
        kind, _, above = wrap.holder.partition(":")
        if kind == "key" and above in known:
            known[wrap.key_id] = _unwrap(file.subject, wrap, known[above])
            yield wrap.key_id, known[wrap.key_id]


def for_cloud(file: KeyFile) -> KeyFile:
    """The file as it may leave the box: nothing but the recovery sheet opens it, and the older keys."""
    kept = tuple(wrap for wrap in file.wraps if wrap.holder.partition(":")[0] in {"sheet", "key"})
    return msgspec.structs.replace(file, wraps=kept)


def begin_rotation(path: Path, new: bytes, secret: bytes, half: SheetHalf | None) -> None:
    """Add the key that comes next: open to the box and the sheet, with the key in use under it.

    Until `finish_rotation` the old key is the one in use. Devices hold no wrap of the new key.
    """
    file = read(path)
    old = open_file(file, "box", secret)
    new_id = secrets.token_hex(8)
    wraps = [
        _wrap(file.subject, file.current, old, f"key:{new_id}", new),
        _wrap(file.subject, new_id, new, "box", secret),
    ]
    if half is not None:
        wraps.append(_wrap_for_sheet(file.subject, new_id, new, *half))
    write(path, msgspec.structs.replace(file, wraps=(*file.wraps, *wraps)))


def next_key(path: Path, secret: bytes) -> bytes | None:
    """The key that a rotation has begun with; None where none is under way."""
    file = read(path)
    for wrap in file.wraps:
        if wrap.holder == "box" and wrap.key_id != file.current:
            return _unwrap(file.subject, wrap, secret)
    return None


def finish_rotation(path: Path) -> None:
    """Make the next key the one in use; of the old one only the wrap under it stays."""
    file = read(path)
    (new_id,) = {
        wrap.key_id for wrap in file.wraps if wrap.holder == "box" and wrap.key_id != file.current
    }
    kept = tuple(
        wrap for wrap in file.wraps if wrap.key_id == new_id or wrap.holder.startswith("key:")
    )
    write(path, msgspec.structs.replace(file, current=new_id, wraps=kept))


def holders(path: Path) -> set[str]:
    """Everyone who can open the key in use."""
    file = read(path)
    return {wrap.holder for wrap in file.wraps if wrap.key_id == file.current}


def remove_holders(path: Path, gone: set[str]) -> None:
    """Take wraps away; those holders' secrets open nothing any more."""
    file = read(path)
    kept = tuple(wrap for wrap in file.wraps if wrap.holder not in gone)
    if kept != file.wraps:
        write(path, msgspec.structs.replace(file, wraps=kept))


def read(path: Path) -> KeyFile:
    """The file as it is. Raises StoreDamaged where it is missing or unreadable."""
    try:
        return decode(path.read_bytes(), path.name)
    except FileNotFoundError as error:
        raise StoreDamaged(f"The key file {path.name} is missing or damaged.") from error


def decode(content: bytes, name: str) -> KeyFile:
    """What a key file of this name holds. Raises StoreDamaged."""
    try:
        file = msgspec.json.decode(content, type=KeyFile)
    except msgspec.DecodeError as error:
        raise StoreDamaged(f"The key file {name} is missing or damaged.") from error
    if file.version != _VERSION:
        raise StoreDamaged(f"The key file {name} has the unknown version {file.version}.")
    return file


def write(path: Path, file: KeyFile) -> None:
    """Have the file on the disk. Raises DiskFull, leaving the old one."""
    write_atomically(path, msgspec.json.format(msgspec.json.encode(file)))


def _wrap(subject: str, key_id: str, key: bytes, holder: str, secret: bytes) -> Wrap:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    bound = _bound(subject, key_id, holder)
    sealed = AESGCM(_wrapping_key(secret)).encrypt(nonce, key, bound)
    return Wrap(
        key_id=key_id,
        holder=holder,
        nonce=base64.b64encode(nonce).decode(),
        sealed=base64.b64encode(sealed).decode(),
    )


def _wrap_for_sheet(
    subject: str, key_id: str, key: bytes, sheet_id: str, public_key: bytes
) -> Wrap:
    holder = f"sheet:{sheet_id}"
    sealed = sheet.seal(public_key, key, _bound(subject, key_id, holder))
    return Wrap(key_id, holder, nonce="", sealed=base64.b64encode(sealed).decode())


def _from_ring(file: KeyFile, newer: KeyFile, opens: Opener) -> bytes | None:
    if newer.subject != file.subject:
        return None
    try:
        key = opens(newer)
    except (KeyWrong, SheetUnknown):
        return None
    return dict(ring(newer, key)).get(file.current)


def _unwrap(subject: str, wrap: Wrap, secret: bytes) -> bytes:
    bound = _bound(subject, wrap.key_id, wrap.holder)
    nonce, sealed = base64.b64decode(wrap.nonce), base64.b64decode(wrap.sealed)
    try:
        return AESGCM(_wrapping_key(secret)).decrypt(nonce, sealed, bound)
    except InvalidTag as error:
        raise KeyWrong from error


def _bound(subject: str, key_id: str, holder: str) -> bytes:
    # A wrap moved to another file, key or holder must not open.
    return f"futureself-box/wrap/v1|{subject}|{key_id}|{holder}".encode()


def _wrapping_key(secret: bytes) -> bytes:
    # Secrets are uniformly random (a key or a 256-bit token), so HKDF needs no salt (RFC 5869, 3.1).
    return _hkdf(secret, "futureself-box/wrap/v1")


def _hkdf(secret: bytes, label: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=label.encode()).derive(secret)
