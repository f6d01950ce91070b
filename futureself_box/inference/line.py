"""What the reading thread hands to the decoding thread, and how it interrupts a step.

A step is aborted where its slice of a prompt is not wanted any more, or where somebody new would wait
long for its end or it is overdue. The aborted slice is read again, so nothing comes of an abort that comes too late.
"""

import queue
import time
from collections.abc import Iterator

import msgspec

from futureself_box.inference.batch import NO_TOKENS, Tokens
from futureself_box.inference.llama import Llama
from futureself_box.inference.pipe import Cancel, Erase, Generate
from futureself_box.inference.sampler import Sampler
from futureself_box.inference.sequence import Wish

_LONG_WAIT_S = 0.2


class Job:
    """A request, ready to be decoded. Whoever takes it from the line closes the sampler."""

    def __init__(
        self, request: Generate, wish: Wish, sampler: Sampler, after: Tokens = NO_TOKENS
    ) -> None:
        self.request = request
        self.wish = wish
        self.sampler = sampler
        self.after = after  # what follows the answer in whatever is asked next
        self.arrived = time.monotonic()


class Stop(msgspec.Struct, frozen=True):
    """The parent is gone: keep what can be kept."""


News = Job | Cancel | Erase | Stop


class Line:
    """The news in the order in which they came."""

    def __init__(self, model: Llama) -> None:
        self._news: queue.SimpleQueue[News] = queue.SimpleQueue()
        self._model = model
        self._reading = 0
        self._ends_at = 0.0

    def add(self, job: Job) -> None:
        """Somebody new; does not wait for a long step."""
        self._news.put(job)
        if self._ends_at and not 0 < self._ends_at - time.monotonic() < _LONG_WAIT_S:
            self._model.abort()

    def cancel(self, request: int) -> None:
        """Nobody waits for this any more."""
        self._news.put(Cancel(request))
        if self._reading == request:
            self._model.abort()

    def put(self, news: Erase | Stop) -> None:
        """Something else."""
        self._news.put(news)
        if isinstance(news, Stop):
            self._model.abort()

    def news(self, patience_s: float) -> Iterator[News]:
        """All that came, waiting for the first for so long."""
        self._model.clear_abort()
        try:
            yield self._news.get(block=patience_s > 0, timeout=patience_s or None)
            while True:
                yield self._news.get_nowait()
        except queue.Empty:
            return

    def begin_step(self, reading: int, expected_s: float) -> None:
        """The decoding thread starts a step with a slice of this request's prompt (0 for none)."""
        long = expected_s > 2 * _LONG_WAIT_S
        self._ends_at = time.monotonic() + expected_s if long else 0.0
        self._reading = reading

    def end_step(self) -> None:
        """The step is over."""
        self._reading, self._ends_at = 0, 0.0
