"""The hybrid logical clock that orders revisions across devices.

A clock is an integer: milliseconds since 1970, shifted left by 16, plus a counter. It follows the
wall clock and never runs backwards, so a child always comes after its parent, on any machine
(Kulkarni et al., "Logical Physical Clocks", 2014). In JSON it is 16 hex digits, which sort alike;
a number would lose its last bits in JavaScript.
"""

from typing import Annotated, NewType

from msgspec import Meta

Clock = NewType("Clock", int)
ClockText = Annotated[
    str, Meta(pattern="^[0-9a-f]{16}$", description="Hybrid logical clock, 16 hex digits.")
]

ZERO = Clock(0)
_COUNTER_BITS = 16
_MAX_AHEAD_MS = 5 * 60 * 1000


def tick(now_ms: int, last: Clock) -> Clock:
    """The next clock of this machine, after everything that it has seen."""
    return Clock(max(now_ms << _COUNTER_BITS, last + 1))


def receive(remote: Clock, now_ms: int, parent: Clock) -> Clock:
    """The clock of a revision made elsewhere, as the first machine to take it in stores it.

    At most five minutes ahead of this machine, and never below its parent: clamping alone gave two
    offline edits of a fast phone one clock, and the parent could win over the child.
    """
    latest = (now_ms + _MAX_AHEAD_MS) << _COUNTER_BITS
    return Clock(max(min(remote, latest), parent + 1))


def milliseconds(clock: Clock) -> int:
    """The wall-clock part, in milliseconds since 1970."""
    return clock >> _COUNTER_BITS


def from_milliseconds(milliseconds: int) -> Clock:
    """The first clock of a millisecond."""
    return Clock(milliseconds << _COUNTER_BITS)


def to_text(clock: Clock) -> str:
    """16 hex digits that sort as the clocks do."""
    return f"{clock:016x}"


def from_text(text: str) -> Clock:
    """The clock of `to_text`."""
    return Clock(int(text, 16))
