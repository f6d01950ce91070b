"""A member's conversations with the future self: records of the kind `message`.

A reply names the message that it answers. A message without a reply and without a running turn is
one whose answer was interrupted; nothing else says so, and nothing else can be wrong about it.
"""

from typing import Literal
from uuid import UUID

import msgspec
import uuid_utils.compat

from futureself_box.errors import MessageNotLast, NotFound, TurnInterrupted
from futureself_box.records import clock as clocks
from futureself_box.records import revisions
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
    thread: UUID | None = None,
) -> tuple[Said, Said | None]:
    """Record a member's message, once for each `rev_id`, and return it with its answer, if any.

    Another revision of a message that is there is an edit: what came after it in its conversation,
    answers included, is put in the trash. Of several the newest is what was said.
    """
    with store.write() as tx:
        shown = revisions.head(tx, message)
        is_new = revisions.find(tx, rev_id) is None
        if shown is not None and shown.kind != KIND:
            raise NotFound
        if is_new and shown is not None and shown.op == "put":
            thread = said(shown).message.thread
            _set_aside(tx, after(tx, said(shown)), now_ms)
        body = _encode(Message(role="member", text=text, thread=thread))
        parent = shown.rev_id if is_new and shown is not None else None
        change = Change(
            rev_id=rev_id,
            record=message,
            kind=KIND,
            op="put",
            body=body,
            parent=parent,
            clock=clock,
        )
        append(tx, change, device=str(device), now_ms=now_ms)
        newest = revisions.head(tx, message)
        if newest is None or newest.op != "put":
            raise NotFound
        return said(newest), _answer(tx, message)


def said(revision: Revision) -> Said:
    """A message as this revision has it."""
    return Said(
        id=revision.record,
        revision=revision.rev_id,
        clock=revision.clock,
        message=msgspec.json.decode(revision.body or "null", type=Message),
    )


def reply(
    store: MemberStore,
    turn: UUID,
    message: Message,
    *,
    now_ms: int,
    record: UUID | None = None,
    revision: UUID | None = None,
) -> Revision:
    """Record the future self's reply; its revision carries the turn's id.

    So does the record, unless an earlier reply is written anew: then `record` is that one's.
    `revision` is what was answered; where it is no longer what was said, TurnInterrupted is raised.
    """
    with store.write() as tx:
        asked = None if message.answers is None else revisions.head(tx, message.answers)
        if revision is not None and (asked is None or asked.rev_id != revision):
            raise TurnInterrupted
        shown = None if record is None else revisions.head(tx, record)
        change = Change(
            rev_id=turn,
            record=record or turn,
            kind=KIND,
            op="put",
            body=_encode(message),
            parent=None if shown is None else shown.rev_id,
        )
        return append(tx, change, device=BOX, now_ms=now_ms)


def find(store: MemberStore, message: UUID) -> Said | None:
    """One message as it is shown now."""
    with store.read() as connection:
        rows = connection.execute(
            _SHOWN + " AND head.record = :record", {"record": str(message), "kind": KIND}
        ).fetchall()
    return next((_said(row) for row in rows), None)


def written(store: MemberStore, turn: UUID) -> Said | None:
    """The reply that a turn wrote, whether or not another has taken its place."""
    with store.read() as connection:
        revision = revisions.find(connection, turn)
    if revision is None or revision.kind != KIND or revision.body is None:
        return None
    return said(revision)


def last_exchange(store: MemberStore, reply: UUID) -> tuple[Said, Said]:
    """A reply and the message that it answers, where nothing was said after. Raises MessageNotLast."""
    with store.read() as connection:
        answer = _one(connection, reply)
        asked = answer and answer.message.answers and _one(connection, answer.message.answers)
        if not answer or not asked or after(connection, answer):
            raise MessageNotLast
    return answer, asked


def page(
    store: MemberStore, *, before: Clock | None, limit: int, thread: UUID | None = None
) -> list[Said]:
    """The newest `limit` messages of a conversation before a clock, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            PAGE,
            {
                "thread": _thread(thread),
                "before": 2**63 - 1 if before is None else before,
                "limit": limit,
            },
        ).fetchall()
    return [_said(row) for row in reversed(rows)]


def replies_of_mode(store: MemberStore, mode: str, begin_ms: int, end_ms: int) -> list[Said]:
    """The replies of a mode in all conversations between two moments, oldest first."""
    with store.read() as connection:
        rows = connection.execute(
            _SHOWN
            + """
                AND head.clock >= :begin AND head.clock < :end
                AND revision.body ->> '$.mode' = :mode ORDER BY head.clock
            """,
            {
                "kind": KIND,
                "mode": mode,
                "begin": clocks.from_milliseconds(begin_ms),
                "end": clocks.from_milliseconds(end_ms),
            },
        ).fetchall()
    return [_said(row) for row in rows]


def page_with_offset(
    store: MemberStore, *, before: Clock, limit: int, thread: UUID | None = None
) -> tuple[list[Said], int]:
    """As `page`, with the number of messages that come before the page."""
    said = page(store, before=before, limit=limit, thread=thread)
    if len(said) < limit:
        return said, 0
    with store.read() as connection:
        row = connection.execute(
            EARLIER,
            {"thread": _thread(thread), "clock": said[0].clock},
        ).fetchone()
    return said, row["earlier"]


def after(connection: Connection, message: Said) -> list[Said]:
    """What was said after a message in its conversation, oldest first."""
    rows = connection.execute(
        f"{_IN_THREAD} AND revision.clock > :clock ORDER BY revision.clock",
        {"thread": _thread(message.message.thread), "clock": message.clock},
    ).fetchall()
    return [_said(row) for row in rows]


_SHOWN = """
    SELECT head.record, head.rev_id, head.clock, revision.body
    FROM head JOIN revision USING (rev_id)
    WHERE head.kind = :kind AND head.op = 'put'
"""

# Both name their index, since without statistics SQLite would rather walk the conversation.
_IN_THREAD = """
    SELECT head.record, head.rev_id, head.clock, revision.body
    FROM revision INDEXED BY revision_thread JOIN head USING (rev_id)
    WHERE revision.kind = 'message' AND coalesce(revision.body ->> '$.thread', '') = :thread
        AND head.op = 'put'
"""
PAGE = f"""
    {_IN_THREAD} AND revision.clock < :before
    ORDER BY revision.clock DESC, revision.rev_id DESC LIMIT :limit
"""
EARLIER = f"SELECT count(*) AS earlier FROM ({_IN_THREAD} AND revision.clock < :clock)"  # noqa: S608
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


def _one(connection: Connection, message: UUID) -> Said | None:
    shown = revisions.head(connection, message)
    return said(shown) if shown is not None and shown.op == "put" and shown.kind == KIND else None


def _set_aside(tx: Connection, later: list[Said], now_ms: int) -> None:
    for one in later:
        change = Change(
            rev_id=uuid_utils.compat.uuid7(),
            record=one.id,
            kind=KIND,
            op="del",
            body=None,
            parent=one.revision,
        )
        append(tx, change, device=BOX, now_ms=now_ms)


def _thread(thread: UUID | None) -> str:
    return "" if thread is None else str(thread)


def _said(row: Row) -> Said:
    return Said(
        id=UUID(row["record"]),
        revision=UUID(row["rev_id"]),
        clock=Clock(row["clock"]),
        message=msgspec.json.decode(row["body"], type=Message),
    )


def _encode(message: Message) -> str:
    return msgspec.json.encode(message).decode()
