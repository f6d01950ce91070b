"""One answer while it is being made: what of its prompt is read, what of its words is out."""

import time

import numpy as np

from futureself_box.inference.batch import NO_TOKENS, Tokens
from futureself_box.inference.detokenizer import Detokenizer
from futureself_box.inference.line import Job
from futureself_box.inference.pipe import End, Piece, Progress, Reason, Report, Usage
from futureself_box.inference.sequence import Sequence


class Turn:
    """A job with a sequence. It reads until `left` is 0; then `token` is what goes in next."""

    def __init__(self, job: Job, sequence: Sequence, *, drop_space: bool = False) -> None:
        self.id = job.request.id
        self.job = job
        self.sequence = sequence
        self.arrived = job.arrived
        self.served_s = 0.0
        self.started = False
        self.token = -1
        self.written = 0
        self._cached = sequence.length
        self._text = Detokenizer(job.request.stop, drop_space=drop_space)
        self._ready = ""
        self._unsent = 0
        self._begun = self._read = time.monotonic()

    @property
    def left(self) -> int:
        """Tokens of the prompt still to be read."""
        return len(self.job.wish.prompt) - self.sequence.length if self.token < 0 else 0

    def slice(self, count: int) -> Tokens:
        """The next tokens of the prompt."""
        return self.job.wish.prompt[self.sequence.length :][:count]

    def start(self, now: float) -> None:
        """The first slice is about to be read."""
        self.started, self._begun = True, now

    def progress(self) -> Progress:
        """How much is read."""
        return Progress(self.id, self.sequence.length, len(self.job.wish.prompt))

    def end_reading(self, now: float) -> None:
        """The prompt is read."""
        self._read = now

    def say(self, token: int, piece: bytes) -> bool:
        """Take a token; whether the answer may go on."""
        self.token = token
        self.written += 1
        self._unsent += 1
        self._ready += self._text.feed(piece)
        return not self._text.stopped and self.written < self.job.wish.room

    def ahead(self, reason: Reason) -> Tokens:
        """What is sure to be read next when the conversation goes on after such an end."""
        if self.stopped:
            return NO_TOKENS  # its last word was cut, and will have other tokens
        last = [self.token] if reason == "length" else []
        return np.concatenate([np.array(last, np.int32), self.job.after])

    @property
    def stopped(self) -> bool:
        """Whether a stop string was met."""
        return self._text.stopped

    @property
    def silent(self) -> bool:
        """Whether nothing was handed out yet, and something could be."""
        return bool(self._ready) and self._unsent == self.written

    def words(self) -> list[Report]:
        """What is ready to be handed out."""
        if not self._ready:
            return []
        piece = Piece(self.id, self._ready, self._unsent)
        self._ready, self._unsent = "", 0
        return [piece]

    def end(self, reason: Reason, now: float) -> tuple[list[Report], Usage]:
        """The last words and the end."""
        self._ready += self._text.finish()
        usage = Usage(
            prompt_tokens=len(self.job.wish.prompt),
            cached_tokens=self._cached,
            completion_tokens=self.written,
            prompt_ms=(self._read - self._begun) * 1000,
            decode_ms=(now - self._read) * 1000,
        )
        last = [Piece(self.id, self._ready, self._unsent)] if self._ready or self._unsent else []
        return [*last, End(self.id, reason, usage)], usage
