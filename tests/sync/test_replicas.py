"""Phones and the box agree in the end, whatever happens between them, and nothing written is lost."""

import hashlib
import shutil
import tempfile
import wave
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from futureself_box.records import attachments, revisions
from futureself_box.records.attachments import Announced
from futureself_box.records.revisions import Op
from futureself_box.settings import Records
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas
from futureself_box.sync.replicas import Kept, Place, Pushed, Refused
from tests.sync.replica import Replica

PHONES = st.integers(0, 2)
NOTES = [UUID(int=number) for number in range(1, 4)]
ENTRIES = [UUID(int=number) for number in range(4, 6)]
RECORDS = st.sampled_from(NOTES + ENTRIES)
OPS = st.sampled_from(("put", "put", "put", "put", "del", "purge"))
FATES = st.sampled_from(("arrives", "arrives", "lost request", "lost answer", "twice", "reversed"))
YEAR_MS = 365 * 86_400_000


def recording(length: int) -> bytes:
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(b"\1\2" * length)
    return out.getvalue()


ATTACHMENTS = {hashlib.sha256(made).hexdigest(): made for made in (recording(10), recording(20))}
SHOWN = st.sets(st.sampled_from(sorted(ATTACHMENTS)))


class PowerCut(Exception):
    """The box dies inside a transaction."""


class Household(RuleBasedStateMachine):
    """Three phones of one member, and the box."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="futureself-"))
        self.member = uuid4()
        self.vault = Vault(self.folder / "data", self.folder / "config")
        self.vault.ensure_member(self.member)
        self.phones = [Replica(f"phone-{number}") for number in range(3)]
        self.now_ms, self.box_skew_ms, self.numbers = 1_800_000_000_000, 0, 0
        self.written: dict[UUID, tuple[UUID, Op, str | None]] = {}
        self.backup: set[UUID] | None = None
        self.erased: set[UUID] = set()
        self.restored_over: set[UUID] = set()
        self.whole: set[str] = set()

    @property
    def store(self) -> MemberStore:
        return self.vault.member(self.member)

    @property
    def box_ms(self) -> int:
        return max(self.now_ms + self.box_skew_ms, 0)

    def known(self) -> set[UUID]:
        with self.store.read() as connection:
            rows = connection.execute("SELECT rev_id FROM revision").fetchall()
        return {UUID(row["rev_id"]) for row in rows}

    def is_superseded(self, rev_id: UUID) -> bool:
        with self.store.read() as connection:
            return revisions.is_superseded(connection, str(rev_id))

    def on_the_box(self) -> set[str]:
        return set(ATTACHMENTS) - set(attachments.missing(self.store, list(ATTACHMENTS)))

    def links(self) -> dict[UUID, set[str]]:
        """What each record shows in any of its versions on the box."""
        found: dict[UUID, set[str]] = {}
        with self.store.read() as connection:
            for row in connection.execute("SELECT record, body FROM revision").fetchall():
                found.setdefault(UUID(row["record"]), set()).update(linked(row["body"]))
        return found

    def push(self, batch: list[Pushed], later_ms: int = 0) -> tuple[list[Kept | Refused], Place]:
        """Push, and see that attachments go with the last entry that showed them, not before."""
        before = self.links()
        for pushed in batch:
            before.setdefault(pushed.change.record, set()).update(linked(pushed.change.body))
        answered = replicas.push(self.store, batch, now_ms=self.box_ms + later_ms)
        after = self.links()
        lost = {one for record, shown in before.items() for one in shown - after[record]}
        self.whole -= lost.difference(*after.values())
        assert self.on_the_box() == self.whole
        return answered

    @rule(attachment=st.sampled_from(sorted(ATTACHMENTS)), whole=st.booleans())
    def a_recording_is_sent(self, attachment: str, *, whole: bool) -> None:
        content = ATTACHMENTS[attachment]
        new = Announced(attachment, len(content), "audio/wav")
        known = attachments.begin(self.store, new, Records(), now_ms=self.box_ms)
        if known.state == "kept":
            return
        rest = content[known.received :]
        pieces = [rest[:40], rest[40:]] if whole else [rest[: len(rest) // 2]]
        for piece in filter(None, pieces):
            known = attachments.receive(
                self.store, attachment, known.received, piece, now_ms=self.box_ms
            )
        if known.state == "kept":
            self.whole.add(attachment)
        assert self.on_the_box() == self.whole

    @rule(ms=st.integers(1, 10_000_000))
    def time_passes(self, ms: int) -> None:
        self.now_ms += ms

    @rule(phone=PHONES, skew_ms=st.sampled_from((0, -(10**9), -5000, 5000, 10**10)))
    def a_phone_s_clock_is_wrong(self, phone: int, skew_ms: int) -> None:
        self.phones[phone].skew_ms = skew_ms

    @rule(skew_ms=st.sampled_from((0, -3 * YEAR_MS, 7 * YEAR_MS)))
    def the_box_s_clock_is_wrong(self, skew_ms: int) -> None:
        self.box_skew_ms = skew_ms

    @rule(
        phone=PHONES,
        record=RECORDS,
        op=OPS,
        text=st.text("ab", max_size=2),
        shown=SHOWN,
        settle=st.booleans(),
    )
    def somebody_writes(
        self, phone: int, record: UUID, op: Op, text: str, shown: set[str], *, settle: bool
    ) -> None:
        leaves = self.phones[phone].leaves(record)
        if leaves and leaves[0].change.op == "purge":
            return
        self.numbers += 1
        kind = "entry" if record in ENTRIES else "note"
        body = made_of(kind, f"{text}{self.numbers}", shown) if op == "put" else None
        rev_id = UUID(int=self.numbers << 64 | phone)
        self.phones[phone].write(rev_id, record, op, body, self.now_ms, settle=settle, kind=kind)
        self.written[rev_id] = (record, op, body)

    @rule(phone=PHONES, size=st.integers(1, 5), fate=FATES)
    def a_phone_pushes(self, phone: int, size: int, fate: str) -> None:
        replica = self.phones[phone]
        batch = replica.batch(size)
        if fate == "reversed":
            batch.reverse()
        if not batch or fate == "lost request":
            return
        acks, place = self.push(batch)
        if fate == "twice":
            again, _ = self.push(batch, later_ms=99_999)
            clocks = [(ack.rev_id, getattr(ack, "clock", None)) for ack in acks]
            assert [(ack.rev_id, getattr(ack, "clock", None)) for ack in again] == clocks
        if fate != "lost answer" and replica.epoch == place.epoch:
            replica.take_acks(acks)

    @rule(phone=PHONES, size=st.integers(1, 4))
    def a_phone_pulls(self, phone: int, size: int) -> None:
        self.phones[phone].pull(self.store, size)

    @rule(phone=PHONES)
    def a_phone_syncs(self, phone: int) -> None:
        self.phones[phone].sync(self.store, self.push)

    @rule(phone=PHONES)
    def the_box_dies_inside_a_transaction(self, phone: int) -> None:
        before = self.known()
        with suppress(PowerCut), self.store.write() as tx:
            for pushed in self.phones[phone].batch(5):
                revisions.append(tx, pushed.change, device=pushed.device, now_ms=self.box_ms)
            raise PowerCut
        assert self.known() == before

    @rule(phone=PHONES)
    def a_phone_is_wiped(self, phone: int) -> None:
        lost = set(self.phones[phone].held) - self.known()
        for other in self.phones:
            lost -= set(other.held) if other is not self.phones[phone] else set()
        # The one loss there may be: what was on that phone only.
        for rev_id in lost:
            self.written.pop(rev_id, None)
        self.erased |= self.phones[phone].erased
        self.phones[phone] = Replica(f"phone-{phone}")

    @rule()
    def the_box_is_backed_up(self) -> None:
        self.backup = self.known()
        copy = self.folder / "copy.db"
        copy.unlink(missing_ok=True)
        with self.store.maintain() as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))

    @rule()
    def an_old_backup_is_restored(self) -> None:
        if self.backup is None:
            return
        self.restored_over |= self.known() - self.backup
        for rev_id in (self.known() - self.backup).difference(*(p.held for p in self.phones)):
            # Nobody but the box had it, and the box has it no more.
            self.written.pop(rev_id, None)
        path = self.store.path
        self.vault.close()
        for file in path.parent.glob(f"{path.name}-*"):
            file.unlink()
        shutil.copy(self.folder / "copy.db", path)
        self.vault = Vault(self.folder / "data", self.folder / "config")
        replicas.begin_epoch(self.store)
        # Files lie beside the database: those that it doesn't know count as nothing received.
        self.whole = self.on_the_box()

    def teardown(self) -> None:
        if not hasattr(self, "vault"):
            return
        try:
            self.end()
        finally:
            self.vault.close()
            shutil.rmtree(self.folder)

    def end(self) -> None:
        for _ in range(2):
            for phone in self.phones:
                phone.sync(self.store, self.push)
        for rev_id in self.erased.union(*(phone.erased for phone in self.phones)):
            self.written.pop(rev_id, None)
        known = self.known()
        for rev_id in set(self.written) - known:
            # Phones keep what is shown; the versions before it, since the backup, only the box had.
            assert rev_id in self.restored_over
            assert self.is_superseded(rev_id)
            del self.written[rev_id]
        fresh = Replica("fresh")
        fresh.sync(self.store, self.push, size=2)
        for record in {record for record, _, _ in self.written.values()}:
            self.check_record(record, [*self.phones, fresh])

    def check_record(self, record: UUID, replicas_of_it: list[Replica]) -> None:
        with self.store.read() as connection:
            head = revisions.head(connection, record)
            others = revisions.crossed(connection, record)
        history = {revision.rev_id: revision for revision in revisions.history(self.store, record)}
        assert head is not None
        purged = any(revision.op == "purge" for revision in history.values())
        for rev_id, (of, _, body) in self.written.items():
            if of == record:
                assert history[rev_id].body == (None if purged else body)
        if purged:
            assert head.op == "purge"
            return
        for replica in replicas_of_it:
            leaves = replica.leaves(record)
            shown = [(held.change.rev_id, held.change.body, held.clock) for held in leaves]
            assert shown[0] == (head.rev_id, head.body, head.clock)
            assert {rev for rev, _, _ in shown[1:]} == {other.rev_id for other in others}
        superseded = {rev for r in history.values() for rev in (r.parent, *r.settles)}
        assert head.rev_id not in superseded
        puts = [r for r in history.values() if r.op == "put" and r.rev_id not in superseded]
        assert {r.rev_id for r in puts} <= {head.rev_id, *(other.rev_id for other in others)}


def made_of(kind: str, text: str, shown: set[str]) -> str:
    if kind == "note":
        return msgspec.json.encode({"text": text}).decode()
    links = [
        {"id": one, "type": "audio/wav", "size": len(ATTACHMENTS[one])} for one in sorted(shown)
    ]
    moment = "2026-11-24T21:30:00+01:00"
    entry = {"text": text, "day": moment[:10], "written_at": moment, "attachments": links}
    return msgspec.json.encode(entry).decode()


def linked(body: str | None) -> set[str]:
    if body is None:
        return set()
    return {link["id"] for link in msgspec.json.decode(body).get("attachments", ())}


@pytest.mark.timeout(600)
def test_phones_and_the_box_agree_and_nothing_is_lost(soak: bool) -> None:
    run_state_machine_as_test(
        Household,
        settings=settings(
            max_examples=2000 if soak else 60,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
