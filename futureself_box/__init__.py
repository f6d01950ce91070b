"""Future Self Box: a household's own box, where everyone talks with who they will be.

`RELEASED` is the earliest moment at which this code can run; an earlier clock is a wrong clock.
"""

from datetime import UTC, datetime

__version__ = "0.1.0"
RELEASED = datetime(2026, 11, 1, tzinfo=UTC)
