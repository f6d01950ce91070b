"""Keeps what is remembered in step with what the member wrote.

Triggers take a record out of memory in the transaction that changes or erases it, and note it as
waiting (store/schema). Its words are taken in here soon after, and before every question; its
vectors follow when the embedding model has time. A sealed letter is set aside until its day: before,
nothing of it is in memory, so nothing can find it.
"""

import sys
from array import array
from collections.abc import Sequence
from datetime import date

import msgspec

from futureself_box.futureself.recall import facts, passages, words
from futureself_box.inference.client import Embedded
from futureself_box.records import kinds
from futureself_box.records.clock import Clock
from futureself_box.records.kinds import Letter
from futureself_box.store.database import Connection, Row
from futureself_box.store.vault import MemberStore

AT_ONCE = 256
"""Records whose words are taken in by one transaction, so that nobody waits long for it."""
_WAITS = """
    SELECT 1 FROM memory_waiting UNION ALL SELECT 1 FROM memory_sealed WHERE until <= :today LIMIT 1
"""


class Unread(msgspec.Struct, frozen=True):
    """A passage that has no vector yet, as the model is to read it."""

    id: int
    text: str


def take_in(store: MemberStore, most: int = AT_ONCE, *, today: date | None = None) -> bool:
    """Take in the words of records that wait, newest first; whether any are left.

    Without a day, what is sealed stays sealed.
    """
    day = {"today": (today or date.min).isoformat()}
    with store.read() as connection:
        if connection.execute(_WAITS, day).fetchone() is None:
            return False
    with store.write() as tx:
        tx.execute(
            """
            INSERT INTO memory_waiting (record) SELECT record FROM memory_sealed
            WHERE until <= :today AND record NOT IN (SELECT record FROM memory_waiting)
            """,
            day,
        )
        # Ids are UUIDv7 where the box makes them, so the last are the newest.
        rows = tx.execute(
            "SELECT record FROM memory_waiting ORDER BY record DESC LIMIT ?", (most,)
        ).fetchall()
        for row in rows:
            _take_in(tx, row["record"], today)
            tx.execute("DELETE FROM memory_waiting WHERE record = ?", (row["record"],))
    return len(rows) == most


def unread(store: MemberStore, most: int) -> list[Unread]:
    """The oldest passages without a vector."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT memory.*, revision.body, head.kind AS record_kind, head.clock
            FROM memory JOIN head USING (record) JOIN revision ON revision.rev_id = head.rev_id
            WHERE memory.vector IS NULL ORDER BY memory.id LIMIT ?
            """,
            (most,),
        ).fetchall()
    return [Unread(row["id"], _spoken(row)) for row in rows]


def keep(store: MemberStore, batch: Sequence[Unread], embedded: Embedded) -> None:
    """Keep the vectors of a batch, except of what has gone meanwhile; of another model, begin anew."""
    vectors = [_floats(vector) for vector in embedded.vectors]
    with store.write() as tx:
        use_model(tx, embedded.model, len(vectors[0]))
        for one, vector in zip(batch, vectors, strict=True):
            tx.execute(
                "UPDATE memory SET vector = :vector WHERE id = :id",
                {"vector": _packed(vector), "id": one.id},
            )


def use_model(tx: Connection, name: str, dimensions: int) -> None:
    """Let go of all vectors where another model made them."""
    found = tx.execute("SELECT name, dimensions FROM memory_model").fetchone()
    if found is not None and (found["name"], found["dimensions"]) == (name, dimensions):
        return
    tx.execute("UPDATE memory SET vector = NULL WHERE vector IS NOT NULL")
    tx.execute(
        "INSERT OR REPLACE INTO memory_model (only, name, dimensions) VALUES (1, ?, ?)",
        (name, dimensions),
    )


def text_of(row: Row) -> str:
    """The words of a passage, of a row with `first`, `last` and what its record says."""
    found = _remembered(row["record_kind"], row["body"], row["clock"])
    return "" if found is None else found.text[row["first"] : row["last"]].strip()


def _take_in(tx: Connection, record: str, today: date | None) -> None:
    tx.execute("DELETE FROM memory_sealed WHERE record = ?", (record,))
    row = tx.execute(
        """
        SELECT head.kind, head.clock, revision.body FROM head JOIN revision USING (rev_id)
        WHERE head.record = ? AND head.op = 'put'
        """,
        (record,),
    ).fetchone()
    fields = None if row is None else kinds.decode(row["kind"], row["body"])
    if isinstance(fields, Letter) and fields.opens_on and fields.is_sealed(today):
        tx.execute(
            "INSERT INTO memory_sealed (record, until) VALUES (?, ?)",
            (record, fields.opens_on.isoformat()),
        )
        return
    found = None if fields is None else passages.remembered(row["kind"], fields, row["clock"])
    if found is None:
        return
    for first, last in passages.cut(found.text):
        added = tx.execute(
            """
            INSERT INTO memory (record, kind, day, first, last, weight)
            VALUES (:record, :kind, :day, :first, :last, :weight) RETURNING id
            """,
            {
                "record": record,
                "kind": found.kind,
                "day": found.day.isoformat(),
                "first": first,
                "last": last,
                "weight": found.weight,
            },
        ).fetchone()
        stems = " ".join(words.stems(f"{found.text[first:last]} {found.about}"))
        tx.execute("INSERT INTO memory_words (rowid, stems) VALUES (?, ?)", (added["id"], stems))
    if found.kind != passages.REPLY:
        facts.note(tx, record, found.text, found.day)


def _remembered(kind: str, body: str | None, clock: int) -> passages.Remembered | None:
    fields = None if body is None else kinds.decode(kind, body)
    return None if fields is None else passages.remembered(kind, fields, Clock(clock))


def _spoken(row: Row) -> str:
    found = _remembered(row["record_kind"], row["body"], row["clock"])
    if found is None:
        return ""
    text = found.text[row["first"] : row["last"]].strip()
    return f"{text}\n{found.about}" if found.about else text


def _floats(vector: bytes) -> "array[float]":
    values = array("f", vector)
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _packed(vector: "array[float]") -> bytes:
    # Without numpy, which the box is spared until somebody asks.
    most = max(map(abs, vector))
    return array("b", [round(value / most * 127) for value in vector]).tobytes()
