"""The requests that wait for the decoding thread, and the cancelling of the one that runs.

First come, first served. The reading thread adds and cancels, the decoding thread takes.
"""

import threading
from collections import deque

from futureself_box.inference.llama import Llama
from futureself_box.inference.pipe import Generate


class Job:
    """A request with its prompt in tokens and the most tokens that its answer may have."""

    def __init__(self, request: Generate, prompt: list[int], room: int) -> None:
        self.request = request
        self.prompt = prompt
        self.room = room if request.max_tokens is None else request.max_tokens
        self.cancelled = False


class Line:
    """The waiting jobs in order, and the running one."""

    def __init__(self, model: Llama) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._model = model

    def add(self, job: Job) -> None:
        """Stand in line."""
        with self._changed:
            self._waiting.append(job)
            self._changed.notify()

    def next(self) -> Job:
        """The first job, waiting until there is one."""
        with self._changed:
            self._running = None
            self._changed.wait_for(lambda: self._waiting)
            self._running = self._waiting.popleft()
            self._model.clear_abort()
            return self._running

    def cancel(self, request: int) -> None:
        """Leave the line, or stop being answered within one decode step."""
        with self._changed:
            self._waiting = deque(job for job in self._waiting if job.request.id != request)
            if self._running and self._running.request.id == request:
                self._running.cancelled = True
                self._model.abort()
