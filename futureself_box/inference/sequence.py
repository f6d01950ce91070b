"""A sequence of llama.cpp's, what its cells hold, and what the request wants that it answers."""

from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from futureself_box.inference.batch import NO_TOKENS, Tokens


class Wish(msgspec.Struct, frozen=True):
    """What a request brings: its prompt, of which the box wrote the first `shared` tokens itself."""

    prompt: Tokens
    room: int
    """The most tokens that the answer may have."""
    key: str = ""
    parking_key: bytes = b""
    shared: int = 0

    @property
    def cells(self) -> int:
        """The most cells that it may come to need."""
        return len(self.prompt) + self.room


NOTHING = Wish(NO_TOKENS, 0)


class Sequence:
    """One of llama.cpp's sequences and what its cells hold. `wish` is whose it is."""

    def __init__(self, number: int, window: int) -> None:
        self.number = number
        self.length = 0
        self.running = False
        self.used_at = 0.0
        self.parked = 0
        self.ahead = NO_TOKENS
        self.wish: Wish = NOTHING
        self._tokens = np.zeros(window, np.int32)
        self._cells = np.zeros(window, np.int64)

    @property
    def tokens(self) -> Tokens:
        """The tokens whose cells exist."""
        return self._tokens[: self.length]

    @property
    def cells(self) -> npt.NDArray[np.int64]:
        """A number for each cell; the same in two sequences where they share one."""
        return self._cells[: self.length]

    def add(self, tokens: Any, cells: Any) -> None:
        """More tokens, at the end."""
        end = self.length + len(tokens)
        self._tokens[self.length : end] = tokens
        self._cells[self.length : end] = cells
        self.length = end

    def cut(self, length: int) -> None:
        """Only the first tokens stay."""
        self.length = length
        self.ahead = NO_TOKENS
        self.parked = min(self.parked, length)
