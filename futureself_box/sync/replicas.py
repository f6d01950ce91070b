"""What a phone pushes and pulls: revisions in, leaves out.

A push is one transaction and may come twice, late or out of order; each change is answered by the
place and clock that it has for good, or by why it can't be kept, and then the others still are. A pull
goes by sequence within an epoch. It leaves out what is superseded, so a new phone reads as much as
there is to show, and a change costs the same however long the history is.
"""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from futureself_box.errors import BoxError, EpochChanged, RecordInvalid
from futureself_box.records import erasing, kinds, revisions
from futureself_box.records.clock import Clock
from futureself_box.records.revisions import Change, Revision
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore


class Pushed(msgspec.Struct, frozen=True):
    """A change as its device sent it; `device` wrote it, if not the sender."""

    change: Change
    device: str


class Kept(msgspec.Struct, frozen=True):
    """A change that is on the disk; `superseded` where a later one was there before it."""

    rev_id: UUID
    sequence: int
    clock: Clock
    superseded: bool


class Refused(msgspec.Struct, frozen=True):
    """A change that can't be kept, and why."""

    rev_id: UUID
    problem: BoxError


class Leaf(msgspec.Struct, frozen=True):
    """A revision that nothing came after, and every other leaf of its record.

    A replica lets go of what it holds of the record beside these: it need not have seen each step.
    """

    revision: Revision
    others: tuple[UUID, ...]


class Page(msgspec.Struct, frozen=True):
    """Leaves after a cursor, in order; `more` says that there are others behind `cursor`."""

    leaves: list[Leaf]
    cursor: int
    head: int
    more: bool


class Place(msgspec.Struct, frozen=True):
    """Where a member's log stands."""

    head: int
    epoch: str


def push(
    store: MemberStore, changes: Sequence[Pushed], *, now_ms: int
) -> tuple[list[Kept | Refused], Place]:
    """Take changes in, all that can be kept in one commit. Raises DiskFull and the like."""
    attached: set[str] = set()
    answers: list[Kept | Refused] = []
    with store.write() as tx:
        for pushed in changes:
            attached |= erasing.at_stake(tx, pushed.change)
            answers.append(_take(tx, pushed, now_ms))
        here = place(tx)
    if attached or any(pushed.change.op == "purge" for pushed in changes):
        erasing.let_go(store, attached)
    return answers, here


def pull(store: MemberStore, *, cursor: int, epoch: str | None, limit: int) -> tuple[Page, Place]:
    """The next leaves after a cursor. Raises EpochChanged where the cursor is of another epoch."""
    with store.read() as connection:
        here = place(connection)
        if epoch != here.epoch and (epoch is not None or cursor > 0):
            raise EpochChanged
        rows = connection.execute(
            f"SELECT * FROM revision WHERE sequence > :cursor AND {_IS_LEAF}"  # noqa: S608 (a constant)
            " ORDER BY sequence LIMIT :limit",
            {"cursor": cursor, "limit": limit + 1},
        ).fetchall()
        found = [_leaf(connection, revisions.read_row(row)) for row in rows[:limit]]
    more = len(rows) > limit
    last = found[-1].revision.sequence if more else here.head
    return Page(found, last, here.head, more), here


def find_place(store: MemberStore) -> Place:
    """Where a member's log stands now."""
    with store.read() as connection:
        return place(connection)


def begin_epoch(store: MemberStore) -> None:
    """Make every cursor void, as after a restore: phones begin anew and send what they hold."""
    with store.write() as tx:
        renew_epoch(tx)


def renew_epoch(tx: Connection) -> None:
    """Begin an epoch inside the caller's transaction."""
    tx.execute("UPDATE sync_state SET epoch = lower(hex(randomblob(16)))")


def place(connection: Connection) -> Place:
    """The newest sequence number, and the epoch that it counts in."""
    row = connection.execute(
        "SELECT (SELECT max(sequence) FROM revision) AS head, epoch FROM sync_state"
    ).fetchone()
    return Place(head=row["head"] or 0, epoch=row["epoch"])


_IS_LEAF = "NOT EXISTS (SELECT 1 FROM superseded WHERE superseded.rev_id = revision.rev_id)"


def _leaf(connection: Connection, revision: Revision) -> Leaf:
    rows = connection.execute(
        f"SELECT rev_id FROM revision WHERE record = :record AND rev_id <> :own AND {_IS_LEAF}",  # noqa: S608
        {"record": str(revision.record), "own": str(revision.rev_id)},
    ).fetchall()
    return Leaf(revision, tuple(UUID(row["rev_id"]) for row in rows))


def _take(tx: Connection, pushed: Pushed, now_ms: int) -> Kept | Refused:
    change = pushed.change
    try:
        _check(change)
    except RecordInvalid as problem:
        return Refused(change.rev_id, problem)
    revision = revisions.append(tx, change, device=pushed.device, now_ms=now_ms)
    superseded = revisions.is_superseded(tx, str(revision.rev_id))
    return Kept(revision.rev_id, revision.sequence, revision.clock, superseded)


def _check(change: Change) -> None:
    if change.rev_id == change.parent or change.rev_id in change.settles:
        raise RecordInvalid("A revision can't come after itself.")
    if change.op == "put" and change.body is None:
        raise RecordInvalid("There is nothing in it.")
    if change.op != "put" and change.body is not None:
        raise RecordInvalid("A deletion carries no words.")
    if change.body is not None:
        kinds.check(change.kind, change.body, change.schema)
