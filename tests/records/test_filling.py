"""A history taken in at once shows what it shows when it comes one by one."""

from typing import Any
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
OPS: list[Op] = ["put", "put", "del", "purge"]


def change(
    rev_id: UUID, record: UUID, clock: int, op: Op, parent: UUID | None, settles: list[UUID]
) -> Change:
    body = f'{{"text": "Words of {rev_id}."}}' if op == "put" else None
    return Change(
        rev_id, record, "affirmation", op, body, parent, tuple(settles), Clock(clock << 16)
    )


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Revisions by devices whose clocks are anything, each made on what was there before it."""
    made: list[Change] = []
    for rev_id in IDS[: draw(st.integers(0, len(IDS)))]:
        record, op = draw(st.sampled_from(RECORDS)), draw(st.sampled_from(OPS))
        seen = [one.rev_id for one in made if one.record == record]
        parent = draw(st.none() | st.sampled_from(seen)) if seen else None
        settles = draw(st.lists(st.sampled_from(seen), max_size=2, unique=True)) if seen else []
        made.append(change(rev_id, record, draw(st.integers(1, 4)), op, parent, settles))
    return made


def test_in_any_order_and_twice_it_shows_the_same() -> None:
    with member_store() as one_by_one, member_store() as at_once, member_store() as shuffling:

        @settings(max_examples=30, deadline=None)
        @given(histories(), st.randoms())
        def check(history: list[Change], random: Any) -> None:
            for store in (one_by_one, at_once, shuffling):
                empty(store)
            for made in history:
                with one_by_one.write() as tx:
                    revisions.adopt(tx, made, device="phone")
            fill(at_once, history)
            shuffled = [*history, *history]
            random.shuffle(shuffled)
            fill(shuffling, shuffled)
            for table in ("head", "superseded"):
                assert rows(at_once, table) == rows(one_by_one, table)
            for table in ("head", "superseded", "listing", "search"):
                assert rows(at_once, table) == rows(shuffling, table)
            assert words(at_once) == words(one_by_one) == words(shuffling)
            soundness.check(at_once)

        check()


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


def empty(store: MemberStore) -> None:
    with store.write() as tx:
        for table in ("head", "revision", "superseded", "listing", "tag", "search"):
            tx.execute(f"DELETE FROM {table}")  # noqa: S608
        tx.execute("UPDATE listing_state SET version = 0")


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
