"""How long a member was here and what they are reminded of, with a clock that the test turns."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from futureself_box.household import time_spent
from futureself_box.household.time_spent import Reminder, Sitting
from futureself_box.store.vault import MemberStore, Vault

WEDNESDAY = datetime(2026, 11, 25, 18, tzinfo=UTC)
MINUTE_MS = 60_000


@pytest.fixture
def store(vault: Vault) -> MemberStore:
    member = uuid4()
    vault.ensure_member(member)
    return vault.member(member)


def talk(
    store: MemberStore, minutes: list[int], *, child: bool = False
) -> dict[int, tuple[Reminder, ...]]:
    """What is due at each of these minutes, where something is."""
    due = {
        minute: time_spent.note(
            store, now=WEDNESDAY + timedelta(minutes=minute), talks=True, child=child
        )
        for minute in minutes
    }
    return {minute: kinds for minute, kinds in due.items() if kinds}


def test_an_adult_is_told_at_the_start_and_every_three_hours(store: MemberStore) -> None:
    assert talk(store, list(range(0, 400, 20))) == {
        0: ("program",),
        60: ("people",),
        180: ("program",),
        360: ("program",),
    }


def test_a_child_is_told_every_hour_and_offered_a_break(store: MemberStore) -> None:
    assert talk(store, list(range(0, 140, 20)), child=True) == {
        0: ("program",),
        60: ("program", "break", "people"),
        120: ("program", "break"),
    }


def test_after_a_pause_a_talk_begins_anew(store: MemberStore) -> None:
    assert talk(store, [0, 20, 49, 80]) == {0: ("program",), 80: ("program",)}


def test_who_writes_first_is_told_when_they_talk(store: MemberStore) -> None:
    assert time_spent.note(store, now=WEDNESDAY, talks=False, child=True) == ()
    assert talk(store, [5]) == {5: ("program",)}


def test_minutes_count_by_week_and_a_pause_counts_little(store: MemberStore) -> None:
    sunday = WEDNESDAY - timedelta(days=3)
    for minute in (0, 4, 14, 20):
        time_spent.note(store, now=sunday + timedelta(minutes=minute), talks=False, child=False)
    talk(store, [0, 3])
    assert time_spent.spent(store, now=WEDNESDAY) == time_spent.Spent(3, 14)
    assert time_spent.spent(store, now=WEDNESDAY + timedelta(weeks=1)).last_week == 3


def test_weeks_long_past_are_let_go(store: MemberStore) -> None:
    talk(store, [0, 3])
    later = WEDNESDAY + timedelta(weeks=9)
    time_spent.note(store, now=later, talks=False, child=False)
    with store.read() as connection:
        weeks = connection.execute("SELECT week FROM time_spent").fetchall()
    assert [row["week"] for row in weeks] == [time_spent.monday(later.date()).isoformat()]


@given(
    steps=st.lists(st.integers(-90, 90).map(lambda minutes: minutes * MINUTE_MS), max_size=80),
    child=st.booleans(),
)
def test_nobody_talks_longer_without_being_told_whatever_the_clock_does(
    steps: list[int], *, child: bool
) -> None:
    """Between two messages of a sitting that are both untold, less than the interval lies."""
    every = time_spent.EVERY_FOR_CHILDREN_MS if child else time_spent.EVERY_MS
    now_ms, sitting, total = 10**12, None, 0
    shown: list[tuple[Sitting, bool]] = []
    for step in [0, *steps]:
        now_ms += step
        sitting, added = time_spent.go_on(sitting, now_ms)
        sitting, due = time_spent.remind(sitting, child=child)
        total += added
        shown.append((sitting, "program" in due))
        assert 0 <= added <= time_spent.MOST_OF_A_GAP_MS
    assert shown[0][1]
    assert total <= sum(abs(step) for step in steps)
    for (before, _), (after, told) in pairwise(shown):
        assert told or after.seen_ms - after.told_ms < every
        if after.began_ms != before.began_ms:
            assert told
