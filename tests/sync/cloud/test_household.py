"""Phones, box and cloud agree in the end, whatever happens between them, and nothing written is lost."""

import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from futureself_box.errors import BoxError, CloudKeyUnknown
from futureself_box.records import archive, revisions
from futureself_box.records.revisions import Op, Revision
from futureself_box.store.vault import Vault
from futureself_box.sync import replicas
from futureself_box.sync.cloud import place, sealing
from futureself_box.sync.cloud.sealing import CloudKey
from futureself_box.sync.replicas import Kept, Place, Pushed, Refused
from tests.supabase.project import Double
from tests.sync.cloud.home import Home
from tests.sync.cloud.test_rebuilding import rebuild
from tests.sync.replica import Replica

PHONES = st.integers(0, 1)
RECORDS = st.sampled_from([UUID(int=number) for number in range(1, 4)])
OPS = st.sampled_from(("put", "put", "put", "put", "del", "purge"))
FATES = st.sampled_from(("arrives", "arrives", "lost answer", "twice", "reversed"))
CALLS = st.sampled_from(("push", "push", "pull", "keep_keys", "forget_key"))
DAY_MS = 86_400_000


class Household(RuleBasedStateMachine):
    """Two phones of one member, the box, and the cloud."""

    double: Double

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="futureself-"))
        self.home = Home(self.folder / "box")
        # The project's clock is the machine's, and time passes faster here.
        self.now_ms, self.skew_ms, self.numbers = time.time_ns() // 1_000_000 - 30 * DAY_MS, 0, 0
        self.home.now_ms = lambda: max(self.now_ms + self.skew_ms, 0)
        self.home.link(self.double)
        self.keys: dict[str, CloudKey] = dict(self.home.ring)
        self.phones = [Replica(f"phone-{number}") for number in range(2)]
        self.written: dict[UUID, tuple[UUID, Op, str | None]] = {}
        self.is_backed_up = False
        self.restored_over: set[UUID] = set()
        self.superseded: set[UUID | None] = set()

    def known(self) -> dict[UUID, Revision]:
        return {revision.rev_id: revision for revision in self.home.revisions()}

    def rows(self) -> dict[tuple[str, UUID], tuple[int, bool]]:
        """Clock and whether there are words, of all that is in the cloud."""
        found = self.double.rows(
            """
            SELECT key_id, rev, clock, body IS NOT NULL FROM futureself.revision
            WHERE member_id = (SELECT id FROM auth.users WHERE email = %s)
            """,
            self.home.mail,
        )
        return {(key_id, rev): (clock, has_words) for key_id, rev, clock, has_words in found}

    def name(self, rev_id: UUID, key: CloudKey) -> tuple[str, UUID]:
        return key.key_id, sealing._name(key, "revision", str(rev_id))

    def forget_what_is_nowhere(self) -> None:
        """What only the box had is lost with it; and only that."""
        there = set(self.known()).union(*(phone.held for phone in self.phones))
        rows = self.rows()
        for rev_id in set(self.written) - there:
            if not any(self.name(rev_id, key) in rows for key in self.keys.values()):
                del self.written[rev_id]

    def push(self, batch: list[Pushed]) -> tuple[list[Kept | Refused], Place]:
        return replicas.push(self.home.store, batch, now_ms=self.home.now_ms())

    def sync_all(self) -> None:
        for phone in (*self.phones, *self.phones):
            phone.sync(self.home.store, self.push)

    @rule(ms=st.integers(1, 10_000_000))
    def time_passes(self, ms: int) -> None:
        self.now_ms += ms

    @rule(phone=PHONES, skew_ms=st.sampled_from((0, -(10**9), 5000, 10**10)))
    def a_phone_s_clock_is_wrong(self, phone: int, skew_ms: int) -> None:
        self.phones[phone].skew_ms = skew_ms

    @rule(skew_ms=st.sampled_from((0, -1000 * DAY_MS, 2500 * DAY_MS)))
    def the_box_s_clock_is_wrong(self, skew_ms: int) -> None:
        self.skew_ms = skew_ms

    @rule(phone=PHONES, record=RECORDS, op=OPS, settle=st.booleans())
    def somebody_writes(self, phone: int, record: UUID, op: Op, *, settle: bool) -> None:
        leaves = self.phones[phone].leaves(record)
        if leaves and leaves[0].change.op == "purge":
            return
        self.numbers += 1
        text = msgspec.json.encode({"text": f"Number {self.numbers}"}).decode()
        body = text if op == "put" else None
        rev_id = UUID(int=self.numbers << 64 | phone)
        change = self.phones[phone].write(rev_id, record, op, body, self.now_ms, settle=settle)
        self.superseded |= {change.parent, *change.settles}
        self.written[rev_id] = (record, op, body)

    @rule(phone=PHONES, size=st.integers(1, 5), fate=FATES)
    def a_phone_pushes(self, phone: int, size: int, fate: str) -> None:
        replica = self.phones[phone]
        batch = replica.batch(size)
        if fate == "reversed":
            batch.reverse()
        if not batch:
            return
        acks, here = self.push(batch)
        if fate == "twice":
            self.push(batch)
        if fate != "lost answer" and replica.epoch == here.epoch:
            replica.take_acks(acks)

    @rule(phone=PHONES)
    def a_phone_syncs(self, phone: int) -> None:
        self.phones[phone].sync(self.home.store, self.push)

    @rule()
    def a_round_goes_well(self) -> None:
        try:
            self.home.round(self.double)
        except CloudKeyUnknown:
            # An old backup under an old key: only the sheet leads on.
            self.the_box_burns()
            self.home.round(self.double)
        self.check_what_is_acknowledged()

    @rule(call=CALLS, when=st.sampled_from(("before", "after")), times=st.integers(1, 2))
    def a_round_is_cut_off(self, call: str, when: str, times: int) -> None:
        path = f"futureself_{call}"
        fault = {"when": when, "status": 500, "times": times}
        with self.double.broken(path, **fault), suppress(BoxError):
            self.home.round(self.double)

    @rule(left=st.integers(0, 6))
    def the_project_is_brought_back_from_its_backup(self, left: int) -> None:
        mine = "member_id = (SELECT id FROM auth.users WHERE email = %s)"
        self.double.rows(
            f"DELETE FROM futureself.revision WHERE seq > %s AND {mine}",  # noqa: S608
            left,
            self.home.mail,
        )
        self.double.rows(
            f"UPDATE futureself.member SET seq = least(seq, %s) WHERE {mine}",  # noqa: S608
            left,
            self.home.mail,
        )
        self.forget_what_is_nowhere()

    @rule()
    def the_project_begins_an_epoch(self) -> None:
        self.double.rows("UPDATE futureself.member SET epoch = gen_random_uuid()")

    @rule()
    def the_keys_are_rotated(self) -> None:
        self.home.rotate()
        self.keys |= self.home.ring

    @rule()
    def the_box_is_backed_up(self) -> None:
        self.home.back_up()
        self.is_backed_up = True

    @rule()
    def an_old_backup_is_restored(self) -> None:
        if self.is_backed_up:
            before = set(self.known())
            self.home.restore()
            self.restored_over |= before - set(self.known())
            self.forget_what_is_nowhere()

    @rule()
    def the_box_burns(self) -> None:
        query = "SELECT 1 FROM futureself.member JOIN auth.users ON id = member_id"
        if not self.double.rows(f"{query} WHERE email = %s AND keys IS NOT NULL", self.home.mail):
            return
        before = set(self.known())
        self.home.vault.close()
        shutil.rmtree(self.home.folder)
        rebuild(self.home.folder, self.double, self.home)
        self.is_backed_up = False
        self.home.reopen()
        self.restored_over |= before - set(self.known())
        self.forget_what_is_nowhere()

    def check_what_is_acknowledged(self) -> None:
        rows, key = self.rows(), self.home.key
        with self.home.store.read() as connection:
            frontier = place.frontier(connection)
        for revision in self.home.revisions():
            if revision.sequence <= frontier:
                row = rows[self.name(revision.rev_id, key)]
                assert row == (revision.clock, revision.body is not None)

    def teardown(self) -> None:
        if not hasattr(self, "home"):
            return
        try:
            self.end()
        finally:
            # Whoever has an epoch or an account alters all that there are.
            self.double.rows("DELETE FROM auth.users WHERE email = %s", self.home.mail)
            self.home.close()
            shutil.rmtree(self.folder)

    def end(self) -> None:
        self.skew_ms = 0
        for _ in range(2):
            self.sync_all()
            self.a_round_goes_well()
        self.sync_all()
        for rev_id in set().union(*(phone.erased for phone in self.phones)):
            self.written.pop(rev_id, None)
        known = self.known()
        self.let_go_of_older_versions(set(self.written) - set(known))
        self.check_cloud(known)
        for record in {record for record, _, _ in self.written.values()}:
            self.check_record(record)

    def let_go_of_older_versions(self, lost: set[UUID]) -> None:
        """Phones keep what is shown; versions before it, since the backup, only the box had."""
        rows = self.rows()
        for rev_id in lost:
            assert rev_id in self.restored_over
            assert rev_id in self.superseded
            assert not any(self.name(rev_id, key) in rows for key in self.keys.values())
            del self.written[rev_id]

    def check_cloud(self, known: dict[UUID, Revision]) -> None:
        with self.home.store.read() as connection:
            held = connection.execute("SELECT sequence FROM cloud_held").fetchall()
        sequences = {row["sequence"] for row in held}
        latest = (time.time_ns() // 1_000_000 + DAY_MS) << 16
        key, expected = self.home.key, {}
        for revision in known.values():
            if revision.sequence in sequences:
                assert revision.clock > latest - (60_000 << 16)
            else:
                row = (revision.clock, revision.body is not None)
                expected[self.name(revision.rev_id, key)] = row
        found = self.rows()
        old = {name for name in found if name[0] != key.key_id}
        assert not old or sequences, "what lay under an old key is gone"
        assert {name: row for name, row in found.items() if name not in old} == expected
        if not sequences:
            rebuild(self.folder / "new", self.double, self.home)
            self.check_export(Vault(self.folder / "new" / "data", self.folder / "new" / "config"))

    def check_export(self, new: Vault) -> None:
        exported: Callable[[Vault], bytes] = lambda vault: b"".join(  # noqa: E731
            archive.export(vault.member(self.home.member.id))
        )
        try:
            assert exported(new) == exported(self.home.vault)
        finally:
            new.close()

    def check_record(self, record: UUID) -> None:
        with self.home.store.read() as connection:
            head = revisions.head(connection, record)
            others = revisions.crossed(connection, record)
        history = revisions.history(self.home.store, record)
        assert head is not None
        purged = any(revision.op == "purge" for revision in history)
        for revision in history:
            if revision.rev_id in self.written:
                assert revision.body == (None if purged else self.written[revision.rev_id][2])
        if purged:
            assert head.op == "purge"
            return
        for replica in self.phones:
            leaves = replica.leaves(record)
            shown = [(held.change.rev_id, held.change.body, held.clock) for held in leaves]
            assert shown[0] == (head.rev_id, head.body, head.clock)
            assert {rev for rev, _, _ in shown[1:]} == {other.rev_id for other in others}


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_phones_box_and_cloud_agree_and_nothing_is_lost(double: Double, soak: bool) -> None:
    Household.double = double
    run_state_machine_as_test(
        Household,
        settings=settings(
            max_examples=2000 if soak else 12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
