"""What a phone keeps and does, by the protocol: the web app's rules once more, for property tests."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

import msgspec

from futureself_box.errors import EpochChanged
from futureself_box.records.clock import ZERO, Clock, tick
from futureself_box.records.revisions import Change, Op
from futureself_box.store.vault import MemberStore
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Kept, Leaf, Page, Place, Pushed, Refused

Push = Callable[[list[Pushed]], tuple[list[Kept | Refused], Place]]


@dataclass(frozen=True)
class Held:
    """A revision on the phone. `acknowledged` by the box of this epoch."""

    change: Change
    device: str
    clock: Clock
    acknowledged: bool = False

    @property
    def rank(self) -> tuple[bool, bool, int, str, str]:
        change = self.change
        return (
            change.op == "purge",
            change.op == "put",
            self.clock,
            self.device,
            str(change.rev_id),
        )


@dataclass
class Replica:
    """A phone: leaves, its own unacknowledged revisions, a clock and a cursor."""

    device: str
    held: dict[UUID, Held] = field(default_factory=dict)
    pending: list[UUID] = field(default_factory=list)
    cursor: int = 0
    epoch: str | None = None
    last: Clock = ZERO
    skew_ms: int = 0
    erased: set[UUID] = field(default_factory=set)

    def leaves(self, record: UUID) -> list[Held]:
        """What the record shows first, then what crossed it."""
        mine = [held for held in self.held.values() if held.change.record == record]
        gone = {rev for held in mine for rev in (held.change.parent, *held.change.settles)}
        leaves = [held for held in mine if held.change.rev_id not in gone]
        return sorted(leaves, key=lambda held: held.rank, reverse=True)

    def write(
        self,
        rev_id: UUID,
        record: UUID,
        op: Op,
        body: str | None,
        now_ms: int,
        *,
        settle: bool,
        kind: str = "note",
    ) -> Change:
        leaves = self.leaves(record)
        shown, others = (leaves[0], leaves[1:]) if leaves else (None, [])
        if shown is not None:
            self.last = max(self.last, shown.clock)
        self.last = tick(max(now_ms + self.skew_ms, 0), self.last)
        change = Change(
            rev_id=rev_id,
            record=record,
            kind=kind,
            op=op,
            body=body,
            parent=None if shown is None else shown.change.rev_id,
            settles=tuple(other.change.rev_id for other in others if settle),
            clock=self.last,
        )
        self._hold(Held(change, self.device, self.last))
        self.pending.append(rev_id)
        return change

    def batch(self, size: int) -> list[Pushed]:
        return [
            Pushed(
                replace_clock(self.held[rev].change, self.held[rev].clock), self.held[rev].device
            )
            for rev in self.pending[:size]
        ]

    def take_acks(self, acks: list[Kept | Refused]) -> None:
        for ack in acks:
            assert isinstance(ack, Kept)
            if ack.rev_id in self.pending:
                self.pending.remove(ack.rev_id)
            held = self.held.get(ack.rev_id)
            if held is None:
                continue
            if ack.superseded:
                del self.held[ack.rev_id]
                continue
            self.held[ack.rev_id] = replace(held, clock=ack.clock, acknowledged=True)
            self.last = max(self.last, ack.clock)
            self._drop_superseded(held.change.record)

    def pull(self, store: MemberStore, limit: int) -> bool:
        """One page; whether there is more."""
        try:
            page, place = replicas.pull(store, cursor=self.cursor, epoch=self.epoch, limit=limit)
        except EpochChanged:
            self.begin_epoch(replicas.find_place(store).epoch)
            return True
        self.take_page(page, place.epoch)
        return page.more

    def take_page(self, page: Page, epoch: str) -> None:
        for leaf in page.leaves:
            self._take(leaf)
        self.cursor, self.epoch = page.cursor, epoch

    def begin_epoch(self, epoch: str) -> None:
        """After a restore: nothing counts as acknowledged, everything is sent once more."""
        self.cursor, self.epoch = 0, epoch
        self.held = {rev: replace(held, acknowledged=False) for rev, held in self.held.items()}
        self.pending = [*self.pending, *(rev for rev in self.held if rev not in self.pending)]

    def sync(self, store: MemberStore, push: Push, size: int = 3) -> None:
        while self.pull(store, size) or self.pending:
            if self.pending:
                acks, place = push(self.batch(size))
                if self.epoch != place.epoch:
                    self.begin_epoch(place.epoch)
                self.take_acks(acks)

    def _take(self, leaf: Leaf) -> None:
        revision = leaf.revision
        change = Change(
            rev_id=revision.rev_id,
            record=revision.record,
            kind=revision.kind,
            op=revision.op,
            body=revision.body,
            parent=revision.parent,
            settles=revision.settles,
            clock=revision.clock,
        )
        kept = {revision.rev_id, *leaf.others}
        for rev, held in list(self.held.items()):
            if held.change.record == revision.record and held.acknowledged and rev not in kept:
                del self.held[rev]
        self._hold(Held(change, revision.device, revision.clock, acknowledged=True))
        self.last = max(self.last, revision.clock)
        if revision.rev_id in self.pending:
            self.pending.remove(revision.rev_id)

    def _hold(self, held: Held) -> None:
        self.held[held.change.rev_id] = held
        self._drop_superseded(held.change.record)
        self._erase(held.change.record)

    def _erase(self, record: UUID) -> None:
        # What was purged is never sent, and neither are the words that it had here.
        purged = [h for h in self.held.values() if h.change.record == record]
        if not any(held.change.op == "purge" for held in purged):
            return
        for held in purged:
            if held.change.op != "purge":
                rev_id = held.change.rev_id
                del self.held[rev_id]
                if rev_id in self.pending:
                    self.pending.remove(rev_id)
                    self.erased.add(rev_id)

    def _drop_superseded(self, record: UUID) -> None:
        leaves = {held.change.rev_id for held in self.leaves(record)}
        for rev, held in list(self.held.items()):
            if held.change.record == record and held.acknowledged and rev not in leaves:
                del self.held[rev]


def replace_clock(change: Change, clock: Clock) -> Change:
    return msgspec.structs.replace(change, clock=clock)
