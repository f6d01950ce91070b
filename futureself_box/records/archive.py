"""Everything of one member in one open file, and back again: nobody is locked in.

A zip: `records.json` holds every version of every record as it was written, `attachments/` the photos
and recordings, and `journal/` the entries once more as Markdown, for reading without the box. Only the
first two are imported. The same records give the same bytes, so an import can be held to its export.
"""

import zipfile
from collections.abc import Iterator
from io import RawIOBase
from typing import Any
from uuid import UUID

import msgspec

from futureself_box.errors import ArchiveUnreadable, NotFound
from futureself_box.records import attachments, erasing, kinds, revisions
from futureself_box.records import clock as clocks
from futureself_box.records.clock import ClockText
from futureself_box.records.kinds import Entry, KindName
from futureself_box.records.revisions import Change, Op, Revision
from futureself_box.records.stripping import Type
from futureself_box.store.vault import MemberStore

RECORDS = "records.json"
_FORMAT = 1
# A fixed moment: when it was exported must not change the bytes.
_WHEN = (1980, 1, 1, 0, 0, 0)
_BATCH = 500


class Version(msgspec.Struct, frozen=True, omit_defaults=True):
    """One revision in the file. `body` is kept byte for byte; null where it was erased or deleted."""

    rev_id: UUID
    record: UUID
    kind: KindName
    op: Op
    clock: ClockText
    device: str
    schema: int
    body: msgspec.Raw
    parent: UUID | None = None
    settles: tuple[UUID, ...] = ()


class Attached(msgspec.Struct, frozen=True):
    """One photo or recording; `size` is that of the file as it was once sent."""

    id: attachments.AttachmentId
    type: Type
    size: int


class Contents(msgspec.Struct, frozen=True):
    """`records.json`."""

    format: int
    attachments: list[Attached]
    revisions: list[Version]


def export(store: MemberStore) -> Iterator[bytes]:
    """The zip, piece by piece; no word of it touches the disk."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT * FROM revision ORDER BY record, clock, device, rev_id"
        ).fetchall()
    written = [revisions.read_row(row) for row in rows]
    kept = attachments.every_kept(store)
    listed = [Attached(one.id, one.type, one.size) for one in kept]
    contents = Contents(_FORMAT, listed, [_version(revision) for revision in written])
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_named(RECORDS), msgspec.json.encode(contents))
        yield pipe.take()
        for revision in written:
            if (readable := _as_markdown(revision)) is not None:
                archive.writestr(_named(f"journal/{revision.rev_id}.md"), readable)
                yield pipe.take()
        for one in kept:
            try:
                _, content = attachments.content(store, one.id)
            except NotFound:
                continue  # Erased meanwhile.
            archive.writestr(_named(f"attachments/{one.id}"), content)
            yield pipe.take()
    yield pipe.take()


def read(text: bytes) -> Contents:
    """What `records.json` says. Raises ArchiveUnreadable."""
    try:
        contents = msgspec.json.decode(text, type=Contents)
    except msgspec.DecodeError as error:
        raise ArchiveUnreadable(f"The archive is damaged: {error}.") from error
    if contents.format != _FORMAT:
        raise ArchiveUnreadable("The archive was made by a newer box.", hint="Update this box.")
    return contents


def bring_in(store: MemberStore, contents: Contents, *, now_ms: int) -> int:
    """Take every version in that is not there; returns how many there were. Raises RecordInvalid."""
    changes = [(version.device, _change(version)) for version in contents.revisions]
    for _, change in changes:
        if change.body is not None:
            kinds.check(change.kind, change.body, change.schema)
    attached: set[str] = set()
    for first in range(0, len(changes), _BATCH):
        with store.write() as tx:
            for device, change in changes[first : first + _BATCH]:
                attached |= erasing.at_stake(tx, change)
                revisions.append(tx, change, device=device, now_ms=now_ms)
    erasing.let_go(store, attached)
    return len(changes)


def _version(revision: Revision) -> Version:
    return Version(
        rev_id=revision.rev_id,
        record=revision.record,
        kind=revision.kind,
        op=revision.op,
        clock=clocks.to_text(revision.clock),
        device=revision.device,
        schema=revision.schema,
        body=msgspec.Raw((revision.body or "null").encode()),
        parent=revision.parent,
        settles=revision.settles,
    )


def _change(version: Version) -> Change:
    body = bytes(version.body).decode()
    return Change(
        rev_id=version.rev_id,
        record=version.record,
        kind=version.kind,
        op=version.op,
        body=None if body == "null" else body,
        parent=version.parent,
        settles=version.settles,
        clock=clocks.from_text(version.clock),
        schema=version.schema,
    )


def _as_markdown(revision: Revision) -> str | None:
    if revision.op != "put" or revision.body is None:
        return None
    entry = kinds.decode(revision.kind, revision.body)
    if not isinstance(entry, Entry):
        return None
    lines = ["---", f"date: {entry.written_at.isoformat()}"]
    if entry.tags:
        lines.append(f"tags: {', '.join(entry.tags)}")
    if entry.mood is not None:
        lines.append(f"mood: {entry.mood}")
    pictures = [f"![{link.name}](../attachments/{link.id})" for link in entry.attachments]
    return "\n".join([*lines, "---", "", entry.text, *pictures, ""])


def _named(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, _WHEN)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


class _Pipe(RawIOBase):
    """Collects what the zip writes until it is taken; the zip can't go back in it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: Any) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def writable(self) -> bool:
        return True

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken
