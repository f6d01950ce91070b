"""Says how many threads to decode on, by what else runs on the machine.

Decoding threads wait for each other after every operation: where another process takes one of their
cores away, all of them stand still for its time slices, and two threads on two cores fall to a
quarter while one is unharmed. So a core that others use is left to them, and taken back afterwards.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

_INTERVAL_S = 0.2
_GIVE = 0.4  # added before rounding down: 0.6 of a core is one
_TAKE = 0.6
_STALE_S = 1.0  # after a pause, what was used in it says nothing about now
_STAT = Path("/proc/stat")
_TICKS = os.sysconf("SC_CLK_TCK")
_IDLE = (3, 4)  # proc(5): idle and iowait


class Cores:
    """The rule: each core of which others used 0.6 in the last 0.2 seconds is theirs.

    One that they took back to 0.4 is ours again, so that a number near the middle changes nothing:
    the box and the inference parent together use 0.1 to 0.5 of a core for eight answers (measured). A
    program that spins on one of two cores had it after 0.2 s, and 0.2 s after its end it was ours again.
    """

    def __init__(
        self,
        most: int,
        *,
        cores: int = 0,
        used_s: Callable[[], tuple[float, float]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.threads = most
        self._most = most
        self._cores = cores or len(os.sched_getaffinity(0))
        self._used_s = used_s or _Machine().used_s
        self._clock = clock
        self._at = clock()
        self._all_s, self._own_s = self._used_s()

    def look(self) -> bool:
        """Measure, if it is time; whether `threads` changed."""
        now = self._clock()
        passed = now - self._at
        if passed < _INTERVAL_S:
            return False
        all_s, own_s = self._used_s()
        others = (all_s - self._all_s - (own_s - self._own_s)) / passed
        self._at, self._all_s, self._own_s = now, all_s, own_s
        before = self.threads
        if passed < _STALE_S:
            self.threads = self._fair(others)
        return self.threads != before

    def _fair(self, others: float) -> int:
        fewer, more = (self._cores - int(others + extra) for extra in (_GIVE, _TAKE))
        return min(self._most, max(1, min(max(self.threads, more), fewer)))


class _Machine:
    """The processor time of this machine's cores that we may use, and of this process."""

    def __init__(self) -> None:
        self._names = {f"cpu{number}" for number in os.sched_getaffinity(0)}

    def used_s(self) -> tuple[float, float]:
        """Seconds since the start: of everybody, and of us."""
        ticks = 0
        for line in _STAT.read_text().splitlines():
            name, *fields = line.split()
            if not name.startswith("cpu"):
                break
            if name in self._names:
                counts = list(map(int, fields))
                ticks += sum(counts[:8]) - sum(counts[at] for at in _IDLE)
        return ticks / _TICKS, time.process_time()
