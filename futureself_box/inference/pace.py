"""Decides which prompt is read next, and how much of it in one step.

While somebody's reply runs, a slice takes up to about 0.35 seconds, so that the reply goes on; slices
of 0.2 seconds doubled the time of the whole prompt. When nobody is disturbed, slices are large, since a
processor reads many tokens at once faster. Of several prompts the one with the least slack goes first:
the time that it still needs, less the time that it has waited. So short ones pass long ones, and none
waits for ever.
"""

from collections.abc import Iterable
from typing import Protocol, TypeVar

SLICE_TOKENS = 256
_LEAST_TOKENS = 8
# llama.cpp's attention has a faster kernel for tiles of 64 tokens of one sequence: 64 cost what 48 do.
# One token more, since the first may be computed together with those of the answers that run.
_TILE_TOKENS = 64
_GENTLE_S = 0.35
_WEIGHT = 0.3  # of the newest measurement


class Reader(Protocol):
    """A prompt that is being read."""

    arrived: float
    served_s: float

    @property
    def left(self) -> int:
        """Tokens still to be read."""


_R = TypeVar("_R", bound=Reader)


class Pace:
    """What a step costs on this machine, as measured while it works."""

    def __init__(self) -> None:
        self._token_s = 0.002
        self._measured = 0
        self._step_s = 0.0

    def first(self, readers: Iterable[_R], now: float) -> _R:
        """The prompt with the least slack."""
        return min(readers, key=lambda reader: self._slack(reader, now))

    def slice(self, left: int, room: int, *, gentle: bool) -> int:
        """How many of the prompt's tokens to read in the next step."""
        most = min(left, room)
        if not gentle:
            return most
        fits = int(max(_GENTLE_S, self._step_s) / self._token_s)
        if fits > _TILE_TOKENS:
            fits -= (fits - 1) % _TILE_TOKENS
        elif fits > _TILE_TOKENS // 2:
            fits = _TILE_TOKENS + 1
        return min(most, max(fits, _LEAST_TOKENS))

    def expected_s(self, tokens: int) -> float:
        """How long reading so many tokens takes."""
        return tokens * self._token_s

    def note(self, tokens: int, duration_s: float) -> None:
        """A step took so long, with so many of a prompt's tokens in it."""
        if not tokens:
            self._step_s += _WEIGHT * (duration_s - self._step_s)
        elif tokens >= _LEAST_TOKENS:
            self._measured += 1
            weight = max(_WEIGHT, 1 / self._measured)
            self._token_s += weight * (duration_s / tokens - self._token_s)

    def _slack(self, reader: Reader, now: float) -> float:
        waited = now - reader.arrived - reader.served_s
        return self.expected_s(reader.left) - waited
