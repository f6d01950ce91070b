"""The machine's clock, and whether it can be believed.

A box without a battery-backed clock starts in 1970; words stamped then would sort before all others.
"""

import time
from datetime import UTC, datetime

from futureself_box import RELEASED
from futureself_box.errors import ClockImplausible


def now() -> datetime:
    """The time, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)


def now_ms() -> int:
    """The time, in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def is_plausible() -> bool:
    """Whether the clock is later than this release."""
    return now() >= RELEASED


def believed() -> datetime | None:
    """The time, or None where the clock is wrong for certain."""
    return now() if is_plausible() else None


def check() -> None:
    """Raise ClockImplausible where the clock is wrong for certain."""
    if not is_plausible():
        raise ClockImplausible(
            f"The box's clock says {now():%d %B %Y}, which can't be, so new words wait."
        )
