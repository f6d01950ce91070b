"""The hybrid logical clock never runs backwards and never lets a parent win over its child."""

from hypothesis import given
from hypothesis import strategies as st

from futureself_box.records import clock
from futureself_box.records.clock import Clock

clocks = st.integers(0, 2**63 - 2**20).map(Clock)
times = st.integers(0, 2**46)


@given(times, clocks)
def test_a_tick_comes_after_all_that_was_seen(now_ms: int, last: Clock) -> None:
    assert clock.tick(now_ms, last) > last


@given(times)
def test_a_tick_shows_the_wall_clock_where_that_is_ahead(now_ms: int) -> None:
    assert clock.milliseconds(clock.tick(now_ms, clock.ZERO)) == now_ms


@given(clocks, times, clocks)
def test_a_received_clock_is_never_below_its_parent(
    remote: Clock, now_ms: int, parent: Clock
) -> None:
    assert clock.receive(remote, now_ms, parent) > parent


@given(clocks, times)
def test_a_phone_from_the_future_gets_at_most_five_minutes(remote: Clock, now_ms: int) -> None:
    stored = clock.receive(remote, now_ms, clock.ZERO)
    assert clock.milliseconds(stored) <= now_ms + 5 * 60 * 1000


def test_two_edits_of_a_fast_phone_keep_their_order() -> None:
    # Found by the property tests of the sketch: clamping alone gave both the same clock.
    first = clock.receive(Clock(2**60), 1000, clock.ZERO)
    second = clock.receive(Clock(2**60 + 1), 1000, first)
    assert second > first


@given(clocks, clocks)
def test_the_text_of_a_clock_sorts_as_the_clock_does(one: Clock, other: Clock) -> None:
    assert (clock.to_text(one) < clock.to_text(other)) == (one < other)
    assert clock.from_text(clock.to_text(one)) == one
