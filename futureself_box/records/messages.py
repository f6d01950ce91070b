"""A member's conversation with the future self: records of the kind `message`.

A reply names the message that it answers. A message without a reply and without a running turn is
one whose answer was interrupted; nothing else says so, and nothing else can be wrong about it.
"""

from typing import Literal
from uuid import UUID

import msgspec

from futureself_box.records import clock as clocks
from futureself_box.records.clock import Clock
from futureself_box.records.kinds import Message
from futureself_box.records.revisions import Change, Revision, append
from futureself_box.store.database import Connection, Row
from futureself_box.store.vault import MemberStore

KIND = "message"
BOX = "box"

Role = Literal["member", "future_self"]
Outcome = Literal["complete", "length", "cancelled"]


class Said(msgspec.Struct, frozen=True):
    """A message in its place in the conversation, as its revision has it."""

    id: UUID
    revision: UUID
    clock: Clock
    message: Message

    @property
    def written_at_ms(self) -> int:
        """Milliseconds since 1970."""
        return clocks.milliseconds(self.clock)


def say(
    store: MemberStore,
    message: UUID,
    rev_id: UUID,
    text: str,
    *,
    device: UUID,
    now_ms: int,
    clock: Clock | None = None,
) -> tuple[Revision, Said | None]:
    """Record a member's message, once for each `rev_id`, and return it with its answer, if any."""
    body = _encode(Message(role="member", text=text))
    change = Change(rev_id=rev_id, record=message, kind=KIND, op="put", body=body, clock=clock)
    with store.write() as tx:
        revision = append(tx, change, device=str(device), now_ms=now_ms)
        return revision, _answer(tx, revision.record)


def said(revision: Revision) -> Said:
    """A message as this revision has it."""
    return Said(
        id=revision.record,
        revision=revision.rev_id,
        clock=revision.clock,
        message=msgspec.json.decode(revision.body or "null", type=Message),
    )


def reply(store: MemberStore, turn: UUID, message: Message, *, now_ms: int) -> Revision:
    """Record the future self's reply; its record and first revision carry the turn's id."""
    change = Change(rev_id=turn, record=turn, kind=KIND, op="put", body=_encode(message))
    with store.write() as tx:
        return append(tx, change, device=BOX, now_ms=now_ms)


def find(store: MemberStore, message: UUID) -> Said | None:
    """One message as it is shown now."""
    with store.read() as connection:
        rows = connection.execute(
            _SHOWN + " AND head.record = :record", {"record": str(message), "kind": KIND}
        ).fetchall()
    return next((_said(row) for row in rows), None)


def page(store: MemberStore, *, before: Clock | None, limit: int) -> list[Said]:
    """The newest `limit` messages before a clock, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            _SHOWN + " AND head.clock < :before ORDER BY head.clock DESC, head.rev_id DESC"
            " LIMIT :limit",
            {"kind": KIND, "before": 2**63 - 1 if before is None else before, "limit": limit},
        ).fetchall()
    return [_said(row) for row in reversed(rows)]


def page_with_offset(store: MemberStore, *, before: Clock, limit: int) -> tuple[list[Said], int]:
    """As `page`, with the number of messages that come before the page."""
    said = page(store, before=before, limit=limit)
    if len(said) < limit:
        return said, 0
    with store.read() as connection:
        row = connection.execute(
            "SELECT count(*) AS earlier FROM head"
            " WHERE kind = :kind AND op = 'put' AND clock < :clock",
            {"kind": KIND, "clock": said[0].clock},
        ).fetchone()
    return said, row["earlier"]


_SHOWN = """
    SELECT head.record, head.rev_id, head.clock, revision.body
    FROM head JOIN revision USING (rev_id)
    WHERE head.kind = :kind AND head.op = 'put'
"""

# Named, since without statistics SQLite would rather walk the conversation.
ANSWER = """
    SELECT head.record, head.rev_id, head.clock, revision.body
    FROM revision INDEXED BY revision_answers
    JOIN head ON head.record = revision.record AND head.rev_id = revision.rev_id
    WHERE revision.kind = 'message' AND revision.body ->> '$.answers' = :message
        AND head.op = 'put'
    ORDER BY head.clock
"""


def _answer(connection: Connection, message: UUID) -> Said | None:
    row = connection.execute(ANSWER, {"message": str(message)}).fetchone()
    return _said(row) if row else None


def _said(row: Row) -> Said:
    return Said(
        id=UUID(row["record"]),
        revision=UUID(row["rev_id"]),
        clock=Clock(row["clock"]),
        message=msgspec.json.decode(row["body"], type=Message),
    )


def _encode(message: Message) -> str:
    return msgspec.json.encode(message).decode()
