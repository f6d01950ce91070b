"""Photos and recordings: they come in pieces, and are kept without what they would give away.

The id is the SHA-256 of what the phone sent, so that sending it again, or going on after a lost
answer or a restore, ends at the same attachment; what is kept is that without its metadata. The row
in the member's database says what is known, the sealed files beside it hold the bytes. A row whose
file is gone, as after a restore, counts as nothing received.
"""

import hashlib
from collections.abc import Collection, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from futureself_box.errors import (
    AttachmentChanged,
    AttachmentsFull,
    AttachmentTooLarge,
    AttachmentUnreadable,
    NotFound,
    OffsetWrong,
)
from futureself_box.records.stripping import Type, strip
from futureself_box.settings import Records
from futureself_box.store.vault import MemberStore

AttachmentId = Annotated[
    str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file as it was sent, in hex.")
]
# As long an upload may rest, and a kept file be in no entry, since its entry may still be on a phone.
_UNUSED_MS = 7 * 24 * 3600 * 1000
_MB, _GB = 1_000_000, 1_000_000_000


class Announced(msgspec.Struct, frozen=True):
    """What a phone is about to send."""

    sha256: AttachmentId
    size: Annotated[int, Meta(ge=1)]
    type: Type


class Attachment(msgspec.Struct, frozen=True):
    """What is known of one. `size` as sent, `kept_size` without metadata, both in bytes."""

    id: str
    type: Type
    size: int
    received: int
    chunks: int
    state: Literal["uploading", "kept"]
    kept_size: int


def begin(store: MemberStore, new: Announced, limits: Records, *, now_ms: int) -> Attachment:
    """Begin an upload or go on with it. Raises AttachmentTooLarge or AttachmentsFull."""
    if new.size > limits.attachment_mb * _MB:
        message = f"The box takes files of up to {limits.attachment_mb} MB."
        raise AttachmentTooLarge(message)
    with store.attachments.lock:
        _drop_resting(store, now_ms)
        known = _look(store, new.sha256)
        if known and (known.state == "kept" or (known.size, known.type) == (new.size, new.type)):
            return known
        with store.write() as tx:
            tx.execute("DELETE FROM attachment WHERE id = :id", {"id": new.sha256})
            row = tx.execute(
                "SELECT sum(CASE state WHEN 'kept' THEN kept_size ELSE size END) AS taken"
                " FROM attachment"
            ).fetchone()
            if (row["taken"] or 0) + new.size > limits.attachments_gb * _GB:
                raise AttachmentsFull
            tx.execute(
                "INSERT INTO attachment (id, type, size, touched_at)"
                " VALUES (:id, :type, :size, :now)",
                {"id": new.sha256, "type": new.type, "size": new.size, "now": now_ms},
            )
        return _known(store, new.sha256)


def receive(
    store: MemberStore, attachment: str, offset: int, piece: bytes, *, now_ms: int
) -> Attachment:
    """Take the next piece in; the last one finishes the upload.

    Raises NotFound, OffsetWrong, AttachmentTooLarge, DiskFull, and at the end AttachmentChanged or
    AttachmentUnreadable, with the upload dropped.
    """
    with store.attachments.lock:
        upload = _known(store, attachment)
        if offset != upload.received or upload.state == "kept":
            raise OffsetWrong(upload.received)
        end = offset + len(piece)
        if end > upload.size:
            raise AttachmentTooLarge("More came than was announced.")
        if not piece:
            return upload
        whole = end == upload.size
        label = _upload(attachment)
        store.attachments.append(label, piece, index=upload.chunks, start=offset, last=whole)
        grown = msgspec.structs.replace(upload, received=end, chunks=upload.chunks + 1)
        if whole:
            grown = _keep(store, grown)
        _save(store, grown, now_ms)
        if whole:
            store.attachments.remove(label)
        return grown


def adopt(store: MemberStore, new: Announced, kept: bytes, limits: Records, *, now_ms: int) -> None:
    """Take in what another box has kept, metadata already gone. Raises as `begin`, and DiskFull."""
    known = begin(store, new, limits, now_ms=now_ms)
    with store.attachments.lock:
        store.attachments.write(new.sha256, kept)
        whole = msgspec.structs.replace(known, received=new.size, state="kept", kept_size=len(kept))
        _save(store, whole, now_ms)


def every_kept(store: MemberStore) -> list[Attachment]:
    """All that are whole, by id."""
    with store.read() as connection:
        rows = connection.execute("SELECT id FROM attachment ORDER BY id").fetchall()
    with store.attachments.lock:
        found = [_look(store, row["id"]) for row in rows]
    return [one for one in found if one is not None and one.state == "kept"]


def find(store: MemberStore, attachment: str) -> Attachment:
    """What is known of one. Raises NotFound."""
    with store.attachments.lock:
        return _known(store, attachment)


def content(store: MemberStore, attachment: str) -> tuple[Attachment, bytes]:
    """A kept attachment and its bytes. Raises NotFound or StoreDamaged."""
    with store.attachments.lock:
        found = _known(store, attachment)
        if found.state != "kept":
            raise NotFound
        return found, store.attachments.read(attachment)


def missing(store: MemberStore, ids: Sequence[str]) -> list[str]:
    """Which of these the box does not have whole, in their order."""
    with store.attachments.lock:
        found = {attachment: _look(store, attachment) for attachment in ids}
    return [id_ for id_, known in found.items() if known is None or known.state != "kept"]


def remove(store: MemberStore, attachment: str) -> None:
    """Forget an attachment, bytes and all."""
    with store.attachments.lock:
        _forget(store, attachment)


def forget_unused(store: MemberStore, used: Collection[str], *, now_ms: int) -> list[str]:
    """Remove what is in no entry, and files that no row knows; returns the ids.

    What came within the last week stays: its entry may still be on the way.
    """
    with store.attachments.lock:
        with store.read() as connection:
            rows = connection.execute("SELECT id, touched_at FROM attachment").fetchall()
        old = {row["id"] for row in rows if row["touched_at"] < now_ms - _UNUSED_MS}
        unused = sorted(old - set(used))
        for attachment in unused:
            _forget(store, attachment)
        left = {row["id"] for row in rows} - set(unused)
        names = {store.attachments.name(label) for id_ in left for label in (id_, _upload(id_))}
        for file in store.attachments.files():
            if file.name not in names:
                file.unlink()
        return unused


def _keep(store: MemberStore, upload: Attachment) -> Attachment:
    sent = store.attachments.read(_upload(upload.id))
    if hashlib.sha256(sent).hexdigest() != upload.id:
        _forget(store, upload.id)
        raise AttachmentChanged
    try:
        stripped = strip(sent, upload.type)
    except AttachmentUnreadable:
        _forget(store, upload.id)
        raise
    store.attachments.write(upload.id, stripped)
    return msgspec.structs.replace(upload, state="kept", kept_size=len(stripped))


def _known(store: MemberStore, attachment: str) -> Attachment:
    known = _look(store, attachment)
    if known is None:
        raise NotFound
    return known


def _look(store: MemberStore, attachment: str) -> Attachment | None:
    with store.read() as connection:
        row = connection.execute(
            "SELECT id, type, size, received, chunks, state, kept_size FROM attachment"
            " WHERE id = :id",
            {"id": attachment},
        ).fetchone()
    if row is None:
        return None
    known = msgspec.convert(dict(row), Attachment)
    if known.state == "kept":
        there = store.attachments.holds(attachment, chunks=1, received=0)
    else:
        there = known.received == 0 or store.attachments.holds(
            _upload(attachment), chunks=known.chunks, received=known.received
        )
    if there:
        return known
    return msgspec.structs.replace(known, state="uploading", received=0, chunks=0, kept_size=0)


def _save(store: MemberStore, known: Attachment, now_ms: int) -> None:
    with store.write() as tx:
        tx.execute(
            """
            UPDATE attachment SET received = :received, chunks = :chunks, state = :state,
                kept_size = :kept_size, touched_at = :now
            WHERE id = :id
            """,
            {
                "id": known.id,
                "received": known.received,
                "chunks": known.chunks,
                "state": known.state,
                "kept_size": known.kept_size,
                "now": now_ms,
            },
        )


def _drop_resting(store: MemberStore, now_ms: int) -> None:
    with store.read() as connection:
        rows = connection.execute(
            "SELECT id FROM attachment WHERE state = 'uploading' AND touched_at < :until",
            {"until": now_ms - _UNUSED_MS},
        ).fetchall()
    for row in rows:
        _forget(store, row["id"])


def _forget(store: MemberStore, attachment: str) -> None:
    # The files first: a row without a file is nothing received, a file without a row would stay.
    store.attachments.remove(attachment)
    store.attachments.remove(_upload(attachment))
    with store.write() as tx:
        tx.execute("DELETE FROM attachment WHERE id = :id", {"id": attachment})


def _upload(attachment: str) -> str:
    return f"{attachment}/upload"
