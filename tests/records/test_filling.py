"""A history taken in at once shows what it shows when it comes one by one."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from futureself_box.records import filling, finding, revisions
from futureself_box.records.clock import Clock
from futureself_box.records.finding import Filter
from futureself_box.records.revisions import Change, Op
from futureself_box.store.vault import MemberStore
from tests.records import soundness
from tests.records.test_revisions import RECORDS, member_store

IDS = [UUID(int=number) for number in range(1, 9)]


def change(
    rev_id: UUID, record: UUID, clock: int, op: Op, parent: UUID | None, settles: list[UUID]
) -> Change:
    body = f'{{"text": "Words of {rev_id}."}}' if op == "put" else None
    others = tuple(other for other in settles if other != rev_id)
    before = None if parent == rev_id else parent
    return Change(rev_id, record, "affirmation", op, body, before, others, Clock(clock << 16))


histories = st.lists(
    st.builds(
        change,
        st.sampled_from(IDS),
        st.sampled_from(RECORDS),
        st.integers(1, 4),
        st.sampled_from(("put", "put", "del", "purge")),
        st.none() | st.sampled_from(IDS),
        st.lists(st.sampled_from(IDS), max_size=2, unique=True),
    ),
    max_size=8,
    unique_by=lambda made: made.rev_id,
)


@settings(max_examples=60, deadline=None)
@given(histories, st.randoms())
def test_in_any_order_and_twice_it_shows_the_same(
    history: list[Change], random: st.DataObject
) -> None:
    shuffled = [*history, *history]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    with member_store() as one_by_one, member_store() as at_once, member_store() as shuffling:
        for made in history:
            with one_by_one.write() as tx:
                revisions.adopt(tx, made, device="phone")
        fill(at_once, history)
        fill(shuffling, shuffled)
        for table in ("head", "superseded"):
            assert rows(at_once, table) == rows(one_by_one, table)
        for table in ("head", "superseded", "listing", "search"):
            assert rows(at_once, table) == rows(shuffling, table)
        assert words(at_once) == words(one_by_one) == words(shuffling)
        soundness.check(at_once)


def test_what_was_thrown_away_lies_in_the_trash_with_its_last_words() -> None:
    first = change(IDS[0], RECORDS[0], 1, "put", None, [])
    last = change(IDS[1], RECORDS[0], 2, "put", IDS[0], [])
    thrown = change(IDS[2], RECORDS[0], 3, "del", IDS[1], [])
    with member_store() as store:
        fill(store, [first, last, thrown])
        (found,) = finding.page(store, Filter(in_trash=True), after=None, limit=9).found
        assert found.revision.body == last.body
        assert finding.page(store, Filter(), after=None, limit=9).found == []
        assert finding.page(store, Filter(text="words"), after=None, limit=9).found == []


def test_a_version_that_comes_again_with_another_clock_has_that() -> None:
    made = change(IDS[0], RECORDS[0], 1, "put", None, [])
    again = change(IDS[0], RECORDS[0], 2, "put", None, [])
    with member_store() as store:
        fill(store, [made, again])
        assert [one.clock for one in revisions.history(store, RECORDS[0])] == [again.clock]
        with store.read() as connection:
            head = revisions.head(connection, RECORDS[0])
        assert head is not None
        assert head.clock == again.clock


def fill(store: MemberStore, history: list[Change]) -> None:
    with store.write() as tx:
        filling.add(tx, ((made, "phone") for made in history))
    filling.finish(store)


def rows(store: MemberStore, table: str) -> list[tuple[object, ...]]:
    with store.read() as connection:
        return sorted(map(tuple, connection.execute(f"SELECT * FROM {table}").fetchall()))  # noqa: S608


def words(store: MemberStore) -> dict[str, str | None]:
    with store.read() as connection:
        return dict(map(tuple, connection.execute("SELECT rev_id, body FROM revision").fetchall()))
