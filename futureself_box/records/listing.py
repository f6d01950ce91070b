"""Keeps what lists and finds records in step with the heads, inside the same transaction.

Everything here follows from the heads and can be made anew (`rebuild`). A record's `place` orders it:
the moment that it is about, in milliseconds, with ten bits more for those of one millisecond. It is
also its row in the full-text index, so the newest matches are found first, without ranking them all.
"""

from datetime import date

from futureself_box.records import clock as clocks
from futureself_box.records.clock import Clock
from futureself_box.records.kinds import (
    Affirmation,
    Answer,
    Body,
    Care,
    CheckIn,
    Entry,
    FutureMemory,
    Goal,
    Keepsake,
    Letter,
    Measure,
    Message,
    Preference,
    Reaction,
    Step,
    Thread,
    decode,
)
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore

VERSION = 1
_PLACE_BITS = 10
_MERGED_PAGES = 64
# The version whose words a record shows, or would if it weren't in the trash; and when it was begun. In
# that order, since the index writes all that it holds back to the disk wherever a row comes before the last.
_EVERY_RECORD = """
    SELECT * FROM (
        SELECT record, kind, op,
            (SELECT min(clock) FROM revision WHERE record = head.record) AS first,
            iif(op = 'put', rev_id, (
                SELECT rev_id FROM revision
                WHERE record = head.record AND op = 'put' AND body IS NOT NULL
                ORDER BY clock DESC, device DESC, rev_id DESC LIMIT 1
            )) AS words
        FROM head WHERE op <> 'purge'
    ) WHERE words IS NOT NULL ORDER BY first, record
"""


def update(tx: Connection, record: str, kind: str, op: str, body: str | None, clock: Clock) -> None:
    """Bring one record's place, tags and words in line with what it shows now."""
    place = _leave(tx, record)
    if op == "purge":
        tx.execute("DELETE FROM listing WHERE record = ?", (record,))
        tx.execute("UPDATE listing_state SET words_left = 1")
        return
    if op == "del":
        tx.execute("UPDATE listing SET op = 'del' WHERE record = ?", (record,))
        return
    fields = None if body is None else decode(kind, body)
    tx.execute("DELETE FROM listing WHERE record = ?", (record,))
    if fields is not None:
        _enter(tx, record, kind, fields, _place(tx, fields, clock, place))


def ensure(store: MemberStore) -> None:
    """Make the listing anew where an older release has made it, or none."""
    with store.read() as connection:
        found = connection.execute("SELECT version FROM listing_state").fetchone()["version"]
    if found == VERSION:
        return
    with store.write() as tx:
        for table in ("listing", "tag", "search"):
            tx.execute(f"DELETE FROM {table}")  # noqa: S608 (names above)
        for row in tx.execute(_EVERY_RECORD).fetchall():
            record, kind = row["record"], row["kind"]
            words = tx.execute("SELECT body FROM revision WHERE rev_id = ?", (row["words"],))
            update(tx, record, kind, "put", words.fetchone()["body"], row["first"])
            if row["op"] == "del":
                update(tx, record, kind, "del", None, row["first"])
        tx.execute("UPDATE listing_state SET version = ?", (VERSION,))


def forget_words(store: MemberStore) -> None:
    """Take erased words out of the index's pages, too: FTS5 keeps what was deleted until it merges.

    A few pages in each transaction, so that nobody waits long; killed, it goes on at the next start.
    """
    with store.read() as connection:
        left = connection.execute("SELECT words_left FROM listing_state").fetchone()["words_left"]
    while left:
        with store.write() as tx:
            before = tx.total_changes
            for index in ("search", "memory_words"):
                sql = f"INSERT INTO {index} ({index}, rank) VALUES ('merge', ?)"  # noqa: S608
                tx.execute(sql, (-_MERGED_PAGES,))
            # Fewer than two changes each: there was nothing to merge (sqlite.org/fts5.html, 6.8).
            left = tx.total_changes - before >= 3
            tx.execute("UPDATE listing_state SET words_left = ?", (int(left),))


def day_of(fields: Body) -> date | None:
    """The civil day that a record is about."""
    match fields:
        case Entry() | CheckIn() | Measure():
            return fields.day
        case Keepsake():
            return fields.day
        case Letter():
            return fields.opens_on
        case Goal():
            return fields.due
        case Step():
            return fields.done_on
        case _:
            return None


def words_of(fields: Body) -> str:
    """What the search finds a record by."""
    match fields:
        case Entry():
            return "\n".join((fields.text, *fields.tags, fields.place))
        case Affirmation() | Message() | Keepsake() | Letter():
            return fields.text
        case Thread():
            return fields.title
        case Goal():
            return f"{fields.title}\n{fields.why}"
        case Step():
            return fields.title
        case CheckIn():
            return fields.note
        case Answer():
            return "\n".join((fields.text, *(person.name for person in fields.people)))
        case Preference() | Measure() | FutureMemory() | Reaction() | Care():
            return ""


def _leave(tx: Connection, record: str) -> int | None:
    """Take a record out of the tags and the index; the place that it had."""
    row = tx.execute("SELECT place FROM listing WHERE record = ?", (record,)).fetchone()
    if row is None:
        return None
    tx.execute("DELETE FROM search WHERE rowid = ?", (row["place"],))
    tx.execute("DELETE FROM tag WHERE place = ?", (row["place"],))
    return int(row["place"])


def _enter(tx: Connection, record: str, kind: str, fields: Body, place: int) -> None:
    day = day_of(fields)
    tx.execute(
        """
        INSERT INTO listing (record, place, kind, op, day, mood, state, goal)
        VALUES (:record, :place, :kind, 'put', :day, :mood, :state, :goal)
        """,
        {
            "record": record,
            "place": place,
            "kind": kind,
            "day": None if day is None else day.isoformat(),
            "mood": getattr(fields, "mood", None),
            "state": getattr(fields, "state", None),
            "goal": str(goal) if (goal := getattr(fields, "goal", None)) else None,
        },
    )
    words = words_of(fields)
    if words.strip():
        tx.execute("INSERT INTO search (rowid, text) VALUES (?, ?)", (place, words))
    if isinstance(fields, Entry):
        for tag in {tag.casefold() for tag in fields.tags}:
            tx.execute("INSERT INTO tag (tag, place) VALUES (?, ?)", (tag, place))


def _place(tx: Connection, fields: Body, clock: Clock, had: int | None) -> int:
    match fields:
        case Entry() | CheckIn() | Measure() | Letter():
            at_ms = round(fields.written_at.timestamp() * 1000)
        case _ if had is not None:
            return had
        case _:
            at_ms = clocks.milliseconds(clock)
    if had is not None and had >> _PLACE_BITS == at_ms:
        return had
    first = at_ms << _PLACE_BITS
    place = first
    while tx.execute("SELECT 1 FROM listing WHERE place = ?", (place,)).fetchone():
        # Imported entries may share a second, so the next free place is looked for from the last.
        row = tx.execute(
            "SELECT max(place) AS last FROM listing WHERE place BETWEEN ? AND ?",
            (place, place + (1 << _PLACE_BITS)),
        ).fetchone()
        place = row["last"] + 1
    return place
