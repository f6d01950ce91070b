"""Writing records one at a time, as HTTP and the box's own parts do."""

from uuid import UUID

import msgspec
import uuid_utils.compat

from futureself_box.errors import NotFound
from futureself_box.records import erasing, kinds, revisions
from futureself_box.records.revisions import Change, Op, Revision
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore


class Author(msgspec.Struct, frozen=True):
    """The device that writes, and its time."""

    device: str
    now_ms: int


def create(
    store: MemberStore, kind: str, body: str, author: Author, *, record: UUID | None = None
) -> Revision:
    """A new record, of a body in JSON. Raises RecordInvalid."""
    record = record or uuid_utils.compat.uuid7()
    with store.write() as tx:
        shown = revisions.head(tx, record)
        parent = None if shown is None else shown.rev_id
        return _append(tx, record, kind, "put", body, author, parent=parent)


def replace(
    store: MemberStore,
    record: UUID,
    kind: str,
    body: str,
    author: Author,
    *,
    parent: UUID | None,
    settles: tuple[UUID, ...] = (),
) -> Revision:
    """A new version. `parent` is the one that the writer saw; None: what the record shows now.

    One that is no longer shown makes the two versions cross, and both are kept. Raises NotFound,
    RecordInvalid.
    """
    with store.write() as tx:
        shown = _shown(tx, record, kind)
        seen = parent or shown.rev_id
        return _append(tx, record, kind, "put", body, author, parent=seen, settles=settles)


def discard(store: MemberStore, record: UUID, kind: str, author: Author) -> Revision:
    """Put a record with all its versions in the trash. Raises NotFound."""
    with store.write() as tx:
        shown = _shown(tx, record, kind)
        return _end(tx, shown, "del", author)


def restore(store: MemberStore, record: UUID, rev_id: UUID, author: Author) -> Revision:
    """Show an earlier version again, also out of the trash; it becomes the newest. Raises NotFound."""
    with store.write() as tx:
        shown, earlier = revisions.head(tx, record), revisions.find(tx, rev_id)
        if shown is None or earlier is None or earlier.record != record or earlier.body is None:
            raise NotFound
        change = Change(
            rev_id=uuid_utils.compat.uuid7(),
            record=record,
            kind=earlier.kind,
            op="put",
            body=earlier.body,
            parent=shown.rev_id,
            schema=earlier.schema,
        )
        return revisions.append(tx, change, device=author.device, now_ms=author.now_ms)


def purge(store: MemberStore, record: UUID, author: Author) -> Revision:
    """Erase a record and every version of it, for ever. Raises NotFound."""
    with store.write() as tx:
        shown = revisions.head(tx, record)
        if shown is None:
            raise NotFound
        attached = erasing.attached_to(tx, record)
        purged = shown if shown.op == "purge" else _end(tx, shown, "purge", author)
    erasing.let_go(store, attached)
    return purged


def _shown(tx: Connection, record: UUID, kind: str) -> Revision:
    shown = revisions.head(tx, record)
    if shown is None or shown.op != "put" or shown.kind != kind:
        raise NotFound
    return shown


def _end(tx: Connection, shown: Revision, op: Op, author: Author) -> Revision:
    others = tuple(other.rev_id for other in revisions.crossed(tx, shown.record))
    return _append(
        tx, shown.record, shown.kind, op, None, author, parent=shown.rev_id, settles=others
    )


def _append(
    tx: Connection,
    record: UUID,
    kind: str,
    op: Op,
    body: str | None,
    author: Author,
    *,
    parent: UUID | None,
    settles: tuple[UUID, ...] = (),
) -> Revision:
    if body is not None:
        kinds.check(kind, body, kinds.SCHEMA)
    change = Change(
        rev_id=uuid_utils.compat.uuid7(),
        record=record,
        kind=kind,
        op=op,
        body=body,
        parent=parent,
        settles=settles,
    )
    return revisions.append(tx, change, device=author.device, now_ms=author.now_ms)
