"""A set of revisions gives the same heads in any order; nothing that was written is overwritten."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from futureself_box.records import revisions
from futureself_box.records.clock import Clock
from futureself_box.records.revisions import Change, Op, Revision
from futureself_box.store.vault import MemberStore, Vault
from futureself_box.sync import replicas

NOW_MS = 1_800_000_000_000
RECORDS = [UUID(int=n) for n in range(1, 3)]


@contextmanager
def member_store() -> Iterator[MemberStore]:
    with tempfile.TemporaryDirectory() as folder:
        vault, member = Vault(Path(folder) / "data", Path(folder) / "config"), uuid4()
        vault.ensure_member(member)
        yield vault.member(member)
        vault.close()


def put(record: UUID, body: str, **more: object) -> Change:
    return Change(rev_id=uuid4(), record=record, kind="note", op="put", body=body, **more)  # type: ignore[arg-type]


def write(store: MemberStore, change: Change, device: str = "phone") -> Revision:
    with store.write() as tx:
        return revisions.append(tx, change, device=device, now_ms=NOW_MS)


def shown(store: MemberStore, record: UUID) -> Revision | None:
    with store.read() as connection:
        return revisions.head(connection, record)


changes = st.lists(
    st.builds(
        lambda number, record, clock, op: Change(
            rev_id=UUID(int=number), record=record, kind="note", op=op, body="x", clock=Clock(clock)
        ),
        st.integers(1, 2**64),
        st.sampled_from(RECORDS),
        st.integers(1, 2**40),
        st.sampled_from(("put", "del", "purge")),
    ),
    max_size=8,
    unique_by=lambda change: change.rev_id,
)


@settings(max_examples=25, deadline=None)
@given(changes, st.randoms())
def test_heads_do_not_depend_on_the_order_or_on_repetition(
    made: list[Change], random: st.DataObject
) -> None:
    shuffled = [*made, *made]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    with member_store() as one, member_store() as other:
        for change in made:
            write(one, change)
        for change in shuffled:
            write(other, change)
        for record in RECORDS:
            first, second = shown(one, record), shown(other, record)
            assert (first and first.rev_id) == (second and second.rev_id)
            assert len(revisions.history(one, record)) == len(revisions.history(other, record))


def test_a_later_edit_is_shown_and_the_earlier_stays_as_history() -> None:
    with member_store() as store:
        first = write(store, put(RECORDS[0], "one"))
        second = write(store, put(RECORDS[0], "two", parent=first.rev_id))
        assert shown(store, RECORDS[0]) == second
        assert [r.body for r in revisions.history(store, RECORDS[0])] == ["one", "two"]


def test_sending_a_revision_twice_is_one_revision() -> None:
    with member_store() as store:
        change = put(RECORDS[0], "one")
        assert write(store, change) == write(store, change)
        assert replicas.find_place(store).head == 1


def test_the_box_s_clock_never_goes_back_even_where_the_machine_s_does() -> None:
    with member_store() as store:
        first = write(store, put(RECORDS[0], "one"))
        with store.write() as tx:
            second = revisions.append(tx, put(RECORDS[1], "two"), device="box", now_ms=0)
        assert second.clock > first.clock


def test_a_purge_wins_over_everything_and_keeps_no_words() -> None:
    with member_store() as store:
        ops: list[tuple[Op, str | None]] = [("put", "early"), ("purge", None), ("put", "late")]
        for clock, (op, body) in enumerate(ops, 1):
            write(store, Change(uuid4(), RECORDS[0], "note", op, body, clock=Clock(clock)))
        head = shown(store, RECORDS[0])
        assert head is not None
        assert head.op == "purge"
        assert {revision.body for revision in revisions.history(store, RECORDS[0])} == {None}


def test_a_version_that_comes_after_what_was_made_on_it_is_not_shown() -> None:
    with member_store() as store:
        earlier = put(RECORDS[0], "earlier", clock=Clock(9))
        later = write(store, put(RECORDS[0], "later", parent=earlier.rev_id, clock=Clock(5)))
        write(store, earlier)
        assert shown(store, RECORDS[0]) == later


def test_what_was_thrown_away_or_set_aside_is_not_shown() -> None:
    with member_store() as store:
        one = write(store, put(RECORDS[0], "one", clock=Clock(5)))
        other = write(store, put(RECORDS[0], "other", clock=Clock(9)))
        deletion = Change(
            uuid4(), RECORDS[0], "note", "del", None, one.rev_id, (other.rev_id,), Clock(10)
        )
        assert shown(store, RECORDS[0]) == other
        assert write(store, deletion) == shown(store, RECORDS[0])
