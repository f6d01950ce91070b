"""The pieces of a conversation: which are told, and which are to be told next."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec

from futureself_box.records import messages, revisions
from futureself_box.records.clock import Clock
from futureself_box.records.messages import Said
from futureself_box.store.database import Connection
from futureself_box.store.vault import MemberStore

MESSAGES = 16
"""Of a piece; a prompt leaves out as many at once."""
LONGEST = 300
"""In characters, of what is told of a piece."""
MOST = 8
"""Pieces of one conversation that are told: the newest."""
FRESH = 16
"""The newest messages, which hardly any prompt leaves out."""
_LOOKED_BACK = 2000  # revisions: where somebody spoke lately
_NEWEST = Clock(2**63 - 1)


class Piece(msgspec.Struct, frozen=True):
    """What was said from the clock `first` to the clock `last`, in short."""

    first: int
    last: int
    day: date
    text: str


class Untold(msgspec.Struct, frozen=True):
    """Messages of a conversation that are to be told, oldest first."""

    thread: UUID | None
    said: tuple[Said, ...]

    @property
    def day(self) -> date:
        """When the first of them was said."""
        return datetime.fromtimestamp(self.said[0].written_at_ms / 1000, UTC).date()


def told(store: MemberStore, thread: UUID | None) -> list[Piece]:
    """The pieces of a conversation, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT first, last, day, text FROM summary WHERE thread = :thread
            ORDER BY last DESC LIMIT :most
            """,
            {"thread": _name(thread), "most": MOST},
        ).fetchall()
    return [msgspec.convert(dict(row), Piece, strict=False) for row in reversed(rows)]


def next_untold(store: MemberStore) -> Untold | None:
    """The newest whole piece that nothing tells of, in the conversations of late."""
    pieces = (piece for thread in _threads(store) for piece in _untold(store, thread))
    return next(pieces, None)


def keep(store: MemberStore, piece: Untold, text: str) -> None:
    """Keep what is told of a piece, unless one of its messages says something else by now."""
    with store.write() as tx:
        if not all(_is_said(tx, said) for said in piece.said):
            return
        added = tx.execute(
            """
            INSERT INTO summary (thread, first, last, day, text)
            VALUES (:thread, :first, :last, :day, :text) RETURNING id
            """,
            {
                "thread": _name(piece.thread),
                "first": piece.said[0].clock,
                "last": piece.said[-1].clock,
                "day": piece.day.isoformat(),
                "text": text,
            },
        ).fetchone()
        sources = [(str(said.id), added["id"]) for said in piece.said]
        tx.executemany("INSERT INTO summary_source (record, summary) VALUES (?, ?)", sources)


def _untold(store: MemberStore, thread: UUID | None) -> Iterator[Untold]:
    """Newest first, cut at every 16th message of the whole conversation, as prompts are."""
    page, earlier = messages.page_with_offset(
        store, before=_NEWEST, limit=FRESH + (MOST + 1) * MESSAGES, thread=thread
    )
    known = _told_of(store, thread)
    first = -earlier % MESSAGES
    for start in reversed(range(first, len(page) - FRESH - MESSAGES + 1, MESSAGES)):
        said = [one for one in page[start : start + MESSAGES] if str(one.id) not in known]
        if said:
            yield Untold(thread, tuple(said))


def _threads(store: MemberStore) -> Sequence[UUID | None]:
    """The conversations in which somebody spoke lately, the last one first."""
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT coalesce(body ->> '$.thread', '') AS thread, max(sequence) AS last FROM (
                SELECT sequence, kind, body FROM revision ORDER BY sequence DESC LIMIT ?
            )
            WHERE kind = 'message' AND body IS NOT NULL GROUP BY 1 ORDER BY 2 DESC
            """,
            (_LOOKED_BACK,),
        ).fetchall()
    return [UUID(row["thread"]) if row["thread"] else None for row in rows]


def _told_of(store: MemberStore, thread: UUID | None) -> frozenset[str]:
    with store.read() as connection:
        rows = connection.execute(
            """
            SELECT summary_source.record FROM summary
            JOIN summary_source ON summary_source.summary = summary.id WHERE thread = ?
            """,
            (_name(thread),),
        ).fetchall()
    return frozenset(row["record"] for row in rows)


def _is_said(tx: Connection, said: Said) -> bool:
    shown = revisions.head(tx, said.id)
    return shown is not None and shown.rev_id == said.revision and shown.op == "put"


def _name(thread: UUID | None) -> str:
    return "" if thread is None else str(thread)
