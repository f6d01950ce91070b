"""Immutable revisions, and the head that says which one a record shows.

State is a set of revisions that only grows, so taking them in twice, late or in another order gives
the same heads. The newest wins (purge first, then clock, device and revision id); the others stay
as history: nothing that a person wrote is overwritten.
"""

from typing import Any, Literal
from uuid import UUID

import msgspec

from futureself_box.records import clock as clocks
from futureself_box.records.clock import Clock
from futureself_box.store.database import Connection, Row
from futureself_box.store.vault import MemberStore

Op = Literal["put", "del", "purge"]
SCHEMA = 1


class Change(msgspec.Struct, frozen=True):
    """A revision as its device made it. `clock` is None where the device leaves that to the box."""

    rev_id: UUID
    record: UUID
    kind: str
    op: Op
    body: str | None
    parent: UUID | None = None
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
    stamp = _stamp(tx, change, now_ms)
    columns = {
        "rev_id": str(change.rev_id),
        "record": str(change.record),
        "kind": change.kind,
        "parent": str(change.parent) if change.parent else None,
        "clock": stamp,
        "device": device,
        "op": change.op,
        "schema": change.schema,
        "body": change.body,
    }
    row = tx.execute(
        """
        INSERT INTO revision (rev_id, record, kind, parent, clock, device, op, schema, body)
        VALUES (:rev_id, :record, :kind, :parent, :clock, :device, :op, :schema, :body)
        RETURNING *
        """,
        columns,
    ).fetchone()
    _move_head(tx, columns)
    return _revision(row)


def find(connection: Connection, rev_id: UUID) -> Revision | None:
    """The revision of that id."""
    row = connection.execute(
        "SELECT * FROM revision WHERE rev_id = :rev_id", {"rev_id": str(rev_id)}
    ).fetchone()
    return _revision(row) if row else None


def head(connection: Connection, record: UUID) -> Revision | None:
    """The revision that a record shows now; its op may be a deletion."""
    row = connection.execute(
        "SELECT revision.* FROM head JOIN revision USING (rev_id) WHERE head.record = :record",
        {"record": str(record)},
    ).fetchone()
    return _revision(row) if row else None


def history(store: MemberStore, record: UUID) -> list[Revision]:
    """Every revision of a record, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT * FROM revision WHERE record = :record ORDER BY clock, device, rev_id",
            {"record": str(record)},
        ).fetchall()
    return [_revision(row) for row in rows]


def newest_sequence(store: MemberStore) -> int:
    """The sequence number of the newest revision, 0 if there is none."""
    with store.read() as connection:
        row = connection.execute("SELECT max(sequence) AS newest FROM revision").fetchone()
    return row["newest"] or 0


def _stamp(tx: Connection, change: Change, now_ms: int) -> Clock:
    if change.clock is None:
        newest = tx.execute("SELECT max(clock) AS newest FROM revision").fetchone()["newest"]
        return clocks.tick(now_ms, Clock(newest or 0))
    parent = find(tx, change.parent) if change.parent else None
    return clocks.receive(change.clock, now_ms, parent.clock if parent else clocks.ZERO)


def _move_head(tx: Connection, columns: dict[str, Any]) -> None:
    tx.execute(
        """
        INSERT INTO head (record, kind, rev_id, clock, device, op)
        VALUES (:record, :kind, :rev_id, :clock, :device, :op)
        ON CONFLICT (record) DO UPDATE SET
            kind = excluded.kind, rev_id = excluded.rev_id, clock = excluded.clock,
            device = excluded.device, op = excluded.op
        WHERE (excluded.op = 'purge', excluded.clock, excluded.device, excluded.rev_id)
            > (head.op = 'purge', head.clock, head.device, head.rev_id)
        """,
        columns,
    )


def _revision(row: Row) -> Revision:
    return msgspec.convert(dict(row), Revision)
