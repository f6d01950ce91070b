"""A phone that keeps a journal over its socket: it writes, pushes, pulls, and comes back when cut off."""

import random
from contextlib import suppress
from uuid import UUID, uuid4

import msgspec
from websockets.exceptions import WebSocketException

from futureself_box.api import frames
from futureself_box.api.frames import (
    RecordAck,
    RecordChange,
    RecordsAck,
    RecordsChanges,
    RecordsPull,
    RecordsPush,
)
from futureself_box.bench.running_box import Device, Phone
from futureself_box.records import clock as clocks
from futureself_box.records.revisions import Revision
from futureself_box.sync.replicas import Kept, Leaf, Page, Pushed
from tests.sync.replica import Replica

_NOW_MS = 1_800_000_000_000
_RECORDS = 30


class JournalPhone:
    """One device, what it holds, and what the box has promised it."""

    def __init__(self, device: Device, records: list[UUID], made: random.Random) -> None:
        self.device = device
        self.replica = Replica(str(device.joined.device))
        self.sent: set[UUID] = set()
        self.acknowledged: dict[UUID, Kept] = {}
        self._records = records
        self._made = made
        self._now_ms = _NOW_MS

    async def write_until_cut(self) -> None:
        """Write, push and pull, as fast as it goes, until the box is gone."""
        with suppress(WebSocketException, OSError):
            async with self.device.phone() as phone:
                while True:
                    for _ in range(self._made.randint(1, 4)):
                        self._write()
                    await self._push(phone)
                    if self._made.random() < 0.3:
                        await self._pull(phone)

    async def catch_up(self) -> None:
        """Hand over what is left, and read what there is."""
        async with self.device.phone() as phone:
            while self.replica.pending:
                await self._push(phone)
            while await self._pull(phone):
                pass

    def _write(self) -> None:
        self._now_ms += 1
        fresh = len(self._records) < _RECORDS or self._made.random() < 0.2
        if fresh:
            self._records.append(uuid4())
        record = self._records[-1] if fresh else self._made.choice(self._records)
        deletes = not fresh and self._made.random() < 0.1
        self.replica.write(
            uuid4(),
            record,
            "del" if deletes else "put",
            None if deletes else self._entry(),
            self._now_ms,
            settle=self._made.random() < 0.5,
            kind="entry",
        )

    def _entry(self) -> str:
        words = " ".join(
            f"word{self._made.randint(1, 999)}" for _ in range(self._made.randint(1, 300))
        )
        day, moment = "2026-11-24", "2026-11-24T21:30:00+01:00"
        return msgspec.json.encode({"text": words, "day": day, "written_at": moment}).decode()

    async def _push(self, phone: Phone) -> None:
        """Several frames at once, as a phone with much to say does; then the answers to all."""
        batch = self.replica.batch(self._made.randint(1, 12))
        size = self._made.randint(1, 6)
        for start in range(0, len(batch), size):
            part = batch[start : start + size]
            self.sent |= {pushed.change.rev_id for pushed in part}
            await phone.send(RecordsPush(id=f"push{start}", changes=tuple(map(_change, part))))
        for _ in range(0, len(batch), size):
            answer = await phone.receive_a(RecordsAck)
            kept = [_kept(ack) for ack in answer.acks]
            for one in kept:
                # Sent again after a lost answer, a change has the place that it had.
                assert self.acknowledged.setdefault(one.rev_id, one).sequence == one.sequence
            self.replica.take_acks(list(kept))

    async def _pull(self, phone: Phone) -> bool:
        place = self.replica
        await phone.send(RecordsPull(id="pull", cursor=place.cursor, epoch=place.epoch, limit=100))
        found = await phone.receive_a(RecordsChanges)
        leaves = [_leaf(change) for change in found.changes]
        self.replica.take_page(Page(leaves, found.cursor, found.head, found.more), found.epoch)
        return found.more


def _change(pushed: Pushed) -> RecordChange:
    change = pushed.change
    return RecordChange(
        rev_id=change.rev_id,
        record=change.record,
        kind=change.kind,
        op=change.op,
        clock=clocks.to_text(change.clock or clocks.ZERO),
        body=frames.NULL if change.body is None else msgspec.Raw(change.body.encode()),
        parent=change.parent,
        settles=change.settles,
        device=pushed.device,
    )


def _kept(ack: RecordAck) -> Kept:
    assert ack.problem is None
    assert ack.sequence is not None
    assert ack.clock is not None
    return Kept(ack.rev_id, ack.sequence, clocks.from_text(ack.clock), ack.superseded)


def _leaf(change: RecordChange) -> Leaf:
    body = bytes(change.body).decode()
    revision = Revision(
        sequence=change.sequence or 0,
        rev_id=change.rev_id,
        record=change.record,
        kind=change.kind,
        op=change.op,
        body=None if body == "null" else body,
        parent=change.parent,
        settles=change.settles,
        clock=clocks.from_text(change.clock),
        device=change.device or "box",
        schema=change.schema,
    )
    return Leaf(revision, change.others)
