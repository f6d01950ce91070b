"""Records over the phone's socket: frames to changes, pages to frames."""

from uuid import UUID

import msgspec

from futureself_box.api import frames, wall_clock
from futureself_box.api.frames import (
    RecordAck,
    RecordChange,
    RecordProblem,
    RecordsAck,
    RecordsChanges,
    RecordsPull,
    RecordsPush,
)
from futureself_box.api.pushes import Pushes
from futureself_box.records import clock as clocks
from futureself_box.records.revisions import Change
from futureself_box.store.vault import MemberStore
from futureself_box.sync import replicas
from futureself_box.sync.cloud import place as cloud_place
from futureself_box.sync.replicas import Kept, Leaf, Pushed, Refused

# Room for the envelope, and for the escapes that a body may gain.
_PAGE_BYTES = frames.MAX_FRAME_BYTES - 16 * 1024


async def push(pushes: Pushes, store: MemberStore, device: UUID, frame: RecordsPush) -> RecordsAck:
    """Keep what a phone sends."""
    wall_clock.check()
    changes = [_pushed(change, device) for change in frame.changes]
    answers, place = await pushes.push(store, changes)
    acks = tuple(_ack(answer) for answer in answers)
    return RecordsAck(id=frame.id, acks=acks, head=place.head, epoch=place.epoch)


def pull(store: MemberStore, frame: RecordsPull) -> RecordsChanges:
    """What came after a phone's cursor, as much as one frame holds."""
    page, place = replicas.pull(store, cursor=frame.cursor, epoch=frame.epoch, limit=frame.limit)
    with store.read() as connection:
        frontier = cloud_place.frontier(connection)
    fitting = _fitting(page.leaves)
    cut = len(fitting) < len(page.leaves)
    return RecordsChanges(
        id=frame.id,
        changes=tuple(_change(leaf) for leaf in fitting),
        cursor=fitting[-1].revision.sequence if cut else page.cursor,
        head=page.head,
        more=cut or page.more,
        epoch=place.epoch,
        cloud=frontier,
    )


def _fitting(leaves: list[Leaf]) -> list[Leaf]:
    room = _PAGE_BYTES
    for count, leaf in enumerate(leaves):
        room -= 500 + len((leaf.revision.body or "").encode()) + 40 * len(leaf.others)
        if room < 0 and count:
            return leaves[:count]
    return leaves


def _pushed(change: RecordChange, device: UUID) -> Pushed:
    return Pushed(
        device=change.device or str(device),
        change=Change(
            rev_id=change.rev_id,
            record=change.record,
            kind=change.kind,
            op=change.op,
            body=_text(change.body),
            parent=change.parent,
            settles=change.settles,
            clock=clocks.from_text(change.clock),
            schema=change.schema,
        ),
    )


def _text(body: msgspec.Raw) -> str | None:
    text = bytes(body).decode()
    return None if text == "null" else text


def _ack(answer: Kept | Refused) -> RecordAck:
    match answer:
        case Kept():
            return RecordAck(
                rev_id=answer.rev_id,
                sequence=answer.sequence,
                clock=clocks.to_text(answer.clock),
                superseded=answer.superseded,
            )
        case Refused():
            error = answer.problem
            problem = RecordProblem(code=error.code, message=error.message, hint=error.hint)
            return RecordAck(rev_id=answer.rev_id, problem=problem)


def _change(leaf: Leaf) -> RecordChange:
    revision = leaf.revision
    return RecordChange(
        rev_id=revision.rev_id,
        record=revision.record,
        kind=revision.kind,
        op=revision.op,
        clock=clocks.to_text(revision.clock),
        parent=revision.parent,
        settles=revision.settles,
        schema=revision.schema,
        body=frames.NULL if revision.body is None else msgspec.Raw(revision.body.encode()),
        device=revision.device,
        sequence=revision.sequence,
        others=leaf.others,
    )
