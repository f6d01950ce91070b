"""What the cloud gets to see of a revision, and the way back: encryption from end to end.

The cloud's names are HMACs under a key that follows from the member's, cut to 128 bits. A record's kind
and devices are named anew for each record, so that rows of different records tell nothing together.
The real names lie in the envelope, the words in the body: two ciphertexts (AES-256-GCM), each bound to
everything that the cloud sees of the row, so nothing can be moved, mixed or redated. Erasing a record
takes the bodies and leaves the envelopes, as the box's own tombstones stay. Sizes are padded.
"""

import base64
import hmac
import secrets
import struct
from collections.abc import Mapping
from typing import TypeAlias
from uuid import UUID

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from futureself_box.errors import CloudDamaged, CloudKeyUnknown
from futureself_box.records.clock import Clock
from futureself_box.records.revisions import Change, Op, Revision
from futureself_box.store import keys

_NONCE_BYTES = 12
_LENGTH = struct.Struct(">I")
_LEAST_BYTES = 256


class Row(msgspec.Struct, frozen=True):
    """A revision as the cloud has it. `envelope` and `body` are base64; an erased body is null."""

    rev: UUID
    record: UUID
    kind: UUID
    parent: UUID | None
    device: UUID
    clock: int
    erases: bool
    key_id: str
    envelope: str
    body: str | None


class CloudKey:
    """What a member's key of one id means for the cloud."""

    def __init__(self, subject: str, key_id: str, key: bytes) -> None:
        cloud = keys.derive(key, "cloud")
        self.subject, self.key_id = subject, key_id
        self.names = keys.derive(cloud, "names")
        self.cipher = AESGCM(keys.derive(cloud, "contents"))


Ring: TypeAlias = Mapping[str, CloudKey]
"""Every key that a member has or had, by its id."""


class Opened(msgspec.Struct, frozen=True):
    """A revision that came back. Its change carries the clock that it has for good."""

    change: Change
    device: str


def ring(file: keys.KeyFile, key: bytes) -> Ring:
    """The keys of a member's key file, by the one in use."""
    return {key_id: CloudKey(file.subject, key_id, one) for key_id, one in keys.ring(file, key)}


def seal(key: CloudKey, revision: Revision) -> Row:
    """A revision as it may leave the box."""
    named = Row(
        rev=_name(key, "revision", str(revision.rev_id)),
        record=_name(key, "record", str(revision.record)),
        kind=_name(key, "kind", str(revision.record), revision.kind),
        parent=_name(key, "revision", str(revision.parent)) if revision.parent else None,
        device=_name(key, "device", str(revision.record), revision.device),
        clock=revision.clock,
        erases=revision.op == "purge",
        key_id=key.key_id,
        envelope="",
        body=None,
    )
    inside = _Envelope(
        rev_id=revision.rev_id,
        record=revision.record,
        kind=revision.kind,
        op=revision.op,
        parent=revision.parent,
        settles=revision.settles,
        device=revision.device,
        schema=revision.schema,
    )
    identity = _identity(key, named)
    envelope = _seal(key, _bound("envelope", identity), msgspec.msgpack.encode(inside))
    body = None
    if revision.body is not None:
        body = _seal(key, _bound("body", identity), revision.body.encode())
    return msgspec.structs.replace(named, envelope=envelope, body=body)


def unseal(ring: Ring, row: Row) -> Opened:
    """What a row of the cloud says. Raises CloudKeyUnknown, or CloudDamaged where it was not so sealed."""
    key = ring.get(row.key_id)
    if key is None:
        raise CloudKeyUnknown
    identity = _identity(key, row)
    sealed = _open(key, _bound("envelope", identity), row.envelope)
    inside = msgspec.msgpack.decode(sealed, type=_Envelope)
    body = None
    if row.body is not None:
        body = _open(key, _bound("body", identity), row.body).decode()
    change = Change(
        rev_id=inside.rev_id,
        record=inside.record,
        kind=inside.kind,
        op=inside.op,
        body=body,
        parent=inside.parent,
        settles=inside.settles,
        clock=Clock(row.clock),
        schema=inside.schema,
    )
    return Opened(change, inside.device)


def seal_profile(key: CloudKey, profile: bytes) -> str:
    """Who the member is, for the box that is made anew."""
    # The nonce follows from the content, so that the same profile looks the same and is sent once.
    nonce = hmac.digest(key.names, b"profile|" + profile, "sha256")[:_NONCE_BYTES]
    return f"{key.key_id}.{_seal(key, _profile_bound(key), profile, nonce)}"


def open_profile(ring: Ring, sealed: str) -> bytes:
    """What `seal_profile` sealed. Raises CloudKeyUnknown or CloudDamaged."""
    key_id, _, content = sealed.partition(".")
    key = ring.get(key_id)
    if key is None:
        raise CloudKeyUnknown
    return _open(key, _profile_bound(key), content)


def padded_bytes(length: int) -> int:
    """The size that so many bytes are padded to: at most 12 % more, and few sizes in all.

    Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files", 2019).

    >>> padded_bytes(9), padded_bytes(300), padded_bytes(1001)
    (256, 304, 1024)
    """
    length = max(length, _LEAST_BYTES)
    exponent = length.bit_length() - 1
    mask = (1 << (exponent - exponent.bit_length())) - 1
    return (length + mask) & ~mask


class _Envelope(msgspec.Struct, frozen=True, array_like=True):
    rev_id: UUID
    record: UUID
    kind: str
    op: Op
    parent: UUID | None
    settles: tuple[UUID, ...]
    device: str
    schema: int


def _name(key: CloudKey, *what: str) -> UUID:
    return UUID(bytes=hmac.digest(key.names, "|".join(what).encode(), "sha256")[:16])


def _identity(key: CloudKey, row: Row) -> str:
    shown = (row.rev, row.record, row.kind, row.parent, row.device, row.clock, row.erases)
    return "|".join(map(str, (key.subject, row.key_id, *shown)))


def _bound(part: str, identity: str) -> bytes:
    return f"futureself-box/cloud/v1|{part}|{identity}".encode()


def _profile_bound(key: CloudKey) -> bytes:
    return f"futureself-box/cloud/v1|profile|{key.subject}|{key.key_id}".encode()


def _seal(key: CloudKey, bound: bytes, plain: bytes, nonce: bytes | None = None) -> str:
    nonce = nonce or secrets.token_bytes(_NONCE_BYTES)
    long = _LENGTH.pack(len(plain)) + plain
    sealed = key.cipher.encrypt(nonce, long.ljust(padded_bytes(len(long)), b"\0"), bound)
    return base64.b64encode(nonce + sealed).decode()


def _open(key: CloudKey, bound: bytes, sealed: str) -> bytes:
    try:
        content = base64.b64decode(sealed, validate=True)
        nonce, box = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
        long = key.cipher.decrypt(nonce, box, bound)
    except (InvalidTag, ValueError) as error:
        raise CloudDamaged from error
    (length,) = _LENGTH.unpack_from(long)
    return long[_LENGTH.size : _LENGTH.size + length]
