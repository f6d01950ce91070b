"""How far a member's cloud copy has come: cursors in the member's database, moved by answers only.

The outbox is the log itself: every revision behind `pushed`. What the cloud refuses for its date is
held back and tried again, so that it doesn't stop the rest.
"""

from collections.abc import Collection, Sequence

import msgspec

from futureself_box.records import revisions
from futureself_box.records.revisions import Revision
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore
from futureself_box.sync.cloud import account

_BATCH = 500
_BATCH_BYTES = 1_000_000
_DAY_MS = 86_400_000


class CloudPlace(msgspec.Struct, frozen=True):
    """The cursors; a cloud whose head is below `seen` has lost rows.

    `kept` is the digest of the keys as the cloud has them.
    """

    epoch: str | None
    pulled: int
    seen: int
    pushed: int
    acknowledged: int
    key_id: str | None
    retiring: tuple[str, ...]
    kept: str | None


def read(connection: Connection) -> CloudPlace:
    """Where the copy stands."""
    row = dict(connection.execute("SELECT * FROM cloud_place").fetchone())
    row["retiring"] = msgspec.json.decode(row["retiring"])
    return msgspec.convert(row, CloudPlace)


def find(store: MemberStore) -> CloudPlace:
    """Where the copy stands now."""
    with store.read() as connection:
        return read(connection)


def frontier(connection: Connection) -> int:
    """Every revision up to this sequence is in the cloud, by what it has acknowledged."""
    row = connection.execute(
        """
        SELECT min(acknowledged, ifnull((SELECT min(sequence) - 1 FROM cloud_held), acknowledged))
            AS frontier
        FROM cloud_place
        """
    ).fetchone()
    return int(row["frontier"])


def is_behind(connection: Connection) -> bool:
    """Whether there is anything that was not handed over."""
    here = read(connection)
    return here.key_id is None or here.pushed < head(connection) or bool(here.retiring)


def waiting(connection: Connection) -> int:
    """How many revisions the cloud has not acknowledged."""
    row = connection.execute(
        """
        SELECT (SELECT count(*) FROM revision WHERE sequence > acknowledged)
            + (SELECT count(*) FROM cloud_held) AS waiting
        FROM cloud_place
        """
    ).fetchone()
    return int(row["waiting"])


def next_batch(store: MemberStore) -> list[Revision]:
    """What is to be pushed next, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT revision.* FROM revision, cloud_place
            WHERE sequence > pushed ORDER BY sequence LIMIT ?
            """,
            (_BATCH,),
        ).fetchall()
    return _fitting([revisions.read_row(row) for row in rows])


def held_batch(store: MemberStore, now_ms: int) -> list[Revision]:
    """What was held back and has its date within a day of now."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT revision.* FROM cloud_held JOIN revision USING (sequence)
            WHERE clock >> 16 <= ? ORDER BY sequence LIMIT ?
            """,
            (now_ms + _DAY_MS, _BATCH),
        ).fetchall()
    return _fitting([revisions.read_row(row) for row in rows])


def settle(
    store: MemberStore,
    batch: Sequence[Revision],
    held: Collection[int],
    *,
    seqs: Collection[int],
    epoch: str | None,
) -> None:
    """A batch is acknowledged, all but what is `held` back. `seqs` are its places in the cloud."""
    done = [revision.sequence for revision in batch if revision.sequence not in held]
    with store.write() as tx:
        tx.executemany("DELETE FROM cloud_held WHERE sequence = ?", [(one,) for one in done])
        tx.executemany("INSERT OR IGNORE INTO cloud_held VALUES (?)", [(one,) for one in held])
        here = read(tx)
        pushed = max(here.pushed, batch[-1].sequence)
        tx.execute(
            """
            UPDATE cloud_place SET epoch = ifnull(:epoch, epoch), pulled = :pulled,
                seen = max(seen, :seen), pushed = :pushed,
                acknowledged = max(acknowledged, :pushed)
            """,
            {
                "epoch": epoch,
                "pulled": _read_along(here.pulled, seqs),
                "seen": max(seqs, default=0),
                "pushed": pushed,
            },
        )


def note_pushed(tx: Connection, sequence: int) -> None:
    """Everything up to this sequence is in the cloud, inside the caller's transaction."""
    tx.execute(
        """
        UPDATE cloud_place SET pushed = max(pushed, :sequence),
            acknowledged = max(acknowledged, :sequence)
        """,
        {"sequence": sequence},
    )


def read_on(tx: Connection, *, cursor: int, epoch: str | None, kept: str | None) -> None:
    """A page was taken in, inside the caller's transaction."""
    tx.execute(
        """
        UPDATE cloud_place SET pulled = :cursor, seen = max(seen, :cursor), epoch = :epoch,
            kept = :kept
        """,
        {"cursor": cursor, "epoch": epoch, "kept": kept},
    )


def head(connection: Connection) -> int:
    """The newest sequence of this box."""
    row = connection.execute("SELECT ifnull(max(sequence), 0) AS head FROM revision").fetchone()
    return int(row["head"])


def begin_epoch(store: MemberStore) -> None:
    """The cloud was restored or is another one: everything is sent and read once more."""
    with store.write() as tx:
        account.forget_place(tx)


def begin_key(store: MemberStore, key_id: str, others: Collection[str]) -> None:
    """From now on everything is sealed with this key; what lies there under others is sent anew."""
    with store.write() as tx:
        here = read(tx)
        old = {*others, *here.retiring, *([here.key_id] if here.key_id else [])} - {key_id}
        tx.execute(
            """
            UPDATE cloud_place SET key_id = :key_id, retiring = :retiring,
                pushed = iif(:anew, 0, pushed)
            """,
            {
                "key_id": key_id,
                "retiring": msgspec.json.encode(sorted(old)).decode(),
                "anew": bool(old),
            },
        )


def retired(store: MemberStore) -> None:
    """Nothing lies in the cloud under an old key any more."""
    with store.write() as tx:
        tx.execute("UPDATE cloud_place SET retiring = '[]'")


def has_held(store: MemberStore) -> bool:
    """Whether anything is held back for its date."""
    with store.read() as connection:
        return connection.execute("SELECT 1 FROM cloud_held").fetchone() is not None


def keys_kept(store: MemberStore, digest: str) -> None:
    """The cloud has the keys of this digest."""
    with store.write() as tx:
        tx.execute("UPDATE cloud_place SET kept = ?", (digest,))


def _fitting(found: list[Revision]) -> list[Revision]:
    size = 0
    for count, revision in enumerate(found):
        size += 1000 + len((revision.body or "").encode())
        if count and size > _BATCH_BYTES:
            return found[:count]
    return found


def _read_along(pulled: int, seqs: Collection[int]) -> int:
    # What one has pushed oneself need not be pulled, as far as it follows what was read.
    for seq in sorted(seqs):
        if seq == pulled + 1:
            pulled = seq
    return pulled
