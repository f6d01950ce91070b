"""Immutable revisions, and the head that says which one a record shows.

State is a set of revisions that only grows, so taking them in twice, late or in another order gives
the same heads. A revision that another was made on, or set aside, is superseded; the rest are leaves,
and the head is the greatest leaf (purge first, then what is not a deletion, then clock, device and
revision id). More than one leaf means that edits crossed. What lost stays as history: nothing that a
person wrote is overwritten.
"""

from typing import Literal
from uuid import UUID

import msgspec

from futureself_box.records import clock as clocks
from futureself_box.records import listing
from futureself_box.records.clock import Clock
from futureself_box.records.kinds import SCHEMA
from futureself_box.store.database import Connection, Row
from futureself_box.store.vault import MemberStore

Op = Literal["put", "del", "purge"]
Adopted = Literal["new", "known", "redated"]
INSERT = """
    INSERT INTO revision (rev_id, record, kind, parent, settles, clock, device, op, schema, body)
    VALUES (:rev_id, :record, :kind, :parent, :settles, :clock, :device, :op, :schema, :body)
"""
HEAD_FIRST = """
    op = 'purge' DESC, EXISTS (SELECT 1 FROM superseded WHERE rev_id = revision.rev_id),
    op = 'put' DESC, clock DESC, device DESC, rev_id DESC
"""
"""The order of a record's revisions in which the one that it shows comes first."""


class Change(msgspec.Struct, frozen=True):
    """A revision as its device made it. `clock` is None where the device leaves that to the box.

    `parent` is the head that its writer saw, `settles` what else they saw and set aside.
    """

    rev_id: UUID
    record: UUID
    kind: str
    op: Op
    body: str | None
    parent: UUID | None = None
    settles: tuple[UUID, ...] = ()
    clock: Clock | None = None
    schema: int = SCHEMA


class Revision(msgspec.Struct, frozen=True):
    """A change that is in the store. `sequence` counts this member's revisions on this box."""

    sequence: int
    rev_id: UUID
    record: UUID
    kind: str
    op: Op
    body: str | None
    parent: UUID | None
    settles: tuple[UUID, ...]
    clock: Clock
    device: str
    schema: int


def append(tx: Connection, change: Change, *, device: str, now_ms: int) -> Revision:
    """Take a change in, inside the caller's transaction; one that is there already is returned.

    `device` is the id of the device that wrote it, or "box".
    """
    existing = find(tx, change.rev_id)
    if existing is not None:
        return existing
    return _keep(tx, change, device=device, stamp=_stamp(tx, change, now_ms))


def adopt(tx: Connection, change: Change, *, device: str) -> Adopted:
    """Take a revision over from a replica that has stored it for good, and its clock unchanged."""
    stamp = change.clock or clocks.ZERO
    existing = find(tx, change.rev_id)
    if existing is None:
        _keep(tx, change, device=device, stamp=stamp)
        return "new"
    if existing.clock == stamp:
        return "known"
    tx.execute("UPDATE revision SET clock = ? WHERE rev_id = ?", (stamp, str(change.rev_id)))
    _show(tx, _greatest(tx, change.record))
    return "redated"


def find(connection: Connection, rev_id: UUID) -> Revision | None:
    """The revision of that id."""
    row = connection.execute(
        "SELECT * FROM revision WHERE rev_id = :rev_id", {"rev_id": str(rev_id)}
    ).fetchone()
    return read_row(row) if row else None


def head(connection: Connection, record: UUID) -> Revision | None:
    """The revision that a record shows now; its op may be a deletion."""
    row = connection.execute(
        "SELECT revision.* FROM head JOIN revision USING (rev_id) WHERE head.record = :record",
        {"record": str(record)},
    ).fetchone()
    return read_row(row) if row else None


def crossed(connection: Connection, record: UUID) -> list[Revision]:
    """The other leaves of a record: edits that crossed the one it shows, newest first."""
    rows = connection.execute(
        """
        SELECT revision.* FROM revision JOIN head USING (record)
        WHERE record = :record AND revision.rev_id <> head.rev_id
            AND head.op <> 'purge' AND revision.op <> 'purge'
            AND NOT EXISTS (SELECT 1 FROM superseded WHERE rev_id = revision.rev_id)
        ORDER BY revision.clock DESC, revision.device DESC, revision.rev_id DESC
        """,
        {"record": str(record)},
    ).fetchall()
    return [read_row(row) for row in rows]


def shown(store: MemberStore, kind: str) -> list[Revision]:
    """What every record of a kind shows, that changed last at the end; without the trash."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT revision.* FROM head JOIN revision USING (rev_id)
            WHERE head.kind = :kind AND head.op = 'put' ORDER BY head.clock, head.rev_id
            """,
            {"kind": kind},
        ).fetchall()
    return [read_row(row) for row in rows]


def history(store: MemberStore, record: UUID) -> list[Revision]:
    """Every revision of a record, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT * FROM revision WHERE record = :record ORDER BY clock, device, rev_id",
            {"record": str(record)},
        ).fetchall()
    return [read_row(row) for row in rows]


def read_row(row: Row) -> Revision:
    """A row of the table, as a Struct."""
    settles = () if row["settles"] is None else msgspec.json.decode(row["settles"])
    return msgspec.convert(dict(row) | {"settles": settles}, Revision)


def row_of(change: Change, *, device: str, stamp: Clock, erased: bool) -> dict[str, object]:
    """A change as INSERT takes it; without its words where its record is erased."""
    return {
        "rev_id": str(change.rev_id),
        "record": str(change.record),
        "kind": change.kind,
        "parent": str(change.parent) if change.parent else None,
        "settles": msgspec.json.encode(change.settles).decode() if change.settles else None,
        "clock": stamp,
        "device": device,
        "op": change.op,
        "schema": change.schema,
        "body": None if erased else change.body,
    }


def is_superseded(connection: Connection, rev_id: str) -> bool:
    """Whether another revision was made on this one, or set it aside."""
    row = connection.execute("SELECT 1 FROM superseded WHERE rev_id = ?", (rev_id,)).fetchone()
    return row is not None


def _keep(tx: Connection, change: Change, *, device: str, stamp: Clock) -> Revision:
    shown = _head_row(tx, change.record)
    erased = change.op == "purge" or (shown is not None and shown["op"] == "purge")
    revision = _insert(tx, change, device=device, stamp=stamp, erased=erased)
    if change.op == "purge":
        tx.execute("UPDATE revision SET body = NULL WHERE record = ?", (str(change.record),))
    _move_head(tx, revision, shown)
    return revision


def _stamp(tx: Connection, change: Change, now_ms: int) -> Clock:
    if change.clock is None:
        newest = tx.execute("SELECT max(clock) AS newest FROM revision").fetchone()["newest"]
        return clocks.tick(now_ms, Clock(newest or 0))
    parent = find(tx, change.parent) if change.parent else None
    return clocks.receive(change.clock, now_ms, parent.clock if parent else clocks.ZERO)


def _insert(tx: Connection, change: Change, *, device: str, stamp: Clock, erased: bool) -> Revision:
    values = row_of(change, device=device, stamp=stamp, erased=erased)
    return read_row(tx.execute(f"{INSERT} RETURNING *", values).fetchone())


def _move_head(tx: Connection, revision: Revision, shown: Row | None) -> None:
    if shown is None or _outdoes(tx, revision, shown):
        _show(tx, revision)
    elif is_superseded(tx, shown["rev_id"]):
        # What the record showed was set aside by something lesser, such as a deletion.
        _show(tx, _greatest(tx, revision.record))


def _outdoes(tx: Connection, revision: Revision, shown: Row) -> bool:
    rank = _rank(revision.op, revision.clock, revision.device, str(revision.rev_id))
    if rank <= _rank(shown["op"], shown["clock"], shown["device"], shown["rev_id"]):
        return False
    return revision.op == "purge" or not is_superseded(tx, str(revision.rev_id))


def _rank(op: str, clock: int, device: str, rev_id: str) -> tuple[bool, bool, int, str, str]:
    return (op == "purge", op == "put", clock, device, rev_id)


def _greatest(tx: Connection, record: UUID) -> Revision:
    row = tx.execute(
        f"SELECT * FROM revision WHERE record = :record ORDER BY {HEAD_FIRST} LIMIT 1",  # noqa: S608
        {"record": str(record)},
    ).fetchone()
    return read_row(row)


def _show(tx: Connection, revision: Revision) -> None:
    tx.execute(
        """
        INSERT INTO head (record, kind, rev_id, clock, device, op)
        VALUES (:record, :kind, :rev_id, :clock, :device, :op)
        ON CONFLICT (record) DO UPDATE SET
            kind = excluded.kind, rev_id = excluded.rev_id, clock = excluded.clock,
            device = excluded.device, op = excluded.op
        """,
        {
            "record": str(revision.record),
            "kind": revision.kind,
            "rev_id": str(revision.rev_id),
            "clock": revision.clock,
            "device": revision.device,
            "op": revision.op,
        },
    )
    listing.update(
        tx, str(revision.record), revision.kind, revision.op, revision.body, revision.clock
    )


def _head_row(tx: Connection, record: UUID) -> Row | None:
    row: Row | None = tx.execute(
        "SELECT * FROM head WHERE record = :record", {"record": str(record)}
    ).fetchone()
    return row
